// What goes into a serial depot, as a catalog: the software chosen, bases before their patches, every record with size and digests
// (formats.md 13; patches.md 3.8). Pure but for reading content whose digests nobody knows yet.

import { digestContent } from '../host/digest.ts';
import { text } from '../model/attributes.ts';
import { type Catalog, emptyCatalog } from '../model/catalog.ts';
import { isPatch } from '../model/patches.ts';
import { type Bundle, type FileRecord, type FilesetKey, filesetKey, type Product } from '../model/software.ts';
import {
  availableAttributes,
  availableFileset,
  availableProduct,
  depotAttributes,
  isStored,
  storedRecord,
} from './available.ts';
import type { Depot } from './depot.ts';

/** Products may have fewer filesets than in the source. */
export interface SerialChoice {
  readonly products: readonly Product[];
  readonly bundles: readonly Bundle[];
}

/**
 * The catalog of the serial depot. Its ids are those of the source. `now`, in seconds, is for objects that have no times yet;
 * `layout` for another layout_version than the source has.
 */
export function serialCatalog(source: Depot, choice: SerialChoice, now: number, layout?: string): Catalog {
  const files = new Map<FilesetKey, readonly FileRecord[]>();
  const arrival = { now, keepTimes: true };
  const products = basesFirst(choice.products).map((product): Product => {
    const own = availableProduct(product, product.id, product, arrival);
    const filesets = product.filesets.map((fileset) => {
      const key = filesetKey(product.id, fileset.id);
      const records = source.catalog.files(key).map((file) => completed(source, key, file));
      files.set(key, records);
      return availableFileset(fileset, fileset.id, records, fileset.attributes, arrival);
    });
    return { ...own, filesets };
  });
  const bundles = choice.bundles.map((bundle) => ({
    id: bundle.id,
    attributes: availableAttributes(bundle.attributes, bundle.id, bundle.attributes, arrival),
  }));
  const byId = new Map(products.map((product) => [product.id, product]));
  return {
    ...emptyCatalog('depot'),
    attributes: depotAttributes(
      source.catalog.attributes,
      layout === undefined ? {} : { layout_version: layout },
      timeOf(source.catalog, now),
    ),
    vendors: () => source.catalog.vendors(),
    categories: () => source.catalog.categories(),
    bundles: () => bundles,
    products: () => products,
    product: (id) => byId.get(id),
    files: (key) => files.get(key) ?? [],
    controlFile: (owner, tag) => source.catalog.controlFile(owner, tag),
  };
}

/** Products without patch filesets first, both in their order. */
function basesFirst(products: readonly Product[]): Product[] {
  const patches = products.filter((product) => product.filesets.some(isPatch));
  const later = new Set(patches);
  return [...products.filter((product) => !later.has(product)), ...patches];
}

function completed(source: Depot, key: FilesetKey, file: FileRecord): FileRecord {
  if (!isStored(file) || (file.size !== undefined && file.cksum !== undefined && file.sha256 !== undefined))
    return storedRecord(file, undefined);
  const content = source.content(key, file);
  try {
    return storedRecord(file, digestContent(content));
  } finally {
    if (content.kind === 'region') content.close();
  }
}

/** What is packaged already keeps its times, so that the same depot gives the same bytes. */
function timeOf(object: { readonly attributes: Product['attributes'] }, now: number): number {
  return Number(text(object.attributes, 'mod_time') || text(object.attributes, 'create_time')) || now;
}
