// What a depot's catalog says after software came in: the product merged with what is there, categories, vendors, bundles
// (formats.md 9, 10; patches.md 2.5, 3.8). Pure: builds operations, applies none.

import {
  type Arrival,
  availableAttributes,
  availableFileset,
  availableProduct,
  depotAttributes,
} from '../depot/available.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { lookUp, type Placed } from '../model/patches.ts';
import type { Bundle, FileRecord, FilesetKey, Product } from '../model/software.ts';
import { identityOf, splitKey, tagOf } from '../model/software.ts';
import { controlFileOps } from './carried.ts';

/** The product's own record: the source's attributes, merged with what the depot already holds of it. */
export function productOps(
  source: Catalog,
  from: Product,
  target: Catalog,
  targetId: string,
  arrival: Arrival,
): CatalogOp[] {
  const there = target.product(targetId);
  return [
    { op: 'product', product: availableProduct(from, targetId, there, arrival) },
    ...controlFileOps(source, from.id, targetId, from.controlFiles, there?.controlFiles ?? []),
  ];
}

/** Records of one fileset, put whole over what the depot has under its key. `stored` makes the record of each file. */
export function filesetOps(
  source: Catalog,
  from: Placed,
  target: Catalog,
  targetKey: FilesetKey,
  stored: (file: FileRecord) => FileRecord,
  arrival: Arrival,
): CatalogOp[] {
  const { productId, filesetId } = splitKey(targetKey);
  const records = source.files(from.key).map(stored);
  const { controlFiles } = from.fileset;
  return [
    { op: 'fileset', productId, fileset: availableFileset(from.fileset, filesetId, records, undefined, arrival) },
    { op: 'files', fileset: targetKey, put: records, all: true },
    ...controlFileOps(source, from.key, targetKey, controlFiles, lookUp(target, targetKey)?.fileset.controlFiles ?? []),
  ];
}

/** Bundles that travel along: one of the same identity is replaced, another of the same tag gets an instance of its own. */
export function bundleOps(target: Catalog, bundles: readonly Bundle[], arrival: Arrival): CatalogOp[] {
  const taken = new Set([...target.products(), ...target.bundles()].map((object) => object.id));
  const present = new Map(target.bundles().map((bundle) => [identityOf(bundle), bundle]));
  return bundles.map((bundle): CatalogOp => {
    const there = present.get(identityOf(bundle));
    const id = there?.id ?? freeId(tagOf(bundle), taken);
    taken.add(id);
    return {
      op: 'bundle',
      bundle: { id, attributes: availableAttributes(bundle.attributes, id, there?.attributes, arrival) },
    };
  });
}

/** The depot object itself. */
export function depotOp(target: Catalog, given: Attributes, now: number): CatalogOp {
  return { op: 'target', attributes: depotAttributes(target.attributes, given, now) };
}

function freeId(tag: string, taken: ReadonlySet<string>): string {
  let id = tag;
  for (let instance = 2; taken.has(id); instance += 1) id = `${tag}.${instance}`;
  return id;
}
