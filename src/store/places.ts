// Places: what would stop a swap behind the point of no return, found before anything is begun (D4).
// Promise: nothing is touched; each refusal says what is in the way. What cannot be seen without trying is left to the steps.

import { accessSync, constants, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, SdError } from '../model/error.ts';
import type { FileStep } from './transaction-types.ts';

/** Steps that put nothing new at their path. */
const STAYING: ReadonlySet<FileStep['step']> = new Set(['attributes', 'remove', 'rename', 'rmdir']);

/**
 * Refuses what could not be swapped later: a file to place where a directory with content stands, a directory where a file stands,
 * anything below a file of the same transaction, and to replace or remove what cannot go. `look` says what stands at a path.
 * Throws SdError `directory_in_the_way`, `file_in_the_way` or `file_fixed`, and the errno error of looking.
 */
export function checkPlaces(
  anchor: string,
  steps: readonly FileStep[],
  look: (path: string) => Stats | undefined,
): void {
  checkParents(anchor, steps);
  const mounts = mountsBelow(anchor);
  for (const step of steps) {
    // Both do what they can.
    if (step.step === 'attributes' || step.step === 'rmdir') continue;
    const stats = look(step.path);
    if (stats === undefined) continue;
    const path = join(anchor, step.path);
    if (step.step === 'directory') {
      // A link is somebody's own arrangement of directories and stays.
      if (!stats.isDirectory() && !stats.isSymbolicLink())
        throw inTheWay('file_in_the_way', path, 'A directory', 'file');
      continue;
    }
    if (stats.isDirectory()) {
      if (step.step === 'remove') continue;
      if (!STAYING.has(step.step) && readdirSync(path).length > 0)
        throw inTheWay('directory_in_the_way', path, 'A file', 'directory with content');
    }
    if (mounts.has(step.path)) throw fixed(path, 'Something is mounted there.', 'Unmount it and try again.');
    if (stats.isFile()) checkFlags(path);
  }
}

/** What is to be a file cannot be the directory of anything else. */
function checkParents(anchor: string, steps: readonly FileStep[]): void {
  const placed = steps.filter(({ step }) => !STAYING.has(step));
  const files = new Set(placed.flatMap(({ step, path }) => (step === 'directory' ? [] : [path])));
  const clear = new Set(['.']);
  for (const { path } of placed) {
    for (let parent = dirname(path); !clear.has(parent); parent = dirname(parent)) {
      if (files.has(parent)) {
        throw new SdError('file_in_the_way', {
          what: `Nothing can be placed at "${join(anchor, path)}".`,
          because: `The same software places a file at "${join(anchor, parent)}", which is no directory then.`,
          todo: 'Leave one of the two files out of the software.',
          data: { path: join(anchor, path) },
        });
      }
      clear.add(parent);
    }
  }
}

/** What access(2) says of the right to write does not matter, for the directory has it; of flags and file systems it does. */
function checkFlags(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    if (hasErrno(error, 'EPERM')) throw fixed(path, 'It is immutable.', 'Use "chattr -i" on it and try again.');
    if (hasErrno(error, 'EROFS')) {
      throw fixed(path, 'Its file system is read-only.', 'Mount that for writing and try again.');
    }
  }
}

/** Mount points, relative to the anchor: containers have single files mounted, as /etc/hosts. */
function mountsBelow(anchor: string): Set<string> {
  try {
    const top = join(realpathSync(anchor), '/');
    const points = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .flatMap((line) => {
        const point = (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, code) =>
          String.fromCharCode(parseInt(code, 8)),
        );
        return point.startsWith(top) ? [point.slice(top.length)] : [];
      });
    return new Set(points);
  } catch (error) {
    // No /proc here, or nothing below an anchor that is not there yet.
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return new Set();
    throw error;
  }
}

function fixed(path: string, because: string, todo: string): SdError {
  return new SdError('file_fixed', { what: `"${path}" cannot be replaced or removed.`, because, todo, data: { path } });
}

function inTheWay(code: string, path: string, thing: string, there: string): SdError {
  return new SdError(code, {
    what: `${thing} cannot be placed at "${path}".`,
    because: `A ${there} stands there.`,
    todo: 'Move it out of the way and try again.',
    data: { path },
  });
}
