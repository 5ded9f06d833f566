// swinstall: installs software from a depot into a root (commands.md 5.1).

import { optionsFor, responsesFor, softwareFor, sourceFor, sourceVolumes, targetsFor } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { interact, isInteractive } from './interactive.ts';
import { runningJobs, runWork } from './session.ts';
import type { Work } from './work.ts';

const declaration: CommandDeclaration = {
  name: 'swinstall',
  summary: 'install software, and patches with it, from a depot into a root',
  flags: [
    flag.INTERACTIVE,
    flag.PREVIEW,
    flag.YES,
    flag.JSON_ANSWER,
    flag.ROOT,
    flag.VERBOSE,
    flag.RESPONSES,
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
    { does: 'See what would be installed, and why.', command: 'swinstall -p -v -s /var/spool/sw X11' },
    { does: 'Install a product with its patches.', command: 'swinstall -s /var/spool/sw X11' },
    {
      does: 'Install everything of a serial depot into an alternate root.',
      command: "swinstall -s ./x11.depot '*' @ /srv/image",
    },
    {
      does: 'Install the critical patches for what is installed.',
      command: "swinstall -s /var/spool/sw -x patch_match_target=true -x patch_filter='*.*,c=critical'",
    },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  const software = softwareFor(invocation, options);
  const needed = software.length === 0 && !values.match_target && !values.patch_match_target;
  const interactive = isInteractive(invocation, needed);
  const targets = targetsFor(invocation, options, '/');
  const source = sourceFor(invocation, options);
  const volumes = sourceVolumes(invocation);
  const responses = responsesFor(invocation);
  const { install } = await import('../operations/install.ts');
  const work: Work = { invocation, options, software, targets, source, job: true };
  const perform = (asked: Work) =>
    runWork(asked, (target, context, emit) => {
      const { software, options, source: from = source } = asked;
      const { preview } = options.values;
      const more = from === source ? volumes : {};
      return install(
        { context, options: options.values, software, preview, source: from, ...more, target, ...responses },
        emit,
      );
    });
  return interactive ? interact(work, 'install', perform) : perform(work);
}

export const swinstall: Command = { declaration, run: runningJobs(run) };
