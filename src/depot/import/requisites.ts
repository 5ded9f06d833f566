// Dependencies of packages as SD requisites. The machine's libraries mostly come from elsewhere (dpkg's own, rpm's own), so:
//
//   a package of the source has the name, in a version that will do      prerequisite TAG,r>=...
//   a package of the source provides the name, or lists the path         prerequisite TAG
//   an installed product has the name, whatever its version              prerequisite TAG,r>=...: SD answers for it
//   an installed product provides the name                               prerequisite TAG
//   several of these                                                     alternatives, in this order
//   none of them                                                         no requisite; the NOTE names it, the attribute keeps it
//   conflicts with another name                                          exrequisite TAG,r<<...
//
// Pure.

import { list } from '../../model/attributes.ts';
import type { Catalog } from '../../model/catalog.ts';
import { revisionOrderOf } from '../../model/revision-order.ts';
import { tagOf } from '../../model/software.ts';
import { parseRelations, printRelation } from './deb-control.ts';
import { FILESET, productTag } from './names.ts';
import type { Need, OriginPackage, Relation } from './origin.ts';

/** A package of the source, and what it became. */
export interface Placed {
  readonly from: OriginPackage;
  /** Of the product, or of the patch product. */
  readonly tag: string;
  readonly isPatch: boolean;
}

export interface Requisites {
  readonly prerequisites: readonly string[];
  readonly exrequisites: readonly string[];
  /** Needs nobody here answers for, as the package writes them. */
  readonly elsewhere: readonly string[];
}

/** Answers what requisites each package of a source has. Look-ups by name are made once. */
export class Providers {
  readonly #byName = new Map<string, Placed[]>();
  readonly #all: readonly Placed[];
  readonly #installed = new Map<string, string[]>();
  readonly #tags: ReadonlySet<string>;

  /** `installed` is the target's catalog, where there is one. */
  constructor(source: readonly Placed[], installed: Catalog | undefined) {
    this.#all = source;
    for (const placed of source) {
      for (const name of new Set([placed.from.name, ...placed.from.provides.map((each) => each.name)])) {
        push(this.#byName, name, placed);
      }
    }
    const products = installed?.products() ?? [];
    this.#tags = new Set(products.map(tagOf));
    for (const product of products) {
      for (const { name } of parseRelations(list(product.attributes, 'provides').join(', ')).flat()) {
        push(this.#installed, name, tagOf(product));
      }
    }
  }

  requisitesOf(of: OriginPackage): Requisites {
    const prerequisites = new Set<string>();
    const elsewhere = new Set<string>();
    for (const need of of.needs) {
      if (need.some((relation) => providesIt(of, relation))) continue;
      const specs = new Set(need.flatMap((relation) => [...this.#inSource(of, relation), ...this.#onTarget(relation)]));
      if (specs.size > 0) prerequisites.add([...specs].join(' | '));
      else elsewhere.add(printNeed(need));
    }
    const conflicts = of.conflicts.filter(({ name }) => name !== of.name);
    const exrequisites = new Set(conflicts.map(specOf));
    return { prerequisites: [...prerequisites], exrequisites: [...exrequisites], elsewhere: [...elsewhere] };
  }

  #inSource(of: OriginPackage, relation: Relation): string[] {
    const named = this.#byName.get(relation.name) ?? [];
    const found = relation.name.startsWith('/') ? this.#all.filter(({ from }) => from.lists(relation.name)) : named;
    return found.flatMap((placed) => {
      const { from, tag, isPatch } = placed;
      // Another version of itself does not make it whole.
      if (from.name === of.name || from.kind !== of.kind) return [];
      if (from.name === relation.name && !isPatch) return meets(from, relation) ? [specOf(relation)] : [];
      return from.lists(relation.name) || providesIt(from, relation) ? [isPatch ? `${tag}.${FILESET}` : tag] : [];
    });
  }

  #onTarget(relation: Relation): string[] {
    const own = this.#tags.has(productTag(relation.name)) ? [specOf(relation)] : [];
    return [...own, ...(this.#installed.get(relation.name) ?? [])];
  }
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const group = map.get(key);
  if (group) group.push(value);
  else map.set(key, [value]);
}

/** By its own name, by what it provides (a version must be provided too, if one is asked for), or by a path it lists. */
function providesIt(from: OriginPackage, relation: Relation): boolean {
  if (from.name === relation.name && meets(from, relation)) return true;
  if (relation.name.startsWith('/') && from.lists(relation.name)) return true;
  return from.provides.some(
    ({ name, version }) => name === relation.name && (relation.op === undefined || holds(from, version, relation)),
  );
}

function meets(from: OriginPackage, relation: Relation): boolean {
  return holds(from, from.revision, relation);
}

function holds(from: OriginPackage, version: string | undefined, { op, version: wanted }: Relation): boolean {
  if (op === undefined || wanted === undefined) return true;
  if (version === undefined) return false;
  const order = revisionOrderOf({ revision_order: from.order ?? '' })(version, wanted);
  if (order === 0) return op === '==' || op === '<=' || op === '>=';
  return order < 0 ? op[0] === '<' : op[0] === '>';
}

/** `TAG` or `TAG,r>=1.0`. */
function specOf({ name, op, version }: Relation): string {
  return productTag(name) + (op === undefined ? '' : `,r${op}${version}`);
}

/** The alternatives of a need as the origin writes them. */
function printNeed(need: Need): string {
  return need.map(printRelation).join(' | ');
}
