// What ends on the target when something comes (patches.md 4.7, 8.7.3, 8.7.10). The patches are a root's only:
//
//   a fileset takes the place of an installed one      that one, as it was
//   a base is updated, downdated or reinstalled        every patch applied to it
//   an update brings a product without some fileset    that fileset, and every patch applied to it
//   the same into a depot                              that fileset, with remove_obsolete_filesets=true
//
// Whatever ends with a candidate stays when that candidate leaves the session.

import { isPatch } from '../model/patches.ts';
import { type FilesetKey, filesetKey, type Product, tagOf } from '../model/software.ts';
import type { Candidate, InstallInput } from './draft.ts';
import { addTo } from './groups.ts';
import type { Applied } from './installed.ts';

export class Ending {
  readonly #by = new Map<FilesetKey, Candidate[]>();
  readonly #drops = new Map<Candidate, FilesetKey[]>();

  /** A candidate takes the place of what is there now. */
  replace(key: FilesetKey, by: Candidate): void {
    addTo(this.#by, key, by);
  }

  /** Something else leaves with the step that brings `by`. */
  drop(key: FilesetKey, by: Candidate): void {
    this.replace(key, by);
    addTo(this.#drops, by, key);
  }

  /** Candidates that end this fileset of the target; none: it stays. */
  endedBy(key: FilesetKey): readonly Candidate[] {
    return this.#by.get(key) ?? [];
  }

  dropsOf(candidate: Candidate): readonly FilesetKey[] {
    return this.#drops.get(candidate) ?? [];
  }
}

/** Notes what the session's non-patch filesets end; into a depot, those of patches too. */
export function noteEndings(
  candidates: readonly Candidate[],
  input: InstallInput,
  applied: Applied,
  ending: Ending,
): void {
  for (const candidate of candidates) {
    if (!candidate.present) continue;
    ending.replace(candidate.present.key, candidate);
    for (const patch of applied.patchesOn(candidate.present.key)) ending.drop(patch.key, candidate);
    for (const key of obsolete(candidate, candidate.present.product, input)) {
      ending.drop(key, candidate);
      for (const patch of applied.patchesOn(key)) ending.drop(patch.key, candidate);
    }
  }
}

/** Filesets of the product there that the product that comes no longer has. */
function obsolete(candidate: Candidate, there: Product, { into, options }: InstallInput): FilesetKey[] {
  const moves = candidate.action === 'update' || candidate.action === 'downdate';
  if (!(into === 'root' ? moves : options.remove_obsolete_filesets)) return [];
  const kept = new Set(candidate.product.filesets.map(tagOf));
  // A patch fileset on a root goes by rollback or with its base, never by being forgotten.
  const gone = there.filesets.filter((each) => !kept.has(tagOf(each)) && !(into === 'root' && isPatch(each)));
  return gone.map((each) => filesetKey(there.id, each.id));
}
