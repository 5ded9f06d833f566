// The objects that operands of swmodify name, each at its own level (commands.md 5.5): `ACME` is the product and not its filesets,
// `ACME.RUN` the fileset, a bundle's tag the bundle. A pattern behind a dot means filesets; a subproduct is named by its tag. An operand
// that names no software may be the tag of a category object. No operand at all means the depot itself.

import type { ObjectClass } from '../definition/keywords.ts';
import type { Attributes } from '../model/attributes.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { lookUp, type Placed } from '../model/patches.ts';
import type { Bundle, Category, Product, Subproduct } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import { brief, parseSpec, type SoftwareSpec } from '../model/spec.ts';
import { type Resolution, resolveBundles, resolveProducts } from '../selection/match.ts';
import { matchesPattern } from '../selection/wildcards.ts';

export type Named =
  | { readonly level: 'bundle'; readonly object: Bundle }
  | { readonly level: 'product'; readonly object: Product }
  | { readonly level: 'subproduct'; readonly object: Subproduct; readonly product: Product }
  | ({ readonly level: 'fileset' } & Placed)
  | { readonly level: 'category'; readonly object: Category }
  | { readonly level: 'depot'; readonly object: { readonly attributes: Attributes }; readonly place: string };

export interface NamedObjects {
  /** Without duplicates: bundles, products, subproducts, filesets, categories. */
  readonly objects: readonly Named[];
  /** Operands that name nothing. */
  readonly unmatched: readonly string[];
}

/** What the operands name in `catalog`. Throws SdError `bad_spec`. */
export function namedObjects(catalog: Catalog, operands: readonly string[]): NamedObjects {
  const found = new Map<string, Named>();
  const unmatched: string[] = [];
  for (const operand of operands) {
    const spec = parseSpec(operand);
    const single = spec.tags.length === 1;
    const named = inReading(catalog, spec, resolveProducts(spec, catalog), single ? 'product' : 'below');
    // `*.*` means filesets, whatever bundles there are.
    if (single || named.length === 0)
      named.push(...inReading(catalog, spec, resolveBundles(spec, catalog), single ? 'bundle' : 'any'));
    if (named.length === 0) named.push(...categoriesNamed(catalog, spec));
    if (named.length === 0) unmatched.push(operand);
    for (const each of named) found.set(identityOf(each), each);
  }
  const order = ['bundle', 'product', 'subproduct', 'fileset', 'category'];
  const objects = [...found.values()].sort((left, right) => order.indexOf(left.level) - order.indexOf(right.level));
  return { objects, unmatched };
}

/** The depot at `place` itself. */
export function depotObject({ attributes }: Catalog, place: string): Named {
  return { level: 'depot', object: { attributes }, place };
}

/** How messages call an object: its spec as agent logs print it. */
export function nameOf(named: Named): string {
  switch (named.level) {
    case 'product':
      return brief(named.object);
    case 'subproduct':
      return `${tagOf(named.product)}.${tagOf(named.object)}`;
    case 'fileset':
      return brief(named.product, named.fileset);
    case 'bundle': {
      const revision = text(named.object.attributes, 'revision');
      return tagOf(named.object) + (revision === '' ? '' : `,r=${revision}`);
    }
    case 'category':
      return tagOf(named.object);
    case 'depot':
      return named.place;
  }
}

/** What SD's language calls such an object. */
export function classOf({ level }: Named): ObjectClass {
  return level === 'depot' ? 'distribution' : level;
}

/** Two values of one object have the same identity. */
function identityOf(named: Named): string {
  switch (named.level) {
    case 'subproduct':
      return `subproduct ${named.product.id} ${tagOf(named.object)}`;
    case 'fileset':
      return `fileset ${named.key}`;
    case 'category':
      return `category ${tagOf(named.object)}`;
    case 'depot':
      return named.level;
    default:
      return `${named.level} ${named.object.id}`;
  }
}

/**
 * A resolution covers contents as well; named are only objects that the last tag matches, at a depth where it can stand:
 * one tag names a product or bundle, more tags what lies below a product, or anything below a bundle.
 */
function inReading(
  catalog: Catalog,
  spec: SoftwareSpec,
  reading: Resolution,
  depth: 'product' | 'bundle' | 'below' | 'any',
): Named[] {
  const last = spec.tags.at(-1)!;
  const isNamed = (object: Bundle | Product | Subproduct) => matchesPattern(last, tagOf(object));
  const levels = reading.explicitLevels;
  const named: Named[] = [];
  if (depth === 'bundle' || (depth === 'any' && levels.has('bundle'))) {
    const below = reading.bundles.filter((each) => depth === 'bundle' || !matchesPattern(spec.tags[0]!, tagOf(each)));
    for (const object of below.filter(isNamed)) named.push({ level: 'bundle', object });
  }
  if (depth === 'product' || (depth === 'any' && levels.has('product'))) {
    for (const object of reading.products.filter(isNamed)) named.push({ level: 'product', object });
  }
  if (depth === 'below' || depth === 'any') {
    for (const { product, subproduct } of reading.subproducts) {
      if (tagOf(subproduct) === last) named.push({ level: 'subproduct', object: subproduct, product });
    }
    for (const key of levels.has('fileset') ? reading.filesets : []) {
      const placed = lookUp(catalog, key);
      if (placed && isNamed(placed.fileset)) named.push({ level: 'fileset', ...placed });
    }
  }
  return named;
}

function categoriesNamed(catalog: Catalog, spec: SoftwareSpec): Named[] {
  if (spec.tags.length > 1 || spec.items.length > 0) return [];
  return catalog
    .categories()
    .filter((each) => matchesPattern(spec.tags[0]!, tagOf(each)))
    .map((object) => ({ level: 'category', object }));
}

/** The filesets among the objects. */
export function filesetsAmong(objects: readonly Named[]): Placed[] {
  return objects.flatMap((each) => (each.level === 'fileset' ? [each] : []));
}
