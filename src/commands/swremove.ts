// swremove: removes installed software, or software of a depot (commands.md 5.3).

import { optionsFor, softwareFor, targetsFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { interact, isInteractive } from './interactive.ts';
import { runningJobs, runWork } from './session.ts';
import type { Work } from './work.ts';

const declaration: CommandDeclaration = {
  name: 'swremove',
  summary: 'remove installed software, roll back patches, or remove software from a depot',
  flags: [
    flag.DEPOT,
    flag.ROOT,
    flag.INTERACTIVE,
    flag.PREVIEW,
    flag.YES,
    flag.JSON_ANSWER,
    flag.VERBOSE,
    flag.PROGRESS,
    flag.SOFTWARE_FILE,
    flag.RUN_JOB,
    flag.SCHEDULE,
    flag.TARGET_FILE,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'See what would go.', command: 'swremove -p X11' },
    { does: 'Roll back a patch.', command: 'swremove PHSS_30001' },
    { does: 'Remove a product from a depot.', command: 'swremove -d X11 @ /var/spool/sw' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const depot = has(invocation, '-d');
  const options = optionsFor(invocation);
  const { values } = options;
  const software = softwareFor(invocation, options);
  const interactive = isInteractive(invocation, software.length === 0);
  const targets = targetsFor(invocation, options, depot ? values.distribution_target_directory : '/');
  const { remove } = await import('../operations/remove.ts');
  const work: Work = { invocation, options, software, targets, job: true, depot };
  const perform = (asked: Work) =>
    runWork(asked, (target, context, emit) => {
      const { software, options } = asked;
      return remove(
        { context, options: options.values, software, preview: options.values.preview, target, depot },
        emit,
      );
    });
  return interactive ? interact(work, 'remove', perform) : perform(work);
}

export const swremove: Command = { declaration, run: runningJobs(run) };
