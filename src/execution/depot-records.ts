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
import { lookUp, type Placed } from '../model/patches.ts';
import { compareRevisions } from '../model/revision.ts';
import type { Bundle, ControlFile, FileRecord, FilesetKey, Product } from '../model/software.ts';
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
  return [
    { op: 'product', product: availableProduct(from, targetId, there, now) },
    ...controlFileOps(source, from.id, targetId, from.controlFiles, there?.controlFiles ?? []),
  ];
}

/** Records of one fileset, put whole over what the depot has under its key. Staged facts complete the file records. */
export function filesetOps(
  source: Catalog,
  from: Placed,
  target: Catalog,
  targetKey: FilesetKey,
  stagedOf: (file: FileRecord) => Staged | undefined,
  now: number,
): CatalogOp[] {
  const { productId, filesetId } = splitKey(targetKey);
  const records = source.files(from.key).map((file) => storedRecord(file, stagedOf(file)));
  const { controlFiles } = from.fileset;
  return [
    { op: 'fileset', productId, fileset: availableFileset(from.fileset, filesetId, records, undefined, now) },
    { op: 'files', fileset: targetKey, put: records, all: true },
    ...controlFileOps(source, from.key, targetKey, controlFiles, lookUp(target, targetKey)?.fileset.controlFiles ?? []),
  ];
}

/** Vendors and categories that these objects name, as the source has them; of two categories the higher revision wins (2.5). */
export function definitionOps(
  source: Catalog,
  target: Catalog,
  objects: readonly { readonly attributes: Attributes }[],
): CatalogOp[] {
  const vendorTags = new Set(objects.map((object) => text(object.attributes, 'vendor_tag')));
  const categoryTags = new Set(objects.flatMap((object) => list(object.attributes, 'category_tag')));
  const ops: CatalogOp[] = [];
  for (const vendor of source.vendors()) {
    if (vendorTags.has(tagOf(vendor))) ops.push({ op: 'vendor', vendor });
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

/** Contents of the control files that come; those of `before` that do not come again go. */
function controlFileOps(
  source: Catalog,
  from: string,
  owner: string,
  files: readonly ControlFile[],
  before: readonly ControlFile[],
): CatalogOp[] {
  const coming = new Set(files.map((file) => file.tag));
  const ops: CatalogOp[] = before
    .filter((file) => !coming.has(file.tag))
    .map((file) => ({ op: 'drop_control_file', owner, tag: file.tag }));
  for (const { tag } of files) {
    const content = source.controlFile(from, tag);
    if (content) ops.push({ op: 'control_file', owner, tag, content: content.toString('base64') });
  }
  return ops;
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
