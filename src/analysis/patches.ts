// Patches against the target (patches.md 3.7, 2.3, 8.7). For a root:
//
//   base coming in this session, or installed and staying     may come
//   base there, but its update no longer matches              NOTE, excluded
//   no base, another fileset of the patch has one             NOTE, excluded alone
//   no base, nor has any sibling                              ERROR, excluded
//   a superseder is installed (any patch_state) and stays     ERROR when named, silence else; with its siblings
//   superseded only by what is not installed                  may come
//   several members of one chain                              may all come, older first
//
// A depot takes patches without their bases (3.8). What a patch supersedes is said in the order of loading: patch filesets on the same
// base, installed or loaded before, whatever their state. is_sparse makes no difference to any of this.

import { list, text } from '../model/attributes.ts';
import { isCommitted, isPatch, lookUp, type Placed } from '../model/patches.ts';
import type { Finding, PlannedFileset } from '../model/plan.ts';
import { type FilesetKey, locationOf } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { type PatchGraph, patchGraph } from '../selection/chains.ts';
import { resolve, specOf } from '../selection/match.ts';
import type { Candidate, Chosen, Draft, InstallInput } from './draft.ts';
import type { Ending } from './ending.ts';
import { addTo } from './groups.ts';
import { type Applied, isBroken } from './installed.ts';

/** A base a patch fileset may stand on: coming in this session, or installed. */
export interface Base {
  readonly targetKey: FilesetKey;
  /** Product id on the target. */
  readonly productId: string;
  readonly location: string;
  readonly coming?: Candidate;
  readonly installed?: Placed;
}

/** Finds the bases of patch filesets by their ancestor attributes; the first match in the order: coming, installed. */
export class Bases {
  readonly #input: InstallInput;
  readonly #ending: Ending;
  readonly #coming: ReadonlyMap<FilesetKey, Candidate>;
  readonly #known = new Map<FilesetKey, readonly Base[]>();

  /** `coming` are the non-patch filesets of the session. */
  constructor(input: InstallInput, coming: readonly Candidate[], ending: Ending) {
    this.#input = input;
    this.#ending = ending;
    this.#coming = new Map(coming.map((each) => [each.key, each]));
  }

  /** Every base that matches, whether or not it stays to the end of the session. */
  matching(patch: Chosen): readonly Base[] {
    const known = this.#known.get(patch.key);
    if (known) return known;
    const specs = list(patch.fileset.attributes, 'ancestor').flatMap((source) => specOf(source) ?? []);
    const coming = specs
      .flatMap((spec) => resolve(spec, this.#input.source).filesets)
      .flatMap((key) => this.#coming.get(key) ?? []);
    const installed = specs
      .flatMap((spec) => resolve(spec, this.#input.target).filesets)
      .flatMap((key) => this.#installed(key));
    const found = [...new Set(coming)].map(baseComing).concat(installed);
    this.#known.set(patch.key, found);
    return found;
  }

  /** The base a patch would be applied to, one in its own location before others, while `isAlive` says who is still in the session. */
  of(patch: Candidate, isAlive: (candidate: Candidate) => boolean): Base | undefined {
    const standing = this.matching(patch).filter((base) => this.#stands(base, isAlive));
    return standing.find((base) => base.location === patch.location) ?? standing[0];
  }

  /** Filesets on the target that the patch would take for its base, were they of another version or whole. */
  near(patch: Chosen): Placed[] {
    const specs = list(patch.fileset.attributes, 'ancestor').flatMap((source) => specOf(source) ?? []);
    const keys = specs.flatMap((spec) => resolve({ ...spec, items: [] }, this.#input.target).filesets);
    return [...new Set(keys)].flatMap((key) => {
      const placed = lookUp(this.#input.target, key);
      return placed && !isPatch(placed.fileset) ? [placed] : [];
    });
  }

  #stands(base: Base, isAlive: (candidate: Candidate) => boolean): boolean {
    return base.coming ? isAlive(base.coming) : !this.#ending.endedBy(base.targetKey).some(isAlive);
  }

  #installed(key: FilesetKey): Base[] {
    const installed = lookUp(this.#input.target, key);
    if (!installed || isPatch(installed.fileset) || isBroken(installed.fileset)) return [];
    const { product } = installed;
    return [{ targetKey: key, productId: product.id, location: locationOf(product), installed }];
  }
}

function baseComing(candidate: Candidate): Base {
  return {
    targetKey: candidate.targetKey,
    productId: candidate.targetId,
    location: candidate.location,
    coming: candidate,
  };
}

/** Everything the patch rules ask: who is in the session, what ends, what supersedes what. */
export interface PatchParts {
  readonly draft: Draft;
  readonly bases: Bases;
  readonly ending: Ending;
  readonly applied: Applied;
}

/** Both catalogs' patches as one graph. */
export function graphOf(input: InstallInput): PatchGraph {
  return patchGraph(input.target, input.source);
}

/** Refuses a patch fileset that has no base. Answers false when it left. */
export function judgeBase(patch: Candidate, { draft, bases }: PatchParts): boolean {
  const isAlive = (candidate: Candidate) => draft.isAlive(candidate);
  if (bases.of(patch, isAlive)) return true;
  const spec = draft.label(patch);
  const updated = bases.matching(patch).find((base) => base.installed);
  if (updated?.installed) {
    const has = brief(updated.installed.product, updated.installed.fileset);
    draft.exclude(patch, 'its base fileset is being updated');
    draft.tell(baseFinding('note', 'base_updated', spec, `its base fileset "${has}" is being updated in this session`));
    return false;
  }
  const others = draft
    .ofProduct(patch.product)
    .some((each) => each !== patch && draft.isAlive(each) && bases.of(each, isAlive) !== undefined);
  draft.exclude(patch, 'its base fileset is not installed');
  const told = baseFinding(others ? 'note' : 'error', 'base_not_installed', spec, 'its base fileset is not installed');
  const there = bases.near(patch).map(({ product, fileset }) => {
    const state = isBroken(fileset) ? `, in the state ${text(fileset.attributes, 'state')}` : '';
    return `Installed is "${brief(product, fileset)}"${state}.`;
  });
  draft.tell({ ...told, text: [told.text, patchedBy(patch), ...there].join('  ') });
  return false;
}

/** Which base that would be: a listing may show one of the same name in another version. */
function patchedBy({ fileset }: Candidate): string {
  const [first, ...more] = list(fileset.attributes, 'ancestor');
  const others = more.length === 0 ? '' : ` and ${more.length} other${more.length === 1 ? '' : 's'}`;
  return first === undefined ? 'It names none.' : `It is a patch for "${first}"${others}.`;
}

function baseFinding(severity: Finding['severity'], code: string, spec: string, because: string): Finding {
  return {
    severity,
    code,
    text: `The patch fileset "${spec}" cannot be installed because ${because}.  Patch fileset "${spec}" will be excluded.`,
    subjects: [spec],
  };
}

/** Refuses a patch fileset that an installed one supersedes. Answers false when it left. */
export function judgeSuperseded(patch: Candidate, { draft, ending }: PatchParts): boolean {
  const { input } = draft;
  const graph = graphOf(input);
  const node = graph.node(input.source, patch.key);
  if (!node) return true;
  const stays = (key: FilesetKey) => !ending.endedBy(key).some((each) => draft.isAlive(each));
  const newer = graph.newerThan(node).find((each) => each.catalog === input.target && stays(each.key));
  if (!newer) return true;
  const spec = draft.label(patch);
  const by = brief(newer.product, newer.fileset);
  const because = `superseded by installed ${newer.name}`;
  if (patch.reason.kind !== 'asked') {
    draft.refuse(patch, because);
    return false;
  }
  draft.refuse(patch, because, {
    severity: 'error',
    code: 'patch_superseded',
    text: `The patch fileset "${spec}" cannot be installed because it has been superseded by the installed patch fileset "${by}".`,
    subjects: [spec, by],
  });
  return false;
}

/** What PlannedFileset.patch says of each patch fileset, walked in the order of loading. */
export function patchRelations(
  loading: readonly Candidate[],
  parts: PatchParts,
): Map<Candidate, NonNullable<PlannedFileset['patch']>> {
  const { draft, bases, ending, applied } = parts;
  const { input } = draft;
  const graph = graphOf(input);
  const relations = new Map<Candidate, NonNullable<PlannedFileset['patch']>>();
  const loaded = new Map<FilesetKey, Candidate[]>();
  const isAlive = (candidate: Candidate) => draft.isAlive(candidate);
  for (const patch of loading) {
    const base = isPatch(patch.fileset) ? bases.of(patch, isAlive) : undefined;
    if (!base) continue;
    const node = graph.node(input.source, patch.key);
    const older = new Set(node ? graph.olderThan(node) : []);
    const supersedes = (from: typeof input.source, key: FilesetKey) => {
      const other = graph.node(from, key);
      return other !== undefined && older.has(other);
    };
    const installed = applied.patchesOn(base.targetKey).filter((each) => !ending.endedBy(each.key).some(isAlive));
    relations.set(patch, {
      base: base.targetKey,
      supersedes: [
        ...installed.filter((each) => supersedes(input.target, each.key)).map((each) => each.key),
        ...(loaded.get(base.targetKey) ?? [])
          .filter((each) => supersedes(input.source, each.key))
          .map((each) => each.targetKey),
      ],
      save: input.options.patch_save_files && !reloadsCommitted(patch),
    });
    addTo(loaded, base.targetKey, patch);
  }
  return relations;
}

/** Loading a committed patch again must not take its own files for the old ones: it stays committed. */
function reloadsCommitted(patch: Candidate): boolean {
  return patch.present !== undefined && patch.action === 'reinstall' && isCommitted(patch.present.fileset);
}
