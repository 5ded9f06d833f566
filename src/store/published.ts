// The published catalog as readers see it (D2): no database, no lock, ordinary users, read-only media.
// Promise: one generation, whatever a writer does meanwhile; a listing of products touches one file, one of a product two.

import { statSync } from 'node:fs';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { type FilesetKey, filesetKey } from '../model/software.ts';
import { type CatalogFile, type Proof, type PublishedProduct, readCatalogFile } from './catalog-file.ts';
import { isInterrupted } from './holder.ts';
import { fromKey, keyPart, keys } from './keys.ts';
import type { StoreLayout } from './layout.ts';
import { objectPath, readObject } from './objects.ts';
import { OwnerIndex } from './owner-index.ts';
import { type Reader, RecordCatalog } from './record-catalog.ts';
import { bySequence, FilesetEntry, ProductEntry, type ProductTexts, type Records, RecordsBuilder } from './records.ts';

/** Objects whose pairs are kept at hand; two at least, for a patch and its base. */
const KEPT = 16;
/** So many products are read from their own objects; then the records of all. */
const FEW = 16;

/** What readers see, and whether a session that was changing files died before its end. */
export interface Published {
  readonly catalog: Catalog;
  readonly interrupted: boolean;
}

/**
 * The catalog last published, and whether a session that was changing files died before its end. Undefined where nothing was ever
 * published. `proof` judges the bytes; `whole` reads all records at once, for files that may be gone before the catalog is.
 * Throws SdError `catalog_damaged`, `catalog_too_new`; the Catalog's own questions throw `catalog_damaged`, too.
 */
export function readPublished(
  layout: StoreLayout,
  { proof, whole = false }: { readonly proof?: Proof | undefined; readonly whole?: boolean } = {},
): Published | undefined {
  const file = readCatalogFile(layout.home, 'catalog', proof);
  if (file === undefined) return undefined;
  const reader = new PublishedReader(layout.home, file, proof);
  if (whole) reader.readWhole();
  const catalog = new RecordCatalog(layout.kind, reader);
  return { catalog, interrupted: isInterrupted(layout.home) };
}

/** Pairs by key. */
type Pairs = ReadonlyMap<string, string>;

/** The pairs in an object of products, by product as keys name it; a product's own comes first. Throws SdError `catalog_damaged`. */
function readPairs(home: string, object: string): ReadonlyMap<string, Pairs> {
  const products = new Map<string, Pairs>();
  let pairs = new Map<string, string>();
  for (const line of readObject(home, object).toString('utf8').split('\n')) {
    const tab = line.indexOf('\t');
    if (tab <= 0) continue;
    const key = line.slice(0, tab);
    if (key.startsWith('p/')) {
      pairs = new Map();
      products.set(key.slice(2), pairs);
    }
    pairs.set(key, line.slice(tab + 1));
  }
  return products;
}

/** All pairs of the products that a catalog file publishes, each from the object that the file names for it. Throws as `readPairs`. */
export function* readProductPairs(home: string, file: CatalogFile): Generator<readonly [key: string, value: string]> {
  const named = new Map<string, string[]>();
  for (const [id, { object }] of file.products.all()) {
    const ids = named.get(object);
    if (ids === undefined) named.set(object, [id]);
    else ids.push(id);
  }
  for (const [object, ids] of named) {
    const products = readPairs(home, object);
    for (const id of ids) yield* products.get(keyPart(id)) ?? [];
  }
}

/** All records that a catalog file publishes. Throws SdError `catalog_damaged`. */
export function readRecords(home: string, { header, lines }: CatalogFile): Records {
  return recordsOf([...lines, ...readObject(home, header.records).toString('utf8').split('\n')]);
}

function recordsOf(lines: Iterable<string>): Records {
  const builder = new RecordsBuilder();
  for (const line of lines) {
    if (line === '') continue;
    const tab = line.indexOf('\t');
    const after = line.indexOf('\t', tab + 1);
    builder.add(line.slice(0, tab), () => line.slice(tab + 1, after < 0 ? undefined : after));
  }
  return builder.build();
}

/** The texts of a product among its pairs. */
function textsOf(id: string, pairs: Pairs | undefined): ProductTexts | undefined {
  const value = pairs?.get(keys.product(id));
  if (pairs === undefined || value === undefined) return undefined;
  const filesets: FilesetEntry[] = [];
  for (const [key, text] of pairs) {
    if (key.startsWith('f/')) filesets.push(new FilesetEntry(fromKey(key.slice(key.lastIndexOf('/') + 1)), text));
  }
  return { value, filesets: filesets.sort(bySequence) };
}

class PublishedReader implements Reader {
  readonly #home: string;
  readonly #proof: Proof | undefined;
  readonly #head: Records;
  readonly #entries = new Map<string, ProductEntry>();
  readonly #objects = new Map<string, string>();
  #records: Records | undefined;
  #file: CatalogFile;
  #whole: Records | undefined;
  #owners: OwnerIndex | undefined;
  #alone = 0;
  /** Whether pairs were asked for since the last texts. */
  #filesAsked = false;
  #asked = 0;
  /** What the objects read last hold, by object. */
  readonly #kept = new Map<string, ReadonlyMap<string, Pairs>>();

  constructor(home: string, file: CatalogFile, proof: Proof | undefined) {
    this.#home = home;
    this.#proof = proof;
    this.#file = file;
    this.#head = recordsOf(file.lines);
  }

  generation(): number {
    return this.#file.header.gen;
  }

  head(): Records {
    return this.#head;
  }

  records(): Records {
    if (this.#records === undefined) {
      this.#records = this.#head;
      for (const [id, product] of this.#file.products.all()) this.#records.products.set(id, this.#entry(id, product));
    }
    return this.#records;
  }

  entry(productId: string): ProductEntry | undefined {
    return this.#entries.get(productId) ?? this.records().products.get(productId);
  }

  tagged(tag: string): readonly ProductEntry[] | undefined {
    return this.#file.products.tagged(tag)?.map(([id, product]) => this.#entry(id, product));
  }

  keyOf(seq: number): FilesetKey | undefined {
    // One question looks for its line; whoever has many gets them all read.
    if (this.#records !== undefined || this.#asked++ >= FEW) return this.records().keyOf(seq);
    const found = this.#file.products.holder(seq);
    const fileset = found && this.#entry(...found).filesets.find((each) => each.seq === seq);
    return fileset && filesetKey(found[0], fileset.id);
  }

  #entry(id: string, product: PublishedProduct): ProductEntry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = new ProductEntry(id, product.summary, () => this.#texts(id, product.object));
      this.#entries.set(id, entry);
      this.#objects.set(id, product.object);
    }
    return entry;
  }

  #objectOf(id: string): string {
    return this.#objects.get(id) ?? this.#file.products.all().get(id)?.object ?? '';
  }

  value(productId: string, key: string): string | undefined {
    this.#filesAsked = true;
    return this.#pairs(productId)?.get(key);
  }

  made(path: string): boolean {
    return this.readWhole().made.has(path);
  }

  owners(path: string): readonly number[] {
    this.#owners ??= this.#again(() => OwnerIndex.read(readObject(this.#home, this.#file.header.owners)));
    return this.#owners.owners(path);
  }

  #pairs(productId: string): Pairs | undefined {
    if (this.entry(productId) === undefined) return undefined;
    return this.#again(() => {
      const object = this.#objectOf(productId);
      let products = this.#kept.get(object);
      if (products === undefined) {
        products = readPairs(this.#home, object);
        if (this.#kept.size >= KEPT) this.#kept.delete(this.#kept.keys().next().value!);
        this.#kept.set(object, products);
      }
      return products.get(keyPart(productId));
    });
  }

  /**
   * A few products are read from their own objects, unless their files make those large; so are many where each one's files are asked
   * for, too. The others are read together.
   */
  #texts(id: string, object: string): ProductTexts {
    const withFiles = this.#filesAsked;
    this.#filesAsked = false;
    const alone = withFiles || (this.#alone++ < FEW && this.#isSmall(object));
    if (this.#whole !== undefined || !alone) return this.#found(id, this.readWhole().products.get(id));
    return this.#found(id, textsOf(id, this.#pairs(id)));
  }

  #isSmall(object: string): boolean {
    const size = (name: string) => statSync(objectPath(this.#home, name), { throwIfNoEntry: false })?.size;
    return (size(object) ?? Number.POSITIVE_INFINITY) <= (size(this.#file.header.records) ?? 0);
  }

  #found(id: string, texts: ProductTexts | undefined): ProductTexts {
    if (texts === undefined) throw this.missing(id, keys.product(id));
    return texts;
  }

  /** All records at once. Throws SdError `catalog_damaged`. */
  readWhole(): Records {
    this.#whole ??= this.#again(() => readRecords(this.#home, this.#file));
    return this.#whole;
  }

  missing(productId: string, key: string): Error {
    return new SdError('catalog_damaged', {
      what: `The published catalog of "${productId}" is not whole.`,
      because: `The record ${key} is missing.`,
      todo: 'Verify the target with swverify.',
      data: { productId, key },
    });
  }

  /** An object that is gone was collected behind a reader that held its catalog too long: one look at the present catalog helps. */
  #again<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      const gone = error instanceof SdError && error.code === 'catalog_damaged' && error.data.missing === true;
      const now = gone ? readCatalogFile(this.#home, 'catalog', this.#proof) : undefined;
      if (now === undefined || now.header.gen === this.#file.header.gen) throw error;
      this.#file = now;
      this.#objects.clear();
      return read();
    }
  }
}
