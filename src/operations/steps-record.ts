// What a job of steps leaves on disk of itself, so that it can be listed and resumed after a kill or a power cut:
// `<admin>/steps/<job>.json`, replaced durably before each step begins and after it ends; `<job>.lock` names the process that runs it.
// Promise: one process at a time works on a job of a root; the lock of a process that is gone is taken over.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFileDurably } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { adminDirectory } from '../ipd/place.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { StepState } from '../model/steps.ts';
import { isAlive, processStart } from '../store/holder.ts';
import { requireInside } from '../store/own-places.ts';

/** The record of a job's last run. `facts` are what its steps agreed on and a resumed run must not find out anew. */
export interface StepsRecord {
  readonly job: string;
  readonly begin: number;
  /** Absent until the run has come to its end, well or not. */
  readonly end?: number;
  readonly facts: Readonly<Record<string, string>>;
  readonly steps: readonly StepState[];
}

interface Owner {
  readonly pid: number;
  readonly start: string;
}

/** Directory of the records of a root: `admin_directory` as for its IPD. Throws SdError `place_outside`, and those of adminDirectory. */
export function stepsDirectory(root: string, adminOption: string): string {
  const directory = join(adminDirectory(root, adminOption), 'steps');
  requireInside(resolve(root), directory);
  return directory;
}

/** The record; undefined when there is none. Throws SdError `steps_damaged` for one that cannot be read. */
export function readSteps(directory: string, job: string): StepsRecord | undefined {
  const file = join(directory, `${job}.json`);
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as StepsRecord;
    if (Array.isArray(record.steps)) return record;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new SdError('steps_damaged', {
    what: `The record of the job "${job}" cannot be read.`,
    because: `"${file}" is not what this program wrote.`,
    todo: 'Move the file away and begin the job anew.',
    data: { file },
  });
}

/** True while a process works on the job. */
export function stepsRunning(directory: string, job: string): boolean {
  const owner = ownerOf(join(directory, `${job}.lock`));
  return owner !== undefined && isAlive(owner);
}

/** The record while its job runs: every change is on disk when the call returns. */
export class StepsJournal {
  readonly #directory: string;
  #record: StepsRecord;

  /** Takes the job's lock. Throws SdError `steps_running`, `steps_not_kept`. Call `close`. */
  constructor(directory: string, record: StepsRecord) {
    this.#directory = directory;
    this.#record = record;
    attempt(directory, () => {
      makeDirectories(directory);
      takeLock(join(directory, `${record.job}.lock`), record.job);
    });
  }

  get record(): StepsRecord {
    return this.#record;
  }

  set(state: StepState): void {
    const steps = this.#record.steps.map((each) => (each.name === state.name ? state : each));
    this.write({ ...this.#record, steps });
  }

  fact(name: string, value: string): void {
    if (this.#record.facts[name] === value) return;
    this.write({ ...this.#record, facts: { ...this.#record.facts, [name]: value } });
  }

  write(record: StepsRecord): void {
    this.#record = record;
    const text = `${JSON.stringify(record, null, 2)}\n`;
    attempt(this.#directory, () => writeFileDurably(join(this.#directory, `${record.job}.json`), text, 0o644));
  }

  close(): void {
    rmSync(join(this.#directory, `${this.#record.job}.lock`), { force: true });
  }
}

function attempt(directory: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    if (error instanceof SdError) throw error;
    throw new SdError('steps_not_kept', {
      what: `The steps of the job cannot be recorded in "${directory}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or free space; nothing is done without a record of it.',
      data: { directory },
      cause: error,
    });
  }
}

function takeLock(lock: string, job: string): void {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, start: processStart(process.pid) ?? '' }));
  try {
    for (;;) {
      try {
        // A link appears with its content, so nobody meets an empty lock.
        linkSync(mine, lock);
        return;
      } catch (error) {
        if (!hasErrno(error, 'EEXIST')) throw error;
      }
      const owner = ownerOf(lock);
      if (owner !== undefined && isAlive(owner)) throw running(job, owner.pid);
      dropStale(lock, `${mine}.old`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Takes a dead process's lock away; if another process was quicker and it is that one's, puts it back. */
function dropStale(lock: string, aside: string): void {
  try {
    renameSync(lock, aside);
    const owner = ownerOf(aside);
    if (owner !== undefined && isAlive(owner)) linkSync(aside, lock);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function ownerOf(lock: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(lock, 'utf8')) as Owner;
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function running(job: string, pid: number): SdError {
  return new SdError('steps_running', {
    what: `The job "${job}" cannot begin.`,
    because: `It runs already (pid ${pid}).`,
    todo: 'Wait until it has ended.',
    data: { job, pid },
  });
}
