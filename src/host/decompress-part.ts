// Plain bytes of a stretch of a file, as packages hold archives in their middle (deb, rpm), told by magic number as in decompress.ts.
// Promise: nothing is unpacked beyond the limit given, so that a small file cannot fill a disk (D12); nothing is left behind.

import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { hasErrno, SdError } from '../model/error.ts';
import { complained, decoderMissing, decoderOf } from './decompress.ts';
import { safeName } from './rootpath.ts';
import { nameless } from './spool.ts';

/** Where the bytes lie in the file. */
export interface Part {
  readonly position: number;
  readonly size: number;
}

/** The unit in which sh counts a limit on file sizes. */
const BLOCK = 512;
const MAGIC = 8;
const EXIT_NOT_FOUND = 127;

/** Size over a hundred times the packed one, and over 256 MiB, is no honest package but a bomb. */
export function fairLimit(part: Part): number {
  return Math.max(256 * 1024 * 1024, 100 * part.size);
}

/**
 * Unpacks a part into a temporary file without a name and answers its descriptor, which the caller closes; bytes that are not compressed
 * are copied. `most` bytes at most. Throws SdError `archive_too_large`, `decoder_missing`, `archive_truncated`, `archive_corrupt`.
 */
export function plainPart(fd: number, part: Part, name: string, most: number): number {
  const start = Buffer.alloc(MAGIC);
  const decoder = decoderOf(start.subarray(0, readSync(fd, start, 0, Math.min(MAGIC, part.size), part.position)));
  const blocks = Math.ceil(most / BLOCK);
  const unpack = decoder === undefined ? 'cat' : `"${decoder.program}" -dc`;
  const script = `ulimit -f ${blocks}; tail -c +${part.position + 1} | head -c ${part.size} | ${unpack}`;
  return nameless((plain) => {
    // Opened anew for a position of its own.
    const from = openSync(`/proc/self/fd/${fd}`, 'r');
    try {
      const result = spawnSync('sh', ['-c', script], { stdio: [from, plain, 'pipe'], encoding: 'utf8' });
      if (result.error) throw result.error;
      if (fstatSync(plain).size >= blocks * BLOCK) throw tooLarge(name, most);
      if (result.status === 0) return;
      if (decoder === undefined) throw new Error(`cannot copy: ${result.stderr}`);
      if (result.status === EXIT_NOT_FOUND) throw decoderMissing(name, decoder);
      if (/no space left/i.test(result.stderr)) throw noSpace();
      throw complained(name, decoder, result.stderr);
    } finally {
      closeSync(from);
    }
  });
}

/** As `plainPart`, for little: in memory. */
export function plainBytes(bytes: Buffer, name: string, most: number): Buffer {
  const decoder = decoderOf(bytes.subarray(0, MAGIC));
  if (decoder === undefined) return bytes;
  const result = spawnSync(decoder.program, ['-dc'], { input: bytes, maxBuffer: most });
  if (hasErrno(result.error, 'ENOENT')) throw decoderMissing(name, decoder);
  if (hasErrno(result.error, 'ENOBUFS')) throw tooLarge(name, most);
  // A decoder that is content before the end of its input closes the pipe.
  if (result.error && !hasErrno(result.error, 'EPIPE')) throw result.error;
  if (result.status !== 0) throw complained(name, decoder, result.stderr.toString());
  return result.stdout;
}

/** As a write of ours would have failed; sessions know what to say of that. */
function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    path: process.env.TMPDIR ?? '/var/tmp',
  });
}

function tooLarge(name: string, most: number): SdError {
  return new SdError('archive_too_large', {
    what: `The archive "${safeName(name)}" is not used.`,
    because: `It unpacks to more than ${Math.round(most / 1024 / 1024)} MiB, out of all proportion to its own size.`,
    todo: 'Do not trust it; if it is yours, package its content with swpackage.',
    data: { archive: name, most },
  });
}
