// Scheduled jobs (commands.md 5 -Q and -J, 14): made now, run later by swagentd, or by whoever says -J.
// Promise: a job is on disk durably before -Q says so, and is begun once: who begins it claims it first, and a claim outlives a power cut.
// A claim is a file made by link(2), which succeeds for one only; whose process died shows as a crashed job, never as one to run.

import { linkSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncDirectory, writeFileDurably } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Job, JobRecord } from '../model/job.ts';
import { processStart } from '../store/holder.ts';
import { type JobQueue, job, removeJob, reserveId, scheduleFile, waitingIds, writeRecord } from './jobs.ts';

/** What a command line asked for beside options and selections, which are in the session file. */
export interface AskedFlags {
  readonly counts: Readonly<Record<string, number>>;
  readonly arguments: Readonly<Record<string, readonly string[]>>;
  /** Working directory of whoever scheduled it. */
  readonly cwd: string;
}

/** A job as it is made by -Q. */
export type ScheduledJob = Omit<JobRecord, 'jobid' | 'pid' | 'start' | 'progress' | 'results' | 'end' | 'exitCode'> & {
  readonly schedule: number;
};

/**
 * Puts a job into the queue; `writeSession` writes its session file. Answers its id. What fails half-way leaves no job.
 * Throws the errno error of the file system.
 */
export function schedule(
  queue: JobQueue,
  about: ScheduledJob,
  asked: AskedFlags,
  writeSession: (file: string) => void,
): string {
  const jobid = reserveId(queue);
  try {
    writeSession(scheduleFile(queue, jobid, 'session'));
    writeFileDurably(scheduleFile(queue, jobid, 'asked'), `${JSON.stringify(asked)}\n`, 0o644);
    const idle = { pid: 0, start: '', progress: { phase: 'begin', done: 0, planned: 0 }, results: [] } as const;
    writeRecord(queue, { ...about, jobid, ...idle }, true);
    return jobid;
  } catch (error) {
    removeJob(queue, jobid);
    throw error;
  }
}

/** A job that is to be begun, with the flags and the session file it was made with. Throws SdError `job_not_scheduled`. */
export function scheduled(queue: JobQueue, jobid: string): { job: Job; asked: AskedFlags; sessionFile: string } {
  const found = job(queue, jobid);
  if (found?.state !== 'scheduled') throw notScheduled(queue, jobid, found);
  try {
    const asked = JSON.parse(readFileSync(scheduleFile(queue, jobid, 'asked'), 'utf8')) as AskedFlags;
    return { job: found, asked, sessionFile: scheduleFile(queue, jobid, 'session') };
  } catch (error) {
    // Whoever begins a job takes this file away.
    if (!hasErrno(error, 'ENOENT')) throw error;
    throw notScheduled(queue, jobid, job(queue, jobid));
  }
}

/** Takes a scheduled job for this process, for ever. Throws SdError `job_not_scheduled` where another was first. */
export function claim(queue: JobQueue, jobid: string): void {
  const file = scheduleFile(queue, jobid, 'claim');
  const own = `${file}.${process.pid}`;
  makeDirectories(dirname(file));
  writeFileDurably(own, JSON.stringify({ pid: process.pid, start: processStart(process.pid) ?? '' }), 0o644);
  try {
    linkSync(own, file);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    throw notScheduled(queue, jobid, job(queue, jobid));
  } finally {
    rmSync(own, { force: true });
  }
  fsyncDirectory(dirname(file));
}

/** Ends a job that could not even be begun; its result is an error. Another process may have taken it: then nothing happens. */
export function giveUp(queue: JobQueue, waiting: Job, exitCode: number): void {
  try {
    claim(queue, waiting.jobid);
  } catch (error) {
    if (error instanceof SdError) return;
    throw error;
  }
  const { state: _, ...record } = waiting;
  writeRecord(queue, { ...record, end: Date.now(), exitCode }, true);
}

/** Scheduled jobs whose time has come, the longest waiting first. */
export function dueJobs(queue: JobQueue, now: number): Job[] {
  const due = waitingIds(queue).flatMap((jobid) => {
    const found = job(queue, jobid);
    return found?.state === 'scheduled' && (found.schedule ?? now) <= now ? [found] : [];
  });
  return due.sort((left, right) => (left.schedule ?? 0) - (right.schedule ?? 0));
}

/** Lines of `<admin>/getdate.templ`: the machine's own templates for dates; none where there is no such file. */
export function dateTemplates(admin: string): string[] {
  try {
    const lines = readFileSync(join(admin, 'getdate.templ'), 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

function notScheduled({ directory }: JobQueue, jobid: string, found: Job | undefined): SdError {
  return new SdError('job_not_scheduled', {
    what: `The job "${jobid}" cannot be run.`,
    because: found
      ? `It is not waiting to be run: its state is "${found.state}".`
      : `There is no such job in "${directory}".`,
    todo: 'A job of -Q is run once; "swjob" lists the jobs.',
    data: { jobid },
  });
}
