// What a depot's catalog says after software came in: the product merged with what is there, categories, vendors, bundles
// (formats.md 9, 10; patches.md 2.5, 3.8). Pure: builds operations, applies none.

import { type Attributes, type AttributeValue, list, text, withAttributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { compareRevisions } from '../model/revision.ts';
import type { Bundle, ControlFile, FileRecord, Fileset, FilesetKey, Product, Subproduct } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import type { Staged } from '../store/transaction-types.ts';
import { isStored } from './storage.ts';

/** data_model_revision of 10.x to 11.31 (formats.md 10). */
const DATA_MODEL = '2.40';

/** Attributes an installed object has and an available one has not (patches.md 3.8). */
const ROOT_ONLY = [
  'applied_patches',
  'applied_to',
  'install_date',
  'install_source',
  'install_type',
  'location',
  'patch_state',
  'superseded_by',
] as const;

/** Number of an object among those of its tag: `TAG.3` → 3, `TAG` → 1. */
export function instanceOf(id: string, tag: string): string {
  const suffix = id.startsWith(`${tag}.`) ? id.slice(tag.length + 1) : '';
  return /^[1-9][0-9]*$/.test(suffix) ? suffix : '1';
}

/** The product's own record: the source's attributes, merged with what the depot already holds of it. `now` in seconds. */
export function productOps(
  source: Catalog,
  from: Product,
  target: Catalog,
  targetId: string,
  now: number,
): CatalogOp[] {
  const there = target.product(targetId);
  const attributes = withAttributes(available(from.attributes), {
    data_model_revision: text(from.attributes, 'data_model_revision') || DATA_MODEL,
    instance_id: instanceOf(targetId, tagOf(from)),
    control_directory: targetId,
    all_filesets: allFilesets(from, there),
    create_time: (there && text(there.attributes, 'create_time')) || String(now),
    mod_time: String(now),
  });
  const controlFiles = from.controlFiles;
  const dropped = (there?.controlFiles ?? []).filter((old) => !controlFiles.some((file) => file.tag === old.tag));
  return [
    { op: 'product', product: { id: targetId, attributes, subproducts: mergedSubproducts(from, there), controlFiles } },
    ...dropped.map((file): CatalogOp => ({ op: 'drop_control_file', owner: targetId, tag: file.tag })),
    ...controlFileOps(source, from.id, targetId, controlFiles),
  ];
}

/** Records of one fileset, put whole: what the depot had under this key is dropped first. `staged` facts complete the file records. */
export function filesetOps(
  source: Catalog,
  key: FilesetKey,
  fileset: Fileset,
  target: { readonly productId: string; readonly filesetId: string; readonly key: FilesetKey },
  stagedOf: (file: FileRecord) => Staged | undefined,
  now: number,
): CatalogOp[] {
  const records = source.files(key).map((file) => asStored(file, stagedOf(file)));
  const size = records.reduce((sum, file) => sum + (isStored(file) ? (file.size ?? 0) : 0), 0);
  const attributes = withAttributes(available(fileset.attributes), {
    data_model_revision: text(fileset.attributes, 'data_model_revision') || DATA_MODEL,
    instance_id: text(fileset.attributes, 'instance_id') || '1',
    control_directory: target.filesetId,
    size:
      text(fileset.attributes, 'size') ||
      String(fileset.controlFiles.reduce((sum, file) => sum + (file.size ?? 0), size)),
    create_time: String(now),
    mod_time: String(now),
    state: 'available',
  });
  return [
    { op: 'drop_fileset', fileset: target.key },
    {
      op: 'fileset',
      productId: target.productId,
      fileset: { id: target.filesetId, attributes, controlFiles: fileset.controlFiles },
    },
    { op: 'files', fileset: target.key, put: records, all: true },
    ...controlFileOps(source, key, target.key, fileset.controlFiles),
  ];
}

/** Vendors and categories that these objects name, where the source knows more than the depot. */
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
  return bundles.map((bundle): CatalogOp => {
    const there = target.bundles().find((other) => identity(other) === identity(bundle));
    const id = there?.id ?? freeId(tagOf(bundle), taken);
    taken.add(id);
    const attributes = withAttributes(available(bundle.attributes), {
      instance_id: instanceOf(id, tagOf(bundle)),
      create_time: (there && text(there.attributes, 'create_time')) || String(now),
      mod_time: String(now),
    });
    return { op: 'bundle', bundle: { id, attributes } };
  });
}

/** The depot's own attributes after a change; `given` (a PSF's depot object) wins over what is there. */
export function depotOp(target: Catalog, given: Attributes, now: number): CatalogOp {
  const there = target.attributes;
  const attributes = withAttributes(there, {
    ...given,
    layout_version: text(given, 'layout_version') || text(there, 'layout_version') || '1.0',
    data_model_revision: text(there, 'data_model_revision') || DATA_MODEL,
    create_time: text(there, 'create_time') || String(now),
    mod_time: String(now),
  });
  return { op: 'target', attributes };
}

function controlFileOps(source: Catalog, from: string, owner: string, files: readonly ControlFile[]): CatalogOp[] {
  return files.flatMap((file): CatalogOp[] => {
    const content = source.controlFile(from, file.tag);
    return content ? [{ op: 'control_file', owner, tag: file.tag, content: content.toString('base64') }] : [];
  });
}

function asStored(file: FileRecord, staged: Staged | undefined): FileRecord {
  if (!isStored(file)) return file;
  const {
    compression_state: _state,
    compression_type: _type,
    compressed_size: _size,
    compressed_cksum: _cksum,
    ...plain
  } = file;
  return staged ? { ...plain, size: staged.size, cksum: staged.cksum, sha256: staged.sha256 } : plain;
}

function available(attributes: Attributes): Attributes {
  return withAttributes(attributes, Object.fromEntries(ROOT_ONLY.map((keyword) => [keyword, undefined])));
}

/** All filesets the product was defined with, also those that are not in the depot. */
function allFilesets(from: Product, there: Product | undefined): AttributeValue {
  const named = [from, ...(there ? [there] : [])].flatMap((product) => [
    ...list(product.attributes, 'all_filesets').flatMap((value) => value.split(/\s+/)),
    ...product.filesets.map(tagOf),
  ]);
  return [...new Set(named.filter((tag) => tag !== ''))].join(' ');
}

function mergedSubproducts(from: Product, there: Product | undefined): readonly Subproduct[] {
  const merged = new Map((there?.subproducts ?? []).map((subproduct) => [tagOf(subproduct), subproduct]));
  for (const subproduct of from.subproducts) merged.set(tagOf(subproduct), subproduct);
  return [...merged.values()];
}

function identity(object: { readonly attributes: Attributes }): string {
  return ['tag', 'revision', 'architecture', 'vendor_tag']
    .map((keyword) => text(object.attributes, keyword))
    .join('\n');
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
