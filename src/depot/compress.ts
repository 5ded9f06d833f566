// Stored files of a directory depot, compressed with gzip (formats.md 14): under the name of the plain file, with size and cksum of the plain
// content in INFO beside those of what is stored.
// Promise: the same content gives the same bytes; memory stays small, large files go through gzip(1).

import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type Digested, digestContent, eachPiece, readContent, writeAll } from '../host/digest.ts';
import { nameless } from '../host/spool.ts';
import { bytesContent, type Content, contentSize } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import type { FileRecord } from '../model/software.ts';

/** Larger files are not compressed in memory. */
const IN_MEMORY = 32 * 1024 * 1024;

/** Content to be stored, and what INFO says of it. */
export interface Packed {
  readonly content: Content;
  /** Of the plain content. */
  readonly plain: Digested;
  readonly record: Pick<FileRecord, 'compression_state' | 'compression_type' | 'compressed_size' | 'compressed_cksum'>;
}

/**
 * Compresses `plain`, which the caller closes; the result is another content, or `plain` itself where compression gains nothing.
 * Throws SdError `compression_failed`.
 */
export function packed(plain: Content): Packed {
  const facts = digestContent(plain);
  const content = facts.size > IN_MEMORY ? gzipLarge(plain) : bytesContent(gzipSync(readContent(plain)));
  if (contentSize(content) >= facts.size) {
    if (content.kind === 'region') content.close();
    return { content: plain, plain: facts, record: { compression_state: 'not_compressible' } };
  }
  const stored = digestContent(content);
  const record = {
    compression_state: 'compressed',
    compression_type: 'gzip',
    compressed_size: stored.size,
    compressed_cksum: stored.cksum,
  } as const;
  return { content, plain: facts, record };
}

function gzipLarge(plain: Content): Content {
  const source = nameless((fd) => eachPiece(plain, (piece) => writeAll(fd, piece)));
  try {
    return region(gzip(source, ['-nc']));
  } finally {
    closeSync(source);
  }
}

/** The plain content of a large gzip file, laid out in a temporary file. `stored` is the caller's. Throws SdError `compression_failed`. */
export function unpackedLarge(stored: Content): Content {
  const source = nameless((fd) => eachPiece(stored, (piece) => writeAll(fd, piece)));
  try {
    return region(gzip(source, ['-dc']));
  } finally {
    closeSync(source);
  }
}

function gzip(source: number, words: readonly string[]): number {
  return nameless((into) => {
    // A descriptor that was written stands at its end; the program gets one of its own.
    const ran = spawnSync('sh', ['-c', 'exec gzip "$@" < /proc/self/fd/3', 'gzip', ...words], {
      stdio: ['ignore', into, 'pipe', source],
      encoding: 'utf8',
    });
    if (ran.status === 0) return;
    throw new SdError('compression_failed', {
      what: 'A file of the depot could not be compressed or uncompressed.',
      because: `gzip says: ${ran.error?.message ?? ran.stderr.trim()}`,
      todo: 'Install the Debian package "gzip", and look at the disk of TMPDIR.',
    });
  });
}

function region(fd: number): Content {
  return { kind: 'region', fd, position: 0, size: fstatSync(fd).size, close: () => closeSync(fd) };
}
