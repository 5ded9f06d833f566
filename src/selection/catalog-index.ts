// Index of one catalog by tag: literal tags are looked up, never searched for (10,000 products are a normal size).
// Promise: made once per catalog and generation, kept as long as the catalog lives. Must not: match patterns (match.ts does).

import type { Catalog } from '../model/catalog.ts';
import type { Bundle, Product } from '../model/software.ts';
import { tagOf } from '../model/software.ts';

/** So many tags are looked for one by one; then all products are worth reading. */
const FEW = 16;

const indexes = new WeakMap<Catalog, CatalogIndex>();

/** The index of a catalog; the same object for the same generation. */
export function indexOf(catalog: Catalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known && known.generation === catalog.generation) return known;
  const made = new CatalogIndex(catalog);
  indexes.set(catalog, made);
  return made;
}

/** Each part is made when it is asked for first: one product of ten thousand is found without the others. */
export class CatalogIndex {
  readonly generation: number;
  readonly #catalog: Catalog;
  #asked = 0;
  #products: readonly Product[] | undefined;
  #bundles: readonly Bundle[] | undefined;
  #productsByTag: ReadonlyMap<string, readonly Product[]> | undefined;
  #bundlesByTag: ReadonlyMap<string, readonly Bundle[]> | undefined;
  #order: ReadonlyMap<Product, number> | undefined;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.generation = catalog.generation;
  }

  get products(): readonly Product[] {
    this.#products ??= this.#catalog.products();
    return this.#products;
  }

  get bundles(): readonly Bundle[] {
    this.#bundles ??= this.#catalog.bundles();
    return this.#bundles;
  }

  /** Place of a product in catalog order. */
  get order(): ReadonlyMap<Product, number> {
    this.#order ??= new Map(this.products.map((product, place) => [product, place]));
    return this.#order;
  }

  /** Products of a literal tag, in catalog order. */
  productsOf(tag: string): readonly Product[] {
    if (this.#productsByTag === undefined) {
      const few = this.#products === undefined && this.#asked++ < FEW;
      const found = few ? this.#catalog.tagged?.(tag) : undefined;
      if (found !== undefined) return found;
      this.#productsByTag = groupByTag(this.products);
    }
    return this.#productsByTag.get(tag) ?? [];
  }

  /** Bundles of a literal tag, in catalog order. */
  bundlesOf(tag: string): readonly Bundle[] {
    this.#bundlesByTag ??= groupByTag(this.bundles);
    return this.#bundlesByTag.get(tag) ?? [];
  }
}

function groupByTag<T extends Product | Bundle>(objects: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const object of objects) {
    const tag = tagOf(object);
    const group = groups.get(tag);
    if (group) group.push(object);
    else groups.set(tag, [object]);
  }
  return groups;
}
