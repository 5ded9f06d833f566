// File storage of a directory depot as steps: what a fileset brings in, what it leaves behind (formats.md 9).
//
//   record f, a     a stored file; plain, never compressed
//   any other type  no stored file: INFO is the only record of it
//
// Stored files and directories belong to whoever runs the session; a stored file is never setuid and always readable to its owner.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Depot } from '../depot/depot.ts';
import type { RootPaths } from '../host/rootpath.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import type { FileStep, PlacedAs } from '../store/transaction-types.ts';
import { parentsOf } from './leaving.ts';

/** Depot-relative physical path of a stored file. */
export function storagePath(paths: RootPaths, fileset: FilesetKey, file: FileRecord): string {
  return paths.resolve(fileset + file.path);
}

/** One stored file on its way into the depot. */
export interface Incoming {
  readonly from: FilesetKey;
  readonly file: FileRecord;
  /** Depot-relative physical path. */
  readonly at: string;
}

/** Steps that store these files, with the directories that are not there yet. */
export function storeSteps(
  depot: string,
  source: Depot,
  incoming: readonly Incoming[],
  keep: readonly string[],
): FileStep[] {
  const directories = parentsOf([...incoming.map((one) => one.at), ...keep.map((directory) => `${directory}/-`)]);
  const steps: FileStep[] = [...directories]
    .filter((path) => !lstatSync(join(depot, path), { throwIfNoEntry: false })?.isDirectory())
    .sort()
    .map((path) => ({ step: 'directory', path, as: own(0o755) }));
  for (const { from, file, at } of incoming) {
    steps.push({
      step: 'place',
      path: at,
      content: () => source.content(from, file),
      as: {
        ...own(((file.mode ?? 0o644) & 0o777) | 0o400),
        ...(file.mtime === undefined ? {} : { mtime: file.mtime }),
      },
      expect: {
        ...(file.size === undefined ? {} : { size: file.size }),
        ...(file.cksum === undefined ? {} : { cksum: file.cksum }),
        ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
      },
    });
  }
  return steps;
}

/**
 * Steps that unlink stored files and the directories this empties. `staying` are the stored files of the transaction;
 * `filesets` are directories `<product>[/<fileset>]` that go too when nothing is left in them.
 */
export function discardSteps(
  going: readonly string[],
  staying: ReadonlySet<string>,
  filesets: readonly string[],
): FileStep[] {
  const files = going.filter((path) => !staying.has(path));
  const kept = parentsOf(staying);
  const directories = new Set([...parentsOf(files), ...filesets, ...parentsOf(filesets)]);
  return [
    ...files.map((path): FileStep => ({ step: 'remove', path })),
    ...[...directories]
      .filter((path) => !kept.has(path))
      // A directory is longer than its parents, so this order empties from the leaves up.
      .sort((left, right) => right.length - left.length)
      .map((path): FileStep => ({ step: 'rmdir', path })),
  ];
}

function own(mode: number): PlacedAs {
  return { mode, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
