// The holder file: who has the store open, for messages, and whether a session that was changing something is still alive.
// Promise: it locks nothing (LevelDB's own lock does); a session that changes files has it on disk before its first change and removes
// it at its proper end, so that a reader without the database sees an interrupted session.

import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically, writeFileDurably } from '../host/durable.ts';

export interface Holder {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot: a process id alone is used again. */
  readonly start: string;
  readonly host: string;
  readonly user: string;
  readonly command: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** True from the first change of files on. */
  readonly changing: boolean;
}

/** Writes the file; durably when the session is about to change something. */
export function writeHolder(
  home: string,
  session: { command: string; user: string; since: number; changing: boolean },
): void {
  const holder: Holder = { pid: process.pid, start: processStart(process.pid) ?? '', host: hostname(), ...session };
  const write = session.changing ? writeFileDurably : writeFileAtomically;
  write(join(home, 'holder'), `${JSON.stringify(holder)}\n`, 0o644);
}

export function removeHolder(home: string): void {
  rmSync(join(home, 'holder'), { force: true });
}

/** What the file says; undefined when there is none or it cannot be read. */
export function readHolder(home: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(home, 'holder'), 'utf8')) as Holder;
  } catch {
    // Advisory: a file that is missing, unreadable or half a line only makes a message shorter.
    return undefined;
  }
}

/** True when a session of this machine began to change files and is no longer there. Of other machines nothing can be said. */
export function isInterrupted(home: string): boolean {
  const holder = readHolder(home);
  return holder?.changing === true && holder.host === hostname() && !isAlive(holder);
}

/** True while the process that wrote this runs. */
export function isAlive(process: { pid: number; start: string }): boolean {
  return processStart(process.pid) === process.start;
}

/** Start time of a process as the kernel tells it; undefined when there is none. Zombies do not count. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command in brackets may hold anything, so count from its end: state is the first field after it, start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** "held by swinstall (process 12, user root, since 10:00:00)" as far as it is known. */
export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'It is held by another session.';
  const since = new Date(holder.since).toTimeString().slice(0, 8);
  return `It is held by ${holder.command} (pid ${holder.pid}, user ${holder.user}, since ${since}).`;
}
