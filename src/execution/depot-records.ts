// What a depot's catalog says after software came in: the product merged with what is there, categories, vendors, bundles
// (formats.md 9, 10; patches.md 2.5, 3.8). Pure: builds operations, applies none.

import {
  availableAttributes,
  availableFileset,
  availableProduct,
  depotAttributes,
  storedRecord,
} from '../depot/available.ts';
import { type Attributes, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { compareRevisions } from '../model/revision.ts';
import type { Bundle, ControlFile, FileRecord, Fileset, FilesetKey, Product } from '../model/software.ts';
import { splitKey, tagOf } from '../model/software.ts';
import type { Staged } from '../store/transaction-types.ts';

/** The product's own record: the source's attributes, merged with what the depot already holds of it. `now` in seconds. */
export function productOps(
  source: Catalog,
  from: Product,
  target: Catalog,
  targetId: string,
  now: number,
): CatalogOp[] {
  const there = target.product(targetId);
  const dropped = (there?.controlFiles ?? []).filter((old) => !from.controlFiles.some((file) => file.tag === old.tag));
  return [
    { op: 'product', product: availableProduct(from, targetId, there, now) },
    ...dropped.map((file): CatalogOp => ({ op: 'drop_control_file', owner: targetId, tag: file.tag })),
    ...controlFileOps(source, from.id, targetId, from.controlFiles),
  ];
}

/** Records of one fileset, put whole: what the depot had under this key is dropped first. Staged facts complete the file records. */
export function filesetOps(
  source: Catalog,
  key: FilesetKey,
  fileset: Fileset,
  targetKey: FilesetKey,
  stagedOf: (file: FileRecord) => Staged | undefined,
  now: number,
): CatalogOp[] {
  const { productId, filesetId } = splitKey(targetKey);
  const records = source.files(key).map((file) => storedRecord(file, stagedOf(file)));
  return [
    { op: 'drop_fileset', fileset: targetKey },
    { op: 'fileset', productId, fileset: availableFileset(fileset, filesetId, records, now) },
    { op: 'files', fileset: targetKey, put: records, all: true },
    ...controlFileOps(source, key, targetKey, fileset.controlFiles),
  ];
}

/** Vendors and categories that these objects name, where the source knows more than the depot; of a category the higher revision wins. */
export function definitionOps(
  source: Catalog,
  target: Catalog,
  objects: readonly { readonly attributes: Attributes }[],
): CatalogOp[] {
  const vendorTags = new Set(objects.map((object) => text(object.attributes, 'vendor_tag')));
  const categoryTags = new Set(objects.flatMap((object) => list(object.attributes, 'category_tag')));
  const ops: CatalogOp[] = [];
  const vendors = new Map(target.vendors().map((vendor) => [tagOf(vendor), vendor]));
  for (const vendor of source.vendors()) {
    if (vendorTags.has(tagOf(vendor)) && !same(vendors.get(tagOf(vendor)), vendor)) ops.push({ op: 'vendor', vendor });
  }
  const categories = new Map(target.categories().map((category) => [tagOf(category), category]));
  for (const category of source.categories()) {
    const there = categories.get(tagOf(category));
    const newer =
      !there || compareRevisions(text(category.attributes, 'revision'), text(there.attributes, 'revision')) > 0;
    if (categoryTags.has(tagOf(category)) && newer) ops.push({ op: 'category', category });
  }
  return ops;
}

/** Bundles that travel along: one of the same identity is replaced, another of the same tag gets an instance of its own. */
export function bundleOps(target: Catalog, bundles: readonly Bundle[], now: number): CatalogOp[] {
  const taken = new Set([...target.products(), ...target.bundles()].map((object) => object.id));
  const present = new Map(target.bundles().map((bundle) => [identity(bundle), bundle]));
  return bundles.map((bundle): CatalogOp => {
    const there = present.get(identity(bundle));
    const id = there?.id ?? freeId(tagOf(bundle), taken);
    taken.add(id);
    return {
      op: 'bundle',
      bundle: { id, attributes: availableAttributes(bundle.attributes, id, there?.attributes, now) },
    };
  });
}

/** The depot object itself. */
export function depotOp(target: Catalog, given: Attributes, now: number): CatalogOp {
  return { op: 'target', attributes: depotAttributes(target.attributes, given, now) };
}

function controlFileOps(source: Catalog, from: string, owner: string, files: readonly ControlFile[]): CatalogOp[] {
  return files.flatMap((file): CatalogOp[] => {
    const content = source.controlFile(from, file.tag);
    return content ? [{ op: 'control_file', owner, tag: file.tag, content: content.toString('base64') }] : [];
  });
}

function identity(object: { readonly attributes: Attributes }): string {
  return JSON.stringify(
    ['tag', 'revision', 'architecture', 'vendor_tag'].map((keyword) => text(object.attributes, keyword)),
  );
}

function freeId(tag: string, taken: ReadonlySet<string>): string {
  let id = tag;
  for (let instance = 2; taken.has(id); instance += 1) id = `${tag}.${instance}`;
  return id;
}

function same(
  left: { readonly attributes: Attributes } | undefined,
  right: { readonly attributes: Attributes },
): boolean {
  return left !== undefined && JSON.stringify(left.attributes) === JSON.stringify(right.attributes);
}
