// The one file that owns "write this so that it survives a power cut" (D4; evidence/store-and-fleet.md 1.4, 1.5).
// Promise: after writeFileDurably a reader finds the old file or the whole new one, also after a crash; never a mixture.
// Must not: know what the files mean. `testPoint` lets crash tests stop between any two of these steps.

import { closeSync, constants, fchmodSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, SdError } from '../model/error.ts';
import { writeAll } from './digest.ts';
import { testPoint, withoutFsync } from './test-point.ts';

export { testPoint } from './test-point.ts';

/**
 * Replaces or makes `path` with these bytes and exactly this mode (07777; umask is not applied). On return file and name are on
 * stable storage. A symbolic link at `path` is replaced, not followed. Throws the errno error; `path` is then as before.
 */
export function writeFileDurably(path: string, bytes: Uint8Array | string, mode: number): void {
  replace(path, bytes, mode, true);
  fsyncDirectory(dirname(path));
  testPoint('written');
}

/** The same without any fsync: for derived data that a later `syncFileSystem` covers. Readers still see old or new, whole. */
export function writeFileAtomically(path: string, bytes: Uint8Array | string, mode: number): void {
  replace(path, bytes, mode, false);
}

/** Makes additions, removals and renames in this directory durable. */
export function fsyncDirectory(path: string): void {
  fsyncOpened(path, constants.O_RDONLY | constants.O_DIRECTORY);
}

/** Makes the content and attributes of this file durable. */
export function fsyncFile(path: string): void {
  if (withoutFsync()) return;
  fsyncOpened(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/**
 * Makes everything written so far to the file system of `path` durable: one syncfs(2) instead of an fsync per file (D10).
 * Node has no such call, so the program `sync` does it; one without `-f` syncs all file systems.
 * Throws SdError `sync_failed` when it reports an error (a failing disk) and `sync_missing` without the program.
 */
export function syncFileSystem(path: string): void {
  testPoint('sync');
  if (withoutFsync()) return;
  // Not imported: readers load this file too.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  let result = spawnSync('sync', ['-f', path], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  // Only an unknown option may fall back: plain sync(2) cannot report the I/O error that `sync -f` has just seen.
  if (result.status !== 0 && /option|usage/i.test(result.stderr ?? '')) {
    result = spawnSync('sync', [], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  }
  if (result.status === 0) return;
  if (hasErrno(result.error, 'ENOENT')) {
    throw new SdError('sync_missing', {
      what: 'The program "sync" was not found.',
      because: 'Changes are made safe against a power cut with it.',
      todo: 'Install the Debian package "coreutils", or correct PATH.',
    });
  }
  throw new SdError('sync_failed', {
    what: `Could not write the file system of "${path}" to its disk.`,
    because: result.error ? result.error.message : result.stderr.trim(),
    todo: 'Look for disk errors in the system log.',
    data: { path },
  });
}

function replace(path: string, bytes: Uint8Array | string, mode: number, durable: boolean): void {
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  // One name per process is enough, for no other write of this process can come between.
  const temporary = join(dirname(path), `.sd-new.${process.pid}`);
  testPoint('write');
  const fd = openNew(temporary);
  try {
    try {
      writeAll(fd, data);
      fchmodSync(fd, mode);
      if (durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    testPoint('rename');
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Opens a file that must be new. One that is there already was left by a killed process that had our id. */
function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    rmSync(path);
    return openSync(path, 'wx', 0o600);
  }
}

function fsyncOpened(path: string, flags: number): void {
  const fd = openSync(path, flags);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
