// Swapping: staged objects take their places, in the order of the plan (D4, D5).
// Promise: every step may be done again after a crash at any point; old content is saved before it is replaced; nothing visible is
// ever written in place. Must not: decide anything; the journal has said all.

import { linkSync, lstatSync, renameSync, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { testPoint } from '../host/durable.ts';
import { hasErrno } from '../model/error.ts';
import { givePath } from './attributes-on-disk.ts';
import { ignoring, linkOrCopy, syncPaths } from './staging.ts';
import { directoriesOf, type JournalStep, temporaryName } from './steps.ts';

/** Does, or does again, all steps and makes them durable. `onStep` hears of each removal. */
export function swapAll(
  anchor: string,
  session: string,
  plan: readonly JournalStep[],
  onStep?: (n: number) => void,
): void {
  plan.forEach((step, n) => {
    if (step.step === 'directory') return;
    testPoint('swap');
    // Not the name of a stage, which may lie in the same directory.
    const beside = 'save' in step && step.save !== undefined ? step.save : step.path;
    swapOne(anchor, step, `${temporaryName(beside, session, n)}s`);
    if (step.step === 'remove') onStep?.(n);
  });
  for (const step of plan.toReversed()) {
    if (step.step === 'directory') giveDirectory(join(anchor, step.path), step);
  }
  const directories = [...directoriesOf(plan)].map((path) => join(anchor, path));
  const changed = plan.flatMap((step) => (step.step === 'attributes' ? [join(anchor, step.path)] : []));
  syncPaths(
    changed.filter((path) => lookAt(path)?.isFile()),
    new Set(directories.filter((path) => lookAt(path)?.isDirectory())),
  );
}

function swapOne(anchor: string, step: Exclude<JournalStep, { step: 'directory' }>, temporary: string): void {
  const path = join(anchor, step.path);
  switch (step.step) {
    case 'put':
      // A stage that is gone has been renamed before the crash.
      if (lookAt(join(anchor, step.stage)) === undefined) return;
      keep(anchor, path, step, temporary);
      replace(join(anchor, step.stage), path);
      break;
    case 'attributes':
      // Too late to refuse, as with directories: swverify tells.
      ignoring(() => givePath(path, step.as), 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS');
      break;
    case 'remove':
      keep(anchor, path, step, temporary);
      ignoring(() => unlinkSync(path), 'ENOENT', 'ENOTDIR', 'EISDIR');
      break;
    case 'rename':
      ignoring(() => renameSync(path, join(anchor, step.to)), 'ENOENT');
      break;
    case 'rmdir':
      ignoring(() => rmdirSync(path), 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY');
      break;
  }
}

function replace(stage: string, path: string): void {
  if (lookAt(path)?.isDirectory()) rmdirSync(path);
  renameSync(stage, path);
  // Renaming one hard link of an object over another does nothing and leaves both.
  ignoring(() => unlinkSync(stage), 'ENOENT');
}

/** Saves what is at `path` now. A copy goes through a temporary name, so that the save is whole or not there. */
function keep(anchor: string, path: string, step: { save?: string; copySave?: boolean }, temporary: string): void {
  if (step.save === undefined) return;
  const now = lookAt(path);
  if (now === undefined || now.isDirectory()) return;
  const save = join(anchor, step.save);
  if (step.copySave !== true && linked(path, save, now)) return;
  const copy = join(anchor, temporary);
  ignoring(() => unlinkSync(copy), 'ENOENT');
  linkOrCopy(path, copy, true);
  // The save must be durable before the name that still holds the content goes.
  if (now.isFile()) syncPaths([copy], new Set());
  renameSync(copy, save);
}

/** Saves by hard link; false where that cannot be. */
function linked(path: string, save: string, now: Stats): boolean {
  for (;;) {
    try {
      linkSync(path, save);
      return true;
    } catch (error) {
      if (hasErrno(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) return false;
      if (!hasErrno(error, 'EEXIST')) throw error;
      const there = lstatSync(save);
      if (there.ino === now.ino && there.dev === now.dev) return true;
      unlinkSync(save);
    }
  }
}

function giveDirectory(path: string, step: Extract<JournalStep, { step: 'directory' }>): void {
  // Not there: an rmdir of the same plan took it. A link: somebody's own arrangement.
  if (!lookAt(path)?.isDirectory()) return;
  // Too late to refuse: somebody else's directory keeps what it has, and swverify tells.
  ignoring(() => givePath(path, step.as), 'EPERM');
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
