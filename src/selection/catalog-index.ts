// Index of one catalog by tag: literal tags are looked up, never searched for (10,000 products are a normal size).
// Promise: made once per catalog and generation, kept as long as the catalog lives. Must not: match patterns (match.ts does).

import type { Catalog } from '../model/catalog.ts';
import type { Bundle, Product } from '../model/software.ts';
import { tagOf } from '../model/software.ts';

export interface CatalogIndex {
  readonly generation: number;
  readonly products: readonly Product[];
  readonly bundles: readonly Bundle[];
  readonly productsByTag: ReadonlyMap<string, readonly Product[]>;
  readonly bundlesByTag: ReadonlyMap<string, readonly Bundle[]>;
  /** Place of a product in catalog order. */
  readonly order: ReadonlyMap<Product, number>;
}

const indexes = new WeakMap<Catalog, CatalogIndex>();

/** The index of a catalog; the same object for the same generation. */
export function indexOf(catalog: Catalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known && known.generation === catalog.generation) return known;
  const products = catalog.products();
  const bundles = catalog.bundles();
  const made = {
    generation: catalog.generation,
    products,
    bundles,
    productsByTag: groupByTag(products),
    bundlesByTag: groupByTag(bundles),
    order: new Map(products.map((product, place) => [product, place])),
  };
  indexes.set(catalog, made);
  return made;
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
