// swcopy: copies software from one depot into another (commands.md 5.2).

import { noSoftware, optionsFor, softwareFor, sourceFor, targetsFor } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runningJobs, runWork } from './session.ts';

const declaration: CommandDeclaration = {
  name: 'swcopy',
  summary: 'copy software, and patches with it, from one depot into another',
  flags: [
    flag.INTERACTIVE,
    flag.PREVIEW,
    flag.YES,
    flag.JSON_ANSWER,
    flag.VERBOSE,
    flag.SOFTWARE_FILE,
    flag.RUN_JOB,
    flag.SCHEDULE,
    flag.SOURCE,
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'Copy everything of a serial depot into the default depot.', command: "swcopy -s ./x11.depot '*'" },
    { does: 'Copy one product with its patches.', command: 'swcopy -s /mnt/depot X11 @ /srv/depot' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  const software = softwareFor(invocation, options);
  if (software.length === 0 && !values.patch_match_target) throw noSoftware(declaration.name);
  const targets = targetsFor(invocation, options, values.distribution_target_directory);
  const source = sourceFor(invocation, options);
  const { copy } = await import('../operations/copy.ts');
  return runWork({ invocation, options, software, targets, source, job: true, depot: true }, (target, context, emit) =>
    copy({ context, options: values, software, preview: values.preview, source, target }, emit),
  );
}

export const swcopy: Command = { declaration, run: runningJobs(run) };
