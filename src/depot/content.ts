// What the ways of storing a file have in common: undoing compression, comparing sizes, saying what is missing (formats.md 14).
// Must not: open anything; directory.ts and serial.ts do.

import { gunzipSync } from 'node:zlib';
import { type Digested, readContent } from '../host/digest.ts';
import { safeName } from '../host/rootpath.ts';
import { bytesContent, type Content, contentSize } from '../model/content.ts';
import { reasonOf, SdError } from '../model/error.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { unpackedLarge } from './compress.ts';
import type { Depot } from './depot.ts';

/** Bytes of a compressed file that is unpacked in memory: a larger one is laid out on disk, one whose record tells no size is refused. */
const MOST_IN_MEMORY = 64 * 1024 * 1024;

/** Path of a stored file below the depot: `<product>/<fileset>/<path>` (formats.md 9). */
export function storedAt(fileset: FilesetKey, file: FileRecord): string {
  return fileset + file.path;
}

/**
 * The plain content of stored bytes; takes over `stored` and closes it where it makes a new one.
 * Throws SdError `content_mismatch` (size differs), `content_damaged` (bad gzip) or `compression_unknown`.
 */
export function plainContent(depot: string, fileset: FilesetKey, file: FileRecord, stored: Content): Content {
  if (file.compression_state !== 'compressed') return sized(depot, fileset, file, stored);
  const type = file.compression_type ?? 'gzip';
  try {
    if (type !== 'gzip') {
      throw new SdError('compression_unknown', {
        what: `The file "${safeName(storedAt(fileset, file))}" of depot "${depot}" cannot be read.`,
        because: `It is compressed with "${type}"; only gzip is known.`,
        todo: 'Copy the software with uncompress_files=true where it was packaged.',
      });
    }
    if ((file.size ?? 0) > MOST_IN_MEMORY) return sized(depot, fileset, file, unpackedLarge(stored));
    return sized(depot, fileset, file, bytesContent(inflate(depot, fileset, file, readContent(stored))));
  } finally {
    if (stored.kind === 'region') stored.close();
  }
}

function inflate(depot: string, fileset: FilesetKey, file: FileRecord, bytes: Uint8Array): Uint8Array {
  try {
    // The recorded size bounds the memory that a forged file can take.
    return gunzipSync(bytes, { maxOutputLength: Math.max(file.size ?? MOST_IN_MEMORY, 1) });
  } catch (error) {
    throw damaged('content_damaged', depot, fileset, file, reasonOf(error), error);
  }
}

function sized(depot: string, fileset: FilesetKey, file: FileRecord, content: Content): Content {
  const size = contentSize(content);
  if (file.size === undefined || file.size === size) return content;
  if (content.kind === 'region') content.close();
  throw damaged('content_mismatch', depot, fileset, file, `It has ${size} bytes; its catalog says ${file.size}.`);
}

function damaged(
  code: string,
  depot: string,
  fileset: FilesetKey,
  file: FileRecord,
  because: string,
  cause?: unknown,
): SdError {
  return new SdError(code, {
    what: `The file "${safeName(storedAt(fileset, file))}" of depot "${depot}" is damaged.`,
    because,
    todo: 'Copy or package the software again.',
    data: { depot, fileset, path: file.path },
    cause,
  });
}

/** Throws SdError `content_mismatch` when what was read of a stored file is not what its record says. */
export function compareContent(source: Depot, fileset: FilesetKey, file: FileRecord, found: Digested): void {
  for (const fact of ['size', 'cksum', 'sha256'] as const) {
    if (file[fact] === undefined || file[fact] === found[fact]) continue;
    throw new SdError('content_mismatch', {
      what: `The content of "${safeName(storedAt(fileset, file))}" in "${source.location}" is not what its catalog says.`,
      because: `Its ${fact} is ${found[fact]}, not ${file[fact]}.`,
      todo: 'Check the source with swverify.',
      data: { path: file.path, fact, expected: file[fact], found: found[fact] },
    });
  }
}

/** SdError `content_missing`: the catalog lists a file that the depot does not hold. */
export function missing(depot: string, fileset: FilesetKey, file: FileRecord, because: string): SdError {
  return new SdError('content_missing', {
    what: `The file "${safeName(storedAt(fileset, file))}" of depot "${depot}" cannot be read.`,
    because,
    todo: 'Copy or package the software again.',
    data: { depot, fileset, path: file.path },
  });
}
