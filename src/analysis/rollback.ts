// May this installed patch be rolled back, and what becomes active again? (patches.md 5, 2.7, 8.7.8) In check order:
//
//   a superseder is installed and stays          patch_superseded
//   patch_state committed, in either form        patch_committed
//   it brought an archive, or members of one, and a later patch that
//   stays the other of the two                   patch_archive_shared
//   the archive of a saved member is not there   archive_missing
//   a saved file is no longer in the save area   saved_file_missing
//   else                                         it goes; patches that nothing supersedes any more become active again; patches
//                                                that named it in superseded_by and have another superseder name that one
//
// Several at once: newest first, each judged as if those before it were gone.

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { baseOf, isCommitted, isSuperseded, type Placed, patchEntry, patchStateOf } from '../model/patches.ts';
import type { Finding, PlannedFileset } from '../model/plan.ts';
import { type FilesetKey, filesetName } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { appliedAfter, savedSlot } from '../model/stacking.ts';
import { type PatchGraph, patchGraph } from '../selection/chains.ts';
import type { Applied } from './installed.ts';
import type { Files } from './views.ts';

/** The supersession of one root, as far as it is installed. */
export class Standing {
  readonly #target: Catalog;
  readonly #applied: Applied;
  readonly #graph: PatchGraph;

  constructor(target: Catalog, applied: Applied) {
    this.#target = target;
    this.#applied = applied;
    this.#graph = patchGraph(target);
  }

  /** Installed patches on the same base that supersede this one, oldest first. */
  newer(patch: FilesetKey): Placed[] {
    const node = this.#graph.node(this.#target, patch);
    return node
      ? this.#onSameBase(
          patch,
          this.#graph.newerThan(node).map((each) => each.key),
        )
      : [];
  }

  /** Installed patches on the same base that this one supersedes, oldest first. */
  older(patch: FilesetKey): Placed[] {
    const node = this.#graph.node(this.#target, patch);
    return node
      ? this.#onSameBase(
          patch,
          this.#graph.olderThan(node).map((each) => each.key),
        )
      : [];
  }

  #onSameBase(patch: FilesetKey, keys: readonly FilesetKey[]): Placed[] {
    const base = this.#applied.baseOf(patch);
    const wanted = new Set(keys);
    return base ? this.#applied.patchesOn(base.key).filter((each) => each.key !== patch && wanted.has(each.key)) : [];
  }
}

/** Why a patch cannot be rolled back while `leaves` says what else goes; undefined when it can. */
export function rollbackRefusal(
  patch: Placed,
  standing: Standing,
  leaves: (key: FilesetKey) => boolean,
  target: Catalog,
  files: Files,
): Finding | undefined {
  const spec = brief(patch.product, patch.fileset);
  const refusal = (code: string, because: string, ...others: string[]): Finding => ({
    severity: 'error',
    code,
    text: `The patch fileset "${spec}" cannot be removed because ${because}`,
    subjects: [spec, ...others],
  });
  if (isSuperseded(patch.fileset)) {
    const above = standing.newer(patch.key).find((each) => !leaves(each.key));
    if (above) {
      const by = brief(above.product, above.fileset);
      return refusal('patch_superseded', `it has been superseded by "${by}".  Remove the superseding patch first.`, by);
    }
  }
  if (isCommitted(patch.fileset)) {
    return refusal(
      'patch_committed',
      `its rollback files are not available (patch_state is ${patchStateOf(patch.fileset)}).`,
    );
  }
  const saved = target.saved(patch.key);
  const base = baseOf(target, patch);
  const above = (base ? appliedAfter(target, base, patch) : []).filter((each) => !leaves(each.placed.key));
  for (const each of saved) {
    const slot = savedSlot(each);
    const archive = each.archive?.path;
    const holder = above.find((other) => other.touches(slot, archive));
    if (holder === undefined && archive !== undefined && !files.isArchive(archive)) {
      return refusal(
        'archive_missing',
        `the archive "${archive}" is missing, or is no archive of objects.  Reinstall the fileset that owns it.`,
      );
    }
    if (holder === undefined || holder.holds(slot)) continue;
    const by = brief(holder.placed.product, holder.placed.fileset);
    const because =
      archive === undefined
        ? `it replaced the archive "${each.path}", into which "${by}" has put members since`
        : `it changed members of the archive "${archive}", which "${by}" has replaced since`;
    return refusal('patch_archive_shared', `${because}.  Remove that patch first.`, by);
  }
  const lost = saved.find((saved) => saved.save !== undefined && !files.hasSaved(saved.save));
  if (!lost) return undefined;
  return refusal(
    'saved_file_missing',
    `the saved file of "${lost.path}" could not be located, so the patch cannot be backed off.`,
  );
}

/** What a rollback does to the patches below, once those in `gone` are no more. */
export function effectsBelow(
  patch: Placed,
  standing: Standing,
  gone: ReadonlySet<FilesetKey>,
): Pick<PlannedFileset, 'revives' | 'hands_over'> {
  const revives: FilesetKey[] = [];
  const handsOver: { patch: FilesetKey; to: FilesetKey }[] = [];
  for (const below of standing.older(patch.key)) {
    if (gone.has(below.key) || !isSuperseded(below.fileset)) continue;
    const next = standing.newer(below.key).find((each) => each.key !== patch.key && !gone.has(each.key));
    if (!next) revives.push(below.key);
    else if (namesAsSuperseder(below, patch)) handsOver.push({ patch: below.key, to: next.key });
  }
  return {
    ...(revives.length > 0 ? { revives } : {}),
    ...(handsOver.length > 0 ? { hands_over: handsOver } : {}),
  };
}

function namesAsSuperseder(below: Placed, patch: Placed): boolean {
  const entries = list(below.fileset.attributes, 'superseded_by');
  return (
    entries.includes(patchEntry(patch.product, patch.fileset)) ||
    entries.includes(filesetName(patch.product, patch.fileset))
  );
}
