// An archive that comes by once: a pipe, a tape, standard input (formats.md 13).
// Promise: members in the order they come, each content read when the member is at hand or never; one buffer of memory whatever comes by.
//   Names are judged as in any archive (D12).

import { type ArchiveBytes, type Member, truncated } from './archive-member.ts';
import { cpioFormat, cpioMembers } from './cpio.ts';
import { type ByteStream, plainStream } from './decompress.ts';
import { BLOCK, decodeHeader } from './tar-header.ts';
import { tarMembers } from './tar-read.ts';

/** A member; `inode` where it may be one of several names of a file (cpio). */
export interface PassingMember extends Member {
  readonly inode?: string;
}

export interface PassingArchive {
  readonly name: string;
  /** The next member; undefined behind the last. Throws what reading an archive throws. */
  next(): PassingMember | undefined;
  /** Hands the content of the member at hand to `take`, piece by piece; pieces are valid during the call. */
  content(member: PassingMember, take: (piece: Uint8Array) => void): void;
  /** Frees what unpacks; the descriptor stays the caller's. */
  close(): void;
}

/** Larger than any record of a tape. */
const WINDOW = 1024 * 1024;

/**
 * The archive that `fd` delivers; `fd` stays the caller's. Undefined when it is none: nothing came, or neither tar nor cpio.
 * Throws SdError `decoder_missing`, `archive_truncated`, `archive_corrupt`.
 */
export function passingArchive(fd: number, name: string): PassingArchive | undefined {
  const stream = plainStream(fd, name);
  try {
    const bytes = new PassingBytes(stream);
    const members = membersOf(bytes);
    if (members === undefined) {
      stream.close();
      return undefined;
    }
    return {
      name,
      next() {
        const step = members.next();
        if (!step.done) return step.value;
        // Padding of the last record: who writes it must not find the pipe closed.
        bytes.drain();
        return undefined;
      },
      content: (member, take) =>
        bytes.copy(member.position, member.size, take, `the end of its member "${member.path}"`),
      close: () => stream.close(),
    };
  } catch (error) {
    stream.close();
    throw error;
  }
}

function membersOf(bytes: PassingBytes): Generator<PassingMember, unknown> | undefined {
  const start = bytes.peek(BLOCK);
  const cpio = cpioFormat(start);
  if (cpio !== undefined) return cpioMembers(bytes, cpio);
  const tar = start.toString('latin1', 257, 262) === 'ustar';
  return tar || (start.length === BLOCK && decodeHeader(start) !== undefined) ? tarMembers(bytes) : undefined;
}

/** A window that moves on; what lies before it is gone. */
class PassingBytes implements ArchiveBytes {
  readonly name: string;
  readonly size = Number.POSITIVE_INFINITY;
  readonly #stream: ByteStream;
  readonly #window = Buffer.allocUnsafeSlow(WINDOW);
  /** Position, in the archive, of the first byte that is not gone. */
  #position = 0;
  /** What is there: from `#start` up to `#end` in the window. */
  #start = 0;
  #end = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.name = stream.name;
  }

  /** Up to `length` bytes from here, without moving on. */
  peek(length: number): Buffer {
    while (this.#end - this.#start < length && this.#more());
    return this.#window.subarray(this.#start, Math.min(this.#end, this.#start + length));
  }

  bytes(position: number, length: number, where: string): Buffer {
    this.#moveTo(position, where);
    if (length <= WINDOW) {
      const bytes = this.peek(length);
      if (bytes.length < length) throw truncated(this.name, where);
      return bytes;
    }
    const pieces: Buffer[] = [];
    this.copy(position, length, (piece) => pieces.push(Buffer.from(piece)), where);
    return Buffer.concat(pieces);
  }

  copy(position: number, size: number, take: (piece: Uint8Array) => void, where: string): void {
    this.#moveTo(position, where);
    for (let left = size; left > 0; ) {
      if (this.#start === this.#end && !this.#more()) throw truncated(this.name, where);
      const count = Math.min(left, this.#end - this.#start);
      take(this.#window.subarray(this.#start, this.#start + count));
      this.#forget(count);
      left -= count;
    }
  }

  /** Reads to the end of the stream and keeps nothing. */
  drain(): void {
    do this.#forget(this.#end - this.#start);
    while (this.#more());
  }

  #moveTo(position: number, where: string): void {
    if (position < this.#position) throw new Error(`the stream is past byte ${position}`);
    while (this.#position < position) {
      if (this.#start === this.#end && !this.#more()) throw truncated(this.name, where);
      this.#forget(Math.min(position - this.#position, this.#end - this.#start));
    }
  }

  #forget(count: number): void {
    this.#start += count;
    this.#position += count;
  }

  /** Reads on behind what is there. Answers false at the end. A tape's record must be taken whole, so the window is cleared first. */
  #more(): boolean {
    this.#window.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    const count = this.#stream.read(this.#window, this.#end, WINDOW - this.#end);
    this.#end += count;
    return count > 0;
  }
}
