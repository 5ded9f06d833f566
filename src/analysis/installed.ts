// Which patches stand on which base of a root: asked by installation, removal and commit alike.
// Promise: made once per plan, linear in the catalog. A patch whose base is gone has no base here.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { baseAmong, everyFileset, isPatch, lookUp, type Placed, patchEntry } from '../model/patches.ts';
import { type Fileset, type FilesetKey, filesetName } from '../model/software.ts';
import { resolveProducts, specOf } from '../selection/match.ts';
import { addTo } from './groups.ts';

export class Applied {
  readonly #baseOf = new Map<FilesetKey, Placed>();
  readonly #patchesOn = new Map<FilesetKey, Placed[]>();

  constructor(target: Catalog) {
    const bases = new Map<string, Placed[]>();
    const patches: Placed[] = [];
    for (const placed of everyFileset(target)) {
      if (isPatch(placed.fileset)) patches.push(placed);
      else for (const name of namesOf(placed)) addTo(bases, name, placed);
    }
    for (const patch of patches) {
      const base = baseNamed(patch, bases) ?? baseByAncestor(patch, target);
      if (!base) continue;
      this.#baseOf.set(patch.key, base);
      addTo(this.#patchesOn, base.key, patch);
    }
    for (const standing of this.#patchesOn.values()) sortByArrival(standing, this.#baseOf.get(standing[0]!.key)!);
  }

  /** The base an installed patch fileset was applied to. */
  baseOf(patch: FilesetKey): Placed | undefined {
    return this.#baseOf.get(patch);
  }

  /** Patch filesets on a base, oldest first. */
  patchesOn(base: FilesetKey): readonly Placed[] {
    return this.#patchesOn.get(base) ?? [];
  }
}

/** State transient or corrupt: no use to others, and loaded again whatever the options say (commands.md 4.1, 6.1). */
export function isBroken(fileset: Fileset): boolean {
  return ['transient', 'corrupt'].includes(text(fileset.attributes, 'state'));
}

/** applied_to may name the base with or without its architecture. */
function namesOf(base: Placed): Set<string> {
  return new Set([filesetName(base.product, base.fileset), patchEntry(base.product, base.fileset)]);
}

function baseNamed(patch: Placed, bases: ReadonlyMap<string, readonly Placed[]>): Placed | undefined {
  const named = list(patch.fileset.attributes, 'applied_to').flatMap((entry) => bases.get(entry) ?? []);
  return baseAmong(patch, named) ?? named[0];
}

/** For a record without a usable applied_to: what its ancestor attribute matches. */
function baseByAncestor(patch: Placed, target: Catalog): Placed | undefined {
  if (list(patch.fileset.attributes, 'applied_to').length > 0) return undefined;
  const specs = list(patch.fileset.attributes, 'ancestor').flatMap((source) => specOf(source) ?? []);
  const keys = specs.flatMap((spec) => resolveProducts(spec, target).filesets);
  return keys.flatMap((key) => lookUp(target, key) ?? []).find((each) => !isPatch(each.fileset));
}

/** applied_patches is kept oldest first; what it does not name stays where the catalog has it, behind. */
function sortByArrival(patches: Placed[], base: Placed): void {
  const arrival = new Map(list(base.fileset.attributes, 'applied_patches').map((entry, place) => [entry, place]));
  const place = (patch: Placed) => arrival.get(patchEntry(patch.product, patch.fileset)) ?? arrival.size;
  patches.sort((left, right) => place(left) - place(right));
}
