// swcopy: copies software from one depot into another (commands.md 5.2).

import { layoutAsked, optionsFor, softwareFor, sourceFor, sourceVolumes, targetsFor } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { interact, isInteractive } from './interactive.ts';
import { runningJobs, runWork } from './session.ts';
import type { Work } from './work.ts';

const declaration: CommandDeclaration = {
  name: 'swcopy',
  summary: 'copy software, and patches with it, from one depot into another',
  flags: [
    flag.INTERACTIVE,
    flag.PREVIEW,
    flag.YES,
    flag.JSON_ANSWER,
    flag.VERBOSE,
    flag.PROGRESS,
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
  const interactive = isInteractive(invocation, software.length === 0 && !values.patch_match_target);
  const targets = targetsFor(invocation, options, values.distribution_target_directory);
  const source = sourceFor(invocation, options);
  const volumes = sourceVolumes(invocation);
  const { copy } = await import('../operations/copy.ts');
  const work: Work = { invocation, options, software, targets, source, job: true, depot: true };
  const perform = (asked: Work) =>
    runWork(asked, (target, context, emit) => {
      const { software, options, source: from = source } = asked;
      const { preview } = options.values;
      const more = from === source ? volumes : {};
      return copy(
        { context, options: options.values, software, preview, source: from, ...more, target, ...layoutAsked(options) },
        emit,
      );
    });
  return interactive ? interact(work, 'copy', perform) : perform(work);
}

export const swcopy: Command = { declaration, run: runningJobs(run) };
