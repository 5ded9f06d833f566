// The job queue (commands.md 14): `<admin>/queue` with the files of each job beside one another.
//
//   ID.job             the record, small, so that a list of jobs reads small files only
//   ID.planN           plan of target N (from 1)
//   ID.session, ID.asked, ID.claim   of a scheduled job: what to run, and who has begun it (schedule.ts)
//   ID.log, ID.agentN  what its session wrote into the controller's log, and into the log of target N's agent
//   last               the number taken last
//
// Promise: an id belongs to one session, also when several begin at once; records and plans are replaced whole.

import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically, writeFileDurably } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { hasErrno } from '../model/error.ts';
import type { Job, JobRecord, JobState } from '../model/job.ts';
import type { Plan } from '../model/plan.ts';
import { matchesPattern } from '../selection/wildcards.ts';
import { isAlive } from '../store/holder.ts';

export interface JobQueue {
  /** `<admin_directory>/queue`. */
  readonly directory: string;
  readonly host: string;
  /** reuse_short_job_numbers: after 9999 comes 1 again. */
  readonly reuseShort: boolean;
}

/** Every job of the queue, oldest first. A record that a crash cut off is left out. */
export function jobs(queue: JobQueue): Job[] {
  const ids = entriesOf(queue.directory).flatMap((name) => (name.endsWith('.job') ? [name.slice(0, -4)] : []));
  const found = ids.flatMap((jobid) => job(queue, jobid) ?? []);
  return found.sort((left, right) => left.begin - right.begin || (left.jobid < right.jobid ? -1 : 1));
}

/** Ids of the jobs that may be waiting to be run; a long queue of jobs that ran is not read for them. */
export function waitingIds(queue: JobQueue): string[] {
  return entriesOf(queue.directory).flatMap((name) => (name.endsWith('.asked') ? [name.slice(0, -6)] : []));
}

/** One job; undefined when there is none of this id, and where its record is none of ours: it must not hide the jobs beside it. */
export function job(queue: JobQueue, jobid: string): Job | undefined {
  const record = parsed<Partial<JobRecord>>(readIfThere(fileOf(queue, jobid, 'job')));
  return isWhole(record) ? { ...record, state: stateOf(queue, record) } : undefined;
}

/** Records of early versions told neither who runs the job nor how far it came. */
function isWhole(record: Partial<JobRecord> | undefined): record is JobRecord {
  return record?.jobid !== undefined && record.pid !== undefined && record.progress !== undefined;
}

/** A record of pid 0 was never begun; who is about to begin it has claimed it first. */
function stateOf(queue: JobQueue, record: JobRecord): JobState {
  if (record.end !== undefined) return 'completed';
  const claim = record.pid === 0 ? readIfThere(scheduleFile(queue, record.jobid, 'claim')) : undefined;
  if (record.pid === 0 && claim === undefined) return 'scheduled';
  const runner = claim === undefined ? record : parsed<{ pid: number; start: string }>(claim);
  return runner !== undefined && isAlive(runner) ? 'active' : 'crashed';
}

/** The jobs an operand names: an id, a pattern of ids, or `last` for the newest. */
export function jobsNamed(queue: JobQueue, operand: string): Job[] {
  if (operand === 'last') return jobs(queue).slice(-1);
  if (!/[*?[\\]/.test(operand)) return [job(queue, operand) ?? []].flat();
  return jobs(queue).filter((each) => matchesPattern(operand, each.jobid));
}

/** Plan of a job for its target number `place`, from 0; undefined where none was made. */
export function planOf(queue: JobQueue, jobid: string, place: number): Plan | undefined {
  return parsed<Plan>(readIfThere(planFile(queue, jobid, place)));
}

/** What the job's session wrote to the controller's log, or with `place` (from 0) to that target's agent's log. */
export function logOf(queue: JobQueue, jobid: string, place?: number): string | undefined {
  return readIfThere(logFile(queue, jobid, place));
}

/** Forgets a job; one that is not there is forgotten already. */
export function removeJob(queue: JobQueue, jobid: string): void {
  const targets = job(queue, jobid)?.targets.length ?? 0;
  for (let place = 0; place < targets; place++) {
    rmSync(planFile(queue, jobid, place), { force: true });
    rmSync(logFile(queue, jobid, place), { force: true });
  }
  rmSync(logFile(queue, jobid), { force: true });
  for (const kind of ['session', 'asked', 'claim'] as const) rmSync(scheduleFile(queue, jobid, kind), { force: true });
  rmSync(fileOf(queue, jobid, 'job'), { force: true });
}

/**
 * The number after the last one that has no record yet; making the empty record takes it. A queue full to 9999 goes beyond.
 * Throws the errno error of the file system.
 */
export function reserveId(queue: JobQueue): string {
  makeDirectories(queue.directory);
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
      closeSync(openSync(fileOf(queue, jobid, 'job'), 'wx', 0o644));
    } catch (error) {
      if (hasErrno(error, 'EEXIST')) continue;
      throw error;
    }
    writeFileAtomically(counter, `${number}\n`, 0o644);
    return jobid;
  }
}

/** `durable` for a session that changes something: its record outlives a power cut. Throws the errno error of the file system. */
export function writeRecord(queue: JobQueue, record: JobRecord, durable: boolean): void {
  const write = durable ? writeFileDurably : writeFileAtomically;
  write(fileOf(queue, record.jobid, 'job'), `${JSON.stringify(record)}\n`, 0o644);
}

/** As writeRecord. */
export function writePlan(queue: JobQueue, jobid: string, place: number, plan: Plan, durable: boolean): void {
  const write = durable ? writeFileDurably : writeFileAtomically;
  write(planFile(queue, jobid, place), JSON.stringify(plan), 0o644);
}

/** Where a session keeps its own part of the logs. */
export function logFile(queue: JobQueue, jobid: string, place?: number): string {
  return fileOf(queue, jobid, place === undefined ? 'log' : `agent${place + 1}`);
}

/** Files of a scheduled job: its session file, its flags, and the process that has begun it. */
export function scheduleFile(queue: JobQueue, jobid: string, kind: 'session' | 'asked' | 'claim'): string {
  return fileOf(queue, jobid, kind);
}

function planFile(queue: JobQueue, jobid: string, place: number): string {
  return fileOf(queue, jobid, `plan${place + 1}`);
}

/** An operand may say anything; only a plain name can be a job's. */
function fileOf(queue: JobQueue, jobid: string, kind: string): string {
  return join(queue.directory, `${jobid.replaceAll('/', '_')}.${kind}`);
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

/** A file that a power cut emptied tells nothing, and must not hide the jobs beside it. */
function parsed<Value>(text: string | undefined): Value | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
