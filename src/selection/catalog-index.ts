// Index of one catalog by tag: literal tags are looked up, never searched for (10,000 products are a normal size).
// Promise: made once per catalog and generation, kept as long as the catalog lives. Must not: match patterns (match.ts does).

import type { Catalog } from '../model/catalog.ts';
import type { Bundle, Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey, splitKey, tagOf } from '../model/software.ts';

/** A fileset with the product it belongs to. */
export interface Member {
  readonly product: Product;
  readonly fileset: Fileset;
}

export interface CatalogIndex {
  readonly generation: number;
  readonly products: readonly Product[];
  readonly bundles: readonly Bundle[];
  readonly productsByTag: ReadonlyMap<string, readonly Product[]>;
  readonly bundlesByTag: ReadonlyMap<string, readonly Bundle[]>;
  /** Place of a product in catalog order. */
  readonly order: ReadonlyMap<Product, number>;
  /** The fileset of a key, or undefined when the catalog has none of that name. */
  member(key: FilesetKey): Member | undefined;
}

const indexes = new WeakMap<Catalog, CatalogIndex>();

/** The index of a catalog; the same object for the same generation. */
export function indexOf(catalog: Catalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known && known.generation === catalog.generation) return known;
  const made = buildIndex(catalog);
  indexes.set(catalog, made);
  return made;
}

/** Every fileset of a catalog, in catalog order. */
export function* membersOf(catalog: Catalog): Generator<Member & { readonly key: FilesetKey }> {
  for (const product of indexOf(catalog).products) {
    for (const fileset of product.filesets) yield { product, fileset, key: filesetKey(product.id, fileset.id) };
  }
}

function buildIndex(catalog: Catalog): CatalogIndex {
  const products = catalog.products();
  const bundles = catalog.bundles();
  const byId = new Map(products.map((product) => [product.id, product]));
  return {
    generation: catalog.generation,
    products,
    bundles,
    productsByTag: groupByTag(products),
    bundlesByTag: groupByTag(bundles),
    order: new Map(products.map((product, place) => [product, place])),
    member(key) {
      const { productId, filesetId } = splitKey(key);
      const product = byId.get(productId);
      const fileset = product?.filesets.find((each) => each.id === filesetId);
      return product && fileset ? { product, fileset } : undefined;
    },
  };
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
