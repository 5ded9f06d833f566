// What goes from the disk when filesets leave the catalog: by removal, by update, as patches of an updated base.
//
//   path listed by a fileset that stays, or by what comes        stays
//   file, link, device                                           unlinked
//   directory that an installation made, empty afterwards        removed; so are such parents
//   any other directory                                          stays
//   archive member (type a)                                      nothing on disk bears its path

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { hasErrno } from '../model/error.ts';
import type { FilesetKey } from '../model/software.ts';
import type { FileStep } from '../store/transaction-types.ts';
import { inSaveArea, lstatIn, physical, type RootSession } from './session.ts';

/** Steps and catalog operations, to be joined with what else the transaction does. */
export interface Leaving {
  readonly steps: FileStep[];
  readonly ops: CatalogOp[];
}

/**
 * Files and directories of `going` that nobody else needs. `coming` are absolute paths that the same transaction places.
 * Records of the filesets themselves are not dropped here.
 */
export function leaving(
  session: RootSession,
  catalog: Catalog,
  going: readonly FilesetKey[],
  coming: ReadonlySet<string>,
): Leaving {
  const leave = new Set(going);
  const files = new Set<string>();
  const directories = new Set<string>();
  for (const key of going) {
    for (const record of catalog.files(key)) {
      if (record.type === 'a' || coming.has(record.path)) continue;
      if (catalog.owners(record.path).some((owner) => !leave.has(owner))) continue;
      const at = physical(session, record.path);
      const found = lstatIn(session, at);
      if (!found) continue;
      if (found.isDirectory()) directories.add(at);
      else files.add(at);
    }
  }
  const kept = new Set([...coming].map((path) => physical(session, path)));
  return vacate(session, catalog, files, directories, kept, leave);
}

/** Unlinks `files`, then removes the made directories that this empties. Paths are physical and root-relative. */
export function vacate(
  session: RootSession,
  catalog: Catalog,
  files: ReadonlySet<string>,
  directories: ReadonlySet<string>,
  kept: ReadonlySet<string>,
  leave: ReadonlySet<FilesetKey>,
): Leaving {
  const steps: FileStep[] = [...files].map((path) => ({ step: 'remove', path }));
  const ops: CatalogOp[] = [];
  const gone = new Set(files);
  const keptParents = parentsOf(kept);
  const candidates = new Set([...directories, ...parentsOf(files), ...parentsOf(directories)]);
  for (const directory of [...candidates].sort(
    (left, right) => depth(right) - depth(left) || (left < right ? -1 : 1),
  )) {
    if (kept.has(directory) || keptParents.has(directory) || !catalog.madeDirectory(`/${directory}`)) continue;
    if (catalog.owners(`/${directory}`).some((owner) => !leave.has(owner))) continue;
    if (!emptied(join(session.root, directory), directory, gone)) continue;
    gone.add(directory);
    steps.push({ step: 'rmdir', path: directory });
    ops.push({ op: 'drop_made_directory', path: `/${directory}` });
  }
  return { steps, ops };
}

/** Steps that take away whole directories below the save area, whatever lies in them. */
export function dropSaves(session: RootSession, directories: readonly string[]): FileStep[] {
  const steps: FileStep[] = [];
  const gone = new Set<string>();
  for (const below of directories) {
    const at = inSaveArea(session, below);
    emptyDirectory(session, at, steps, gone);
    const product = dirname(at);
    if (emptied(join(session.root, product), product, gone)) steps.push({ step: 'rmdir', path: product });
  }
  return steps;
}

function emptyDirectory(session: RootSession, at: string, steps: FileStep[], gone: Set<string>): void {
  const entries = entriesOf(join(session.root, at));
  if (!entries) return;
  for (const entry of entries) {
    const path = `${at}/${entry.name}`;
    if (entry.isDirectory()) emptyDirectory(session, path, steps, gone);
    else {
      steps.push({ step: 'remove', path });
      gone.add(path);
    }
  }
  steps.push({ step: 'rmdir', path: at });
  gone.add(at);
}

/** True when every entry of the directory is in `gone`. */
function emptied(absolute: string, relative: string, gone: ReadonlySet<string>): boolean {
  const entries = entriesOf(absolute);
  return entries?.every((entry) => gone.has(`${relative}/${entry.name}`)) ?? false;
}

function entriesOf(absolute: string) {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Every directory above these paths, without the root itself. */
export function parentsOf(paths: Iterable<string>): Set<string> {
  const parents = new Set<string>();
  for (const path of paths) {
    for (
      let parent = dirname(path);
      parent !== '.' && parent !== '/' && !parents.has(parent);
      parent = dirname(parent)
    ) {
      parents.add(parent);
    }
  }
  return parents;
}

function depth(path: string): number {
  return path.split('/').length;
}
