// Which patch_state an installed patch fileset should have (patches.md 2.7, 6.2 -s, 6.4 -p).
//
//   superseded  an installed patch on the same base supersedes it by its list, or is the one superseded_by names
//   committed   its state says so (that is for ever), or a file saved for its removal is gone
//
// Promise: pure but for the one question about saved files, which is asked through `hasSaved`.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import {
  everyFileset,
  isCommitted,
  isPatch,
  type PatchState,
  type Placed,
  patchEntry,
  patchStateOf,
} from '../model/patches.ts';
import { filesetName } from '../model/software.ts';
import { type PatchNode, patchGraph } from '../selection/chains.ts';
import { satisfies } from '../selection/match.ts';
import { nearestNewer } from './patch-facts.ts';

/** A patch fileset whose patch_state or superseded_by does not follow from what is installed. */
export interface WrongState {
  readonly placed: Placed;
  /** As it should be; `supersededBy` is an entry, '' for none. */
  readonly should: PatchState;
  readonly supersededBy: string;
  /** One sentence. */
  readonly text: string;
}

const STATES: readonly string[] = ['applied', 'committed', 'superseded', 'committed/superseded'];

/** Every wrong state of a root, in catalog order. `hasSaved` is given paths below the save area. */
export function wrongStates(catalog: Catalog, hasSaved: (path: string) => boolean): WrongState[] {
  return [...everyFileset(catalog)].flatMap((placed) => {
    if (!isPatch(placed.fileset)) return [];
    const is = patchStateOf(placed.fileset);
    const named = text(placed.fileset.attributes, 'superseded_by');
    const supersededBy = supersederEntry(catalog, placed);
    const should = stateOf(shouldBeCommitted(catalog, placed, hasSaved), supersededBy !== '');
    if (is === should && named === supersededBy) return [];
    return [{ placed, should, supersededBy, text: sentence(placed, { is, named }, { should, supersededBy }) }];
  });
}

function stateOf(committed: boolean, superseded: boolean): PatchState {
  if (superseded) return committed ? 'committed/superseded' : 'superseded';
  return committed ? 'committed' : 'applied';
}

function sentence(
  { product, fileset }: Placed,
  now: { is: string; named: string },
  right: { should: string; supersededBy: string },
): string {
  const name = filesetName(product, fileset);
  if (now.is !== right.should) {
    const by = right.supersededBy === '' ? '' : ` (superseded by ${right.supersededBy.split(',')[0]})`;
    return `${name} has the patch_state "${now.is}" and should have "${right.should}"${by}.`;
  }
  return `${name} has superseded_by "${now.named}" and should have "${right.supersededBy}".`;
}

/** Entry of the installed patch that superseded this one; '' when it is active. What superseded_by names is kept while it stands. */
function supersederEntry(catalog: Catalog, patch: Placed): string {
  const graph = patchGraph(catalog);
  const node = graph.node(catalog, patch.key);
  if (!node || node.newer.length === 0) return '';
  const direct = standingAbove(node, node.newer, patch);
  // Nearly always there is a direct one; the way through patches of other bases is long in long chains.
  const newer = direct.length > 0 ? direct : standingAbove(node, graph.newerThan(node), patch);
  const named = text(patch.fileset.attributes, 'superseded_by');
  const known = newer.find((each) => patchEntry(each.product, each.fileset) === named);
  const superseder = known ?? nearestNewer(node, newer);
  return superseder ? patchEntry(superseder.product, superseder.fileset) : '';
}

/** Those on the same base, without what this patch supersedes itself: a superseded_by that names an older patch is what is wrong. */
function standingAbove(node: PatchNode, newer: readonly PatchNode[], patch: Placed): PatchNode[] {
  const own = list(patch.fileset.attributes, 'supersedes');
  const older = new Set(node.older);
  return newer.filter(
    (each) =>
      each !== node &&
      onSameBase(each, patch) &&
      !(older.has(each) && own.some((source) => satisfies(source, each.product, each.fileset))),
  );
}

function onSameBase(left: Pick<Placed, 'product' | 'fileset'>, right: Placed): boolean {
  const bases = list(right.fileset.attributes, 'applied_to');
  const others = list(left.fileset.attributes, 'applied_to');
  return bases.length === 0 || others.length === 0 || others.some((entry) => bases.includes(entry));
}

function shouldBeCommitted(catalog: Catalog, patch: Placed, hasSaved: (path: string) => boolean): boolean {
  if (isCommitted(patch.fileset)) return true;
  const saved = catalog.saved(patch.key);
  if (saved.some((each) => each.save !== undefined && !hasSaved(each.save))) return true;
  // Without a state that can be read, the saved records tell whether the patch can be rolled back.
  return !STATES.includes(patchStateOf(patch.fileset)) && saved.length === 0 && catalog.files(patch.key).length > 0;
}
