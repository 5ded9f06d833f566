// Which rows a listing of software has (commands.md 5.4, 12.3-12.5; clients.md 4, 8-12).
//
//   -l        | operands | rows
//   none      | none     | bundles; then the products no bundle holds (software_view can say otherwise)
//   none      | some     | the contents of each, one level down; with -a or -v a fileset is shown itself, so is what alone can have
//             |          | an attribute of -a: the readme of a product
//   levels    | any      | the objects of those levels; what lies above them as `#` lines
//
// Must not: know layout (report/listing.ts) or open anything (list.ts).

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { ListingRow, ListLevel, StreamedSection } from '../model/listing.ts';
import { compareRevisionsOf } from '../model/revision-order.ts';
import type { Bundle, Fileset, Product } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';
import { type ListedObject, OWN, presentName } from './list-attributes.ts';
import type { Objects } from './list-objects.ts';
import { filesetsOf } from './list-objects.ts';
import type { RowStyle } from './list-rows.ts';
import { rowOf } from './list-rows.ts';
import type { Named, ProductPart } from './list-selection.ts';
import { bundleParts, mergeParts, wholePart } from './list-selection.ts';

/** What every row of one listing needs. */
export interface View {
  readonly catalog: Catalog;
  readonly objects: Objects;
  readonly style: RowStyle;
}

/** The listing without operands and levels. `softwareView` is all_bundles, products, or a bundle category tag. */
export function overview(view: View, softwareView: string): StreamedSection[] {
  const { bundles, products } = topLevel(view.catalog, softwareView);
  if (softwareView === 'products') return section('Product(s)', products, view.objects.product, view);
  return [
    ...section('Bundle(s)', bundles, view.objects.bundle, view),
    ...section('Product(s) not contained in a Bundle', products, view.objects.product, view),
  ];
}

/** What a listing begins with: bundles, and the products that none of them holds. Views as in `overview`. */
export function topLevel(
  catalog: Catalog,
  softwareView: string,
): { bundles: readonly Bundle[]; products: readonly Product[] } {
  const products = sorted(catalog.products());
  if (softwareView === 'products') return { bundles: [], products };
  const bundles = sorted(catalog.bundles()).filter(
    (bundle) => softwareView === 'all_bundles' || list(bundle.attributes, 'category_tag').includes(softwareView),
  );
  const held = new Set(bundles.flatMap((bundle) => bundleParts(bundle, catalog).map((part) => part.product.id)));
  return { bundles, products: products.filter((product) => !held.has(product.id)) };
}

/** The contents of what the operands name, one level down. */
export function* contents(view: View, operands: readonly Named[]): Generator<ListingRow> {
  const itself = view.style.verbose || view.style.attributes.length > 0;
  const bundles = unique(operands.flatMap((operand) => operand.bundles));
  const parts = mergeParts(operands.flatMap((operand) => operand.parts));
  for (const bundle of sorted(bundles)) yield* bundleContents(view, bundle);
  for (const part of sortedParts(parts)) yield* partContents(view, part, itself);
}

function bundleContents(view: View, bundle: Bundle): ListingRow[] {
  const { objects, style, catalog } = view;
  const prefix = `${tagOf(bundle)}.`;
  const products = sorted(bundleParts(bundle, catalog).map((part) => part.product));
  const rows = products.map((product) => rowOf(style, 'object', objects.product(product, prefix)));
  return opened(style, 'bundle', objects.bundle(bundle), rows);
}

/** What was named above its contents; one of both alone where -a asks for attributes that only one can have. */
function opened(style: RowStyle, kind: keyof typeof OWN, object: ListedObject, below: ListingRow[]): ListingRow[] {
  const own = style.verbose ? [] : style.attributes.filter((keyword) => OWN[kind].has(presentName(keyword)));
  const head = rowOf(style, own.length > 0 ? 'object' : 'parent', object);
  return own.length > 0 && own.length === style.attributes.length ? [head] : [head, ...below];
}

function partContents(view: View, part: ProductPart, itself: boolean): ListingRow[] {
  const { objects, style } = view;
  const { product } = part;
  const filesetRow = (fileset: Fileset) => rowOf(style, 'object', objects.fileset(product, fileset));
  const object = objects.product(product);
  if (part.whole) return opened(style, 'product', object, sorted(part.filesets).map(filesetRow));
  const ofSubproducts = new Set(part.subproducts.flatMap((subproduct) => filesetsOf(product, subproduct)));
  const rows = sorted(part.subproducts).flatMap((subproduct) => {
    const inside = part.filesets.filter((fileset) => filesetsOf(product, subproduct).includes(fileset));
    return opened(style, 'subproduct', objects.subproduct(product, subproduct), sorted(inside).map(filesetRow));
  });
  const direct = sorted(part.filesets.filter((fileset) => !ofSubproducts.has(fileset)));
  if (direct.length === 0) return rows;
  if (itself) return [...rows, ...direct.map(filesetRow)];
  const files = direct.flatMap((fileset) => filesetRows(view, new Set(['file']), product, fileset, ''));
  return [...rows, rowOf(style, 'parent', object), ...files];
}

/** The objects of the levels asked for. Without operands: everything. */
export function* byLevels(
  view: View,
  levels: ReadonlySet<ListLevel>,
  operands: readonly Named[] | undefined,
): Generator<ListingRow> {
  const { catalog, objects, style } = view;
  const below = reachesProducts(levels);
  // A bundle's name stands for its contents where it is no product's name too.
  const opened = below
    ? sorted(unique(operands?.flatMap((each) => (each.parts.length === 0 ? each.bundles : [])) ?? []))
    : [];
  if (levels.has('bundle')) {
    const bundles = operands ? unique(operands.flatMap((each) => each.bundles)) : catalog.bundles();
    const closed = sorted(bundles.filter((bundle) => !opened.includes(bundle)));
    for (const bundle of closed) yield rowOf(style, 'object', objects.bundle(bundle));
  }
  if (!below) return;
  const parts = operands ? mergeParts(operands.flatMap((each) => each.parts)) : catalog.products().map(wholePart);
  for (const part of sortedParts(parts)) yield* partRows(view, levels, part, '');
  for (const bundle of opened) {
    yield rowOf(style, levels.has('bundle') ? 'object' : 'parent', objects.bundle(bundle));
    for (const part of sortedParts(bundleParts(bundle, catalog))) {
      yield* partRows(view, levels, part, `${tagOf(bundle)}.`);
    }
  }
}

/** True when any of the levels lies at or below a product. */
export function reachesProducts(levels: ReadonlySet<ListLevel>): boolean {
  return (['product', 'subproduct', 'fileset', 'file', 'control_file'] as const).some((level) => levels.has(level));
}

function partRows(view: View, levels: ReadonlySet<ListLevel>, part: ProductPart, prefix: string): ListingRow[] {
  const { objects, style } = view;
  const { product } = part;
  const object = objects.product(product, prefix);
  const rows = [rowOf(style, levels.has('product') ? 'object' : 'parent', object)];
  if (levels.has('control_file') && part.whole) pushAll(rows, controlFileRows(view, object, product));
  if (levels.has('subproduct')) {
    for (const subproduct of sorted(part.subproducts)) {
      rows.push(rowOf(style, 'object', objects.subproduct(product, subproduct, prefix)));
    }
  }
  if (!levels.has('fileset') && !levels.has('file') && !levels.has('control_file')) return rows;
  for (const fileset of sorted(part.filesets)) pushAll(rows, filesetRows(view, levels, product, fileset, prefix));
  return rows;
}

function filesetRows(
  view: View,
  levels: ReadonlySet<ListLevel>,
  product: Product,
  fileset: Fileset,
  prefix: string,
): ListingRow[] {
  const { objects, style, catalog } = view;
  const object = objects.fileset(product, fileset, prefix);
  const rows = [rowOf(style, levels.has('fileset') ? 'object' : 'parent', object)];
  if (levels.has('control_file')) pushAll(rows, controlFileRows(view, object, fileset));
  if (levels.has('file')) {
    for (const record of catalog.files(filesetKey(product.id, fileset.id))) {
      rows.push(rowOf(style, 'object', objects.file(object, record)));
    }
  }
  return rows;
}

function controlFileRows(view: View, owner: ListedObject, holder: Product | Fileset): ListingRow[] {
  return holder.controlFiles.map((record) => rowOf(view.style, 'object', view.objects.controlFile(owner, record)));
}

/** A section without objects is none. */
function section<T>(
  heading: string,
  software: readonly T[],
  listed: (object: T) => ListedObject,
  view: View,
): StreamedSection[] {
  return software.length === 0 ? [] : [{ heading, rows: rowsOf(view, software, listed) }];
}

function* rowsOf<T>(view: View, software: readonly T[], listed: (object: T) => ListedObject): Generator<ListingRow> {
  for (const object of software) yield rowOf(view.style, 'object', listed(object));
}

/** As listings order objects: by tag, then by revision (commands.md 12.3). */
export function sorted<T extends Sortable>(objects: readonly T[]): T[] {
  return sortedBy(objects, (object) => object);
}

type Sortable = Pick<Product, 'attributes' | 'shown'>;

function sortedBy<T>(items: readonly T[], objectOf: (item: T) => Sortable): T[] {
  if (items.length < 2) return [...items];
  const keyed = items.map((item) => ({ item, tag: tagOf(objectOf(item)) }));
  // Most catalogs are in this order already.
  const unordered = keyed.some(({ tag }, at) => at > 0 && tag <= keyed[at - 1]!.tag);
  if (!unordered) return [...items];
  keyed.sort((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : byRevision(objectOf(a.item), objectOf(b.item))));
  return keyed.map((each) => each.item);
}

function byRevision(a: Sortable, b: Sortable): number {
  return compareRevisionsOf(a.attributes, b.attributes);
}

/** Parts in the order of their products. */
export function sortedParts(parts: readonly ProductPart[]): ProductPart[] {
  return sortedBy(parts, (part) => part.product);
}

function unique<T extends { readonly id: string }>(objects: readonly T[]): T[] {
  return [...new Map(objects.map((object) => [object.id, object])).values()];
}

function pushAll<T>(rows: T[], more: readonly T[]): void {
  for (const row of more) rows.push(row);
}
