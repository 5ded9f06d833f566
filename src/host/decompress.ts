// Plain bytes of a file that may be compressed, told by its magic number and never by its name.
// Promise: the result is a descriptor that can be read at any position. Compressed files, tapes and pipes are laid out in a temporary
//   file that has no name any more, so that nothing is left behind whatever happens; memory stays small.
// It stands in TMPDIR, else /var/tmp: /tmp is often memory.

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { hasErrno, SdError } from '../model/error.ts';
import { corrupt, truncated } from './archive-member.ts';
import { writeAll } from './digest.ts';
import { safeName } from './rootpath.ts';

/** A program that writes the plain bytes of its stdin to its stdout, and the Debian package it comes in. */
interface Decoder {
  readonly magic: readonly number[];
  readonly program: string;
  readonly debian: string;
}

const GZIP = [0x1f, 0x8b];
const PIECE = 256 * 1024;
/** Told by their first bytes; gzip is not among them, zlib reads it. */
export const DECODERS: readonly Decoder[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], program: 'xz', debian: 'xz-utils' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], program: 'zstd', debian: 'zstd' },
  { magic: [0x42, 0x5a, 0x68], program: 'bzip2', debian: 'bzip2' },
  // compress(1), HP-UX's own; gzip reads it, node's zlib does not.
  { magic: [0x1f, 0x9d], program: 'gzip', debian: 'gzip' },
];

/**
 * Opens a file for its plain content. The caller closes the descriptor.
 * Throws the errno error of open(2), SdError `decoder_missing`, `archive_truncated`, `archive_corrupt`, and `not_an_archive` for a directory.
 */
export async function openPlain(path: string): Promise<number> {
  const fd = seekable(openSync(path, 'r'), path);
  try {
    const start = Buffer.alloc(6);
    const length = readSync(fd, start, 0, start.length, 0);
    const begins = (magic: readonly number[]) => length >= magic.length && magic.every((byte, i) => start[i] === byte);
    if (begins(GZIP)) return closing(fd, await gunzip(fd, path));
    const decoder = DECODERS.find((each) => begins(each.magic));
    return decoder === undefined ? fd : closing(fd, decode(fd, path, decoder));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function closing(old: number, result: number): number {
  closeSync(old);
  return result;
}

/** Regular files are used as they are; what can only be read once (a tape, a pipe) is copied first. */
function seekable(fd: number, path: string): number {
  const stats = fstatSync(fd);
  if (stats.isFile()) return fd;
  try {
    if (stats.isDirectory()) {
      throw new SdError('not_an_archive', {
        what: `"${safeName(path)}" is a directory, not an archive.`,
        data: { path },
      });
    }
    return nameless((copy) => {
      // A tape record must be taken in one read; 1 MiB is larger than any.
      const buffer = Buffer.allocUnsafe(1024 * 1024);
      for (let count = 1; count > 0; ) {
        count = readSync(fd, buffer, 0, buffer.length, null);
        writeAll(copy, buffer.subarray(0, count));
      }
    });
  } finally {
    closeSync(fd);
  }
}

async function gunzip(fd: number, path: string): Promise<number> {
  const plain = nameless(() => undefined);
  try {
    // No file streams: they close the descriptors they are given when something fails.
    await pipeline(pieces(fd), createGunzip({ chunkSize: PIECE }), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const piece of unpacked) writeAll(plain, piece);
    });
    return plain;
  } catch (error) {
    closeSync(plain);
    if (hasErrno(error, 'Z_BUF_ERROR')) throw truncated(path, 'the end of its compressed data');
    if (hasErrno(error, 'Z_DATA_ERROR')) throw corrupt(path, 0, 'the compressed data makes no sense');
    throw error;
  }
}

function* pieces(fd: number): Generator<Buffer> {
  for (let at = 0; ; ) {
    // A buffer each: the stream may still hold the one before.
    const piece = Buffer.allocUnsafe(PIECE);
    const count = readSync(fd, piece, 0, PIECE, at);
    if (count === 0) return;
    yield piece.subarray(0, count);
    at += count;
  }
}

function decode(fd: number, path: string, { program, debian }: Decoder): number {
  return nameless((plain) => {
    // Opened anew for a position of its own: ours may stand at the end of what was copied from a tape.
    const start = openSync(`/proc/self/fd/${fd}`, 'r');
    const result = spawnSync(program, ['-dc'], { stdio: [start, plain, 'pipe'], encoding: 'utf8' });
    closeSync(start);
    if (hasErrno(result.error, 'ENOENT')) {
      throw new SdError('decoder_missing', {
        what: `The archive "${safeName(path)}" cannot be read.`,
        because: `It is compressed, and the program "${program}" was not found.`,
        todo: `Install the Debian package "${debian}".`,
        data: { path, program, package: debian },
      });
    }
    if (result.error) throw result.error;
    if (result.status === 0) return;
    const said = result.stderr.trim();
    if (/unexpected end|premature|ends unexpectedly|unexpected eof|truncated/i.test(said)) {
      throw truncated(path, 'the end of its compressed data');
    }
    throw corrupt(path, 0, `${program} says: ${safeName(said)}`);
  });
}

/** A temporary file without a name, filled by `fill`. The caller closes it. */
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
