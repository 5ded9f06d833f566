// Plain bytes of what may be compressed, told by its magic number and never by its name.
// Promise: a file becomes a descriptor that can be read at any position: a compressed one is laid out in a temporary file without a name
//   (spool.ts). What comes by once (a pipe, a tape) is unpacked as it comes. Memory stays small; a missing program names its package.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, SdError } from '../model/error.ts';
import { corrupt, truncated } from './archive-member.ts';
import { writeAll } from './digest.ts';
import { blockingPipe } from './process.ts';
import { safeName } from './rootpath.ts';
import { nameless } from './spool.ts';

/** A program that writes the plain bytes of its stdin to its stdout, and the Debian package it comes in. */
interface Decoder {
  readonly magic: readonly number[];
  readonly program: string;
  readonly debian: string;
}

/** Bytes from the start that tell what something is: a tar header, at the same time enough for every magic number. */
const START = 512;
/** A record of a tape must be taken in one read; this is larger than any. */
const RECORD = 1024 * 1024;
/** Told by their first bytes. */
const DECODERS: readonly Decoder[] = [
  { magic: [0x1f, 0x8b], program: 'gzip', debian: 'gzip' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], program: 'xz', debian: 'xz-utils' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], program: 'zstd', debian: 'zstd' },
  { magic: [0x42, 0x5a, 0x68], program: 'bzip2', debian: 'bzip2' },
  // xz's forerunner; old rpms have it.
  { magic: [0x5d, 0x00, 0x00], program: 'xz', debian: 'xz-utils' },
  // compress(1), HP-UX's own; gzip reads it, node's zlib does not.
  { magic: [0x1f, 0x9d], program: 'gzip', debian: 'gzip' },
];

/**
 * Opens a regular file for its plain content. The caller closes the descriptor.
 * Throws the errno error of open(2), SdError `decoder_missing`, `archive_truncated`, `archive_corrupt`, and `not_an_archive` for
 * anything but a regular file.
 */
export function openPlain(path: string): number {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) throw notAFile(path);
    const start = Buffer.alloc(START);
    const decoder = decoderOf(start.subarray(0, readSync(fd, start, 0, START, 0)));
    if (decoder === undefined) return fd;
    const plain = decode(fd, path, decoder);
    closeSync(fd);
    return plain;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function notAFile(path: string): SdError {
  return new SdError('not_an_archive', {
    what: `"${safeName(path)}" is not an archive.`,
    because: 'It is not a regular file.',
    todo: 'Name an archive of tar or cpio.',
    data: { path },
  });
}

export function decoderOf(start: Buffer): Decoder | undefined {
  return DECODERS.find(({ magic }) => magic.length <= start.length && magic.every((byte, i) => start[i] === byte));
}

function decode(fd: number, path: string, decoder: Decoder): number {
  return nameless((plain) => {
    const result = spawnSync(decoder.program, ['-dc'], { stdio: [fd, plain, 'pipe'], encoding: 'utf8' });
    if (hasErrno(result.error, 'ENOENT')) throw decoderMissing(path, decoder);
    if (result.error) throw result.error;
    if (result.status !== 0) throw complained(path, decoder, result.stderr);
  });
}

export function decoderMissing(path: string, { program, debian }: Decoder): SdError {
  return new SdError('decoder_missing', {
    what: `The archive "${safeName(path)}" cannot be read.`,
    because: `It is compressed, and the program "${program}" was not found.`,
    todo: `Install the Debian package "${debian}".`,
    data: { path, program, package: debian },
  });
}

export function complained(path: string, { program }: Decoder, stderr: string): SdError {
  const said = stderr.trim();
  if (/unexpected end|premature|ends unexpectedly|unexpected eof|truncated/i.test(said)) {
    return truncated(path, 'the end of its compressed data');
  }
  return corrupt(path, 0, `${program} says: ${safeName(said)}`);
}

/** Bytes that come by once. */
export interface ByteStream {
  readonly name: string;
  /** Fills `into` from `at`, at most `length` bytes. Answers how many there were; 0 at the end. Throws what the decoder's complaint is. */
  read(into: Buffer, at: number, length: number): number;
  /** Stops reading, and whatever unpacks. */
  close(): void;
}

/**
 * The plain bytes of what can be read once. `fd` stays the caller's and must stay open until the stream is closed.
 * Throws SdError `decoder_missing`.
 */
export function plainStream(fd: number, name: string): ByteStream {
  const start = Buffer.allocUnsafe(RECORD);
  let filled = 0;
  for (let count = 1; count > 0 && filled < START; filled += count)
    count = readWaiting(fd, start, filled, RECORD - filled);
  const decoder = decoderOf(start.subarray(0, filled));
  if (decoder !== undefined) return decodedStream(fd, name, start.subarray(0, filled), decoder);
  let given = 0;
  return {
    name,
    read(into, at, length) {
      if (given === filled) return readWaiting(fd, into, at, length);
      const count = start.copy(into, at, given, Math.min(filled, given + length));
      given += count;
      return count;
    },
    close: () => undefined,
  };
}

/** What was read to know the decoder goes first, then the rest of `fd`. */
function decodedStream(fd: number, name: string, start: Buffer, decoder: Decoder): ByteStream {
  if (!isInstalled(decoder.program)) throw decoderMissing(name, decoder);
  const first = nameless((copy) => writeAll(copy, start));
  const complaints = nameless(() => undefined);
  const begin = openSync(`/proc/self/fd/${first}`, 'r');
  const { reader, writer } = blockingPipe();
  const script = `{ cat <&3; exec cat; } | exec ${decoder.program} -dc`;
  const child = spawn('sh', ['-c', script], { stdio: [fd, writer, complaints, begin], detached: true });
  child.on('error', () => undefined);
  child.unref();
  for (const each of [writer, begin, first]) closeSync(each);
  let ended = false;
  return {
    name,
    read(into, at, length) {
      const count = readSync(reader, into, at, length, null);
      ended ||= count === 0;
      const said = count === 0 ? textOf(complaints) : '';
      if (said !== '') throw complained(name, decoder, said);
      return count;
    },
    close() {
      closeSync(reader);
      closeSync(complaints);
      if (!ended && child.pid !== undefined) endGroup(child.pid);
    },
  };
}

function textOf(fd: number): string {
  const text = Buffer.alloc(1024);
  return text.toString('utf8', 0, readSync(fd, text, 0, text.length, 0));
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error;
  }
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A standard input that another program made non-blocking says EAGAIN instead of waiting. */
function readWaiting(fd: number, into: Buffer, at: number, length: number): number {
  for (;;) {
    try {
      return readSync(fd, into, at, length, null);
    } catch (error) {
      if (hasErrno(error, 'EOF')) return 0;
      if (!hasErrno(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
