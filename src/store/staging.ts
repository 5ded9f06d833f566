// Staging: everything a transaction will place is made complete beside its final name, before anything visible changes (D4).
// Promise: temporary objects have the names the journal knows; content is read once; what was expected is compared. Undo removes all.

import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { shareOut, worthACrew } from '../host/crew.ts';
import { copyContent, type Digested } from '../host/digest.ts';
import { fsyncDirectory, fsyncFile, syncFileSystem, testPoint } from '../host/durable.ts';
import { deviceNumbers } from '../host/file-type.ts';
import { lookAt } from '../host/look.ts';
import { stopPoint } from '../host/signals.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { giveFile, givePath } from './attributes-on-disk.ts';
import type { JournalStep } from './steps.ts';
import type { FileStep, Staged, Transaction } from './transaction-types.ts';

/** Up to this many objects an fsync each is cheaper than one sync of the file system. */
const FEW = 16;

/** How long a user who presses Ctrl-C waits; milliseconds. Asking costs a turn of the event loop. */
const PATIENCE_MS = 100;

type StepOf<S extends FileStep['step']> = Extract<FileStep, { step: S }>;

/**
 * Makes missing directories and stages every object, in order. Returns the facts found, per path of a place step.
 * `plan` is the journal's form of the same steps. A signal may stop it between two objects (`Stopped`).
 */
export async function stageAll(
  anchor: string,
  transaction: Transaction,
  plan: readonly JournalStep[],
): Promise<Map<string, Staged>> {
  const staged = new Map<string, Staged>();
  const stages = new Map<string, string>();
  const links = new Map<string, string>();
  const shared = worthACrew(transaction.files.filter(isShared).length) ? new Map<StepOf<'place'>, string>() : undefined;
  let paused = Date.now();
  for (const [n, step] of transaction.files.entries()) {
    if (Date.now() - paused > PATIENCE_MS) {
      await stopPoint();
      paused = Date.now();
    }
    const planned = plan[n]!;
    if (planned.step === 'directory') {
      if (planned.made) makeDirectory(join(anchor, planned.path));
      continue;
    }
    if (planned.step !== 'put') continue;
    stages.set(planned.path, planned.stage);
    if (shared && isShared(step)) {
      shared.set(step, `${anchor}/${planned.stage}`);
      continue;
    }
    testPoint('file');
    // A link may name a file that comes later in the transaction.
    if (step.step === 'hardlink') links.set(step.path, step.to);
    else stageOne({ anchor, staged, onPiece: transaction.onPiece }, step, `${anchor}/${planned.stage}`);
    transaction.onFile?.(step, staged.get(step.path)?.size ?? 0);
  }
  if (shared) await stageShared(shared, transaction, staged);
  for (const path of links.keys()) {
    const to = linkedFile(path, links);
    linkSync(join(anchor, stages.get(to) ?? to), join(anchor, stages.get(path)!));
  }
  return staged;
}

/**
 * Checks what swapping will need: every save has its directory, and what is removed or renamed lies where we may write.
 * Throws the errno error.
 */
export function checkSwap(anchor: string, plan: readonly JournalStep[]): void {
  const written = new Set<string>();
  for (const step of plan) {
    if ('save' in step && step.save !== undefined) written.add(dirname(step.save));
    if (step.step === 'rename') written.add(dirname(step.to));
  }
  const left = new Set(
    plan.flatMap((step) => (step.step === 'remove' || step.step === 'rename' ? [dirname(step.path)] : [])),
  );
  const check = (directory: string) => accessSync(join(anchor, directory), constants.W_OK | constants.X_OK);
  for (const directory of written) check(directory);
  // Where there is no directory there is nothing to remove.
  for (const directory of left) ignoring(() => check(directory), 'ENOENT', 'ENOTDIR');
}

/** Makes all staged objects and their names durable. */
export function syncStaged(anchor: string, plan: readonly JournalStep[]): void {
  const objects = plan.flatMap((step) => (step.step === 'put' ? [`${anchor}/${step.stage}`] : []));
  const directories = new Set<string>();
  for (const step of plan) {
    if (step.step === 'put') directories.add(dirname(`${anchor}/${step.stage}`));
    if (step.step === 'directory' && step.made) directories.add(dirname(`${anchor}/${step.path}`));
  }
  syncPaths(objects, directories);
}

/** Durable files and directories, those that are there: each by itself when they are few, else their file systems as a whole. */
export function syncPaths(objects: readonly string[], directories: ReadonlySet<string>): void {
  if (objects.length + directories.size <= FEW) {
    for (const object of objects) if (lstatSync(object).isFile()) syncOne(object, fsyncFile);
    for (const directory of directories) if (lookAt(directory)?.isDirectory()) syncOne(directory, fsyncDirectory);
    return;
  }
  const devices = new Map<number, string>();
  for (const directory of directories) {
    const stats = lookAt(directory);
    // Any one that its mode lets us open.
    if (stats?.isDirectory() && (!devices.has(stats.dev) || stats.mode & constants.S_IRUSR))
      devices.set(stats.dev, directory);
  }
  for (const directory of devices.values()) syncFileSystem(directory);
}

/** Ordinary users cannot open what its own mode closes to them. */
function syncOne(path: string, sync: (path: string) => void): void {
  try {
    sync(path);
  } catch (error) {
    if (!hasErrno(error, 'EACCES')) throw error;
    syncFileSystem(dirname(path));
  }
}

/** Removes whatever staging has left; may be done again. */
export function undoStaging(anchor: string, plan: readonly JournalStep[]): void {
  for (const step of plan) {
    if (step.step === 'put') ignoring(() => unlinkSync(join(anchor, step.stage)), 'ENOENT', 'ENOTDIR');
  }
  for (const step of plan.toReversed()) {
    if (step.step === 'directory' && step.made) {
      ignoring(() => rmdirSync(join(anchor, step.path)), 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EBUSY');
    }
  }
}

/** Does `action`; these errors mean that it is done already, or not to be done. */
export function ignoring(action: () => void, ...errnos: string[]): void {
  try {
    action();
  } catch (error) {
    if (!hasErrno(error, ...errnos)) throw error;
  }
}

/** A hard link of `from`, or across file systems (`always`: anyway) a copy with the same attributes; symbolic links are made anew. */
export function linkOrCopy(from: string, to: string, always = false): void {
  if (!always) {
    try {
      linkSync(from, to);
      return;
    } catch (error) {
      // EPERM: file systems without hard links, and fs.protected_hardlinks for ordinary users.
      if (!hasErrno(error, 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP')) throw error;
    }
  }
  const stats = lstatSync(from);
  if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (stats.isFile()) copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  else if (stats.isFIFO()) makeNode(to, 'p');
  else makeNode(to, stats.isBlockDevice() ? 'b' : 'c', stats.rdev);
  givePath(to, { mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, mtime: stats.mtimeMs / 1000 });
}

/** A file that another thread can copy: it lies in a file of its own, and all that is expected of it is known. */
function isShared(step: FileStep): step is StepOf<'place'> {
  return step.step === 'place' && step.from !== undefined && step.as.mtime !== undefined;
}

/** Copies files to their stages with two threads, and again by this one what could not be copied so: it finds the words for why. */
async function stageShared(
  stages: ReadonlyMap<StepOf<'place'>, string>,
  transaction: Transaction,
  staged: Map<string, Staged>,
): Promise<void> {
  const steps = [...stages.keys()];
  let finished = 0;
  const finish = (facts: Staged) => {
    const step = steps[finished]!;
    compare(step, facts);
    staged.set(step.path, facts);
    transaction.onFile?.(step, facts.size);
    finished += 1;
  };
  const result = await shareOut(
    {
      from: steps.map((step) => step.from ?? ''),
      to: [...stages.values()],
      size: Float64Array.from(steps, (step) => step.expect?.size ?? -1),
      mode: Uint32Array.from(steps, (step) => step.as.mode & 0o7777),
      uid: Uint32Array.from(steps, (step) => step.as.uid),
      gid: Uint32Array.from(steps, (step) => step.as.gid),
      mtime: Float64Array.from(steps, (step) => step.as.mtime ?? Number.NaN),
    },
    stopPoint,
    (soFar) => {
      for (let read = soFar(finished); read !== undefined; read = soFar(finished)) finish(read.digests);
    },
  );
  while (finished < steps.length) finish(result(finished)?.digests ?? alone(steps[finished]!, stages, transaction));
}

function alone(step: StepOf<'place'>, stages: ReadonlyMap<StepOf<'place'>, string>, transaction: Transaction): Staged {
  const stage = stages.get(step)!;
  ignoring(() => unlinkSync(stage), 'ENOENT');
  return stageFile(step, stage, transaction.onPiece);
}

/** What is the same for every object of a transaction. */
interface Staging {
  readonly anchor: string;
  readonly staged: Map<string, Staged>;
  readonly onPiece: Transaction['onPiece'];
}

function stageOne({ anchor, staged, onPiece }: Staging, step: FileStep, stage: string): void {
  switch (step.step) {
    case 'place':
      staged.set(step.path, stageFile(step, stage, onPiece));
      break;
    case 'symlink':
      symlinkSync(step.to, stage);
      givePath(stage, step.as);
      break;
    case 'node':
      makeNode(stage, step.type, step.major === undefined ? undefined : [step.major, step.minor ?? 0]);
      givePath(stage, step.as);
      break;
    case 'restore':
      linkOrCopy(join(anchor, step.from), stage);
      break;
  }
}

function stageFile(step: StepOf<'place'>, stage: string, onPiece: Transaction['onPiece']): Digested {
  const content = step.content();
  try {
    const fd = openSync(stage, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      const facts = copyContent(content, fd, { onPiece });
      compare(step, facts);
      giveFile(fd, step.as);
      return facts;
    } finally {
      closeSync(fd);
    }
  } finally {
    if (content.kind === 'region') content.close();
  }
}

function compare(step: StepOf<'place'>, facts: Digested): void {
  for (const fact of ['size', 'cksum', 'sha256'] as const) {
    const expected = step.expect?.[fact];
    if (expected === undefined || expected === facts[fact]) continue;
    throw new SdError('content_mismatch', {
      what: `The content of "/${step.path}" is not what the catalog of its source says.`,
      because: `Its ${fact} is ${facts[fact]}, not ${expected}.`,
      todo: 'Check the source with swverify.',
      data: { path: step.path, fact, expected, found: facts[fact] },
    });
  }
}

function makeDirectory(path: string): void {
  // Closed until its attributes are given, last of all. Something may have made it since the plan was written.
  ignoring(() => mkdirSync(path, 0o700), 'EEXIST');
}

/** Node cannot make devices and fifos; the program mknod can. `device` is the number of stat, or major and minor. */
function makeNode(path: string, type: 'p' | 'b' | 'c', device?: number | readonly [number, number]): void {
  const numbers = typeof device === 'number' ? deviceNumbers(device) : (device ?? []);
  const result = spawnSync('mknod', [path, type, ...(type === 'p' ? [] : numbers.map(String))], { encoding: 'utf8' });
  if (result.status === 0) return;
  throw new SdError('node_not_made', {
    what: `The special file "${path}" could not be made.`,
    because: (result.error?.message ?? result.stderr).trim(),
    todo: type === 'p' ? '' : 'Devices can be made by the superuser only.',
    data: { path, type },
  });
}

/** Follows links of the transaction among themselves to the object they all name. */
function linkedFile(path: string, links: ReadonlyMap<string, string>): string {
  let to = links.get(path)!;
  for (let hops = 0; links.has(to); hops++) {
    if (hops > links.size) throw new Error(`hard links in a circle at ${to}`);
    to = links.get(to)!;
  }
  return to;
}
