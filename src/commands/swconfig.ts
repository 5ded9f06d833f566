// swconfig: configures installed software, or takes the configuration back (commands.md 5.9).

import { noSoftware, optionsFor, responsesFor, softwareFor, targetsFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runningJobs, runWork } from './session.ts';

const declaration: CommandDeclaration = {
  name: 'swconfig',
  summary: 'configure installed software, or take its configuration back',
  flags: [
    flag.PREVIEW,
    flag.JSON_ANSWER,
    { name: '-u', meaning: 'Unconfigure.' },
    flag.VERBOSE,
    flag.PROGRESS,
    flag.RESPONSES,
    flag.SOFTWARE_FILE,
    flag.RUN_JOB,
    flag.SCHEDULE,
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'Configure all software that is installed and not configured yet.', command: "swconfig '*'" },
    { does: 'Run the configure scripts of a product again.', command: 'swconfig -x reconfigure=true X11' },
    { does: 'Take the configuration of a fileset back; it stays installed.', command: 'swconfig -u X11.X11-RUN' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  const software = softwareFor(invocation, options);
  if (software.length === 0) throw noSoftware(declaration.name);
  const targets = targetsFor(invocation, options, '/');
  const parts = { undo: has(invocation, '-u'), ...responsesFor(invocation) };
  const { configure } = await import('../operations/configure.ts');
  return runWork({ invocation, options, software, targets, job: true }, (target, context, emit) =>
    configure({ context, options: values, software, preview: values.preview, target, depot: false, ...parts }, emit),
  );
}

export const swconfig: Command = { declaration, run: runningJobs(run) };
