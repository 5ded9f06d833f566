// Serial depot, to write: one tar stream in SD's order (formats.md 13; patches.md 3.8): the whole catalog, then contents product by
// product, bases before their patches. No directories, no ACLs, no locks, names without `./`.
// Promise: the same software gives the same bytes; every file is compared to the catalog that was written before it.

import { tarWriter } from '../host/archive.ts';
import { digestContent } from '../host/digest.ts';
import type { Content } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import { type FileRecord, type FilesetKey, filesetKey } from '../model/software.ts';
import { isStored } from './available.ts';
import { storedAt } from './content.ts';
import type { Depot } from './depot.ts';
import { type SerialChoice, serialCatalog } from './serial-software.ts';
import { catalogMembers } from './serial-texts.ts';

export interface SerialOptions {
  /** Seconds since 1970, for objects of the source that carry no times yet. */
  readonly now: number;
  /** Called before the contents of each fileset, in the order of the stream. */
  readonly onFileset?: (fileset: FilesetKey) => void;
  /** Called after each file. */
  readonly onFile?: (file: FileRecord) => void;
}

/**
 * Writes the software chosen from `source` as a serial depot. The sink is done with the bytes when `write` returns.
 * Throws what the sink and the source throw, and SdError `content_mismatch`; what was written is then useless.
 */
export function writeSerial(
  source: Depot,
  choice: SerialChoice,
  sink: { write(bytes: Uint8Array): void },
  options: SerialOptions,
): void {
  const catalog = serialCatalog(source, choice, options.now);
  const tar = tarWriter(sink);
  for (const { bytes, ...member } of catalogMembers(catalog)) {
    tar.file({ ...member, uid: 0, gid: 0 }, { kind: 'bytes', bytes });
  }
  for (const product of catalog.products()) {
    for (const fileset of product.filesets) {
      const key = filesetKey(product.id, fileset.id);
      options.onFileset?.(key);
      for (const file of catalog.files(key)) {
        if (!isStored(file)) continue;
        withContent(source, key, file, (content) => tar.file(memberOf(key, file), content));
        options.onFile?.(file);
      }
    }
  }
  tar.end();
}

function withContent(source: Depot, key: FilesetKey, file: FileRecord, use: (content: Content) => void): void {
  const content = source.content(key, file);
  try {
    compare(source, key, file, content);
    use(content);
  } finally {
    if (content.kind === 'region') content.close();
  }
}

/** The catalog is written before the bytes, so bytes that do not fit it must not follow. The second reading comes from memory. */
function compare(source: Depot, key: FilesetKey, file: FileRecord, content: Content): void {
  const found = digestContent(content);
  for (const fact of ['size', 'cksum', 'sha256'] as const) {
    if (file[fact] === found[fact]) continue;
    throw new SdError('content_mismatch', {
      what: `The content of "${storedAt(key, file)}" in "${source.location}" is not what its catalog says.`,
      because: `Its ${fact} is ${found[fact]}, not ${file[fact]}.`,
      todo: 'Check the source with swverify.',
      data: { path: file.path, fact, expected: file[fact], found: found[fact] },
    });
  }
}

function memberOf(key: FilesetKey, file: FileRecord) {
  return {
    path: storedAt(key, file),
    mode: file.mode ?? 0o644,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    ...(file.owner === undefined ? {} : { owner: file.owner }),
    ...(file.group === undefined ? {} : { group: file.group }),
    mtime: file.mtime ?? 0,
  };
}
