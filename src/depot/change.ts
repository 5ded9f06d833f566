// Opens a directory depot to change it, and takes an empty one away (ARCHITECTURE D1-D4; formats.md 9).
//
//   depot of ours                     its store is opened; an interrupted session is undone or completed first
//   depot made elsewhere (text only)  its catalog becomes the first generation of a fresh store
//   empty or missing directory        with `create` an empty depot
//   directory with other things       refused, untouched

import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { filesetKey } from '../model/software.ts';
import { depotLayout } from '../store/layout.ts';
import { type OpenOptions, openStore, type Store } from '../store/store.ts';
import { readTextTree } from '../store/texttree.ts';
import { notADepot } from './open.ts';

/** What may lie in a directory that still counts as empty: a fresh file system's own, and what a removed depot leaves. */
const LEFT_OVER = new Set(['lost+found', 'swagent.log', 'swaudit.log']);

/**
 * What is at a path: a depot, a directory that can become one, or nothing.
 * Throws SdError `not_a_depot` for a file or a directory that holds something else.
 */
export function depotPlace(path: string): 'depot' | 'vacant' | 'absent' {
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return 'absent';
    if (hasErrno(error, 'ENOTDIR'))
      throw notADepot(path, 'It is a file; software is copied into a directory depot only.');
    throw notWritable(path, error);
  }
  if (names.includes('.sd')) return 'depot';
  if (names.includes('catalog') && statSync(join(path, 'catalog', 'INDEX'), { throwIfNoEntry: false })?.isFile())
    return 'depot';
  if (names.every((name) => LEFT_OVER.has(name))) return 'vacant';
  throw notADepot(path, 'It is a directory that holds something else.');
}

/**
 * Opens the depot at an absolute path to change it; with `create` it is made where there is none.
 * Throws SdError `not_a_depot`, `depot_not_found`, `target_not_writable`, and what openStore throws (`target_locked` ...).
 */
export async function openDepotToChange(path: string, options: OpenOptions): Promise<Store> {
  const place = depotPlace(path);
  if (place !== 'depot' && !options.create) {
    throw new SdError('depot_not_found', {
      what: `There is no depot at "${path}".`,
      because: place === 'absent' ? 'The directory does not exist.' : 'The directory is empty.',
      todo: 'Check the path behind "@".',
      data: { path },
    });
  }
  if (place === 'absent') makeDirectory(path);
  const layout = depotLayout(path);
  const made = place !== 'depot' || !readdirSync(path).includes('.sd');
  const store = await openStore(layout, { ...options, create: options.create || made });
  try {
    if (store.catalog().generation === 0) {
      const tree = readTextTree(layout);
      if (tree) await store.apply({ label: 'import catalog', files: [], change: () => importOps(tree.catalog) });
    }
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Takes away the catalog of a depot without products; the directory stays with whatever else is in it (commands.md 4.1,
 * remove_empty_depot). The depot must be closed.
 */
export function dropEmptyDepot(path: string): void {
  rmSync(join(path, 'catalog'), { recursive: true, force: true });
  rmSync(join(path, '.sd'), { recursive: true, force: true });
}

/** Takes away a depot that a failed session has made: as `dropEmptyDepot`, and empty directories from `path` up to `first`. */
export function undoNewDepot(path: string, first: string | undefined): void {
  dropEmptyDepot(path);
  if (first === undefined) return;
  try {
    for (let directory = path; directory.length >= first.length; directory = dirname(directory)) rmdirSync(directory);
  } catch (error) {
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

/** First directory that making `path` would have to make; undefined when it is there. */
export function firstMissing(path: string): string | undefined {
  let missing: string | undefined;
  for (let at = path; !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) missing = at;
  return missing;
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): SdError {
  return new SdError('target_not_writable', {
    what: `The depot "${path}" cannot be changed.`,
    because: error instanceof Error ? `${error.message}.` : '',
    todo: 'Correct the permissions, or name another directory.',
    data: { path },
    cause: error,
  });
}

/** Everything a catalog says, as one change. */
function importOps(catalog: Catalog): CatalogOp[] {
  const ops: CatalogOp[] = [{ op: 'target', attributes: catalog.attributes }];
  for (const vendor of catalog.vendors()) ops.push({ op: 'vendor', vendor });
  for (const category of catalog.categories()) ops.push({ op: 'category', category });
  for (const bundle of catalog.bundles()) ops.push({ op: 'bundle', bundle });
  for (const product of catalog.products()) {
    const { filesets, ...own } = product;
    ops.push({ op: 'product', product: own });
    ops.push(...controlFileOps(catalog, product.id, product.controlFiles));
    for (const fileset of filesets) {
      const key = filesetKey(product.id, fileset.id);
      ops.push({ op: 'fileset', productId: product.id, fileset });
      ops.push({ op: 'files', fileset: key, put: catalog.files(key), all: true });
      ops.push(...controlFileOps(catalog, key, fileset.controlFiles));
    }
  }
  return ops;
}

function controlFileOps(catalog: Catalog, owner: string, files: readonly { readonly tag: string }[]): CatalogOp[] {
  return files.flatMap(({ tag }): CatalogOp[] => {
    const content = catalog.controlFile(owner, tag);
    return content ? [{ op: 'control_file', owner, tag, content: content.toString('base64') }] : [];
  });
}
