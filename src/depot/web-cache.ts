// What came from depots on the web, kept on this machine: files by the name of their content, oldest out first.
//
//   obj/<name>            whole files; a name is the sha256 of the content, or `n` and a hash of what else identifies it
//   part/<name>.<holder>  what has arrived of a file so far; a dead session's is taken over
//   seen/<hash of URL>    what a server said of its changeable files (ETag), and the names they have in obj/
//   session/<holder>/     hard links to all that a session uses, so that another one may tidy up obj/ meanwhile
//
// Promise: nothing is used before its digests were compared in this session; a cache that is damaged or gone costs a transfer, no more.

import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digested, digestContent, sha256Of } from '../host/digest.ts';
import { writeFileAtomically } from '../host/durable.ts';
import { openRegion } from '../host/region.ts';
import type { Content } from '../model/content.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { isAlive, processStart } from '../store/holder.ts';

/** What a file must be; the facts that are known. */
export interface Expected {
  readonly size?: number;
  readonly cksum?: number;
  readonly sha256?: string;
}

/** Does what needs room in the cache, and answers its result. Throws SdError `web_cache_full`. */
export function roomFor<Result>(write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    if (!hasErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG')) throw error;
    throw new SdError('web_cache_full', {
      what: 'Files from the web cannot be kept.',
      because: 'The file system of the cache is full.',
      todo: 'Make room there, or name another place with web_cache=.',
      cause: error,
    });
  }
}

let sessions = 0;

export class WebCache {
  /** Absolute path of the cache. */
  readonly directory: string;
  /** Laid out like a depot's `.sd`: `obj/<name>` holds what this session uses. */
  readonly home: string;
  readonly #limit: number;
  readonly #temporary: boolean;
  readonly #holder: string;
  readonly #linked = new Set<string>();
  #grown = false;

  /**
   * Opens a cache of at most `limit` bytes in the first of `places` that this user owns and may write, else one that ends with the session.
   */
  constructor(places: readonly string[], limit: number) {
    const place = places.find(isUsable);
    this.#temporary = place === undefined;
    this.directory = place ?? mkdtempSync(join(tmpdir(), 'swweb.'));
    this.#limit = limit;
    this.#holder = `${process.pid}.${processStart(process.pid) ?? '0'}`;
    this.home = join(this.directory, 'session', `${this.#holder}.${sessions++}`);
    for (const folder of ['obj', 'part', 'seen', 'session'])
      mkdirSync(join(this.directory, folder), { recursive: true });
    this.#clear();
    roomFor(() => mkdirSync(join(this.home, 'obj'), { recursive: true, mode: 0o700 }));
  }

  /** True when the session has the file, or the cache has it and it is what it should be. */
  take(name: string, expected: Expected): boolean {
    if (this.#linked.has(name)) return true;
    const kept = join(this.directory, 'obj', name);
    if (!link(kept, this.pathOf(name))) return false;
    if (fits(digestsOf(this.pathOf(name)), expected)) {
      const now = Date.now() / 1000;
      utimesSync(kept, now, now);
      this.#linked.add(name);
      return true;
    }
    rmSync(this.pathOf(name), { force: true });
    rmSync(kept, { force: true });
    return false;
  }

  /** Puts bytes that have been proved into session and cache. Throws SdError `web_cache_full`. */
  put(name: string, bytes: Uint8Array): void {
    const part = this.part(name);
    roomFor(() => writeFileAtomically(part, bytes, 0o644));
    this.keep(name);
  }

  /** Where a file of that name gathers; it may hold a beginning already. */
  part(name: string): string {
    const own = join(this.directory, 'part', `${name}.${this.#holder}`);
    if (statSync(own, { throwIfNoEntry: false }) !== undefined) return own;
    for (const other of readdirSync(join(this.directory, 'part'))) {
      if (!other.startsWith(`${name}.`) || !isDead(other.slice(name.length + 1))) continue;
      // Of two sessions that want it, one gets it.
      if (moved(join(this.directory, 'part', other), own)) return own;
    }
    return own;
  }

  /** The gathered file is whole and proved: it gets its name, in the session and in the cache. */
  keep(name: string): void {
    const kept = join(this.directory, 'obj', name);
    renameSync(this.part(name), kept);
    rmSync(this.pathOf(name), { force: true });
    link(kept, this.pathOf(name));
    this.#linked.add(name);
    this.#grown = true;
  }

  /** The session's file, open to read. The caller closes it. */
  open(name: string): Extract<Content, { kind: 'region' }> {
    return openRegion(this.pathOf(name));
  }

  pathOf(name: string): string {
    return join(this.home, 'obj', name);
  }

  /** Bytes of a file of the session. */
  read(name: string): Buffer {
    return readFileSync(this.pathOf(name));
  }

  /** What was noted of a URL; undefined where nothing usable is. */
  seen(url: string): unknown {
    try {
      return JSON.parse(readFileSync(this.#seenFile(url), 'utf8'));
    } catch (error) {
      if (hasErrno(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  note(url: string, facts: unknown): void {
    roomFor(() => writeFileAtomically(this.#seenFile(url), `${JSON.stringify(facts)}\n`, 0o644));
  }

  /** Ends the session: what is over the limit goes, the least recently used first. */
  close(): void {
    rmSync(this.home, { recursive: true, force: true });
    if (this.#temporary) rmSync(this.directory, { recursive: true, force: true });
    else if (this.#grown) this.#evict();
  }

  #seenFile(url: string): string {
    return join(this.directory, 'seen', sha256Of(Buffer.from(url)));
  }

  /** Takes away what sessions left that are no more; parts stay, to be gone on with, until they are a month old. */
  #clear(): void {
    const sessionsThere = join(this.directory, 'session');
    for (const name of readdirSync(sessionsThere)) {
      if (isDead(name)) rmSync(join(sessionsThere, name), { recursive: true, force: true });
    }
    const old = Date.now() - 30 * 86_400_000;
    for (const name of readdirSync(join(this.directory, 'part'))) {
      const path = join(this.directory, 'part', name);
      if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? old) < old) rmSync(path, { force: true });
    }
  }

  #evict(): void {
    const place = join(this.directory, 'obj');
    const files = readdirSync(place).flatMap((name) => {
      const stats = statSync(join(place, name), { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ name, size: stats.size, used: stats.mtimeMs }];
    });
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of files.sort((left, right) => left.used - right.used)) {
      if (total <= this.#limit) return;
      rmSync(join(place, name), { force: true });
      total -= size;
    }
  }
}

/** True when the digests are all those expected. */
export function fits(found: Digested, expected: Expected): boolean {
  return (['size', 'cksum', 'sha256'] as const).every((fact) => (expected[fact] ?? found[fact]) === found[fact]);
}

function digestsOf(path: string): Digested {
  const content = openRegion(path);
  try {
    return digestContent(content);
  } finally {
    content.close();
  }
}

/** Makes the cache where it can; somebody else's is not used, for its files could change behind their proof. */
function isUsable(place: string): boolean {
  try {
    mkdirSync(place, { recursive: true, mode: 0o755 });
    const stats = lstatSync(place);
    if (!stats.isDirectory() || stats.uid !== process.geteuid?.() || (stats.mode & 0o022) !== 0) return false;
    const probe = join(place, `.probe.${process.pid}`);
    closeSync(openSync(probe, constants.O_WRONLY | constants.O_CREAT));
    rmSync(probe, { force: true });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** `holder` is `pid.start`, perhaps with more behind it. */
function isDead(holder: string): boolean {
  const [pid, start = ''] = holder.split('.');
  return !isAlive({ pid: Number(pid), start });
}

/** False where there is nothing to link. File systems without links get a copy. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    if (hasErrno(error, 'EEXIST')) {
      rmSync(to);
      return link(from, to);
    }
    if (!hasErrno(error, 'EPERM', 'EMLINK', 'ENOTSUP', 'EXDEV')) throw error;
  }
  copyFileSync(from, to);
  return true;
}

function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
