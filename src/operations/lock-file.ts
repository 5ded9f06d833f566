// A lock for the moment of a small change: a file with the process id of whoever holds it.
// Promise: a lock whose process is gone is taken over; waiting ends after ten seconds with EEXIST.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hasErrno } from '../model/error.ts';

/** Runs `body` while no other process does; waits up to ten seconds. A lock whose process is gone is taken over. */
export function locked<T>(lock: string, body: () => T): T {
  for (let tries = 0; !tryLock(lock); tries++) {
    if (tries === 200) throw Object.assign(new Error(`${lock} stays held`), { code: 'EEXIST' });
    if (holderIsGone(lock)) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  try {
    return body();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    const fd = openSync(lock, 'wx');
    writeSync(fd, String(process.pid));
    closeSync(fd);
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

function holderIsGone(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Between its creation and its first byte a lock has no number yet.
    if (!(pid > 0)) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return hasErrno(error, 'ESRCH');
  }
}
