// Facts of the running machine: its name, its user, its file systems and their space.
// Promise: every answer is asked from the system anew; paths need not exist, their nearest existing parent answers for them.

import { accessSync, constants, readFileSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { hostname, machine, release, type, userInfo, version } from 'node:os';
import { dirname, resolve } from 'node:path';
import { hasErrno } from '../model/error.ts';

/** Space of one file system; all but `mount` in bytes. `available` is what an ordinary user may still take, `free` includes root's reserve. */
export interface FileSystemSpace {
  readonly mount: string;
  readonly available: number;
  readonly total: number;
  readonly free: number;
  readonly blockSize: number;
}

/** The first part of the host name, as logs and `name@host` print it. */
export function hostName(): string {
  return hostname().split('.')[0]!;
}

/** Login name of the effective user; the number of one that has no account. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.() ?? '');
  }
}

/** What uname(1) -s -r -v -m say. */
export function uname(): { sysname: string; release: string; version: string; machine: string } {
  return { sysname: type(), release: release(), version: version(), machine: machine() };
}

/** Mount point of the file system that holds `path`, or would hold it once it is made. */
export function mountOf(path: string): string {
  const physical = realpathSync(nearestExisting(path));
  return holderOf(physical, mountPoints(readFileSync('/proc/self/mountinfo', 'utf8')));
}

/** Space of the file system that holds `path`, or would hold it. */
export function space(path: string): FileSystemSpace {
  const stats = statfsSync(nearestExisting(path));
  return {
    mount: mountOf(path),
    available: stats.bavail * stats.bsize,
    total: stats.blocks * stats.bsize,
    free: stats.bfree * stats.bsize,
    blockSize: stats.bsize,
  };
}

/** True when this process may write there, or make it: permission is there and the file system is not mounted read-only. */
export function isWritable(path: string): boolean {
  try {
    const nearest = nearestExisting(path);
    accessSync(nearest, constants.W_OK);
    return nearest === resolve(path) || statSync(nearest).isDirectory();
  } catch {
    return false;
  }
}

/** Mount points in order of mounting, from the text of /proc/self/mountinfo (proc(5): field 5, blanks and the like as octal escapes). */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point !== '')
    .map((point) => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))));
}

/** The longest mount point that is the path or above it. */
export function holderOf(path: string, mounts: readonly string[]): string {
  const above = mounts.filter((mount) => mount === '/' || path === mount || path.startsWith(`${mount}/`));
  return above.reduce((longest, mount) => (mount.length > longest.length ? mount : longest), '/');
}

function nearestExisting(path: string): string {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      accessSync(at, constants.F_OK);
      return at;
    } catch (error) {
      if (at === '/' || !hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
}
