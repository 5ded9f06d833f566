// Publication: after a commit the readers' files follow the store (D2, D3; store-and-fleet 1.3).
// Promise: the catalog is replaced by one rename after everything it names is durable; it may be behind the store, never ahead. What a
// publication costs grows with what changed and with the size of the index, so it is done at most about once a second in a session.

import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fsyncDirectory, syncFileSystem, testPoint, writeFileDurably } from '../host/durable.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { filesetKey } from '../model/software.ts';
import { type CatalogFile, type PublishedProduct, printCatalogFile, readCatalogFile } from './catalog-file.ts';
import { decodeFileset, encodeSingle, keys } from './keys.ts';
import type { StoreLayout } from './layout.ts';
import type { Ledger } from './ledger.ts';
import { collectObjects, listObjects, retireObject, writeObject } from './objects.ts';
import type { OwnerIndex } from './owner-index.ts';
import type { ProductEntry, ProductSummary, Records } from './records.ts';
import { cutIndex, type IndexSections, writeTextTree } from './texttree.ts';

/** A publication may take this part of the session's time at most. */
const SHARE = 20;
const PAUSE_MS = 1000;
/** Greatest length of what products share an object; one with more has its own. */
const FULL = 64 * 1024;
/** Names under which earlier catalogs stay for a while, newest first. */
const EARLIER = ['catalog.1', 'catalog.2'];

/** What is published, as the store has it. */
export interface Publishable {
  records(): Records;
  get(key: string): string | undefined;
  catalog(): Catalog;
  ledger(): Ledger;
  ownerIndex(): OwnerIndex;
}

export class Publisher {
  readonly #layout: StoreLayout;
  readonly #source: Publishable;
  readonly #objects = new Map<string, string>();
  /** What the catalog now there says of products that have not changed since. */
  readonly #summaries = new Map<string, ProductSummary>();
  readonly #dirty = new Set<string>();
  #sections: IndexSections = { head: undefined, bundles: new Map(), products: new Map() };
  #headDirty = true;
  #ownersObject = '';
  #recordsObject = '';
  #generation = -1;
  #notBefore = 0;
  /** What is there is not trusted. */
  #anew = false;

  /**
   * `file` is the catalog now there, if it can be built upon; `changed` the products that differ from it, undefined for all.
   */
  constructor(
    layout: StoreLayout,
    source: Publishable,
    file: CatalogFile | undefined,
    changed: Set<string> | undefined,
  ) {
    this.#layout = layout;
    this.#source = source;
    const all = [...source.records().products.keys()];
    if (file === undefined || changed === undefined) {
      for (const id of all) this.#dirty.add(id);
      return;
    }
    this.#generation = file.header.gen;
    this.#buildUpon(file, all);
    for (const id of changed) this.#dirty.add(id);
    // The ledger names the products that commits since then changed, and nothing else.
    if (this.#generation !== source.ledger().generation) this.#headDirty = true;
  }

  /** True when readers do not see the present generation. */
  get behind(): boolean {
    return this.#generation !== this.#source.ledger().generation || this.#dirty.size > 0;
  }

  /** Notes what a commit changed: product ids, and whether the target, vendors, categories or bundles did. */
  touch(products: Iterable<string>, head: boolean): void {
    for (const id of products) this.#dirty.add(id);
    if (head) this.#headDirty = true;
  }

  /** Publishes unless the last time was just now. */
  publishIfDue(): void {
    if (this.behind && Date.now() >= this.#notBefore) this.publish();
  }

  /** Publishes the present generation. Throws the errno error, SdError `sync_failed`; the old catalog is then still in place. */
  publish(): void {
    const begun = Date.now();
    const { home } = this.#layout;
    const records = this.#source.records();
    const retired = this.#writeProducts(records);
    const owners = writeObject(home, this.#source.ownerIndex().bytes(), this.#anew);
    const together = writeObject(home, recordLines(records), this.#anew);
    if (this.#ownersObject !== owners && this.#ownersObject !== '') retired.push(this.#ownersObject);
    if (this.#recordsObject !== together && this.#recordsObject !== '') retired.push(this.#recordsObject);
    const joined = this.#writeText(records);
    syncFileSystem(home);
    const { generation, chain } = this.#source.ledger();
    const index = { sha256: sha256(joined), head: this.#sections.head!.length };
    const header = { kind: this.#layout.kind, gen: generation, chain, owners, records: together, index };
    this.#keepEarlier();
    testPoint('publish');
    this.#replace(printCatalogFile(header, this.#lines(records), this.#products(records)));
    for (const name of retired) retireObject(home, name);
    this.#ownersObject = owners;
    this.#recordsObject = together;
    this.#generation = generation;
    this.#dirty.clear();
    this.#headDirty = false;
    this.#notBefore = Date.now() + Math.max(PAUSE_MS, SHARE * (Date.now() - begun));
  }

  /** Publishes everything, whatever is there already. Throws what publish() throws. */
  publishAnew(): void {
    for (const id of this.#source.records().products.keys()) this.#dirty.add(id);
    this.#headDirty = true;
    this.#anew = true;
    try {
      this.publish();
    } finally {
      this.#anew = false;
    }
  }

  /** Removes objects that no catalog names any more, once their grace is over. */
  collect(): void {
    const named = new Set([...this.#objects.values(), this.#ownersObject, this.#recordsObject]);
    const there = listObjects(this.#layout.home);
    if (there.size <= named.size) return;
    for (const name of EARLIER) {
      for (const object of objectsNamedBy(this.#layout.home, name)) named.add(object);
    }
    collectObjects(this.#layout.home, named);
  }

  /** A signature goes before the catalog it was made for does: what nobody signed must not look like a forgery. */
  #replace(text: string): void {
    const { home } = this.#layout;
    const [catalog, signature] = [join(home, 'catalog'), join(home, 'catalog.minisig')];
    if (existsSync(signature) && !(existsSync(catalog) && readFileSync(catalog, 'utf8') === text)) {
      rmSync(signature);
      fsyncDirectory(home);
    }
    writeFileDurably(catalog, text, 0o644);
  }

  #buildUpon(file: CatalogFile, all: readonly string[]): void {
    const there = listObjects(this.#layout.home);
    for (const [id, { object, summary }] of file.products.all()) {
      this.#objects.set(id, object);
      this.#summaries.set(id, summary);
    }
    this.#ownersObject = file.header.owners;
    this.#recordsObject = file.header.records;
    const { head, sha256: written } = file.header.index;
    const products = new Map(Array.from(file.products.all(), ([id, { section }]) => [id, section]));
    let length = head;
    for (const part of [...products.values(), ...file.bundleSections.values()]) length += part;
    const ours = { length, isOurs: (joined: Buffer) => sha256(joined) === written };
    const sections = cutIndex(this.#layout, ours, head, file.bundleSections, products);
    if (sections !== undefined) {
      this.#sections = sections;
      this.#headDirty = false;
    }
    for (const id of all) {
      const object = this.#objects.get(id);
      if (object === undefined || !there.has(object) || sections === undefined) this.#dirty.add(id);
    }
    for (const id of file.products.all().keys()) if (!this.#source.records().products.has(id)) this.#dirty.add(id);
    if (!there.has(this.#ownersObject) || !there.has(this.#recordsObject)) this.#generation = -1;
  }

  /**
   * Writes what changed, small products together: an object is a file to be opened, read and hashed. One that loses a product is written
   * anew as a whole, so that no object holds what nobody needs. Returns the objects that are named no longer.
   */
  #writeProducts(records: Records): string[] {
    const before = new Set<string>();
    for (const id of this.#dirty) {
      const object = this.#objects.get(id);
      if (object !== undefined) before.add(object);
      this.#summaries.delete(id);
      // A vendor whose last product went moves to the head.
      if (!records.products.has(id)) {
        this.#objects.delete(id);
        this.#headDirty = true;
      }
    }
    const written = new Set(this.#dirty);
    for (const [id, object] of this.#objects) if (before.has(object)) written.add(id);
    let ids: string[] = [];
    let text = '';
    const write = () => {
      if (ids.length === 0) return;
      const object = writeObject(this.#layout.home, text, this.#anew);
      for (const id of ids) this.#objects.set(id, object);
      ids = [];
      text = '';
    };
    for (const id of written) {
      const entry = records.products.get(id);
      if (entry === undefined) continue;
      const own = productText(entry, this.#source);
      if (text.length + own.length > FULL) write();
      ids.push(id);
      text += own;
    }
    write();
    const named = new Set(this.#objects.values());
    return [...before].filter((object) => !named.has(object));
  }

  #writeText(records: Records): Buffer {
    const products = new Set(this.#dirty);
    for (const id of records.products.keys()) if (!this.#sections.products.has(id)) products.add(id);
    return writeTextTree(this.#layout, this.#source.catalog(), { head: this.#headDirty, products }, this.#sections);
  }

  #lines(records: Records): string[] {
    const lines: string[] = [`${keys.next}\t${encodeSingle(records.next)}`];
    if (records.target !== undefined) lines.push(`${keys.target}\t${records.target}`);
    for (const { id, value } of records.vendors.values()) lines.push(`${keys.vendor(id)}\t${value}`);
    for (const { id, value } of records.categories.values()) lines.push(`${keys.category(id)}\t${value}`);
    for (const { id, value } of records.bundles.values()) {
      lines.push(`${keys.bundle(id)}\t${value}\t${this.#sections.bundles.get(id)!.length}`);
    }
    return lines;
  }

  *#products(records: Records): Generator<readonly [string, PublishedProduct]> {
    for (const entry of records.products.values()) {
      const { id } = entry;
      const summary = this.#summaries.get(id) ?? entry.summary;
      yield [id, { object: this.#objects.get(id)!, section: this.#sections.products.get(id)!.length, summary }];
    }
  }

  #keepEarlier(): void {
    const [first, second] = EARLIER.map((name) => join(this.#layout.home, name)) as [string, string];
    const present = join(this.#layout.home, 'catalog');
    try {
      renameSync(first, second);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
    }
    try {
      linkSync(present, first);
      fsyncDirectory(this.#layout.home);
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return;
      // A file system without hard links keeps no earlier catalogs.
      if (!hasErrno(error, 'EPERM', 'EEXIST', 'EMLINK', 'ENOTSUP')) throw error;
      rmSync(first, { force: true });
    }
  }
}

/** All pairs of one product, as the lines of its object. */
export function productText(entry: ProductEntry, source: Publishable): string {
  const lines: string[] = [];
  const put = (key: string) => {
    const value = source.get(key);
    if (value !== undefined) lines.push(`${key}\t${value}\n`);
  };
  const controls = (owner: string) => {
    for (const tag of source.records().controls.get(owner) ?? []) put(keys.control(owner, tag));
  };
  put(keys.product(entry.id));
  controls(entry.id);
  for (const { id, value } of entry.filesets) {
    const key = filesetKey(entry.id, id);
    put(keys.fileset(key));
    const { chunks } = decodeFileset(value);
    for (let chunk = 0; chunk < chunks; chunk++) put(keys.rows(key, chunk));
    put(keys.saved(key));
    controls(key);
  }
  return lines.join('');
}

/** Products, filesets and made directories as the lines of one object. */
function recordLines(records: Records): string {
  const lines: string[] = [];
  for (const path of records.made) lines.push(`${keys.made(path)}\t${encodeSingle(true)}\n`);
  for (const entry of records.products.values()) {
    lines.push(`${keys.product(entry.id)}\t${entry.value}\n`);
    for (const { id, value } of entry.filesets) lines.push(`${keys.fileset(filesetKey(entry.id, id))}\t${value}\n`);
  }
  return lines.join('');
}

function objectsNamedBy(home: string, name: string): string[] {
  try {
    const file = readCatalogFile(home, name);
    if (file === undefined) return [];
    const { owners, records } = file.header;
    return [owners, records, ...Array.from(file.products.all().values(), (each) => each.object)];
  } catch (error) {
    // An earlier catalog that cannot be read holds nothing that anybody could use.
    if (error instanceof SdError) return [];
    throw error;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
