// The step runner: ordered steps, each with guard, action, undo and a result that outlives the process (other-systems.md D.2).
//
//   automatic     the first step that fails ends the run
//   interactive   each step is asked for; no = ignored; a failure is asked about: go on (failed_ignored) or end
//   resume        steps with a settled result are passed over; one that was cut off runs again, so actions must be repeatable
//
// Promise: a step's beginning is on disk before its action, its result before the next step begins. Nothing is taken back on a failure
// unless the caller says so: half an upgrade undone is worse than half an upgrade. Must not: know what any step does.

import { holdSignals, stopPoint } from '../host/signals.ts';
import { testPoint } from '../host/test-point.ts';
import { hasErrno, reasonOf, SdError, Stopped } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { isSettled, remaining, type StepResult, type StepState } from '../model/steps.ts';
import type { StepsJournal, StepsRecord } from './steps-record.ts';

export interface Step {
  /** Unique in its job, one word. */
  readonly name: string;
  /** What it does, as a phrase: `Backing up configuration`. */
  readonly title: string;
  /** False where there is nothing to do; nobody is asked then, and nothing is said. */
  needed?(): boolean;
  /** True for bookkeeping that no operator is asked about. */
  readonly unasked?: boolean;
  /** Throws SdError where the step must not run now. Changes nothing. */
  guard?(): void | Promise<void>;
  /** Throws SdError when it failed. Runs again after an interruption. */
  action(): Promise<void>;
  /** Takes back what `action` did, whole or cut off. */
  undo?(): Promise<void>;
  /** What stays behind until the step `until` was done, as a sentence for whoever meets the end of an unfinished job. */
  readonly leaves?: { readonly until: string; text(): string };
}

/** What an operator is asked; true is yes. */
export interface StepQuestions {
  before(step: Step): Promise<boolean>;
  afterFailure(step: Step, error: SdError): Promise<boolean>;
}

export interface StepRun {
  readonly steps: readonly Step[];
  readonly journal: StepsJournal;
  readonly emit: Emit;
  readonly ask?: StepQuestions;
  /** On a failure take back, last first, what this run did. */
  readonly undoOnFailure?: boolean;
}

/** `failed` names the step the run ended at. `remains` are sentences of what is left behind (`Step.leaves`). */
export interface StepsOutcome {
  readonly failed?: { readonly step: Step; readonly error: SdError };
  readonly remains: readonly string[];
}

/** A record for a first run of these steps. */
export function freshRecord(
  job: string,
  steps: readonly Step[],
  facts: Readonly<Record<string, string>> = {},
): StepsRecord {
  return { job, begin: Date.now(), facts, steps: steps.map(({ name, title }) => ({ name, title })) };
}

/**
 * Runs the steps that are not settled in the journal's record, in order. Throws `Stopped` after a signal of STOP_SIGNALS (the step stays
 * interrupted) and programmer's errors.
 */
export async function runSteps(run: StepRun): Promise<StepsOutcome> {
  const release = holdSignals();
  try {
    return await takeSteps(run);
  } finally {
    release();
  }
}

async function takeSteps(run: StepRun): Promise<StepsOutcome> {
  const { journal, steps } = run;
  const done: Step[] = [];
  for (const step of steps) {
    if (isSettled(stateOf(journal, step))) continue;
    testPoint('step');
    await stopPoint();
    const error = await takeStep(run, step);
    if (error === undefined) {
      done.push(step);
      continue;
    }
    if (run.undoOnFailure) for (const each of [...done, step].reverse()) await takeBack(run, each);
    end(journal);
    return { failed: { step, error }, remains: remaining(journal.record.steps) };
  }
  end(journal);
  return { remains: remaining(journal.record.steps) };
}

/** Takes one step back, whatever its state. Throws SdError `no_undo`, and what its undo throws. */
export async function undoStep(run: Pick<StepRun, 'journal' | 'emit'>, step: Step): Promise<void> {
  if (step.undo === undefined) {
    throw new SdError('no_undo', {
      what: `The step "${step.name}" cannot be taken back.`,
      because: 'What it did has no opposite.',
      todo: 'Mend by hand what it should not have done.',
      data: { step: step.name },
    });
  }
  await step.undo();
  settle(run, step, 'undone');
}

/** Answers the failure that ends the run; undefined when it goes on. */
async function takeStep(run: StepRun, step: Step): Promise<SdError | undefined> {
  const { journal, emit } = run;
  const ask = step.unasked ? undefined : run.ask;
  if (step.needed?.() === false) {
    journal.set({ name: step.name, title: step.title, begin: Date.now(), end: Date.now(), result: 'skipped' });
    emit({ type: 'step.end', name: step.name, title: step.title, result: 'skipped', time: Date.now() });
    return undefined;
  }
  const index = run.steps.indexOf(step) + 1;
  if (ask !== undefined && !(await ask.before(step))) {
    journal.set({ name: step.name, title: step.title, begin: Date.now(), end: Date.now(), result: 'ignored' });
    emit({ type: 'step.end', name: step.name, title: step.title, result: 'ignored', time: Date.now() });
    return undefined;
  }
  emit({ type: 'step.begin', name: step.name, title: step.title, index, of: run.steps.length, time: Date.now() });
  try {
    await step.guard?.();
    journal.set({ name: step.name, title: step.title, begin: Date.now(), ...leavesOf(step) });
    testPoint('step begun');
    await step.action();
    testPoint('step ended');
    settle(run, step, 'done');
    return undefined;
  } catch (thrown) {
    // A signal reaches what the step runs too: that it failed then is no failure.
    await stopPoint();
    const error = asUserError(thrown);
    if (ask !== undefined && (await ask.afterFailure(step, error))) {
      settle(run, step, 'failed_ignored', error);
      return undefined;
    }
    settle(run, step, 'failed', error);
    return error;
  }
}

function settle(run: Pick<StepRun, 'journal' | 'emit'>, step: Step, result: StepResult, error?: SdError): void {
  const { begin, leaves } = stateOf(run.journal, step);
  const because = error === undefined ? {} : { because: error.message };
  const time = Date.now();
  run.journal.set({
    name: step.name,
    title: step.title,
    begin: begin ?? time,
    end: time,
    result,
    ...because,
    ...(leaves ? { leaves } : {}),
  });
  run.emit({ type: 'step.end', name: step.name, title: step.title, result, time, ...because });
}

async function takeBack(run: StepRun, step: Step): Promise<void> {
  if (step.undo === undefined) return;
  const failed = stateOf(run.journal, step).result === 'failed';
  await step.undo();
  if (!failed) settle(run, step, 'undone');
}

/** The failure in words; what no user can cause, and `Stopped`, is thrown on. */
function asUserError(thrown: unknown): SdError {
  if (thrown instanceof SdError) return thrown;
  if (thrown instanceof Stopped || !(thrown instanceof Error) || !hasErrno(thrown, ...OF_THE_MACHINE)) throw thrown;
  const at = 'path' in thrown ? `  It happened at "${thrown.path}".` : '';
  return new SdError('machine_failed', {
    what: 'The step ended in the middle of its work.',
    because: `${reasonOf(thrown)}${at}`,
    todo: 'Mend that; the step is done again when the command is.',
    cause: thrown,
  });
}

const OF_THE_MACHINE =
  'EACCES EBUSY EDQUOT EEXIST EIO EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE ENOENT ENOSPC ENOTDIR ENOTEMPTY EPERM EROFS EXDEV'.split(
    ' ',
  );

function stateOf(journal: StepsJournal, { name, title }: Step): StepState {
  return journal.record.steps.find((each) => each.name === name) ?? { name, title };
}

function leavesOf({ leaves }: Step): Pick<StepState, 'leaves'> {
  return leaves === undefined ? {} : { leaves: { until: leaves.until, text: leaves.text() } };
}

function end(journal: StepsJournal): void {
  journal.write({ ...journal.record, end: Date.now() });
}
