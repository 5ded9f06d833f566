// The choice being made in one swinstall or swcopy session: what has been taken from the source and why, what stays on the target.
// Promise: a fileset keeps the first reason it was taken for; on a root only one version of a product is taken.
// Must not: decide what to take; the files beside this one do (operands, match-target, automatic, siblings, dependencies).

import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { everyFileset, isPatch, lookUp, type Placed } from '../model/patches.ts';
import type { Exclusion, Finding, Reason } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import type { FilesetKey, Product } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';
import { isComplete, patchesOn } from './applied.ts';
import { indexOf } from './catalog-index.ts';
import { type PatchGraph, type PatchNode, patchGraph, sameSoftware } from './chains.ts';
import { keysOf } from './match.ts';
import type { Pool, Provider } from './requisites.ts';

export interface InstallInput {
  /** Depot the software comes from. */
  readonly source: Catalog;
  /** Root or depot it goes to; `emptyCatalog` where there is none yet. */
  readonly target: Catalog;
  /** Operands, unparsed. */
  readonly software: readonly string[];
  readonly options: EngineOptions;
  readonly into: 'root' | 'depot';
  /** Whether a product fits the target's machine: of several versions a requisite takes the newest that does. Default: all do. */
  readonly compatible?: (product: Product) => boolean;
}

export class Choice {
  readonly input: InstallInput;
  /** Patches of target and source together. */
  readonly graph: PatchGraph;
  /** Source key → why it was taken, in the order taken. */
  readonly reasons = new Map<FilesetKey, Reason>();
  /** Source keys of automatic patches left out. */
  readonly excluded = new Map<FilesetKey, Exclusion>();
  /** Patch filesets the user named, and their siblings: they beat every automatic choice (patches.md 3.1). */
  readonly explicit = new Set<FilesetKey>();
  readonly findings: Finding[] = [];
  /** Source product id → location of `,l=`. */
  readonly locations = new Map<string, string>();
  readonly #taken = new Map<FilesetKey, Placed>();
  readonly #versions = new Map<string, Product>();
  /** Target keys that do not stay, from the start those of half loaded software. */
  readonly #gone = new Set<FilesetKey>();
  readonly #bases = new Map<PatchNode, readonly Provider[]>();
  readonly #staying: Pool;
  readonly #pool: Pool;
  #fresh: FilesetKey[] = [];

  constructor(input: InstallInput) {
    this.input = input;
    const target = { catalog: input.target, has: this.stays };
    this.#staying = [target, { catalog: input.source, has: () => false }];
    this.#pool = [target, { catalog: input.source, has: (key) => this.reasons.has(key) }];
    this.graph = patchGraph(input.target, input.source);
    for (const placed of everyFileset(input.target)) if (!isComplete(placed)) this.#gone.add(placed.key);
  }

  /** Takes a fileset of the source; false when it was taken before or another version of its product was. */
  take(placed: Placed, reason: Reason): boolean {
    const { key } = placed;
    if (this.reasons.has(key) || this.otherVersion(placed.product)) return false;
    this.reasons.set(key, reason);
    this.#taken.set(key, placed);
    this.excluded.delete(key);
    this.#versions.set(tagOf(placed.product), placed.product);
    this.#fresh.push(key);
    if (this.input.into === 'root' && !isPatch(placed.fileset)) this.#replace(placed);
    return true;
  }

  /** Lists a patch of the source as left out; it leaves the session if it was in. */
  leaveOut({ key, name }: PatchNode, because: string): void {
    this.reasons.delete(key);
    this.excluded.set(key, { key, name, because });
  }

  /** What was taken since the last call. */
  takeFresh(): FilesetKey[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** A fileset of the source. */
  placed(key: FilesetKey): Placed {
    const placed = this.#taken.get(key) ?? lookUp(this.input.source, key);
    if (!placed) throw new Error(`no fileset ${key} in the source`);
    return placed;
  }

  /** The version of this product's tag taken already when it is another one; a depot holds several side by side. */
  otherVersion(product: Product): Product | undefined {
    const taken = this.#versions.get(tagOf(product));
    return this.input.into === 'root' && taken && taken.id !== product.id ? taken : undefined;
  }

  /** True for a fileset of the target that is complete and neither replaced nor dropped by what has been taken so far. */
  readonly stays = (key: FilesetKey): boolean => !this.#gone.has(key);

  /** What stays on the target. The source counts as known (its patches say what supersedes what) but not as present. */
  staying(): Pool {
    return this.#staying;
  }

  /** What stays on the target and what comes. */
  pool(): Pool {
    return this.#pool;
  }

  /** The patch of a source key, or undefined for a base. */
  patch(key: FilesetKey): PatchNode | undefined {
    return this.graph.node(this.input.source, key);
  }

  /** True when a base of the patch stays on the target or comes in this session. */
  hasBase(patch: PatchNode): boolean {
    const { source, target } = this.input;
    const bases = this.#bases.get(patch) ?? [...this.#basesIn(target, patch), ...this.#basesIn(source, patch)];
    this.#bases.set(patch, bases);
    return bases.some(({ catalog, key }) => (catalog === target ? this.stays(key) : this.reasons.has(key)));
  }

  /** True when the very same patch fileset stays on the target. */
  isThere(patch: PatchNode): boolean {
    const named = indexOf(this.input.target).productsOf(tagOf(patch.product));
    return named.some((product) =>
      product.filesets.some(
        (fileset) => sameSoftware({ product, fileset }, patch) && this.stays(filesetKey(product.id, fileset.id)),
      ),
    );
  }

  /** A patch that stays on the target and supersedes this one. */
  supersederThere(patch: PatchNode): PatchNode | undefined {
    return this.graph.newerThan(patch).find((each) => each.catalog === this.input.target && this.stays(each.key));
  }

  /** A taken patch that supersedes this one. */
  supersederTaken(patch: PatchNode): PatchNode | undefined {
    return this.graph.newerThan(patch).find((each) => each.catalog === this.input.source && this.reasons.has(each.key));
  }

  /** Location a product goes to on a root. */
  locationOf(product: Product): string {
    return this.locations.get(product.id) ?? '/';
  }

  #basesIn(catalog: Catalog, patch: PatchNode): Provider[] {
    return patch.ancestors
      .flatMap((spec) => keysOf(spec, catalog))
      .filter((key) => !this.graph.node(catalog, key))
      .map((key) => ({ catalog, key }));
  }

  /** A base that is loaded again or in another version replaces what is there, and the patches on that are dropped (4.7). */
  #replace(placed: Placed): void {
    const named = indexOf(this.input.target).productsOf(tagOf(placed.product));
    for (const product of named) {
      if ((text(product.attributes, 'location') || '/') !== this.locationOf(placed.product)) continue;
      for (const fileset of product.filesets) {
        if (tagOf(fileset) !== tagOf(placed.fileset) || isPatch(fileset)) continue;
        const there = { product, fileset };
        if (sameSoftware(there, placed) && isComplete(there) && !this.input.options.reinstall) continue;
        const key = filesetKey(product.id, fileset.id);
        this.#gone.add(key);
        for (const patch of patchesOn(this.input.target, key)) this.#gone.add(patch.key);
      }
    }
  }
}
