// Jobs (commands.md 14): each session leaves a record in `<admin>/queue`: who did what, when, and what came of it.
// Promise: an id belongs to one session, also when several begin at once; records are JSON files of their own, replaced whole.
// The plan, which may be large, lies in a file beside the record, so that a list of jobs reads small files only.

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../host/durable.ts';
import { hasErrno } from '../model/error.ts';
import type { Finding, Outcome, Plan } from '../model/plan.ts';

export interface JobRecord {
  /** HOST-NNNN. */
  readonly jobid: string;
  readonly command: string;
  readonly argv: readonly string[];
  /** `name@host`. */
  readonly user: string;
  readonly title: string;
  /** Milliseconds since 1970; `end` is absent while it runs, or when it was killed. */
  readonly begin: number;
  readonly end?: number;
  readonly software: readonly string[];
  /** `host:/path`. */
  readonly targets: readonly string[];
  readonly source?: string;
  readonly preview: boolean;
  /** Controller log that holds its lines. */
  readonly logfile: string;
  /** One per target, in order. */
  readonly results: readonly JobResult[];
  readonly exitCode?: number;
}

export interface JobResult {
  readonly target: string;
  readonly exitCode: number;
  readonly findings: readonly Finding[];
}

export interface JobQueue {
  /** `<admin_directory>/queue`. */
  readonly directory: string;
  readonly host: string;
  /** reuse_short_job_numbers: after 9999 comes 1 again. */
  readonly reuseShort: boolean;
}

/** Takes the next free id and writes the record of a beginning session. Throws the errno error of the file system. */
export function beginJob(queue: JobQueue, about: Omit<JobRecord, 'jobid' | 'results'>): JobRecord {
  mkdirSync(queue.directory, { recursive: true });
  const record = { jobid: reserve(queue), ...about, results: [] };
  write(queue, record);
  return record;
}

/** Completes the record. The plans of the targets are kept beside it, in the same order. */
export function endJob(
  queue: JobQueue,
  record: JobRecord,
  end: { time: number; exitCode: number; outcomes: readonly Outcome[] },
): void {
  const results = end.outcomes.map((outcome, index) => ({
    target: record.targets[index] ?? '',
    exitCode: outcome.exitCode,
    findings: outcome.findings,
  }));
  const plans = end.outcomes.map((outcome) => outcome.plan ?? null);
  if (plans.some((plan) => plan)) writeFileAtomically(planFile(queue, record.jobid), JSON.stringify(plans), 0o644);
  write(queue, { ...record, end: end.time, exitCode: end.exitCode, results });
}

/** Forgets a job; one that is not there is forgotten already. */
export function removeJob(queue: JobQueue, jobid: string): void {
  rmSync(recordFile(queue, jobid), { force: true });
  rmSync(planFile(queue, jobid), { force: true });
}

/** Every job of the queue, oldest first. A record cut off while it was reserved is left out. */
export function jobs(queue: JobQueue): JobRecord[] {
  const ids = entriesOf(queue.directory).flatMap((name) => (name.endsWith('.job') ? [name.slice(0, -4)] : []));
  const records = ids.flatMap((jobid) => job(queue, jobid) ?? []);
  return records.sort((left, right) => left.begin - right.begin);
}

/** One job; undefined when there is none of this id. */
export function job(queue: JobQueue, jobid: string): JobRecord | undefined {
  const text = readIfThere(recordFile(queue, jobid));
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as JobRecord);
}

/** Plans of a job's targets in their order; null where none was made. */
export function plansOf(queue: JobQueue, jobid: string): (Plan | null)[] {
  const text = readIfThere(planFile(queue, jobid));
  return text === undefined ? [] : (JSON.parse(text) as (Plan | null)[]);
}

/** The number after the last one that has no record yet; making the empty record takes it. A queue full to 9999 goes beyond. */
function reserve(queue: JobQueue): string {
  const counter = join(queue.directory, 'last');
  let number = Number.parseInt(readIfThere(counter) ?? '0', 10) || 0;
  let beganAgain = !queue.reuseShort;
  for (;;) {
    number += 1;
    if (number > 9999 && !beganAgain) {
      beganAgain = true;
      number = 1;
    }
    const jobid = `${queue.host}-${String(number).padStart(4, '0')}`;
    try {
      closeSync(openSync(recordFile(queue, jobid), 'wx', 0o644));
    } catch (error) {
      if (hasErrno(error, 'EEXIST')) continue;
      throw error;
    }
    writeFileAtomically(counter, `${number}\n`, 0o644);
    return jobid;
  }
}

function write(queue: JobQueue, record: JobRecord): void {
  writeFileAtomically(recordFile(queue, record.jobid), `${JSON.stringify(record)}\n`, 0o644);
}

function recordFile(queue: JobQueue, jobid: string): string {
  return join(queue.directory, `${jobid}.job`);
}

function planFile(queue: JobQueue, jobid: string): string {
  return join(queue.directory, `${jobid}.plan`);
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
