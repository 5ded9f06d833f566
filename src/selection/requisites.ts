// Pure questions about dependencies (commands.md 8, patches.md 3.6), asked by selection and by analysis.
// Promise: a requisite on a patch fileset D is met by D or by anything that supersedes D, never by what D supersedes. A spec that
// names a product, subproduct or bundle is met by any fileset of it.
// Must not: choose software or report; text that cannot be read is a requisite nothing meets.

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { everyFileset } from '../model/patches.ts';
import type { Fileset, FilesetKey } from '../model/software.ts';
import type { SoftwareSpec } from '../model/spec.ts';
import { parseRequisite } from '../model/spec.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { indexOf } from './catalog-index.ts';
import type { PatchNode } from './chains.ts';
import { patchGraph } from './chains.ts';
import { keysOf } from './match.ts';
import { isPattern } from './wildcards.ts';

type Relation = 'prerequisite' | 'corequisite' | 'exrequisite';

export interface Requisite {
  readonly relation: Relation;
  /** As messages print it: alternatives parted by ` | `. */
  readonly text: string;
  /** Leftmost first; empty when the text cannot be read. */
  readonly alternatives: readonly SoftwareSpec[];
}

/** Software taken as present: those filesets of a catalog for which `has` is true. */
interface Part {
  readonly catalog: Catalog;
  readonly has: (key: FilesetKey) => boolean;
}

/** Everything taken as present, e.g. what stays on the target and what comes from the source. */
export type Pool = readonly Part[];

export interface Provider {
  readonly catalog: Catalog;
  readonly key: FilesetKey;
}

const RELATIONS: readonly Relation[] = ['prerequisite', 'corequisite', 'exrequisite'];

/** All requisites of a fileset in the order prerequisites, corequisites, exrequisites; every one of them must hold. */
export function requisitesOf(fileset: Fileset): readonly Requisite[] {
  const requisites: Requisite[] = [];
  for (const relation of RELATIONS) {
    for (const keyword of [relation, `${relation}s`]) {
      const values = list(fileset.attributes, keyword);
      if (values.length === 0) continue;
      for (const text of termsOf(values)) requisites.push({ relation, text, alternatives: alternativesOf(text) });
    }
  }
  return requisites;
}

/** Everything in the pool that meets one alternative: what the spec names, then superseders of patches. */
export function providersOf(spec: SoftwareSpec, pool: Pool): Provider[] {
  const found: Provider[] = [];
  for (const provider of findProviders(spec, pool)) {
    if (!found.some((each) => each.catalog === provider.catalog && each.key === provider.key)) found.push(provider);
  }
  return found;
}

/** True when something in the pool meets one alternative. */
export function isProvided(spec: SoftwareSpec, pool: Pool): boolean {
  return findProviders(spec, pool).next().done !== true;
}

/** True when the pool meets one of the alternatives of a prerequisite or corequisite. Takes the text of a requisite as well. */
export function meets(requisite: Requisite | string, pool: Pool): boolean {
  const alternatives = typeof requisite === 'string' ? alternativesOf(requisite) : requisite.alternatives;
  return alternatives.some((spec) => isProvided(spec, pool));
}

/**
 * Requisites of a fileset that do not hold: pre- and corequisites nothing in the pool meets, exrequisites of which an alternative is
 * there. A superseder does not count for those: who forbids a bad patch does not forbid its cure.
 */
export function unmet(fileset: Fileset, pool: Pool): Requisite[] {
  return requisitesOf(fileset).filter((requisite) =>
    requisite.relation === 'exrequisite'
      ? requisite.alternatives.some((spec) => pool.some((part) => keysOf(spec, part.catalog).some(part.has)))
      : !meets(requisite, pool),
  );
}

export interface Broken {
  /** The fileset that stays and would miss something. */
  readonly key: FilesetKey;
  readonly requisite: Requisite;
  /** What goes and met the requisite until now. */
  readonly by: FilesetKey;
}

/**
 * Filesets of a catalog that lose a pre- or corequisite when `removed` goes, in the order of `removed`; what was unmet before is not
 * counted. With `follow`, the dependents of those are named too, as if they went as well (autoselect_dependents).
 */
export function brokenBy(catalog: Catalog, removed: Iterable<FilesetKey>, follow = false): Broken[] {
  const uses = usesOf(catalog);
  const gone = new Set(removed);
  const broken: Broken[] = [];
  for (const key of gone) {
    for (const use of uses.get(key) ?? []) {
      if (gone.has(use.key) || use.providers.some((each) => !gone.has(each))) continue;
      broken.push({ key: use.key, requisite: use.requisite, by: key });
      // A Set is walked in order of insertion, what is added on the way included.
      if (follow) gone.add(use.key);
    }
  }
  return follow ? broken : onePerRequisite(broken);
}

interface Use {
  readonly key: FilesetKey;
  readonly requisite: Requisite;
  readonly providers: readonly FilesetKey[];
}

const usesCache = new WeakMap<CatalogIndex, Map<FilesetKey, Use[]>>();

/** Provider → the requisites it meets. */
function usesOf(catalog: Catalog): Map<FilesetKey, Use[]> {
  const index = indexOf(catalog);
  const known = usesCache.get(index);
  if (known) return known;
  const uses = new Map<FilesetKey, Use[]>();
  const pool: Pool = [{ catalog, has: () => true }];
  for (const { fileset, key } of everyFileset(catalog)) {
    for (const requisite of requisitesOf(fileset)) {
      if (requisite.relation === 'exrequisite') continue;
      const providers = [
        ...new Set(requisite.alternatives.flatMap((spec) => providersOf(spec, pool).map((each) => each.key))),
      ];
      for (const provider of providers) {
        const group = uses.get(provider) ?? [];
        uses.set(provider, group);
        group.push({ key, requisite, providers });
      }
    }
  }
  usesCache.set(index, uses);
  return uses;
}

function onePerRequisite(broken: readonly Broken[]): Broken[] {
  const seen = new Map<string, Set<string>>();
  return broken.filter(({ key, requisite }) => {
    const texts = seen.get(key) ?? new Set();
    seen.set(key, texts);
    const id = `${requisite.relation} ${requisite.text}`;
    return !texts.has(id) && texts.add(id);
  });
}

function* findProviders(spec: SoftwareSpec, pool: Pool): Generator<Provider> {
  const named: Provider[] = [];
  for (const { catalog, has } of pool) {
    for (const key of keysOf(spec, catalog)) {
      named.push({ catalog, key });
      if (has(key)) yield { catalog, key };
    }
  }
  for (const { catalog, key } of superseders(spec, named, pool)) {
    if (pool.some((part) => part.catalog === catalog && part.has(key))) yield { catalog, key };
  }
}

/** Superseders of what the spec names; of a patch no catalog holds, whoever lists it and their superseders (8.7.12). */
function superseders(spec: SoftwareSpec, named: readonly Provider[], pool: Pool): readonly PatchNode[] {
  if (pool.length === 0) return [];
  const [first, ...rest] = pool.map((part) => part.catalog);
  const graph = patchGraph(first!, ...rest);
  const nodes = named.flatMap(({ catalog, key }) => graph.node(catalog, key) ?? []);
  if (named.length > 0) return nodes.length === 0 ? [] : graph.newerThan(...nodes);
  if (isPattern(spec.tags[0]!)) return [];
  const standing = graph.standingFor(spec);
  return standing.length === 0 ? [] : [...standing, ...graph.newerThan(...standing)];
}

/** Joins `A`, `|`, `B` however a definition spread them over values and blanks; what no bar joins are separate terms. */
function termsOf(values: readonly string[]): string[] {
  const terms: string[] = [];
  let open = false;
  for (const word of values.join(' ').split(/\s+/)) {
    if (word === '') continue;
    const bare = word.replace(/^\||\|$/g, '');
    if (terms.length > 0 && (open || word.startsWith('|'))) terms[terms.length - 1] += bare === '' ? '' : ` | ${bare}`;
    else if (bare !== '') terms.push(bare);
    open = word.endsWith('|');
  }
  return terms;
}

function alternativesOf(source: string): readonly SoftwareSpec[] {
  try {
    return parseRequisite(source);
  } catch {
    return [];
  }
}
