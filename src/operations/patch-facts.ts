// What cleanup, show_patches and check_patches ask of a catalog (patches.md 6.2-6.4). Pure questions.
// On a root patch_state and superseded_by say who is superseded; in a depot, which has neither, the supersedes lists of its patches do.
// A patch product counts as superseded when every patch fileset of it is, as active when one is not.

import { flag, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import {
  baseOf,
  entriesToFilesets,
  everyFileset,
  isCommitted,
  isPatch,
  isSuperseded,
  type Placed,
} from '../model/patches.ts';
import { filesetKey, filesetName, type Product, tagOf } from '../model/software.ts';
import { type PatchNode, patchGraph } from '../selection/chains.ts';
import { satisfies } from '../selection/match.ts';
import { requisitesOf } from '../selection/requisites.ts';

/** Patch filesets of a product, in its order. */
export function patchFilesets(product: Product): Placed[] {
  return product.filesets
    .filter(isPatch)
    .map((fileset) => ({ product, fileset, key: filesetKey(product.id, fileset.id) }));
}

/** `PRODUCT.FILESET` of what superseded this patch fileset right after it, '' where nobody knows; undefined for an active one. */
export function supersederOf(catalog: Catalog, patch: Placed): string | undefined {
  const node = patchGraph(catalog).node(catalog, patch.key);
  if (catalog.kind === 'depot') return node && leadsToHead(node) ? nearestNewer(node)?.name : undefined;
  if (!isSuperseded(patch.fileset)) return undefined;
  const entry = text(patch.fileset.attributes, 'superseded_by');
  return entry === '' ? ((node && nearestNewer(node)?.name) ?? '') : entry.split(',')[0]!;
}

/** Patches that supersede one another in a circle have no newest; nobody may take them for superseded and drop them all. */
function leadsToHead(node: PatchNode): boolean {
  if (node.newer.some((each) => each.newer.length === 0)) return true;
  return (
    node.newer.length > 0 &&
    patchGraph(node.catalog)
      .newerThan(node)
      .some((each) => each.newer.length === 0)
  );
}

/** Of all that supersede a patch, the one the others supersede as well. */
export function nearestNewer(node: PatchNode, among: readonly PatchNode[] = node.newer): PatchNode | undefined {
  let nearest = among[0];
  let older = new Set(nearest?.older);
  for (const each of among) {
    if (!older.has(each)) continue;
    nearest = each;
    older = new Set(each.older);
  }
  return nearest;
}

/** A patch product that others have superseded in every fileset. */
export interface SupersededPatch {
  readonly product: Product;
  /** Tags of the patch products that came right after it; nearly always one. */
  readonly by: readonly string[];
}

/** Superseded patch products of a root or depot, in catalog order. */
export function supersededPatches(catalog: Catalog): SupersededPatch[] {
  return catalog.products().flatMap((product) => {
    const by = patchFilesets(product).map((patch) => supersederOf(catalog, patch));
    if (by.length === 0 || by.includes(undefined)) return [];
    return [{ product, by: [...new Set(by.map((name) => name!.split('.')[0]!))] }];
  });
}

/** Patch products of a root or depot with an active fileset, in catalog order. */
export function activePatches(catalog: Catalog): Product[] {
  return catalog.products().filter((product) => activeFilesets(catalog, product).length > 0);
}

/** Active patch filesets of a product. */
export function activeFilesets(catalog: Catalog, product: Product): Placed[] {
  return patchFilesets(product).filter((patch) => supersederOf(catalog, patch) === undefined);
}

/** A superseded patch product of a root of which files are still saved. */
export interface Committable extends SupersededPatch {
  /** Installed patches above it in its chain; the least of its filesets. */
  readonly times: number;
  readonly uncommitted: readonly Placed[];
}

/** What `cleanup -c times` commits, in catalog order. */
export function committablePatches(catalog: Catalog, times: number): Committable[] {
  return supersededPatches(catalog).flatMap((patch) => {
    const filesets = patchFilesets(patch.product);
    const uncommitted = filesets.filter((each) => !isCommitted(each.fileset));
    if (uncommitted.length === 0) return [];
    const least = Math.min(...filesets.map((each) => timesSuperseded(catalog, each)));
    return least >= times ? [{ ...patch, times: least, uncommitted }] : [];
  });
}

/** Length of the way up by superseded_by; a circle, which only a damaged catalog has, ends it. */
function timesSuperseded(catalog: Catalog, patch: Placed): number {
  const seen = new Set([patch.key]);
  for (let here = above(catalog, patch); here && !seen.has(here.key); here = above(catalog, here)) seen.add(here.key);
  return seen.size - 1;
}

function above(catalog: Catalog, patch: Placed): Placed | undefined {
  return entriesToFilesets(catalog, list(patch.fileset.attributes, 'superseded_by'))[0];
}

/** A patch that goes from a depot because it names one that goes. */
export interface Naming {
  readonly product: Product;
  /** Tag of the patch it names. */
  readonly names: string;
}

/**
 * Patch products of a depot with a pre- or corequisite that names one of these products (`cleanup -d -e true`), directly or through
 * another such patch. That a superseder would meet the requisite too does not count (S54).
 */
export function namingOneOf(catalog: Catalog, going: readonly Product[]): Naming[] {
  const { byTag, patterns } = requirements(catalog);
  const gone = new Set(going);
  const found: Naming[] = [];
  // A Set is walked in order of insertion, what is added on the way included.
  for (const product of gone) {
    for (const { patch, names } of [...(byTag.get(tagOf(product)) ?? []), ...patterns]) {
      if (gone.has(patch) || !names(product)) continue;
      gone.add(patch);
      found.push({ product: patch, names: tagOf(product) });
    }
  }
  return found;
}

interface Requirement {
  readonly patch: Product;
  readonly names: (product: Product) => boolean;
}

/** What patches require, by the product tag they name; tags with shell patterns apart. */
function requirements(catalog: Catalog): { byTag: Map<string, Requirement[]>; patterns: Requirement[] } {
  const byTag = new Map<string, Requirement[]>();
  const patterns: Requirement[] = [];
  for (const { product: patch, fileset } of everyFileset(catalog)) {
    if (!isPatch(fileset)) continue;
    for (const spec of requisitesOf(fileset).flatMap((each) =>
      each.relation === 'exrequisite' ? [] : each.alternatives,
    )) {
      const names = (product: Product) => product.filesets.some((each) => satisfies(spec, product, each));
      const tag = spec.tags[0]!;
      const group = /[*?[]/.test(tag) ? patterns : (byTag.get(tag) ?? []);
      if (group !== patterns) byTag.set(tag, group);
      group.push({ patch, names });
    }
  }
  return { byTag, patterns };
}

/** Filesets that by tag, product or category should be a patch, or are one, and lack what the packager writes into patches. */
export function lackingAttributes(catalog: Catalog): { name: string; lacks: string }[] {
  return [...everyFileset(catalog)].flatMap(({ product, fileset }) => {
    const name = filesetName(product, fileset);
    if (isPatch(fileset)) return list(fileset.attributes, 'ancestor').length === 0 ? [{ name, lacks: 'ancestor' }] : [];
    const named = /^PH(CO|KL|NE|SS)_\d+$/.test(tagOf(product));
    return named || flag(product.attributes, 'is_patch') ? [{ name, lacks: 'is_patch' }] : [];
  });
}

/** Patch filesets that no installed base lists in applied_patches, with the base they say they were applied to. */
export function unknownToBase(catalog: Catalog): { name: string; base: string }[] {
  return [...everyFileset(catalog)].flatMap((patch) => {
    const { product, fileset } = patch;
    if (!isPatch(fileset) || baseOf(catalog, patch)) return [];
    return [{ name: filesetName(product, fileset), base: text(fileset.attributes, 'applied_to').split(',')[0]! }];
  });
}

/**
 * Filesets of active patches that are not installed although their base is: a patch fileset bears the tag of its base, which is looked
 * for in the products the patch was applied to. One that an installed patch supersedes is not missing.
 */
export function missingFilesets(catalog: Catalog): { patch: string; fileset: string }[] {
  const graph = patchGraph(catalog);
  return activePatches(catalog).flatMap((product) => {
    const patch = tagOf(product);
    const filesets = patchFilesets(product);
    const present = new Set(product.filesets.map(tagOf));
    const entries = filesets.flatMap((each) => list(each.fileset.attributes, 'applied_to'));
    const bases = entriesToFilesets(catalog, entries).flatMap((base) => base.product.filesets);
    const patchable = new Set(bases.filter((each) => !isPatch(each)).map(tagOf));
    return list(product.attributes, 'all_filesets')
      .flatMap((each) => each.split(/\s+/))
      .filter((tag) => patchable.has(tag) && !present.has(tag))
      .filter((tag) => graph.standingFor({ tags: [patch, tag], items: [] }).length === 0)
      .map((fileset) => ({ patch, fileset }));
  });
}
