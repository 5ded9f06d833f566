// Which installed patches stand on which installed base (patches.md 2.6): by applied_to, or by ancestor where that is missing.
// Promise: one pass over the catalog, kept as long as the catalog does not change.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { baseOf, entriesToFilesets, everyFileset, isPatch, type Placed } from '../model/patches.ts';
import type { FilesetKey } from '../model/software.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { indexOf } from './catalog-index.ts';
import { resolveProducts, specOf } from './match.ts';

const cache = new WeakMap<CatalogIndex, Map<FilesetKey, Placed[]>>();

/** Patch filesets applied to a base, in catalog order, whatever their patch_state. Empty for a fileset without patches. */
export function patchesOn(catalog: Catalog, base: FilesetKey): readonly Placed[] {
  const index = indexOf(catalog);
  const known = cache.get(index) ?? group(catalog);
  cache.set(index, known);
  return known.get(base) ?? [];
}

/** True for software in a state others can rely on: neither half loaded nor broken (commands.md 6.1). */
export function isComplete(placed: Pick<Placed, 'fileset'>): boolean {
  return !['transient', 'corrupt'].includes(text(placed.fileset.attributes, 'state'));
}

function group(catalog: Catalog): Map<FilesetKey, Placed[]> {
  const groups = new Map<FilesetKey, Placed[]>();
  for (const patch of everyFileset(catalog)) {
    if (!isPatch(patch.fileset)) continue;
    for (const base of basesOf(catalog, patch)) {
      const standing = groups.get(base) ?? [];
      groups.set(base, standing);
      standing.push(patch);
    }
  }
  return groups;
}

function basesOf(catalog: Catalog, patch: Placed): FilesetKey[] {
  const base = baseOf(catalog, patch);
  if (base) return [base.key];
  const applied = entriesToFilesets(catalog, list(patch.fileset.attributes, 'applied_to'));
  const bases = applied.filter((each) => !isPatch(each.fileset)).map((each) => each.key);
  if (bases.length > 0) return bases;
  return list(patch.fileset.attributes, 'ancestor').flatMap((source) => {
    const spec = specOf(source);
    return spec ? resolveProducts(spec, catalog).filesets : [];
  });
}
