// File storage of a directory depot as steps: what a fileset brings in, what it leaves behind (formats.md 9).
//
//   record f, a     a stored file; plain, or compressed where that is asked for and gains something
//   any other type  no stored file: INFO is the only record of it
//
// Stored files and directories belong to whoever runs the session; a stored file is never setuid and always readable to its owner.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isStored, storedRecord } from '../depot/available.ts';
import { type Packed, packed } from '../depot/compress.ts';
import { compareContent } from '../depot/content.ts';
import type { Depot } from '../depot/depot.ts';
import type { RootPaths } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import { bytesContent, type Content } from '../model/content.ts';
import type { Emit } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import type { FileStep, PlacedAs, Staged } from '../store/transaction-types.ts';
import { parentsOf } from './leaving.ts';

/** One stored file. */
export interface StoredFile {
  readonly file: FileRecord;
  /** Depot-relative physical path. */
  readonly at: string;
}

/** One stored file on its way into the depot. */
export interface Incoming extends StoredFile {
  /** Fileset in the source. */
  readonly from: FilesetKey;
}

/** Depot-relative physical path of a stored file. */
export function storagePath(paths: RootPaths, fileset: FilesetKey, file: FileRecord): string {
  return paths.resolve(fileset + file.path);
}

/** Stored files of a fileset as the depot's catalog knows them; a fileset that is not there has none. */
export function storedFiles(depot: Catalog, fileset: FilesetKey, paths: RootPaths): StoredFile[] {
  if (lookUp(depot, fileset) === undefined) return [];
  return depot
    .files(fileset)
    .filter(isStored)
    .map((file) => ({ file, at: storagePath(paths, fileset, file) }));
}

/** Directories of filesets in the depot, physical paths like those of their files: a link on the way leads nowhere outside. */
export function storageDirectories(paths: RootPaths, filesets: readonly FilesetKey[]): string[] {
  return filesets.map((key) => paths.resolve(`/${key}/.`));
}

/** How files are stored: as in the source, all compressed, or all plain (commands.md 4.1, compress_files and uncompress_files). */
export type StoredAs = 'as_source' | 'compressed' | 'plain';

/** Files as they come in: their content as it is stored, and their records once all are. */
export class Arriving {
  readonly #source: Depot;
  readonly #as: StoredAs;
  readonly #packed = new Map<string, Packed>();

  constructor(source: Depot, as: StoredAs) {
    this.#source = source;
    this.#as = as;
  }

  /** True when this file is to be compressed. */
  compresses(file: FileRecord): boolean {
    return this.#as === 'compressed' || (this.#as === 'as_source' && file.compression_state === 'compressed');
  }

  /** What is stored. The caller closes it. Throws what the source throws, SdError `content_mismatch`, `compression_failed`. */
  content({ from, file, at }: Incoming): Content {
    const plain = this.#source.content(from, file);
    if (!this.compresses(file)) return plain;
    const result = packed(plain);
    compareContent(this.#source, from, file, result.plain);
    this.#packed.set(at, { ...result, content: bytesContent(new Uint8Array()) });
    if (result.content !== plain && plain.kind === 'region') plain.close();
    return result.content;
  }

  /** The record of a file whose storage at `at` was `staged`. */
  record(file: FileRecord, at: string | undefined, staged: Staged | undefined): FileRecord {
    const compressed = at === undefined ? undefined : this.#packed.get(at);
    return compressed ? storedRecord(file, compressed.plain, compressed.record) : storedRecord(file, staged);
  }
}

/** Steps that store these files, with the directories, and those of `filesets` (storageDirectories), that are not there yet. */
export function storeSteps(
  depot: string,
  arriving: Arriving,
  incoming: readonly Incoming[],
  filesets: readonly string[],
): FileStep[] {
  const directories = new Set([...parentsOf(incoming.map((one) => one.at)), ...filesets, ...parentsOf(filesets)]);
  const steps: FileStep[] = [...directories]
    .filter((path) => !lstatSync(join(depot, path), { throwIfNoEntry: false })?.isDirectory())
    .sort()
    .map((path) => ({ step: 'directory', path, as: own(0o755) }));
  for (const one of incoming) {
    const { file, at } = one;
    steps.push({
      step: 'place',
      path: at,
      content: () => arriving.content(one),
      as: {
        ...own(((file.mode ?? 0o644) & 0o777) | 0o400),
        ...(file.mtime === undefined ? {} : { mtime: file.mtime }),
      },
      // What is compressed is compared before.
      expect: arriving.compresses(file)
        ? {}
        : {
            ...(file.size === undefined ? {} : { size: file.size }),
            ...(file.cksum === undefined ? {} : { cksum: file.cksum }),
            ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
          },
    });
  }
  return steps;
}

/**
 * Steps that unlink stored files and the directories this empties. `staying` are paths the transaction stores;
 * `filesets` are directories that go too when nothing is left in them.
 */
export function discardSteps(
  going: readonly StoredFile[],
  staying: ReadonlySet<string>,
  filesets: readonly string[],
): FileStep[] {
  const files = going.map((one) => one.at).filter((path) => !staying.has(path));
  const kept = parentsOf(staying);
  const directories = new Set([...parentsOf(files), ...filesets, ...parentsOf(filesets)]);
  return [
    ...files.map((path): FileStep => ({ step: 'remove', path })),
    ...[...directories]
      .filter((path) => !kept.has(path))
      // A directory's path is longer than its parents', so this order empties from the leaves up.
      .sort((left, right) => right.length - left.length)
      .map((path): FileStep => ({ step: 'rmdir', path })),
  ];
}

/** For `Transaction.onFile`: tells of these files by their own paths. */
export function tellFiles(files: readonly StoredFile[], emit: Emit): (step: FileStep, bytes: number) => void {
  const paths = new Map(files.map(({ at, file }) => [at, file.path]));
  return (step, bytes) => {
    const path = paths.get(step.path);
    if (path === undefined || (step.step !== 'place' && step.step !== 'remove')) return;
    emit({ type: 'file.done', path, action: step.step, bytes });
  };
}

function own(mode: number): PlacedAs {
  return { mode, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
