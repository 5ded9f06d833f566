// The way back when a store is lost or damaged: repair once, else build it anew from the published catalog or from the SD text tree.
// Promise: the damaged store is kept aside, whatever comes of it; the new one appears by one rename; only one process at a time does
// this, and none opens the store meanwhile. Must not: be silent; every success is reported by the caller.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fsyncDirectory, syncFileSystem, testPoint } from '../host/durable.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { filesetKey } from '../model/software.ts';
import { type CatalogFile, readCatalogFile } from './catalog-file.ts';
import { ChangeEncoder } from './change-encoder.ts';
import type { Database, Engine } from './database.ts';
import { isAlive, processStart } from './holder.ts';
import { encodeSingle, isData, keys } from './keys.ts';
import type { StoreLayout } from './layout.ts';
import { EMPTY_LEDGER, enter, type Ledger } from './ledger.ts';
import { readProductPairs, readRecords } from './published.ts';
import { Records } from './records.ts';
import { readTextTree } from './text-read.ts';

const MARKER = 'rebuilding';
/** What a text tree does not hold; whoever lost it must know. */
const NOT_IN_TEXT =
  'which files patches saved, which directories installations made, and which scripts were running could not be brought back';

/** Somebody else is rebuilding: the store may not be opened. */
export function isBeingRebuilt(home: string): boolean {
  const marker = readMarker(home);
  if (marker === undefined || marker.pid === process.pid) return false;
  return isAlive(marker);
}

/**
 * Runs `work` as the only rebuilder. Returns false where another process is at it, or has the store open; call again later.
 * `test` opens and closes the store to see whether somebody has it; it returns true then.
 */
export async function asRebuilder(
  home: string,
  test: () => Promise<boolean>,
  work: () => Promise<void>,
): Promise<boolean> {
  if (!claim(home)) return false;
  try {
    if (await test()) return false;
    await work();
    return true;
  } finally {
    rmSync(join(home, MARKER), { force: true });
  }
}

/** Copies the store aside, so that a repair can lose nothing. LOCK is never read. Returns the copy's path. */
export function copyAside(home: string): string {
  const copy = asideName(home);
  cpSync(join(home, 'store'), copy, {
    recursive: true,
    filter: (path) => basename(path) !== 'LOCK',
    preserveTimestamps: true,
  });
  return copy;
}

/**
 * Builds a new store and puts it in place; the old one goes aside. Returns what it was built from.
 * Throws SdError `store_damaged` where neither published catalog nor text tree can be used.
 */
export async function rebuild(engine: Engine, layout: StoreLayout, why: string): Promise<string> {
  const { home } = layout;
  const place = join(home, 'store');
  const fresh = join(home, 'store.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const database = await engine.open(fresh, true);
  let from: string;
  try {
    from = await fill(database, layout, why);
  } finally {
    await database.close();
  }
  syncFileSystem(home);
  testPoint('rebuilt');
  if (existsSync(place)) renameSync(place, asideName(home));
  renameSync(fresh, place);
  fsyncDirectory(home);
  return from;
}

/** True when there is something to rebuild from. */
export function canRebuild(layout: StoreLayout): boolean {
  if (existsSync(join(layout.home, 'catalog')) || existsSync(join(layout.textTree, 'INDEX'))) return true;
  if (!existsSync(layout.textTree)) return false;
  // The joined INDEX alone may be lost.
  return readdirSync(layout.textTree).some((name) => existsSync(join(layout.textTree, name, 'pfiles/INDEX')));
}

/** Everything of a catalog as operations on an empty one. */
export function importOps(catalog: Catalog): CatalogOp[] {
  const ops: CatalogOp[] = [{ op: 'target', attributes: catalog.attributes }];
  for (const vendor of catalog.vendors()) ops.push({ op: 'vendor', vendor });
  for (const category of catalog.categories()) ops.push({ op: 'category', category });
  for (const bundle of catalog.bundles()) ops.push({ op: 'bundle', bundle });
  const controls = (owner: string, files: readonly { tag: string }[]) => {
    for (const { tag } of files) {
      const content = catalog.controlFile(owner, tag);
      if (content !== undefined) ops.push({ op: 'control_file', owner, tag, content: content.toString('base64') });
    }
  };
  for (const product of catalog.products()) {
    ops.push({ op: 'product', product });
    controls(product.id, product.controlFiles);
    for (const fileset of product.filesets) {
      const key = filesetKey(product.id, fileset.id);
      ops.push({ op: 'fileset', productId: product.id, fileset });
      ops.push({ op: 'files', fileset: key, put: catalog.files(key), all: true });
      controls(key, fileset.controlFiles);
    }
  }
  return ops;
}

async function fill(database: Database, layout: StoreLayout, why: string): Promise<string> {
  const problems: unknown[] = [];
  for (const name of ['catalog', 'catalog.1', 'catalog.2']) {
    try {
      const file = readCatalogFile(layout.home, name);
      if (file === undefined) continue;
      await fillFromPublished(database, layout.home, file);
      return `the published catalog, generation ${file.header.gen}`;
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      problems.push(error);
    }
  }
  try {
    const text = readTextTree(layout);
    if (text !== undefined) {
      await fillFromText(database, text.catalog);
      return `the text tree "${layout.textTree}" (${NOT_IN_TEXT})`;
    }
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    problems.push(error);
  }
  throw new SdError('store_damaged', {
    what: `The store in "${layout.home}" cannot be used: ${why}.`,
    because: ['It cannot be rebuilt either.', ...problems.map(String)].join(' '),
    todo: 'Bring it back from a backup.',
    data: { home: layout.home },
  });
}

/** The published pairs as they stand, under the generation and chain they had. All objects are read before anything is written. */
async function fillFromPublished(database: Database, home: string, file: CatalogFile): Promise<void> {
  const pairs = new Map<string, string>();
  const records = readRecords(home, file);
  for (const [key, value] of readProductPairs(home, file)) if (isData(key)) pairs.set(key, value);
  for (const path of records.made) pairs.set(keys.made(path), encodeSingle(true));
  for (const { id, value } of records.vendors.values()) pairs.set(keys.vendor(id), value);
  for (const { id, value } of records.categories.values()) pairs.set(keys.category(id), value);
  for (const { id, value } of records.bundles.values()) pairs.set(keys.bundle(id), value);
  if (records.target !== undefined) pairs.set(keys.target, records.target);
  pairs.set(keys.next, encodeSingle(records.next));
  const { gen, chain } = file.header;
  await write(database, pairs, { ...EMPTY_LEDGER, generation: gen - 1 }, chain);
}

async function fillFromText(database: Database, catalog: Catalog): Promise<void> {
  const encoder = new ChangeEncoder(new Records(), () => undefined).encode(importOps(catalog));
  await write(database, encoder.pairs, EMPTY_LEDGER, undefined);
}

async function write(
  database: Database,
  pairs: ReadonlyMap<string, string | undefined>,
  before: Ledger,
  chain: string | undefined,
): Promise<void> {
  const { bookkeeping } = enter(before, pairs, null, () => undefined, chain);
  await database.write([...pairs, ...bookkeeping]);
}

function asideName(home: string): string {
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, '');
  for (let n = 0; ; n++) {
    const path = join(home, `store.damaged-${stamp}${n === 0 ? '' : `.${n}`}`);
    if (!existsSync(path)) return path;
  }
}

function claim(home: string): boolean {
  mkdirSync(home, { recursive: true, mode: 0o755 });
  for (;;) {
    try {
      const mark = { pid: process.pid, start: processStart(process.pid) ?? '' };
      writeFileSync(join(home, MARKER), JSON.stringify(mark), { flag: 'wx', mode: 0o644 });
      return true;
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
    if (isBeingRebuilt(home)) return false;
    rmSync(join(home, MARKER), { force: true });
  }
}

function readMarker(home: string): { pid: number; start: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(home, MARKER), 'utf8')) as { pid: number; start: string };
  } catch {
    // Not there, or the half line of a process that died: nobody's.
    return undefined;
  }
}
