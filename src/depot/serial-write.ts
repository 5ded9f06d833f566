// Serial depot, to write: a tar stream in SD's order (formats.md 13; patches.md 3.8): the whole catalog, then contents product by
// product, bases before their patches; several such streams where a volume is limited (serial-volumes.ts). No directories, no ACLs, no locks, names without `./`.
// Promise: the same software gives the same bytes; every file is compared to the catalog that was written before it.

import { type TarWriter, tarSize, tarWriter } from '../host/archive.ts';
import { digestContent, inHand } from '../host/digest.ts';
import type { Catalog } from '../model/catalog.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { isStored } from './available.ts';
import { compareContent } from './content.ts';
import type { Depot } from './depot.ts';
import type { SecretKey } from './minisign.ts';
import { type SerialChoice, serialCatalog } from './serial-software.ts';
import { catalogMembers, type TextMember } from './serial-texts.ts';
import { memberOf, splitVolumes } from './serial-volumes.ts';
import { signTexts } from './signature.ts';

export interface SerialOptions {
  /** Seconds since 1970, for objects of the source that carry no times yet. */
  readonly now: number;
  /** The layout_version to write; that of the source where it is absent. */
  readonly layout?: string;
  /** Bytes that a volume takes; absent where there is no limit. */
  readonly capacity?: number;
  /** Signs the catalog. */
  readonly signKey?: SecretKey;
  /** Called with the number of volumes before anything is written. */
  readonly onVolumes?: (count: number) => void;
  /** Called before the contents of each fileset, in the order of the stream. */
  readonly onFileset?: (fileset: FilesetKey) => void;
  /** Called after each file. */
  readonly onFile?: (file: FileRecord) => void;
  /** Told the bytes of each piece of a large file that is read. */
  readonly onPiece?: (bytes: number) => void;
}

/** Where the stream goes. It is done with the bytes when `write` returns. */
export interface SerialSink {
  write(bytes: Uint8Array): void;
  /** The volume before is complete; what is written from now on belongs to volume `number`. Needed only with a capacity. */
  nextVolume?(number: number): void;
}

/**
 * Writes the software chosen from `source` as a serial depot.
 * Throws what the sink and the source throw, SdError `content_mismatch`, and `fileset_too_large` before anything is written; what was
 * written is then useless.
 */
export function writeSerial(source: Depot, choice: SerialChoice, sink: SerialSink, options: SerialOptions): void {
  const whole = serialCatalog(source, choice, options.now, options.layout);
  const room = options.capacity === undefined ? undefined : options.capacity - signatureSize(whole, options);
  const { catalog, volumes } = splitVolumes(whole, room);
  options.onVolumes?.(volumes.length);
  for (const [before, filesets] of volumes.entries()) {
    if (before > 0) sink.nextVolume!(before + 1);
    const tar = tarWriter(sink);
    const members = catalogMembers(catalog, before + 1);
    for (const { bytes, ...member } of before === 0 ? signed(members, options) : members.slice(0, 1)) {
      tar.file(member, { kind: 'bytes', bytes });
    }
    for (const key of filesets) writeFileset(source, catalog, key, tar, options);
    tar.end();
  }
}

/** The list of digests and its signature stand behind the other texts of the depot itself. */
function signed(members: readonly TextMember[], { signKey, now }: SerialOptions): readonly TextMember[] {
  if (signKey === undefined) return members;
  const texts = members.map(({ path, bytes }) => ({ path: path.slice('catalog/'.length), bytes }));
  const own = signTexts(texts, signKey, now).map(
    ({ path, bytes }): TextMember => ({ ...members[0]!, path: `catalog/${path}`, bytes }),
  );
  const at = members.findLastIndex(({ path }) => path.startsWith('catalog/dfiles/')) + 1;
  return [...members.slice(0, at), ...own, ...members.slice(at)];
}

/** Bytes that a signature adds to the first volume. */
function signatureSize(catalog: Catalog, options: SerialOptions): number {
  const sizeOf = (members: readonly TextMember[]) =>
    members.reduce((sum, { bytes, ...member }) => sum + tarSize(member, bytes.length), 0);
  const members = catalogMembers(catalog);
  return sizeOf(signed(members, options)) - sizeOf(members);
}

function writeFileset(source: Depot, catalog: Catalog, key: FilesetKey, tar: TarWriter, options: SerialOptions): void {
  options.onFileset?.(key);
  // The source's own record says how the file lies there: it may be compressed.
  const lying = new Map(source.catalog.files(key).map((file) => [file.path, file]));
  for (const file of catalog.files(key)) {
    if (!isStored(file)) continue;
    const content = source.content(key, lying.get(file.path)!);
    try {
      // The catalog is written before the bytes, so bytes that do not fit it must not follow. What is large is read once more for that.
      const held = inHand(content);
      compareContent(source, key, file, digestContent(held, isLarge(file) ? options.onPiece : undefined));
      tar.file(memberOf(key, file), held);
    } finally {
      if (content.kind === 'region') content.close();
    }
    options.onFile?.(file);
  }
}

/** Files that take long enough to be told of before they are done. */
function isLarge(file: FileRecord): boolean {
  return (file.size ?? 0) > 4 * 1024 * 1024;
}
