// Digests of file content: POSIX cksum(1) and SHA-256, and the loops that read content while computing them.
// Promise: content is read once, through one reused buffer of 1 MiB, whatever its size (D10); cksum equals cksum(1) bit for bit.
// Must not: close a Content (whoever made it does) or decide what to do with a wrong digest.

import { createHash, hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import type { Content } from '../model/content.ts';
import { contentSize } from '../model/content.ts';
import { SdError } from '../model/error.ts';

/** What is known of content that has been read to its end. `cksum` is unsigned 32 bit, `sha256` lower-case hex, `size` in bytes. */
export interface Digested {
  readonly size: number;
  readonly cksum: number;
  readonly sha256: string;
}

type Region = Extract<Content, { kind: 'region' }>;
type OnPiece = ((bytes: number) => void) | undefined;

const SLICES = 16;
let made: Int32Array | undefined;
// Safe to share: every user is synchronous and done with it before it returns.
const shared = Buffer.allocUnsafeSlow(1024 * 1024);

/** Both digests of bytes that arrive in pieces of any length. */
export class Digests {
  #crc = 0;
  #length = 0;
  readonly #hash = createHash('sha256');

  update(bytes: Uint8Array): void {
    this.#crc = crcOf(this.#crc, bytes);
    this.#length += bytes.length;
    this.#hash.update(bytes);
  }

  /** POSIX cksum of all bytes so far, length included; may be asked at any time. */
  cksum(): number {
    return withLength(this.#crc, this.#length);
  }

  /** Lower-case hex. Ends the digest: no `update` after it. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}

/** POSIX cksum(1) of these bytes, as an unsigned number. */
export function cksumOf(bytes: Uint8Array): number {
  return withLength(crcOf(0, bytes), bytes.length);
}

/** SHA-256 of these bytes in lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

function digestsOf(bytes: Uint8Array): Digested {
  return { size: bytes.length, cksum: cksumOf(bytes), sha256: sha256Of(bytes) };
}

/**
 * Writes content to an open file at its current position, hashing on the way. Throws SdError `content_truncated` when a region
 * ends before its size, and the write's own error (ENOSPC ...) as it is. `onPiece` is told the bytes of each piece where there are several.
 */
export function copyContent(content: Content, toFd: number, options?: { digests?: true; onPiece?: OnPiece }): Digested;
export function copyContent(content: Content, toFd: number, options: { readonly digests: false }): { size: number };
export function copyContent(content: Content, toFd: number, options: { digests?: boolean; onPiece?: OnPiece } = {}) {
  if (options.digests === false) {
    eachPiece(content, (piece) => writeAll(toFd, piece));
    return { size: contentSize(content) };
  }
  const small = inHand(content);
  if (small.kind === 'bytes') {
    writeAll(toFd, small.bytes);
    return digestsOf(small.bytes);
  }
  const digests = new Digests();
  eachPiece(content, (piece) => {
    digests.update(piece);
    writeAll(toFd, piece);
    options.onPiece?.(piece.length);
  });
  return { size: contentSize(content), cksum: digests.cksum(), sha256: digests.sha256() };
}

/** Reads content to its end for its digests only; `onPiece` is told the bytes of each piece. Throws SdError `content_truncated`. */
export function digestContent(content: Content, onPiece?: OnPiece): Digested {
  const small = inHand(content);
  if (small.kind === 'bytes') {
    onPiece?.(small.bytes.length);
    return digestsOf(small.bytes);
  }
  const digests = new Digests();
  eachPiece(content, (piece) => {
    digests.update(piece);
    onPiece?.(piece.length);
  });
  return { size: contentSize(content), cksum: digests.cksum(), sha256: digests.sha256() };
}

/** All bytes at once, for small content (control files, INFO). The caller may keep them. Throws SdError `content_truncated`. */
export function readContent(content: Content): Buffer {
  if (content.kind === 'bytes') return Buffer.from(content.bytes);
  const all = Buffer.allocUnsafe(content.size);
  fill(all, content);
  return all;
}

/**
 * The same content, read already where it has at most 1 MiB: its bytes are then a view of the shared buffer, and gone when another
 * Content is read. Throws SdError `content_truncated`.
 */
export function inHand(content: Content): Content {
  if (content.kind === 'bytes' || content.size > shared.length) return content;
  const bytes = shared.subarray(0, content.size);
  fill(bytes, content);
  return { kind: 'bytes', bytes };
}

/**
 * Hands content to `take` piece by piece, in order. A piece is a view of a shared buffer: it is gone when `take` returns, and
 * `take` must not read another Content meanwhile. Throws SdError `content_truncated`.
 */
export function eachPiece(content: Content, take: (piece: Uint8Array) => void): void {
  if (content.kind === 'bytes') {
    take(content.bytes);
    return;
  }
  for (let done = 0; done < content.size; ) {
    const count = readOn(shared.subarray(0, content.size - done), content, done);
    take(shared.subarray(0, count));
    done += count;
  }
}

/** Reads a stretch of a file into bytes of its length. */
function fill(bytes: Uint8Array, content: Region): void {
  for (let done = 0; done < bytes.length; ) done += readOn(bytes.subarray(done), content, done);
}

/** Reads what comes behind `done` bytes, and as many as fit or fewer. @returns how many */
function readOn(bytes: Uint8Array, content: Region, done: number): number {
  const count = readSync(content.fd, bytes, 0, bytes.length, content.position + done);
  if (count > 0) return count;
  throw new SdError('content_truncated', {
    what: `The content of a file ends after ${done} of ${content.size} bytes.`,
    because: 'The source was cut short, or changed while it was being read.',
    todo: 'Get the source again from where it was made.',
    data: { size: content.size, read: done },
  });
}

/** Writes all bytes at the current position of `fd`; write(2) may take fewer than it is given. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
}

/** Sixteen tables of 256: table k holds the CRC of a byte followed by k zero bytes (polynomial 0x04C11DB7, high bit first). */
function tables(): Int32Array {
  made ??= makeTables();
  return made;
}

function makeTables(): Int32Array {
  const all = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    all[byte] = crc;
  }
  for (let at = 256; at < all.length; at++) {
    const before = all[at - 256]!;
    all[at] = (before << 8) ^ all[before >>> 24]!;
  }
  return all;
}

/** Slice-by-16: sixteen bytes a turn, each looked up in the table of its distance from the end of the slice. */
function crcOf(start: number, bytes: Uint8Array): number {
  const t = tables();
  const b = bytes;
  const whole = b.length - (b.length % SLICES);
  let crc = start;
  let i = 0;
  for (; i < whole; i += SLICES) {
    crc =
      t[3840 + (((crc >>> 24) ^ b[i]!) & 255)]! ^
      t[3584 + (((crc >>> 16) ^ b[i + 1]!) & 255)]! ^
      t[3328 + (((crc >>> 8) ^ b[i + 2]!) & 255)]! ^
      t[3072 + ((crc ^ b[i + 3]!) & 255)]! ^
      t[2816 + b[i + 4]!]! ^
      t[2560 + b[i + 5]!]! ^
      t[2304 + b[i + 6]!]! ^
      t[2048 + b[i + 7]!]! ^
      t[1792 + b[i + 8]!]! ^
      t[1536 + b[i + 9]!]! ^
      t[1280 + b[i + 10]!]! ^
      t[1024 + b[i + 11]!]! ^
      t[768 + b[i + 12]!]! ^
      t[512 + b[i + 13]!]! ^
      t[256 + b[i + 14]!]! ^
      t[b[i + 15]!]!;
  }
  for (; i < b.length; i++) crc = (crc << 8) ^ t[(crc >>> 24) ^ b[i]!]!;
  return crc;
}

/** Ends a cksum as POSIX says: the length follows the data, low byte first and without leading zeros; all bits are inverted. */
function withLength(crc: number, length: number): number {
  const t = tables();
  let result = crc;
  // Division, not shifts: a length may need more than 32 bits.
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    result = (result << 8) ^ t[(result >>> 24) ^ (rest % 256)]!;
  }
  return ~result >>> 0;
}
