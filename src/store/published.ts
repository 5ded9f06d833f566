// The published catalog as readers see it (D2): no database, no lock, ordinary users, read-only media.
// Promise: one generation, whatever a writer does meanwhile; a listing of products touches one file.

import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { type CatalogFile, type Proof, readCatalogFile } from './catalog-file.ts';
import { isInterrupted } from './holder.ts';
import type { StoreLayout } from './layout.ts';
import { readObject } from './objects.ts';
import { OwnerIndex } from './owner-index.ts';
import { type Reader, RecordCatalog } from './record-catalog.ts';
import type { Records } from './records.ts';

/** Products whose pairs are kept at hand; two at least, for a patch and its base. */
const KEPT_PRODUCTS = 16;

/**
 * The catalog last published, and whether a session that was changing files died before its end. Undefined where nothing was ever
 * published. Throws SdError `catalog_damaged`, `catalog_too_new`; the Catalog's own questions throw `catalog_damaged`, too.
 */
export function readPublished(
  layout: StoreLayout,
  proof?: Proof,
): { catalog: Catalog; interrupted: boolean } | undefined {
  const file = readCatalogFile(layout.home, 'catalog', proof);
  if (file === undefined) return undefined;
  const catalog = new RecordCatalog(layout.kind, new PublishedReader(layout.home, file, proof));
  return { catalog, interrupted: isInterrupted(layout.home) };
}

/** The pairs of one product's object, by key. Throws SdError `catalog_damaged`. */
export function readProductPairs(home: string, object: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const line of readObject(home, object).toString('utf8').split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) pairs.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return pairs;
}

class PublishedReader implements Reader {
  readonly #home: string;
  readonly #proof: Proof | undefined;
  #file: CatalogFile;
  #owners: OwnerIndex | undefined;
  readonly #products = new Map<string, Map<string, string>>();

  constructor(home: string, file: CatalogFile, proof: Proof | undefined) {
    this.#home = home;
    this.#proof = proof;
    this.#file = file;
  }

  generation(): number {
    return this.#file.header.gen;
  }

  records(): Records {
    return this.#file.records();
  }

  value(productId: string, key: string): string | undefined {
    let pairs = this.#products.get(productId);
    if (pairs === undefined) {
      if (!this.#file.objects.has(productId)) return undefined;
      pairs = this.#again(() => readProductPairs(this.#home, this.#file.objects.get(productId)?.object ?? ''));
      if (this.#products.size >= KEPT_PRODUCTS) this.#products.delete(this.#products.keys().next().value!);
      this.#products.set(productId, pairs);
    }
    return pairs.get(key);
  }

  owners(path: string): readonly number[] {
    this.#owners ??= this.#again(() => OwnerIndex.read(readObject(this.#home, this.#file.header.owners)));
    return this.#owners.owners(path);
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
      return read();
    }
  }
}
