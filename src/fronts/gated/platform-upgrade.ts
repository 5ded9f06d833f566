// platform-upgrade: the whole upgrade of a platform as one job, or single steps of it (other-systems.md B.2, D.2).

import { resolve } from 'node:path';
import { SdError } from '../../model/error.ts';
import { nearest } from '../../model/nearest.ts';
import { remaining, type StepState, stepWord } from '../../model/steps.ts';
import { freshRecord, runSteps, type Step, type StepQuestions, undoStep } from '../../operations/steps.ts';
import {
  readSteps,
  StepsJournal,
  type StepsRecord,
  stepsDirectory,
  stepsRunning,
} from '../../operations/steps-record.ts';
import { print } from '../../report/terminal.ts';
import { argument, type FrontCommand, type FrontDeclaration, type FrontInvocation, has } from '../declaration.ts';
import { Answers } from './answers.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';
import { Upgrade } from './upgrade.ts';
import { BACKUP_FACT } from './upgrade-init.ts';
import { UPGRADE_JOB, upgradeSteps } from './upgrade-job.ts';
import { isMidUpgrade, readVersionFile } from './version-file.ts';
import { asJob, engineOptions, type Work } from './work.ts';

const declaration: FrontDeclaration = {
  name: 'platform-upgrade',
  summary: 'upgrade a platform, step by step',
  forms: [
    { operands: '', meaning: 'Run all steps.' },
    { operands: 'step ...', meaning: 'Run these steps of the upgrade that was begun, in its order.' },
    {
      verb: 'undo',
      operands: 'step',
      meaning: 'Take back one step: init restores the backup, rescue-off turns rescue on.',
    },
  ],
  flags: [
    ROOT_FLAG,
    { name: '-s', argument: 'package', meaning: 'The new installer package: a directory or its tarball.' },
    { name: '-i', meaning: 'Ask before each step, and after a failure whether to go on.' },
    { name: '--resume', meaning: 'Go on where the last run ended.' },
    { name: '--list', meaning: 'List the steps and what became of them.' },
  ],
  examples: [
    {
      does: 'The whole upgrade.',
      command: 'platform-upgrade -s /root/qingcloud-installer_4.4.5-20190710_amd64.tar.gz',
    },
    { does: 'Go on after a failure, with questions.', command: 'platform-upgrade --resume -i' },
    { does: 'One part by itself.', command: 'platform-upgrade -i packages' },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  const platform = platformOf(invocation);
  const directory = stepsDirectory(platform.root, engineOptions(invocation).values.admin_directory);
  if (has(invocation, '--list')) return listSteps(directory);
  const about = { title: `upgrade ${platform.root}`, software: [...invocation.operands] };
  return asJob(invocation, platform, about, (work) => perform(work, directory));
}

async function perform(work: Work, directory: string): Promise<number> {
  const { invocation } = work;
  const before = readSteps(directory, UPGRADE_JOB);
  const journal = new StepsJournal(directory, before ?? freshRecord(UPGRADE_JOB, []));
  const upgrade = new Upgrade(work, journal);
  const steps = upgradeSteps(upgrade);
  try {
    const [verb, ...operands] = invocation.operands;
    if (verb === 'undo') return await takeBack(work, journal, stepsNamed(steps, operands));
    const chosen = stepsNamed(steps, invocation.operands);
    prepare(work, journal, { before, steps, chosen });
    return await execute(work, journal, chosen.length > 0 ? chosen : steps);
  } finally {
    journal.close();
  }
}

/** Makes the record ready for this run: new, as it stands, or with the chosen steps open again. */
function prepare(
  { invocation, platform }: Work,
  journal: StepsJournal,
  parts: { before: StepsRecord | undefined; steps: readonly Step[]; chosen: readonly Step[] },
): void {
  const { before, steps, chosen } = parts;
  const source = argument(invocation, '-s');
  const facts = source === undefined ? {} : { source: resolve(invocation.caller.cwd, source) };
  const resume = has(invocation, '--resume');
  if (resume && before === undefined) {
    throw new SdError('nothing_to_resume', {
      what: 'There is no upgrade to go on with.',
      todo: 'Begin one with -s PACKAGE.',
    });
  }
  if (chosen.length === 0 && !resume) {
    if (before !== undefined) requireEnded(before, isMidUpgrade(readVersionFile(platform)));
    const backup = before?.facts[BACKUP_FACT] ?? '';
    journal.write(freshRecord(UPGRADE_JOB, steps, { ...facts, ...(backup === '' ? {} : { [BACKUP_FACT]: backup }) }));
    return;
  }
  const record = before ?? freshRecord(UPGRADE_JOB, steps);
  const reopened = record.steps.map(
    (state): StepState =>
      chosen.some(({ name }) => name === state.name) ? { name: state.name, title: state.title } : state,
  );
  const { end: _, ...open } = record;
  journal.write({ ...open, facts: { ...record.facts, ...facts }, steps: reopened });
}

/** A second upgrade must not make the first one's traces unreadable. */
function requireEnded(before: StepsRecord, midUpgrade: boolean): void {
  const left = remaining(before.steps);
  if (!midUpgrade && left.length === 0) return;
  throw new SdError('upgrade_unfinished', {
    what: 'A new upgrade cannot begin.',
    because: ['An earlier one has not ended.', ...left].join('  '),
    todo: 'Go on with --resume, or run the steps that are missing by name; --list shows them.',
  });
}

async function execute(work: Work, journal: StepsJournal, chosen: readonly Step[]): Promise<number> {
  const answers = has(work.invocation, '-i') ? new Answers() : undefined;
  const ask = answers === undefined ? {} : { ask: questions(answers) };
  try {
    const { failed } = await runSteps({ steps: chosen, journal, emit: work.emit, ...ask });
    const left = remaining(journal.record.steps);
    if (failed === undefined) {
      if (left.length > 0) work.voice.say(...left);
      return 0;
    }
    throw ended(failed.step, failed.error, left, answers !== undefined);
  } catch (error) {
    // An operator who goes away, or a signal: what is left behind is told all the same.
    if (!(error instanceof SdError && error.code === 'upgrade_failed'))
      work.voice.say(...remaining(journal.record.steps));
    throw error;
  } finally {
    answers?.close();
  }
}

function questions(answers: Answers): StepQuestions {
  return {
    before: ({ name, title }) => answers.ask(`${title} (${name})?`),
    afterFailure({ name }, error) {
      print('stdout', ['Error!', `${error.what}  ${error.because}`.trimEnd()]);
      return answers.ask(`Ignore the failure of "${name}" and go on?`);
    },
  };
}

function ended(step: Step, error: SdError, left: readonly string[], asked: boolean): SdError {
  const hint = asked ? '' : '  With -i single steps can be left out, or their failures ignored.';
  return new SdError('upgrade_failed', {
    what: `The upgrade stopped at the step "${step.name}".`,
    because: [`${error.message} [${error.code}]`, ...left].join('  '),
    todo: `Mend it and go on with --resume.${hint}`,
    data: { step: step.name, cause: error.code },
    cause: error,
  });
}

async function takeBack(work: Work, journal: StepsJournal, steps: readonly Step[]): Promise<number> {
  const [step, ...more] = steps;
  if (step === undefined || more.length > 0) {
    throw new SdError('bad_usage', {
      what: '"undo" takes one step.',
      todo: 'platform-upgrade --list shows the steps.',
    });
  }
  await undoStep({ journal, emit: work.emit }, step);
  return 0;
}

/** The steps that words name; `packages` is all of that phase. Throws SdError `no_such_step`. */
function stepsNamed(steps: readonly Step[], words: readonly string[]): Step[] {
  const fits = (word: string, { name }: Step) => name === word || (word === 'packages' && name.startsWith('packages-'));
  for (const word of words) {
    if (steps.some((step) => fits(word, step))) continue;
    const near = nearest(word, [...steps.map(({ name }) => name), 'packages']);
    throw new SdError('no_such_step', {
      what: `The upgrade has no step "${word}".`,
      because: near === undefined ? '' : `Did you mean "${near}"?`,
      todo: `Steps are ${steps.map(({ name }) => name).join(', ')}.`,
      data: { step: word },
    });
  }
  return steps.filter((step) => words.some((word) => fits(word, step)));
}

function listSteps(directory: string): number {
  const record = readSteps(directory, UPGRADE_JOB);
  if (record === undefined) {
    print('stdout', ['No upgrade was begun.']);
    return 0;
  }
  const alive = stepsRunning(directory, UPGRADE_JOB);
  const words = record.steps.map((state) => stepWord(state, alive));
  const wide = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const [first, second] = [wide(record.steps.map(({ name }) => name)), wide(words)];
  print(
    'stdout',
    record.steps.map(({ name, title }, at) => `${name.padEnd(first)}  ${words[at]!.padEnd(second)}  ${title}`),
  );
  print('stdout', remaining(record.steps));
  return 0;
}

export const platformUpgradeCommand: FrontCommand = { declaration, run };
