// What both threads of a crew do: take the next few jobs, read each file once, write its slot. No I/O but the jobs' own.

import { closeSync, constants, fchmodSync, fchownSync, fstatSync, futimesSync, openSync, type Stats } from 'node:fs';
import { copyContent, type Digested, digestContent } from './digest.ts';

/** What a job found out about the regular file it read. */
export interface Read {
  readonly digests: Digested;
  readonly found: Pick<Stats, 'mode' | 'uid' | 'gid' | 'size' | 'mtimeMs'>;
}

/** Columns, one row a job. Plain arrays and typed ones: they go to another thread. */
export interface Jobs {
  /** Absolute paths of regular files to read. */
  readonly from: readonly string[];
  /** Where to copy them; a file that must not exist. Absent: digests only. */
  readonly to?: readonly string[];
  /** Size that each must have; -1 where any will do. */
  readonly size: Float64Array;
  readonly mode?: Uint32Array;
  readonly uid?: Uint32Array;
  readonly gid?: Uint32Array;
  /** Seconds; NaN leaves the time as it comes. */
  readonly mtime?: Float64Array;
}

/** Memory that both threads see. */
export interface Shared {
  readonly control: Int32Array;
  /** 1 when the slot is filled. */
  readonly done: Uint8Array;
  readonly size: Float64Array;
  readonly cksum: Uint32Array;
  readonly sha256: Uint8Array;
  readonly mode: Uint32Array;
  readonly uid: Uint32Array;
  readonly gid: Uint32Array;
  readonly mtimeMs: Float64Array;
}

const NEXT = 0;
/** Set by who wants both to end. */
export const STOP = 1;
/** Set by who wants both to wait. */
export const REST = 2;
const TAKE = 32;
const SHA256 = 32;

/** Empty slots. */
export function makeResults(count: number): Shared {
  const memory = (bytes: number) => new SharedArrayBuffer(bytes);
  return {
    control: new Int32Array(memory(12)),
    done: new Uint8Array(memory(count)),
    size: new Float64Array(memory(8 * count)),
    cksum: new Uint32Array(memory(4 * count)),
    sha256: new Uint8Array(memory(SHA256 * count)),
    mode: new Uint32Array(memory(4 * count)),
    uid: new Uint32Array(memory(4 * count)),
    gid: new Uint32Array(memory(4 * count)),
    mtimeMs: new Float64Array(memory(8 * count)),
  };
}

/** The slot of job n. */
export function resultOf(shared: Shared, n: number): Read | undefined {
  if (shared.done[n] !== 1) return undefined;
  const sha256 = Buffer.from(shared.sha256.buffer, n * SHA256, SHA256).toString('hex');
  const [size, cksum] = [shared.size[n]!, shared.cksum[n]!];
  const [mode, uid, gid, mtimeMs] = [shared.mode[n]!, shared.uid[n]!, shared.gid[n]!, shared.mtimeMs[n]!];
  return { digests: { size, cksum, sha256 }, found: { mode, uid, gid, size, mtimeMs } };
}

/** Works until nothing is left or `until` (milliseconds since 1970) has passed. @returns whether there may be more to do */
export function work(jobs: Jobs, shared: Shared, until: number): boolean {
  const count = jobs.from.length;
  while (Atomics.load(shared.control, STOP) === 0) {
    const first = Atomics.add(shared.control, NEXT, TAKE);
    if (first >= count) return false;
    for (let n = first; n < Math.min(first + TAKE, count); n++) {
      Atomics.wait(shared.control, REST, 1);
      if (Atomics.load(shared.control, STOP) !== 0) return false;
      one(jobs, shared, n);
    }
    if (Date.now() > until) return true;
  }
  return false;
}

function one(jobs: Jobs, shared: Shared, n: number): void {
  let result: Read;
  try {
    result = readOne(jobs, n);
  } catch {
    return;
  }
  const { digests, found } = result;
  shared.size[n] = digests.size;
  shared.cksum[n] = digests.cksum;
  shared.sha256.set(Buffer.from(digests.sha256, 'hex'), n * SHA256);
  shared.mode[n] = found.mode;
  shared.uid[n] = found.uid;
  shared.gid[n] = found.gid;
  shared.mtimeMs[n] = found.mtimeMs;
  Atomics.store(shared.done, n, 1);
}

function readOne(jobs: Jobs, n: number): Read {
  const fd = openSync(jobs.from[n]!, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    const expected = jobs.size[n]!;
    if (!stats.isFile() || (expected >= 0 && expected !== stats.size)) throw new Error('not what it should be');
    const content = { kind: 'region', fd, position: 0, size: stats.size, close: () => {} } as const;
    return {
      digests: jobs.to === undefined ? digestContent(content) : copyTo(jobs, n, jobs.to[n]!, content),
      found: stats,
    };
  } finally {
    closeSync(fd);
  }
}

function copyTo(jobs: Jobs, n: number, to: string, content: Parameters<typeof copyContent>[0]): Digested {
  const fd = openSync(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const result = copyContent(content, fd);
    fchownSync(fd, jobs.uid![n]!, jobs.gid![n]!);
    fchmodSync(fd, jobs.mode![n]!);
    const mtime = jobs.mtime![n]!;
    if (!Number.isNaN(mtime)) futimesSync(fd, mtime, mtime);
    return result;
  } finally {
    closeSync(fd);
  }
}
