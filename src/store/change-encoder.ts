// A ChangeSet becomes pairs to put and keys to delete, and the same change of the records in memory.
// Promise: nothing is changed while encoding; `adopt` makes the records in memory say what the pairs say. Programmer errors (an
// operation on a product that is not there) are thrown here, before anything durable happens.

import type { CatalogOp, ChangeSet } from '../model/change.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { filesetKey, splitKey } from '../model/software.ts';
import {
  decodeFileset,
  decodeRows,
  encodeFileset,
  encodePlain,
  encodeProduct,
  encodeRows,
  encodeSaved,
  encodeSingle,
  keys,
} from './keys.ts';
import type { OwnerIndex } from './owner-index.ts';
import { FilesetEntry, PlainEntry, ProductEntry, type Records } from './records.ts';

/** Value of a key in the store, or undefined. */
export type Get = (key: string) => string | undefined;

type Plain = 'vendors' | 'categories' | 'bundles';
type OpOf<T extends CatalogOp['op']> = Extract<CatalogOp, { op: T }>;

/** Encodes one change. Use it once: `encodeChange`, write `pairs`, `adopt`. */
export class ChangeEncoder {
  /** Final state of every key touched; undefined deletes it. */
  readonly pairs = new Map<string, string | undefined>();
  /** Ids of products touched or dropped. */
  readonly products = new Set<string>();
  readonly #records: Records;
  readonly #get: Get;
  #next: number;
  readonly #entries = new Map<string, ProductEntry | undefined>();
  readonly #plain: Record<Plain, Map<string, PlainEntry | undefined>> = {
    vendors: new Map(),
    categories: new Map(),
    bundles: new Map(),
  };
  /** Sequence number of a fileset → its paths, where the set of them changed. */
  readonly #paths = new Map<number, readonly string[]>();
  readonly #controls = new Map<string, Map<string, boolean>>();
  readonly #made = new Map<string, boolean>();

  constructor(records: Records, get: Get) {
    this.#records = records;
    this.#get = get;
    this.#next = records.next;
  }

  encode(change: ChangeSet): this {
    for (const op of change) this.#one(op);
    if (this.#next !== this.#records.next) this.pairs.set(keys.next, encodeSingle(this.#next));
    return this;
  }

  /** Makes records and owner index say what the pairs say. */
  adopt(owners: OwnerIndex): void {
    const records = this.#records;
    records.next = this.#next;
    const target = this.pairs.get(keys.target);
    if (target !== undefined) records.setTarget(target);
    for (const [id, entry] of this.#entries) records.setProduct(id, entry);
    for (const kind of ['vendors', 'categories', 'bundles'] as const) {
      for (const [id, entry] of this.#plain[kind]) {
        if (entry === undefined) records[kind].delete(id);
        else records[kind].set(id, entry);
      }
    }
    for (const [owner, tags] of this.#controls) for (const [tag, there] of tags) records.setControl(owner, tag, there);
    for (const [path, there] of this.#made) {
      if (there) records.made.add(path);
      else records.made.delete(path);
    }
    for (const [seq, paths] of this.#paths) owners.set(seq, paths);
  }

  #one(op: CatalogOp): void {
    switch (op.op) {
      case 'target':
        this.#putTarget(encodeSingle(op.attributes));
        break;
      case 'vendor':
        this.#putPlain('vendors', tagIn(op.vendor.attributes), keys.vendor, op.vendor.attributes);
        break;
      case 'category':
        this.#putPlain('categories', tagIn(op.category.attributes), keys.category, op.category.attributes);
        break;
      case 'drop_category':
        this.#dropPlain('categories', op.tag, keys.category);
        break;
      case 'bundle':
        this.#putPlain('bundles', op.bundle.id, keys.bundle, op.bundle.attributes);
        break;
      case 'drop_bundle':
        this.#dropPlain('bundles', op.id, keys.bundle);
        break;
      case 'product':
        this.#putProduct(op);
        break;
      case 'drop_product':
        this.#dropProduct(op.id);
        break;
      case 'fileset':
        this.#putFileset(op);
        break;
      case 'drop_fileset':
        this.#dropFileset(op.fileset);
        break;
      case 'files':
        this.#putFiles(op);
        break;
      case 'saved':
        this.#needFileset(op.fileset);
        this.#touch(op.fileset);
        this.pairs.set(keys.saved(op.fileset), op.saved.length === 0 ? undefined : encodeSaved(op.saved));
        break;
      case 'control_file':
        this.#setControl(op.owner, op.tag, encodeSingle(op.content));
        break;
      case 'drop_control_file':
        this.#setControl(op.owner, op.tag, undefined);
        break;
      case 'made_directory':
        this.#setMade(op.path, true);
        break;
      case 'drop_made_directory':
        this.#setMade(op.path, false);
        break;
    }
  }

  #putTarget(value: string): void {
    if (value !== this.#value(keys.target)) this.pairs.set(keys.target, value);
  }

  #putPlain(
    kind: Plain,
    id: string,
    key: (id: string) => string,
    attributes: PlainEntry['object']['attributes'],
  ): void {
    const before = this.#plain[kind].has(id) ? this.#plain[kind].get(id) : this.#records[kind].get(id);
    const value = encodePlain({ seq: before?.seq ?? this.#next++, attributes });
    // The same vendor comes with every product: what says nothing new is not written.
    if (value === before?.value) return;
    this.#plain[kind].set(id, new PlainEntry(id, value));
    this.pairs.set(key(id), value);
  }

  #dropPlain(kind: Plain, id: string, key: (id: string) => string): void {
    this.#plain[kind].set(id, undefined);
    this.pairs.set(key(id), undefined);
  }

  #putProduct({ product }: OpOf<'product'>): void {
    const before = this.#entry(product.id);
    const value = encodeProduct({
      seq: before?.seq ?? this.#next++,
      attributes: product.attributes,
      subproducts: product.subproducts.map((each) => each.attributes),
      controlFiles: product.controlFiles,
    });
    this.#setEntry(new ProductEntry(product.id, value, before?.filesets ?? []));
    this.pairs.set(keys.product(product.id), value);
  }

  #dropProduct(id: string): void {
    const entry = this.#entry(id);
    if (entry === undefined) return;
    for (const fileset of entry.filesets) this.#dropFileset(filesetKey(id, fileset.id));
    this.#dropControls(id);
    this.pairs.set(keys.product(id), undefined);
    this.products.add(id);
    this.#entries.set(id, undefined);
  }

  #putFileset({ productId, fileset }: OpOf<'fileset'>): void {
    const product = this.#needProduct(productId);
    const before = product.fileset(fileset.id);
    const value = encodeFileset({
      seq: before?.seq ?? this.#next++,
      chunks: before === undefined ? 0 : decodeFileset(before.value).chunks,
      attributes: fileset.attributes,
      controlFiles: fileset.controlFiles,
    });
    this.#setFileset(product, fileset.id, value);
  }

  #dropFileset(key: FilesetKey): void {
    const { productId, filesetId } = splitKey(key);
    const product = this.#entry(productId);
    const entry = product?.fileset(filesetId);
    if (product === undefined || entry === undefined) return;
    const { chunks } = decodeFileset(entry.value);
    for (let chunk = 0; chunk < chunks; chunk++) this.pairs.set(keys.rows(key, chunk), undefined);
    if (this.#value(keys.saved(key)) !== undefined) this.pairs.set(keys.saved(key), undefined);
    this.#dropControls(key);
    this.pairs.set(keys.fileset(key), undefined);
    this.#paths.set(entry.seq, []);
    const left = product.filesets.filter((each) => each !== entry);
    this.#setEntry(new ProductEntry(productId, product.value, left));
  }

  #putFiles(op: OpOf<'files'>): void {
    const { productId, filesetId } = splitKey(op.fileset);
    const entry = this.#needFileset(op.fileset);
    const fileset = decodeFileset(entry.value);
    const before: string[] = [];
    for (let chunk = 0; chunk < fileset.chunks; chunk++) before.push(this.#value(keys.rows(op.fileset, chunk)) ?? '');
    const old = op.all === true ? [] : before.flatMap((chunk) => decodeRows(chunk));
    const { records, samePaths } = mergeRows(old, op.put, op.drop ?? []);
    const after = encodeRows(records);
    for (let chunk = 0; chunk < Math.max(before.length, after.length); chunk++) {
      if (after[chunk] !== before[chunk]) this.pairs.set(keys.rows(op.fileset, chunk), after[chunk]);
    }
    if (!samePaths || op.all === true)
      this.#paths.set(
        entry.seq,
        records.map((record) => record.path),
      );
    const product = this.#needProduct(productId);
    this.#setFileset(product, filesetId, encodeFileset({ ...fileset, chunks: after.length }));
  }

  #setFileset(product: ProductEntry, id: string, value: string): void {
    const entry = new FilesetEntry(id, value);
    const at = product.filesets.findIndex((each) => each.id === id);
    const filesets = at < 0 ? [...product.filesets, entry] : product.filesets.with(at, entry);
    this.#setEntry(new ProductEntry(product.id, product.value, filesets));
    this.pairs.set(keys.fileset(filesetKey(product.id, id)), value);
  }

  #setControl(owner: string, tag: string, value: string | undefined): void {
    if (value !== undefined) {
      if (owner.includes('/')) this.#needFileset(owner);
      else this.#needProduct(owner);
    }
    this.#touch(owner);
    this.pairs.set(keys.control(owner, tag), value);
    const tags = this.#controls.get(owner) ?? new Map<string, boolean>();
    this.#controls.set(owner, tags.set(tag, value !== undefined));
  }

  #dropControls(owner: string): void {
    const tags = new Set(this.#records.controls.get(owner));
    for (const tag of this.#controls.get(owner)?.keys() ?? []) tags.add(tag);
    for (const tag of tags) this.#setControl(owner, tag, undefined);
  }

  #setMade(path: string, there: boolean): void {
    this.pairs.set(keys.made(path), there ? encodeSingle(true) : undefined);
    this.#made.set(path, there);
  }

  #entry(id: string): ProductEntry | undefined {
    return this.#entries.has(id) ? this.#entries.get(id) : this.#records.products.get(id);
  }

  #setEntry(entry: ProductEntry): void {
    this.#entries.set(entry.id, entry);
    this.products.add(entry.id);
  }

  #touch(owner: string): void {
    this.products.add(owner.includes('/') ? splitKey(owner).productId : owner);
  }

  #value(key: string): string | undefined {
    return this.pairs.has(key) ? this.pairs.get(key) : this.#get(key);
  }

  #needProduct(id: string): ProductEntry {
    const entry = this.#entry(id);
    if (entry === undefined) throw new Error(`no product ${id} in this catalog`);
    return entry;
  }

  #needFileset(key: FilesetKey): FilesetEntry {
    const { productId, filesetId } = splitKey(key);
    const entry = this.#entry(productId)?.fileset(filesetId);
    if (entry === undefined) throw new Error(`no fileset ${key} in this catalog`);
    return entry;
  }
}

/** Replaces records of the same path in place, adds the others at the end. `samePaths`: the set of paths is as before. */
function mergeRows(old: readonly FileRecord[], put: readonly FileRecord[], drop: readonly string[]) {
  const dropped = new Set(drop);
  const byPath = new Map<string, FileRecord>();
  for (const record of old) if (!dropped.has(record.path)) byPath.set(record.path, record);
  let samePaths = byPath.size === old.length;
  for (const record of put) {
    if (!byPath.has(record.path)) samePaths = false;
    byPath.set(record.path, record);
  }
  return { records: [...byPath.values()], samePaths };
}

function tagIn(attributes: PlainEntry['object']['attributes']): string {
  const tag = Object.hasOwn(attributes, 'tag') ? attributes.tag : undefined;
  return typeof tag === 'string' ? tag : '';
}
