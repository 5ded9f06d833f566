// The draft of an installation: the filesets still in the session, those that left it and why, and what is to be said about it.
// Promise: a fileset that left never comes back; a patch product is left as a whole (patches.md 8.7.7).
// Must not: judge. The decision files do, and say it here.

import type { Catalog } from '../model/catalog.ts';
import type { Placed } from '../model/patches.ts';
import { isPatch } from '../model/patches.ts';
import type { Finding, InstallAction, PlannedFileset, Reason, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { type Fileset, type FilesetKey, filesetName, type Product } from '../model/software.ts';
import { brief, qualified } from '../model/spec.ts';
import { addTo } from './groups.ts';
import type { Views } from './views.ts';

/** What an installation or copy is planned from. */
export interface InstallInput {
  readonly source: Catalog;
  readonly target: Catalog;
  readonly selection: Selection;
  readonly options: EngineOptions;
  readonly into: 'root' | 'depot';
  /** Absolute path of the root or depot on this machine. */
  readonly targetPath: string;
  readonly views: Views;
}

/** A fileset of the selection with its objects at hand. */
export interface Chosen {
  /** Key in the source. */
  readonly key: FilesetKey;
  readonly product: Product;
  readonly fileset: Fileset;
  readonly reason: Reason;
}

/** A fileset with its place on the target and the way it gets there. */
export interface Candidate extends Chosen {
  readonly action: InstallAction;
  readonly targetId: string;
  readonly targetKey: FilesetKey;
  /** Location on a root; '/' in a depot. */
  readonly location: string;
  /** What this fileset takes the place of. */
  readonly present?: Placed;
}

/** `P.F,l=/,r=1.0` as agent messages name a fileset; the location only on a root. */
export function label(chosen: Chosen, location: string, into: 'root' | 'depot'): string {
  return brief(located(chosen.product, location, into), chosen.fileset);
}

/** The product as it will stand on the target, for printing. */
export function located(product: Product, location: string, into: 'root' | 'depot'): Product {
  return into === 'root' ? { ...product, attributes: { ...product.attributes, location } } : product;
}

/** What Plan.left says of a fileset that stays out. */
export function leftOut(
  chosen: Chosen & { readonly targetKey: FilesetKey; readonly location: string },
  action: 'skip' | 'exclude',
  because: string,
  into: 'root' | 'depot',
): PlannedFileset {
  return {
    key: chosen.key,
    targetKey: chosen.targetKey,
    name: filesetName(chosen.product, chosen.fileset),
    spec: qualified(located(chosen.product, chosen.location, into), chosen.fileset),
    action,
    reason: chosen.reason,
    because,
    bytes: 0,
    files: 0,
  };
}

export class Draft {
  readonly input: InstallInput;
  /** Everything that may come, in source order; some of it has left since. */
  readonly candidates: readonly Candidate[];
  readonly findings: Finding[] = [];
  readonly left: PlannedFileset[] = [];
  readonly #alive: Set<Candidate>;
  readonly #byProduct = new Map<Product, Candidate[]>();
  /** Those who left and whose dependents have not been looked at yet. */
  #fresh: Candidate[] = [];

  constructor(input: InstallInput, candidates: readonly Candidate[]) {
    this.input = input;
    this.candidates = candidates;
    this.#alive = new Set(candidates);
    for (const each of candidates) addTo(this.#byProduct, each.product, each);
  }

  isAlive(candidate: Candidate): boolean {
    return this.#alive.has(candidate);
  }

  alive(): Candidate[] {
    return this.candidates.filter((each) => this.#alive.has(each));
  }

  /** Every candidate of this product, alive or not. */
  ofProduct(product: Product): readonly Candidate[] {
    return this.#byProduct.get(product) ?? [];
  }

  label(candidate: Candidate): string {
    return label(candidate, candidate.location, this.input.into);
  }

  /** Says something that leaves the session as it is. */
  tell(...findings: readonly Finding[]): void {
    this.findings.push(...findings);
  }

  /** Takes a fileset out, alone; with `skip` because the target has it. */
  exclude(candidate: Candidate, because: string, action: 'skip' | 'exclude' = 'exclude'): void {
    if (!this.#alive.delete(candidate)) return;
    this.#fresh.push(candidate);
    this.left.push(leftOut(candidate, action, because, this.input.into));
  }

  /** Takes a fileset out with what is to be said; a patch fileset takes its siblings along. */
  refuse(candidate: Candidate, because: string, ...findings: readonly Finding[]): void {
    if (!this.isAlive(candidate)) return;
    this.exclude(candidate, because);
    this.tell(...findings);
    this.refuseSiblings(candidate, this.label(candidate));
  }

  /** Nothing of a patch product comes when one of its filesets is refused, unless allow_split_patches=true. */
  refuseSiblings(refused: Chosen, name: string): void {
    if (!isPatch(refused.fileset) || this.input.options.allow_split_patches) return;
    for (const sibling of this.ofProduct(refused.product)) {
      if (!this.isAlive(sibling) || !isPatch(sibling.fileset)) continue;
      const spec = this.label(sibling);
      this.exclude(sibling, `${filesetName(refused.product, refused.fileset)} of the same patch is refused`);
      this.tell({
        severity: 'note',
        code: 'patch_split',
        text: `The patch fileset "${spec}" will be excluded, because "${name}" of the same patch product cannot be installed.`,
        subjects: [spec, name],
      });
    }
  }

  /** Those who left since the last call. */
  takeFresh(): Candidate[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
