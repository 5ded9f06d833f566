// swask: runs request scripts and keeps the responses (commands.md 5.10).

import { noSoftware, optionsFor, responsesFor, softwareFor, sourceFor, targetsFor } from './asked.ts';
import { argument, type Command, type CommandDeclaration, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runWork } from './session.ts';

/** What HP's manual offers has no use here: a scheduled session has nobody to ask. */
const AT_A_TERMINAL =
  'A request script asks whoever sits at the terminal; run swask now, and schedule swinstall with -c.';

const declaration: CommandDeclaration = {
  name: 'swask',
  summary: 'run request scripts and keep what they are answered',
  flags: [
    flag.VERBOSE,
    flag.RESPONSES,
    flag.SOFTWARE_FILE,
    { ...flag.RUN_JOB, refused: AT_A_TERMINAL },
    { ...flag.SCHEDULE, refused: AT_A_TERMINAL },
    flag.SOURCE,
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'Answer the questions of a product once, in its depot.', command: 'swask -s /var/spool/sw X11' },
    { does: 'Keep the responses apart, for swinstall -c.', command: 'swask -s /var/spool/sw -c /var/tmp/answers X11' },
    {
      does: 'Ask only what has not been answered yet.',
      command: 'swask -s /var/spool/sw -c /var/tmp/answers -x ask=as_needed X11',
    },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  const software = softwareFor(invocation, options);
  if (software.length === 0) throw noSoftware(declaration.name);
  const targets = targetsFor(invocation, options, '/');
  const source = argument(invocation, '-s') === undefined ? undefined : sourceFor(invocation, options);
  const parts = { ...(source === undefined ? {} : { source }), ...responsesFor(invocation) };
  const { ask } = await import('../operations/ask.ts');
  return runWork({ invocation, options, software, targets, job: false, ...parts }, (target, context, emit) =>
    ask({ context, options: values, software, preview: false, target, ...parts }, emit),
  );
}

export const swask: Command = { declaration, run };
