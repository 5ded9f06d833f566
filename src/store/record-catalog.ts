// The Catalog over Records: the same face for the live store, the published catalog and a text tree.
// Must not: know where rows and contents come from; a Reader does.

import type { Attributes } from '../model/attributes.ts';
import type { Catalog, SavedFile } from '../model/catalog.ts';
import type { Bundle, Category, FileRecord, FilesetKey, Product, Vendor } from '../model/software.ts';
import { splitKey } from '../model/software.ts';
import { decodeRows, decodeSaved, decodeSingle, keys } from './keys.ts';
import type { ProductEntry, Records } from './records.ts';

/** Where a catalog gets what Records do not hold. `productId` says whose pair it is. */
export interface Reader {
  generation(): number;
  records(): Records;
  /** Target, vendors, categories and bundles; products only where they cost nothing. */
  head(): Records;
  /** The entry of one product, the same object as in records(). */
  entry(productId: string): ProductEntry | undefined;
  /** The products of a tag, in catalog order; undefined where finding them means looking at all. */
  tagged(tag: string): readonly ProductEntry[] | undefined;
  /** Key of the fileset with this sequence number. */
  keyOf(seq: number): FilesetKey | undefined;
  /** Value of a pair of this product; undefined if there is none. Throws SdError `catalog_damaged` or `store_damaged`. */
  value(productId: string, key: string): string | undefined;
  /** Sequence numbers of the filesets that list the path. */
  owners(path: string): readonly number[];
  /** Whether an installation made this directory. */
  made(path: string): boolean;
  /** The error for a pair that must be there and is not. */
  missing(productId: string, key: string): Error;
}

export class RecordCatalog implements Catalog {
  readonly kind: 'depot' | 'root';
  readonly #reader: Reader;

  constructor(kind: 'depot' | 'root', reader: Reader) {
    this.kind = kind;
    this.#reader = reader;
  }

  get generation(): number {
    return this.#reader.generation();
  }

  get attributes(): Attributes {
    return this.#reader.head().attributes;
  }

  vendors(): readonly Vendor[] {
    return Array.from(this.#reader.head().vendors.values(), (entry) => entry.object);
  }

  categories(): readonly Category[] {
    return Array.from(this.#reader.head().categories.values(), (entry) => entry.object);
  }

  bundles(): readonly Bundle[] {
    return Array.from(this.#reader.head().bundles.values(), ({ id, object }) => ({
      id,
      get attributes() {
        return object.attributes;
      },
    }));
  }

  products(): readonly Product[] {
    return this.#reader.records().ordered();
  }

  product(id: string): Product | undefined {
    return this.#reader.entry(id)?.product;
  }

  tagged(tag: string): readonly Product[] | undefined {
    return this.#reader.tagged(tag)?.map((entry) => entry.product);
  }

  mayHoldSuperseded(id: string): boolean {
    return this.#reader.entry(id)?.summary.superseded ?? false;
  }

  files(fileset: FilesetKey): readonly FileRecord[] {
    const { productId, filesetId } = splitKey(fileset);
    const entry = this.#reader.entry(productId)?.fileset(filesetId);
    if (entry === undefined) return [];
    const { chunks } = entry.decoded;
    if (chunks === 1) return decodeRows(this.#chunk(fileset, 0));
    const all: FileRecord[] = [];
    for (let chunk = 0; chunk < chunks; chunk++)
      for (const record of decodeRows(this.#chunk(fileset, chunk))) all.push(record);
    return all;
  }

  controlFile(owner: string, tag: string): Buffer | undefined {
    const value = this.#reader.value(productOf(owner), keys.control(owner, tag));
    return value === undefined ? undefined : Buffer.from(decodeSingle<string>(value), 'base64');
  }

  owners(path: string): readonly FilesetKey[] {
    return this.#reader
      .owners(path)
      .map((seq) => this.#reader.keyOf(seq))
      .filter((key) => key !== undefined);
  }

  madeDirectory(path: string): boolean {
    return this.#reader.made(path);
  }

  saved(fileset: FilesetKey): readonly SavedFile[] {
    const value = this.#reader.value(productOf(fileset), keys.saved(fileset));
    return value === undefined ? [] : decodeSaved(value);
  }

  #chunk(fileset: FilesetKey, chunk: number): string {
    const productId = productOf(fileset);
    const key = keys.rows(fileset, chunk);
    const value = this.#reader.value(productId, key);
    if (value === undefined) throw this.#reader.missing(productId, key);
    return value;
  }
}

function productOf(owner: string): string {
  const slash = owner.indexOf('/');
  return slash < 0 ? owner : owner.slice(0, slash);
}
