// Records: everything of a catalog but file rows, script contents and saved files, held in memory as the texts they were stored as.
// Promise: nothing is parsed before somebody looks at it, so that a listing of one product parses one product; order is kept.
// Must not: read anything; whoever fills it (the store's scan, the published catalog) does.

import type { Attributes } from '../model/attributes.ts';
import type { Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey } from '../model/software.ts';
import {
  decodeFileset,
  decodePlain,
  decodeProduct,
  decodeSingle,
  type FilesetValue,
  fromKey,
  keys,
  sequenceOf,
} from './keys.ts';

/** One fileset; as a ProductEntry it never changes. */
export class FilesetEntry {
  readonly id: string;
  readonly seq: number;
  readonly value: string;
  #decoded: FilesetValue | undefined;

  constructor(id: string, value: string) {
    this.id = id;
    this.seq = sequenceOf(value);
    this.value = value;
  }

  /** The value, parsed at the first look. */
  get decoded(): FilesetValue {
    this.#decoded ??= decodeFileset(this.value);
    return this.#decoded;
  }
}

/** Attributes that a listing of products shows, and that selection looks for. */
export const SHOWN = ['tag', 'revision', 'title'] as const;

/** What is known of a product before its records are read. */
export interface ProductSummary {
  readonly seq: number;
  /** Those of its attributes, undefined for what it has not; undefined altogether where one of them is no plain text. */
  readonly shown: Readonly<Record<(typeof SHOWN)[number], string | undefined>> | undefined;
  /** False when none of its filesets can be superseded. */
  readonly superseded: boolean;
  /** Sequence numbers of its filesets. */
  readonly filesets: readonly number[];
}

/** The texts of a product and its filesets. */
export interface ProductTexts {
  readonly value: string;
  readonly filesets: readonly FilesetEntry[];
}

/** One product with its filesets in order. A change makes a new entry; an entry itself never changes. */
export class ProductEntry {
  readonly id: string;
  readonly seq: number;
  #texts: ProductTexts | (() => ProductTexts);
  #summary: ProductSummary | undefined;
  #product: Product | undefined;

  constructor(id: string, value: string, filesets: readonly FilesetEntry[]);
  /** An entry whose texts are read at the first look. */
  constructor(id: string, summary: ProductSummary, read: () => ProductTexts);
  constructor(id: string, known: string | ProductSummary, texts: readonly FilesetEntry[] | (() => ProductTexts)) {
    this.id = id;
    if (typeof texts === 'function') {
      this.#summary = known as ProductSummary;
      this.seq = this.#summary.seq;
      this.#texts = texts;
    } else {
      this.seq = sequenceOf(known as string);
      this.#texts = { value: known as string, filesets: texts };
    }
  }

  get value(): string {
    return this.#read().value;
  }

  get filesets(): readonly FilesetEntry[] {
    return this.#read().filesets;
  }

  get summary(): ProductSummary {
    this.#summary ??= summaryOf(this);
    return this.#summary;
  }

  /** The product with getters: plain to copy, print and compare, parsed at the first look. */
  get product(): Product {
    this.#product ??= new LazyProduct(this, typeof this.#texts === 'function' ? this.#summary?.shown : undefined);
    return this.#product;
  }

  fileset(id: string): FilesetEntry | undefined {
    return this.filesets.find((each) => each.id === id);
  }

  #read(): ProductTexts {
    if (typeof this.#texts === 'function') this.#texts = this.#texts();
    return this.#texts;
  }
}

function summaryOf({ seq, product, filesets }: ProductEntry): ProductSummary {
  const { attributes } = product;
  const isPlain = typeof attributes.tag === 'string' && SHOWN.every((keyword) => !Array.isArray(attributes[keyword]));
  const { tag, revision, title } = attributes as Readonly<Record<string, string | undefined>>;
  return {
    seq,
    shown: isPlain ? { tag, revision, title } : undefined,
    // The word stands in patch_state, and in the keyword superseded_by, of such a fileset: its text says so before it is parsed.
    superseded: filesets.some((each) => each.value.includes('superseded')),
    filesets: filesets.map((each) => each.seq),
  };
}

/** A bundle, vendor or category. */
export class PlainEntry {
  readonly id: string;
  readonly seq: number;
  readonly value: string;
  /** The object as the model knows it, parsed at the first look. */
  readonly object: { readonly attributes: Attributes };

  constructor(id: string, value: string) {
    this.id = id;
    this.seq = sequenceOf(value);
    this.value = value;
    let parsed: Attributes | undefined;
    this.object = {
      get attributes() {
        parsed ??= decodePlain(value).attributes;
        return parsed;
      },
    };
  }
}

/** All records of one catalog. Maps are in catalog order. */
export class Records {
  target: string | undefined;
  /** Next free sequence number. */
  next = 1;
  readonly vendors = new Map<string, PlainEntry>();
  readonly categories = new Map<string, PlainEntry>();
  readonly bundles = new Map<string, PlainEntry>();
  readonly products = new Map<string, ProductEntry>();
  /** Directories that installations made. */
  readonly made = new Set<string>();
  /** Owner (product id or fileset key) → tags of the control files whose content is there. */
  readonly controls = new Map<string, Set<string>>();
  #attributes: Attributes | undefined;
  #ordered: readonly Product[] | undefined;
  /** Sequence number of a fileset → its product. */
  #holders: Map<number, ProductEntry> | undefined;

  get attributes(): Attributes {
    this.#attributes ??= this.target === undefined ? {} : decodeSingle<Attributes>(this.target);
    return this.#attributes;
  }

  /** The products as an array that later changes leave alone. */
  ordered(): readonly Product[] {
    this.#ordered ??= Array.from(this.products.values(), (entry) => entry.product);
    return this.#ordered;
  }

  /** Key of the fileset with this sequence number. */
  keyOf(seq: number): FilesetKey | undefined {
    if (this.#holders === undefined) {
      this.#holders = new Map();
      for (const entry of this.products.values()) this.#hold(entry);
    }
    const holder = this.#holders.get(seq);
    const fileset = holder?.filesets.find((each) => each.seq === seq);
    return holder && fileset && filesetKey(holder.id, fileset.id);
  }

  #hold(entry: ProductEntry): void {
    for (const seq of entry.summary.filesets) this.#holders!.set(seq, entry);
  }

  filesetEntry(key: FilesetKey): FilesetEntry | undefined {
    const slash = key.indexOf('/');
    return this.products.get(key.slice(0, slash))?.fileset(key.slice(slash + 1));
  }

  setTarget(value: string): void {
    this.target = value;
    this.#attributes = undefined;
  }

  setProduct(id: string, entry: ProductEntry | undefined): void {
    const before = this.products.get(id);
    if (this.#holders !== undefined) {
      for (const seq of before?.summary.filesets ?? []) this.#holders.delete(seq);
      if (entry !== undefined) this.#hold(entry);
    }
    if (entry === undefined) this.products.delete(id);
    // A product dropped and put again within one change stands at the end, as its new sequence number says.
    else if (before !== undefined && before.seq !== entry.seq) {
      this.products.delete(id);
      this.products.set(id, entry);
    } else this.products.set(id, entry);
    this.#ordered = undefined;
  }

  setControl(owner: string, tag: string, there: boolean): void {
    const tags = this.controls.get(owner);
    if (there) {
      if (tags === undefined) this.controls.set(owner, new Set([tag]));
      else tags.add(tag);
    } else if (tags?.delete(tag) && tags.size === 0) this.controls.delete(owner);
  }
}

/** Fills Records from pairs in any order; rows and saved files are passed by. */
export class RecordsBuilder {
  readonly #records = new Records();
  readonly #products: { id: string; value: string }[] = [];
  readonly #filesets = new Map<string, FilesetEntry[]>();
  readonly #plain: Record<'v' | 'c' | 'b', PlainEntry[]> = { v: [], c: [], b: [] };

  /** `value` is called only for keys whose value is needed. Throws where a value is not of a known form. */
  add(key: string, value: () => string): void {
    const parts = key.split('/');
    switch (key[0]) {
      case 'p':
        this.#products.push({ id: fromKey(parts[1]), value: value() });
        break;
      case 'f':
        this.#addFileset(fromKey(parts[1]), fromKey(parts[2]), value());
        break;
      case 'v':
      case 'c':
      case 'b':
        this.#plain[key[0]].push(new PlainEntry(fromKey(parts[1]), value()));
        break;
      case 'd':
        this.#records.made.add(fromKey(key.slice(1)));
        break;
      case 'k':
        this.#records.setControl(parts.slice(1, -1).map(fromKey).join('/'), fromKey(parts.at(-1)), true);
        break;
      case 'm':
        if (key === keys.target) this.#records.target = value();
        else this.#records.next = decodeSingle<number>(value());
    }
  }

  build(): Records {
    const records = this.#records;
    const entries = this.#products.map(({ id, value }) => {
      const filesets = (this.#filesets.get(id) ?? []).sort(bySequence);
      return new ProductEntry(id, value, filesets);
    });
    for (const entry of entries.sort(bySequence)) records.products.set(entry.id, entry);
    for (const entry of this.#plain.v.sort(bySequence)) records.vendors.set(entry.id, entry);
    for (const entry of this.#plain.c.sort(bySequence)) records.categories.set(entry.id, entry);
    for (const entry of this.#plain.b.sort(bySequence)) records.bundles.set(entry.id, entry);
    return records;
  }

  #addFileset(productId: string, id: string, value: string): void {
    const entry = new FilesetEntry(id, value);
    const there = this.#filesets.get(productId);
    if (there === undefined) this.#filesets.set(productId, [entry]);
    else there.push(entry);
  }
}

/** For sorting what a catalog holds into its order. */
export function bySequence(left: { seq: number }, right: { seq: number }): number {
  return left.seq - right.seq;
}

/**
 * Getters as properties of the object itself, so that a copy (`{ ...product }`) has their values. All objects share the functions: a
 * literal with getters would be a dictionary with closures, 440 bytes instead of 40 and made twice as slowly.
 */
function getter<T extends object>(get: (this: T) => unknown): PropertyDescriptor & ThisType<T> {
  return { enumerable: true, get };
}

class LazyProduct implements Product {
  readonly id: string;
  declare readonly attributes: Attributes;
  declare readonly subproducts: Product['subproducts'];
  declare readonly filesets: readonly Fileset[];
  declare readonly controlFiles: Product['controlFiles'];
  readonly #entry: ProductEntry;
  readonly #shown: ProductSummary['shown'];
  #parsed: Pick<Product, 'attributes' | 'subproducts' | 'controlFiles'> | undefined;
  #made: readonly Fileset[] | undefined;

  static readonly #attributes = getter(function (this: LazyProduct) {
    return this.#look().attributes;
  });
  static readonly #subproducts = getter(function (this: LazyProduct) {
    return this.#look().subproducts;
  });
  static readonly #filesets = getter(function (this: LazyProduct) {
    this.#made ??= this.#entry.filesets.map((each) => new LazyFileset(each));
    return this.#made;
  });
  static readonly #controlFiles = getter(function (this: LazyProduct) {
    return this.#look().controlFiles;
  });

  constructor(entry: ProductEntry, shown: ProductSummary['shown']) {
    this.id = entry.id;
    this.#entry = entry;
    this.#shown = shown;
    Object.defineProperty(this, 'attributes', LazyProduct.#attributes);
    Object.defineProperty(this, 'subproducts', LazyProduct.#subproducts);
    Object.defineProperty(this, 'filesets', LazyProduct.#filesets);
    Object.defineProperty(this, 'controlFiles', LazyProduct.#controlFiles);
  }

  // Of the class: not for copies, which may be given other attributes.
  get shown(): ProductSummary['shown'] {
    return this.#shown;
  }

  #look() {
    if (this.#parsed === undefined) {
      const { attributes, subproducts, controlFiles } = decodeProduct(this.#entry.value);
      this.#parsed = { attributes, subproducts: subproducts.map((each) => ({ attributes: each })), controlFiles };
    }
    return this.#parsed;
  }
}

class LazyFileset implements Fileset {
  readonly id: string;
  declare readonly attributes: Attributes;
  declare readonly controlFiles: Fileset['controlFiles'];
  readonly #entry: FilesetEntry;

  static readonly #attributes = getter(function (this: LazyFileset) {
    return this.#entry.decoded.attributes;
  });
  static readonly #controlFiles = getter(function (this: LazyFileset) {
    return this.#entry.decoded.controlFiles;
  });

  constructor(entry: FilesetEntry) {
    this.id = entry.id;
    this.#entry = entry;
    Object.defineProperty(this, 'attributes', LazyFileset.#attributes);
    Object.defineProperty(this, 'controlFiles', LazyFileset.#controlFiles);
  }
}
