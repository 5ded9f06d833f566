// Bytes that came by once, kept on disk for as long as there is room: temporary files without a name, so that nothing is left behind
// whatever happens. They stand in TMPDIR, else /var/tmp: /tmp is often memory.
// Promise: what a spool holds stays below its limit, but for one entry that is larger by itself; of what has to go, what was read goes
//   first, then, if it may, the oldest. Must not: know what the bytes are.

import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Content } from '../model/content.ts';
import { writeAll } from './digest.ts';

/** A temporary file without a name, filled by `fill`. The caller closes it. Throws the errno error. */
export function nameless(fill: (fd: number) => void): number {
  const place = process.env.TMPDIR ?? (existsSync('/var/tmp') ? '/var/tmp' : tmpdir());
  const directory = mkdtempSync(join(place, 'swarchive.'));
  let fd: number;
  try {
    fd = openSync(join(directory, 'plain'), 'wx+', 0o600);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  try {
    fill(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** One file of the spool: entries one behind the other. A file goes as a whole, and its space with it. */
interface Segment {
  readonly fd: number;
  filled: number;
  readonly keys: string[];
  /** Keys nobody has read yet. */
  readonly unread: Set<string>;
  /** Contents in use now. */
  held: number;
}

interface Entry {
  readonly segment: Segment;
  readonly position: number;
  readonly size: number;
}

/** A limit is shared by this many segments. */
const SEGMENTS = 8;

export class Spool {
  readonly #limit: number;
  readonly #segments: Segment[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #gone = new Set<string>();

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps an entry of `size` bytes that `fill` writes. A later one of the same key counts. */
  keep(key: string, size: number, fill: (write: (bytes: Uint8Array) => void) => void): void {
    const segment = this.#segmentFor(size);
    const position = segment.filled;
    fill((bytes) => {
      writeAll(segment.fd, bytes);
      segment.filled += bytes.length;
    });
    segment.keys.push(key);
    segment.unread.add(key);
    this.#gone.delete(key);
    this.#entries.get(key)?.segment.unread.delete(key);
    this.#entries.set(key, { segment, position, size });
  }

  /** The bytes, good until closed; `gone` when they had to go; undefined when they never were here. */
  content(key: string): Content | 'gone' | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#gone.has(key) ? 'gone' : undefined;
    const { segment, position, size } = entry;
    segment.unread.delete(key);
    segment.held += 1;
    let open = true;
    const close = () => {
      if (open) segment.held -= 1;
      open = false;
    };
    return { kind: 'region', fd: segment.fd, position, size, close };
  }

  /** Gives everything back. */
  close(): void {
    for (const { fd } of this.#segments) closeSync(fd);
    this.#segments.length = 0;
    this.#entries.clear();
  }

  #segmentFor(size: number): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.filled + size <= this.#limit / SEGMENTS) return last;
    while (this.#held() + size > this.#limit && this.#dropOne());
    const segment = { fd: nameless(() => undefined), filled: 0, keys: [], unread: new Set<string>(), held: 0 };
    this.#segments.push(segment);
    return segment;
  }

  #held(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.filled, 0);
  }

  #dropOne(): boolean {
    const free = this.#segments.filter((segment) => segment.held === 0);
    const going = free.find((segment) => segment.unread.size === 0) ?? free[0];
    if (going === undefined) return false;
    this.#segments.splice(this.#segments.indexOf(going), 1);
    closeSync(going.fd);
    for (const key of going.keys) {
      if (this.#entries.get(key)?.segment !== going) continue;
      this.#entries.delete(key);
      this.#gone.add(key);
    }
    return true;
  }
}
