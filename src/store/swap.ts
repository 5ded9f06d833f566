// Swapping: staged objects take their places, in the order of the plan (D4, D5).
// Promise: every step may be done again after a crash at any point; old content is saved before it is replaced; nothing visible is
// ever written in place. Must not: decide anything; the journal has said all.

import { linkSync, lstatSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncDirectory, testPoint } from '../host/durable.ts';
import { lookAt } from '../host/look.ts';
import { hasErrno } from '../model/error.ts';
import { givePath } from './attributes-on-disk.ts';
import { ignoring, linkOrCopy, syncPaths } from './staging.ts';
import { directoriesOf, type JournalStep, temporaryName } from './steps.ts';

/** Does all steps and makes them durable; `again` where some may have been done before a crash. `onStep` hears of each removal. */
export function swapAll(
  anchor: string,
  session: string,
  plan: readonly JournalStep[],
  { again, onStep }: { readonly again: boolean; readonly onStep?: (n: number) => void },
): void {
  plan.forEach((step, n) => {
    if (step.step === 'directory') return;
    testPoint('swap');
    swapOne(anchor, session, step, n, again);
    if (step.step === 'remove') onStep?.(n);
  });
  for (const step of plan.toReversed()) {
    if (step.step === 'directory') giveDirectory(join(anchor, step.path), step);
  }
  const changed = plan.flatMap((step) => (step.step === 'attributes' ? [join(anchor, step.path)] : []));
  syncPaths(
    changed.filter((path) => lookAt(path)?.isFile()),
    new Set(Array.from(directoriesOf(plan), (path) => join(anchor, path))),
  );
}

function swapOne(
  anchor: string,
  session: string,
  step: Exclude<JournalStep, { step: 'directory' }>,
  n: number,
  again: boolean,
): void {
  const path = `${anchor}/${step.path}`;
  switch (step.step) {
    case 'put':
      if (step.stage === step.path) return;
      if (step.save !== undefined) {
        const save = `${anchor}/${step.save}`;
        const copy = `${anchor}/${savingName(step.save, session, n)}`;
        // A stage that is gone has been renamed before the crash; what is at the path now must not be saved.
        if (again && lookAt(`${anchor}/${step.stage}`) === undefined) {
          finishSave(save, copy);
          return;
        }
        keep(path, save, copy, step.copySave === true);
      }
      replace(`${anchor}/${step.stage}`, path, step.linked === true);
      break;
    case 'attributes':
      // Too late to refuse, as with directories: swverify tells.
      ignoring(() => givePath(path, step.as), 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS');
      break;
    case 'remove':
      if (step.save !== undefined) {
        const save = `${anchor}/${step.save}`;
        const copy = `${anchor}/${savingName(step.save, session, n)}`;
        if (again && lookAt(path) === undefined) finishSave(save, copy);
        else keep(path, save, copy);
      }
      ignoring(() => unlinkSync(path), 'ENOENT', 'ENOTDIR', 'EISDIR');
      break;
    case 'rename':
      ignoring(() => renameSync(path, join(anchor, step.to)), 'ENOENT');
      break;
    case 'rmdir':
      // It stays where it cannot go.
      ignoring(
        () => rmdirSync(path),
        ...['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY', 'EACCES', 'EPERM', 'EROFS'],
      );
      break;
  }
}

function replace(stage: string, path: string, linked: boolean): void {
  try {
    renameSync(stage, path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT') && lookAt(stage) === undefined) return;
    if (!hasErrno(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST')) throw error;
    rmdirSync(path);
    renameSync(stage, path);
  }
  // Renaming one hard link of an object over another does nothing and leaves both.
  if (linked) ignoring(() => unlinkSync(stage), 'ENOENT');
}

/** Beside the save, and not the name of a stage, which may lie in the same directory. */
function savingName(save: string, session: string, n: number): string {
  return `${temporaryName(save, session, n)}s`;
}

/** Saves what is at `path` now. A copy goes through the temporary name `copy`, so that the save is whole or not there. */
function keep(path: string, save: string, copy: string, always = false): void {
  if (!always && linked(path, save)) return;
  const now = lookAt(path);
  if (now === undefined || now.isDirectory()) return;
  ignoring(() => unlinkSync(copy), 'ENOENT');
  linkOrCopy(path, copy, true);
  // The save must be durable before the name that still holds the content goes.
  if (now.isFile()) syncPaths([copy], new Set());
  renameSync(copy, save);
  // Where the save lies on another file system, nothing else orders its name before the replacing of the original.
  fsyncDirectory(dirname(save));
}

/** The original is gone already: a copy that a crash left under its temporary name is the only one, and whole. */
function finishSave(save: string, copy: string): void {
  ignoring(() => renameSync(copy, save), 'ENOENT');
}

/** Saves by hard link, without looking first: most saves succeed at once. False where that cannot be, and for a directory. */
function linked(path: string, save: string): boolean {
  for (;;) {
    try {
      linkSync(path, save);
      return true;
    } catch (error) {
      if (hasErrno(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) return false;
      const now = lookAt(path);
      if (now === undefined) return true;
      if (!hasErrno(error, 'EEXIST')) throw error;
      if (now.isDirectory()) return false;
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
  ignoring(() => givePath(path, step.as), 'EPERM', 'EROFS');
}
