// swagentd (commands.md 14, 16): one daemon for each admin directory, which runs the scheduled jobs of its queue.
// Promise: the queue is all it knows, so a daemon that was killed is as good as new when it is started again; jobs run in processes of their
// own, which outlive it. That there is one daemon the kernel sees to (only-one.ts); the file swagentd.pid is for those who want to find it.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../host/durable.ts';
import { lookAt } from '../host/look.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import { isAlive, processStart } from '../store/holder.ts';
import { type JobQueue, job } from './jobs.ts';
import { onlyOne } from './only-one.ts';
import { dueJobs, giveUp } from './schedule.ts';

export interface Daemon {
  readonly pid: number;
  /** Start time of the process (store/holder.ts). */
  readonly start: string;
}

/** The daemon of this admin directory that runs now. */
export function findDaemon(admin: string): Daemon | undefined {
  try {
    const daemon = JSON.parse(readFileSync(pidFile(admin), 'utf8')) as Daemon;
    return isAlive(daemon) ? daemon : undefined;
  } catch {
    // Not there, not for us to read, or cut off: nobody to be found.
    return undefined;
  }
}

/**
 * Makes this process the daemon of the admin directory. Answers what ends that.
 * Throws SdError `daemon_running`, `daemon_not_started`.
 */
export async function becomeDaemon(admin: string): Promise<() => void> {
  for (const directory of [admin, join(admin, 'queue')]) requireOwn(admin, directory);
  let release: () => void;
  try {
    makeDirectories(admin);
    release = await onlyOne('swagentd', admin);
    const self: Daemon = { pid: process.pid, start: processStart(process.pid) ?? '' };
    writeFileAtomically(pidFile(admin), `${JSON.stringify(self)}\n`, 0o644);
  } catch (error) {
    if (error instanceof SdError && error.code === 'already_running') throw running(admin);
    throw new SdError('daemon_not_started', {
      what: `swagentd cannot be started for "${admin}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or name another directory with -x admin_directory=.',
      cause: error,
    });
  }
  return () => {
    if (findDaemon(admin)?.pid === process.pid) rmSync(pidFile(admin), { force: true });
    release();
  };
}

export interface Runner {
  readonly queue: JobQueue;
  /** Executable of a command (`swinstall`). */
  readonly program: (command: string) => string;
  readonly admin: string;
  /** max_agents: sessions at a time; below 1 there is no limit. */
  readonly limit: number;
  /** Where errors of the jobs' processes go. */
  readonly stderr: number | 'ignore';
  readonly onBegin: (job: Job, pid: number) => void;
  /** `state` is what the queue says of the job now. */
  readonly onEnd: (job: Job, exit: string, state: string) => void;
}

/** Starts what is due, again and again when `look` is called. */
export class JobRunner {
  readonly #runner: Runner;
  readonly #children = new Map<string, ChildProcess>();
  #whenIdle: (() => void) | undefined;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  get running(): number {
    return this.#children.size;
  }

  look(now: number): void {
    const { queue, limit } = this.#runner;
    if (this.#whenIdle) return;
    for (const due of dueJobs(queue, now)) {
      if (limit >= 1 && this.#children.size >= limit) return;
      if (!this.#children.has(due.jobid)) this.#begin(due);
    }
  }

  /** Begins nothing more; calls `idle` when no job runs. */
  finish(idle: () => void): void {
    this.#whenIdle = idle;
    if (this.running === 0) idle();
  }

  /** Lets go of the jobs that run, so that this process can end without them. */
  leave(): void {
    for (const child of this.#children.values()) child.unref();
  }

  #begin(due: Job): void {
    const { program, admin, stderr, onBegin } = this.#runner;
    const words = ['-J', due.jobid, '-x', `admin_directory=${admin}`, '-x', 'verbose=0'];
    const child = spawn(process.execPath, [program(due.command), ...words], {
      cwd: '/',
      // A process group of its own: what ends the daemon shall not end its jobs.
      detached: true,
      stdio: ['ignore', 'ignore', stderr],
    });
    this.#children.set(due.jobid, child);
    child.on('error', (error) => this.#ended(due, reasonOf(error)));
    child.on('exit', (code, signal) => this.#ended(due, signal ?? `exit code ${code}`));
    if (child.pid !== undefined) onBegin(due, child.pid);
  }

  /** A job that is still waiting could not be begun; it would be tried for ever. */
  #ended(due: Job, exit: string): void {
    const { queue, onEnd } = this.#runner;
    if (!this.#children.delete(due.jobid)) return;
    if (job(queue, due.jobid)?.state === 'scheduled') giveUp(queue, due, 1);
    onEnd(due, exit, job(queue, due.jobid)?.state ?? 'removed');
    if (this.#whenIdle && this.running === 0) this.#whenIdle();
    else this.look(Date.now());
  }
}

/** Starts `program words` as a process that outlives this one. Answers its pid once it says `ready`, or its exit code and complaint. */
export function startDetached(
  program: string,
  words: readonly string[],
): Promise<{ pid: number } | { exit: number; stderr: string }> {
  const child = spawn(process.execPath, [program, ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', () => {
      child.disconnect();
      child.stderr!.destroy();
      child.unref();
      resolve({ pid: child.pid! });
    });
    child.on('close', (code) => resolve({ exit: code ?? 1, stderr }));
  });
}

/** Asks the daemon to end and waits for it. Returns false where none runs. Throws SdError `daemon_not_stopped`. */
export async function stopDaemon(admin: string, patience = 30_000): Promise<boolean> {
  const daemon = findDaemon(admin);
  if (!daemon) return false;
  try {
    process.kill(daemon.pid, 'SIGTERM');
    for (const end = Date.now() + patience; Date.now() < end && isAlive(daemon); ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw notStopped(daemon, reasonOf(error));
  }
  if (isAlive(daemon)) throw notStopped(daemon, 'It has not ended in time.');
  return true;
}

/** A job in the queue is run with the daemon's rights. Throws SdError `daemon_not_started`. */
function requireOwn(admin: string, directory: string): void {
  const stats = lookAt(directory);
  if (!stats || ([0, process.geteuid?.()].includes(stats.uid) && (stats.mode & 0o002) === 0)) return;
  throw new SdError('daemon_not_started', {
    what: `swagentd is not started for "${admin}".`,
    because: `"${directory}" belongs to another user or is writable for all, and whoever writes there would give it orders.`,
    todo: 'Give it to the user who starts the daemon, and take that right away from others.',
    data: { directory },
  });
}

function pidFile(admin: string): string {
  return join(admin, 'swagentd.pid');
}

function running(admin: string): SdError {
  const daemon = findDaemon(admin);
  return new SdError('daemon_running', {
    what: `swagentd runs for "${admin}" already.`,
    because: daemon ? `It is process ${daemon.pid}.` : 'Some process holds its name.',
    todo: 'swagentd -r starts it anew, swagentd -k stops it.',
    data: { admin },
  });
}

function notStopped({ pid }: Daemon, because: string): SdError {
  return new SdError('daemon_not_stopped', {
    what: `swagentd (process ${pid}) cannot be stopped.`,
    because,
    todo: 'Look into its log; only who started it, or root, may stop it.',
    data: { pid },
  });
}
