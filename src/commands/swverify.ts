// swverify: compares software with what its catalog says of it (commands.md 5.6).

import { optionsFor, softwareFor, targetsFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runningJobs, runWork } from './session.ts';

const declaration: CommandDeclaration = {
  name: 'swverify',
  summary: 'verify installed software or the software of a depot',
  flags: [
    flag.DEPOT,
    flag.ROOT,
    { name: '-F', meaning: 'Run fix scripts, and put modes, owners, directories and links right.' },
    flag.VERBOSE,
    flag.PROGRESS,
    flag.JSON_ANSWER,
    flag.SOFTWARE_FILE,
    flag.RUN_JOB,
    flag.SCHEDULE,
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'Verify everything that is installed.', command: "swverify '*'" },
    { does: 'Verify the stored files of a depot.', command: "swverify -d '*' @ /var/spool/sw" },
    { does: 'Put right what can be put right without the software.', command: 'swverify -F X11' },
    { does: 'Verify without reading the contents of files.', command: 'swverify -x check_contents=false X11' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const depot = has(invocation, '-d');
  const options = optionsFor(invocation);
  const { values } = options;
  const named = softwareFor(invocation, options);
  const software = named.length > 0 ? named : ['*'];
  const targets = targetsFor(
    invocation,
    options,
    depot ? values.distribution_target_directory : '/',
    depot ? 'read' : 'change',
  );
  const { verify } = await import('../operations/verify.ts');
  return runWork({ invocation, options, software, targets, job: true, depot }, (target, context, emit) =>
    verify({ context, options: values, software, preview: false, target, depot, fix: has(invocation, '-F') }, emit),
  );
}

export const swverify: Command = { declaration, run: runningJobs(run) };
