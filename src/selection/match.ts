// Which objects does a software_spec mean? Version items, and every reading of `A.B.C` against a catalog (patches.md 1).
// Promise: r a v c q l are tested on the leftmost bundle or product, fr and fa on filesets; all readings that match contribute.
// Must not: choose (install.ts and target.ts do) or complain; what matches nothing is an empty Resolution.

import type { Attributes } from '../model/attributes.ts';
import { flag, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { revisionOrderOf } from '../model/revision-order.ts';
import type { Bundle, Fileset, FilesetKey, Product, Subproduct } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';
import type { SoftwareSpec, VersionItem } from '../model/spec.ts';
import { parseSpec } from '../model/spec.ts';
import { type CatalogIndex, indexOf } from './catalog-index.ts';
import { isPattern, matchesPattern } from './wildcards.ts';

const specs = new Map<string, SoftwareSpec | undefined>();

/**
 * The spec of a text found in a catalog (contents, ancestor, supersedes ...), parsed once; undefined where it cannot be read, so
 * that one bad attribute of one object matches nothing instead of stopping a session.
 */
export function specOf(source: string): SoftwareSpec | undefined {
  let spec = specs.get(source);
  if (spec || specs.has(source)) return spec;
  try {
    spec = parseSpec(source);
  } catch {
    // Remembered as unreadable.
  }
  specs.set(source, spec);
  return spec;
}

/** category_tag list, with `patch` for every object that is_patch (patches.md 1.5). */
export function categoriesOf(attributes: Attributes): readonly string[] {
  const tags = list(attributes, 'category_tag');
  return flag(attributes, 'is_patch') && !tags.includes('patch') ? ['patch', ...tags] : tags;
}

/** True when the leftmost object passes the items r a v c q l and the instance id; fr and fa are not looked at. */
export function objectMatches(spec: SoftwareSpec, object: Bundle | Product): boolean {
  if (spec.instance !== undefined && spec.instance !== instanceOf(object)) return false;
  return spec.items.every((item) => isOfFileset(item) || itemHolds(item, object.attributes));
}

/** True when a fileset passes the items fr and fa. */
function filesetMatches(spec: SoftwareSpec, fileset: Fileset): boolean {
  return spec.items.every((item) => !isOfFileset(item) || itemHolds(item, fileset.attributes));
}

function isOfFileset({ key }: VersionItem): boolean {
  return key === 'fr' || key === 'fa';
}

const ATTRIBUTE = {
  r: 'revision',
  a: 'architecture',
  v: 'vendor_tag',
  q: 'qualifier',
  l: 'location',
  fr: 'revision',
  fa: 'architecture',
};

function itemHolds(item: VersionItem, attributes: Attributes): boolean {
  const values = item.key === 'c' ? categoriesOf(attributes) : [text(attributes, ATTRIBUTE[item.key])];
  // An object without categories has the empty value: `c=` matches it and nothing else.
  const held = values.length > 0 ? values : [''];
  const order = revisionOrderOf(attributes);
  if (item.op === '!=') return item.values.every((wanted) => held.every((value) => order(value, wanted) !== 0));
  return item.values.some((wanted) =>
    held.some((value) => (item.op === '=' ? matchesPattern(wanted, value) : compares(order(value, wanted), item.op))),
  );
}

function compares(order: number, op: VersionItem['op']): boolean {
  switch (op) {
    case '==':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** instance_id, or the number behind the tag in the id (`ACME.2`); the first of a tag is 1 (formats.md). */
function instanceOf(object: Bundle | Product): number {
  const suffix = object.id.slice(tagOf(object).length + 1);
  return Number(text(object.attributes, 'instance_id') || suffix || '1');
}

/**
 * True when the spec, read as `product[.subproduct...][.fileset]`, covers this fileset: for ancestors, supersedes and requisites.
 * Takes a parsed spec or text; text that cannot be read covers nothing. Bundles need a catalog: use `resolve`.
 */
export function satisfies(spec: SoftwareSpec | string, product: Product, fileset: Fileset): boolean {
  const parsed = typeof spec === 'string' ? specOf(spec) : spec;
  if (!parsed || !matchesPattern(parsed.tags[0]!, tagOf(product))) return false;
  if (!objectMatches(parsed, product) || !filesetMatches(parsed, fileset)) return false;
  // The common `product.fileset` needs no list of what lies below.
  if (parsed.tags.length === 2 && matchesPattern(parsed.tags[1]!, tagOf(fileset))) return true;
  return below(product, parsed.tags.slice(1)).filesets.has(fileset);
}

/** What a spec means in one catalog. Lists are in catalog order and free of duplicates. */
export interface Resolution {
  /** Bundles the spec names, and the bundles nested in what it names. */
  readonly bundles: readonly Bundle[];
  /** Products of which at least one fileset is covered, or which are named without having filesets. */
  readonly products: readonly Product[];
  /** Subproducts named as such. */
  readonly subproducts: readonly { readonly product: Product; readonly subproduct: Subproduct }[];
  /** Every fileset covered. */
  readonly filesets: readonly FilesetKey[];
  /** The same by product. */
  readonly covered: ReadonlyMap<Product, ReadonlySet<Fileset>>;
  /** Which kinds of object the last tag was found to name; swlist shows a selection's contents unless it lists that level. */
  readonly explicitLevels: ReadonlySet<'bundle' | 'product' | 'subproduct' | 'fileset'>;
}

/** Every reading of a spec that matches: product.subproduct.fileset first, then bundle.bundle.product... (patches.md 1.1). */
export function resolve(spec: SoftwareSpec, catalog: Catalog): Resolution {
  const found = new Found();
  readAsProduct(spec, catalog, found);
  readAsBundle(spec, catalog, found);
  return found.resolution(catalog);
}

/** As `resolve(...).filesets`; quick for the literal `product.fileset` that most catalogs' attributes name. */
export function keysOf(spec: SoftwareSpec, catalog: Catalog): readonly FilesetKey[] {
  const [tag, part] = spec.tags as [string, string?];
  const index = indexOf(catalog);
  const plain = spec.tags.length === 2 && !spec.tags.some(isPattern) && index.bundlesOf(tag).length === 0;
  const products = plain ? index.productsOf(tag) : [];
  if (!plain || products.some((product) => product.subproducts.length > 0)) return resolve(spec, catalog).filesets;
  const keys: FilesetKey[] = [];
  for (const product of products) {
    if (!objectMatches(spec, product)) continue;
    for (const each of product.filesets) {
      if (tagOf(each) === part && filesetMatches(spec, each)) keys.push(filesetKey(product.id, each.id));
    }
  }
  return keys;
}

/** As `resolve`, but only the readings whose leftmost object is a product. */
export function resolveProducts(spec: SoftwareSpec, catalog: Catalog): Resolution {
  const found = new Found();
  readAsProduct(spec, catalog, found);
  return found.resolution(catalog);
}

/**
 * The products that a spec of one tag means whole, in catalog order; undefined where it has more tags, or picks among filesets. None of
 * them is looked into, which in a large catalog is most of the work of `resolveProducts`.
 */
export function wholeProducts(spec: SoftwareSpec, catalog: Catalog): readonly Product[] | undefined {
  if (spec.tags.length > 1 || spec.items.some(isOfFileset)) return undefined;
  return namedProducts(spec.tags[0]!, indexOf(catalog)).filter((product) => objectMatches(spec, product));
}

/** As `resolve`, but only the readings whose leftmost object is a bundle. */
export function resolveBundles(spec: SoftwareSpec, catalog: Catalog): Resolution {
  const found = new Found();
  readAsBundle(spec, catalog, found);
  return found.resolution(catalog);
}

/** Everything a bundle holds in this catalog, nested bundles included; computed once per catalog. */
export function contentsOf(bundle: Bundle, catalog: Catalog): Resolution {
  const found = new Found();
  found.takeBundle(bundle, catalog);
  return found.resolution(catalog);
}

/** Collects what the readings find. */
class Found {
  readonly bundles = new Set<Bundle>();
  readonly subproducts: { product: Product; subproduct: Subproduct }[] = [];
  readonly covered = new Map<Product, Set<Fileset>>();
  readonly levels = new Set<'bundle' | 'product' | 'subproduct' | 'fileset'>();

  take(product: Product, filesets: Iterable<Fileset>): void {
    const set = this.covered.get(product) ?? new Set<Fileset>();
    this.covered.set(product, set);
    for (const fileset of filesets) set.add(fileset);
  }

  takeBundle(bundle: Bundle, catalog: Catalog): void {
    const contents = bundleContents(bundle, catalog);
    for (const nested of contents.bundles) this.bundles.add(nested);
    for (const [product, filesets] of contents.covered) this.take(product, filesets);
  }

  resolution(catalog: Catalog): Resolution {
    const index = indexOf(catalog);
    const products = [...this.covered.keys()].sort((a, b) => index.order.get(a)! - index.order.get(b)!);
    const { covered } = this;
    let filesets: FilesetKey[] | undefined;
    const bundles = this.bundles.size === 0 ? [] : index.bundles.filter((bundle) => this.bundles.has(bundle));
    return {
      bundles,
      products,
      subproducts: this.subproducts,
      get filesets() {
        filesets ??= products.flatMap((product) => keysAmong(product, covered.get(product)!));
        return filesets;
      },
      covered,
      explicitLevels: this.levels,
    };
  }
}

function keysAmong(product: Product, covered: ReadonlySet<Fileset>): FilesetKey[] {
  const keys: FilesetKey[] = [];
  for (const each of product.filesets) if (covered.has(each)) keys.push(filesetKey(product.id, each.id));
  return keys;
}

function readAsProduct(spec: SoftwareSpec, catalog: Catalog, found: Found): void {
  const index = indexOf(catalog);
  for (const product of namedProducts(spec.tags[0]!, index)) {
    if (objectMatches(spec, product)) takeBelow(product, product.filesets, spec, 1, found);
  }
}

function readAsBundle(spec: SoftwareSpec, catalog: Catalog, found: Found): void {
  const index = indexOf(catalog);
  for (const bundle of namedBundles(spec.tags[0]!, index)) {
    if (objectMatches(spec, bundle)) takeFromBundle(bundle, spec, 1, catalog, found);
  }
}

function namedProducts(tag: string, index: CatalogIndex): readonly Product[] {
  return isPattern(tag) ? index.products.filter((each) => matchesPattern(tag, tagOf(each))) : index.productsOf(tag);
}

function namedBundles(tag: string, index: CatalogIndex): readonly Bundle[] {
  return isPattern(tag) ? index.bundles.filter((each) => matchesPattern(tag, tagOf(each))) : index.bundlesOf(tag);
}

/** Takes what the tags from `depth` on name inside a product, as far as it lies among `allowed`. */
function takeBelow(
  product: Product,
  allowed: Iterable<Fileset>,
  spec: SoftwareSpec,
  depth: number,
  found: Found,
): boolean {
  if (depth === spec.tags.length && allowed === product.filesets && !spec.items.some(isOfFileset)) {
    found.take(product, allowed);
    found.levels.add('product');
    return true;
  }
  const meant = below(product, spec.tags.slice(depth));
  const inside = allowed instanceof Set ? allowed : new Set(allowed);
  const filesets = [...meant.filesets].filter((each) => inside.has(each) && filesetMatches(spec, each));
  const emptyProduct = depth === spec.tags.length && product.filesets.length === 0;
  if (filesets.length === 0 && !emptyProduct) return false;
  found.take(product, filesets);
  for (const subproduct of meant.subproducts) found.subproducts.push({ product, subproduct });
  for (const level of meant.levels) found.levels.add(level);
  return true;
}

/** Takes a bundle whole, or what the tags from `depth` on name among its contents. The leftmost bundle is taken with its parts. */
function takeFromBundle(bundle: Bundle, spec: SoftwareSpec, depth: number, catalog: Catalog, found: Found): boolean {
  const contents = bundleContents(bundle, catalog);
  let some = false;
  if (depth === spec.tags.length) {
    for (const nested of contents.bundles) found.bundles.add(nested);
    for (const [product, filesets] of contents.covered) {
      const passing = [...filesets].filter((each) => filesetMatches(spec, each));
      if (passing.length > 0) found.take(product, passing);
    }
    found.levels.add('bundle');
    return true;
  }
  for (const nested of contents.bundles) {
    if (nested === bundle || !matchesPattern(spec.tags[depth]!, tagOf(nested))) continue;
    some = takeFromBundle(nested, spec, depth + 1, catalog, found) || some;
  }
  for (const [product, filesets] of contents.covered) {
    if (!matchesPattern(spec.tags[depth]!, tagOf(product))) continue;
    some = takeBelow(product, filesets, spec, depth + 1, found) || some;
  }
  if (some) found.bundles.add(bundle);
  return some;
}

interface Contents {
  /** The bundle itself and all bundles nested in it. */
  readonly bundles: ReadonlySet<Bundle>;
  readonly covered: ReadonlyMap<Product, ReadonlySet<Fileset>>;
}

const contentsCache = new WeakMap<object, Map<Bundle, Contents>>();

function bundleContents(bundle: Bundle, catalog: Catalog): Contents {
  const index = indexOf(catalog);
  const cache = contentsCache.get(index) ?? new Map<Bundle, Contents>();
  contentsCache.set(index, cache);
  let contents = cache.get(bundle);
  if (!contents) {
    contents = collectContents(bundle, catalog, new Set());
    cache.set(bundle, contents);
  }
  return contents;
}

/** `open` holds the bundles being collected: one that contains itself adds nothing a second time. */
function collectContents(bundle: Bundle, catalog: Catalog, open: Set<Bundle>): Contents {
  const index = indexOf(catalog);
  const found = new Found();
  open.add(bundle);
  found.bundles.add(bundle);
  for (const source of list(bundle.attributes, 'contents')) {
    const spec = specOf(source);
    if (!spec) continue;
    readAsProduct(spec, catalog, found);
    for (const nested of namedBundles(spec.tags[0]!, index)) {
      if (open.has(nested) || !objectMatches(spec, nested)) continue;
      const inner = collectContents(nested, catalog, open);
      for (const each of inner.bundles) found.bundles.add(each);
      for (const [product, filesets] of inner.covered) {
        if (spec.tags.length === 1) found.take(product, filesets);
        else if (matchesPattern(spec.tags[1]!, tagOf(product))) takeBelow(product, filesets, spec, 2, found);
      }
    }
  }
  return { bundles: found.bundles, covered: found.covered };
}

interface Below {
  readonly filesets: ReadonlySet<Fileset>;
  readonly subproducts: readonly Subproduct[];
  readonly levels: readonly ('product' | 'subproduct' | 'fileset')[];
}

/** What `[subproduct...][.fileset]` names in a product: no tags mean the product whole. */
function below(product: Product, tags: readonly string[]): Below {
  if (tags.length === 0) return { filesets: new Set(product.filesets), subproducts: [], levels: ['product'] };
  let subproducts: readonly Subproduct[] = product.subproducts;
  let filesets: ReadonlySet<Fileset> = new Set(product.filesets);
  for (const tag of tags.slice(0, -1)) {
    const chosen = subproducts.filter((each) => matchesPattern(tag, tagOf(each)));
    filesets = filesetsOf(product, chosen);
    subproducts = subproductsOf(product, chosen);
  }
  const last = tags.at(-1)!;
  const named = subproducts.filter((each) => matchesPattern(last, tagOf(each)));
  const direct = [...filesets].filter((each) => matchesPattern(last, tagOf(each)));
  const levels: ('subproduct' | 'fileset')[] = [];
  if (named.length > 0) levels.push('subproduct');
  if (direct.length > 0) levels.push('fileset');
  return { filesets: new Set([...filesetsOf(product, named), ...direct]), subproducts: named, levels };
}

/** Subproducts that the contents of these name, at any depth. */
function subproductsOf(product: Product, parents: readonly Subproduct[]): Subproduct[] {
  const seen = new Set<Subproduct>();
  const pending = [...parents];
  for (let parent = pending.pop(); parent; parent = pending.pop()) {
    const tags = list(parent.attributes, 'contents');
    for (const child of product.subproducts) {
      if (seen.has(child) || !tags.includes(tagOf(child))) continue;
      seen.add(child);
      pending.push(child);
    }
  }
  return [...seen];
}

/** Filesets that the contents of these subproducts name, through nested subproducts too. */
function filesetsOf(product: Product, subproducts: readonly Subproduct[]): Set<Fileset> {
  const tags = new Set<string>();
  for (const each of [...subproducts, ...subproductsOf(product, subproducts)]) {
    for (const tag of list(each.attributes, 'contents')) tags.add(tag);
  }
  return new Set(product.filesets.filter((fileset) => tags.has(tagOf(fileset))));
}
