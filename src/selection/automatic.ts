// Automatic patches (patches.md 3.2-3.4): for one base fileset the head of each of its chains.
//
//   a member of the chain is explicit      nothing automatic in this chain
//   the chain goes round in a circle       ERROR, nothing taken
//   head fails patch_filter                left out; no older member stands in for it
//   head is on the target already          left out
//   head superseded by a patch there       left out
//   otherwise                              taken
//
// Promise: what is left out is listed with its reason. The filter is asked only about heads: latest first, then filter.

import type { Placed } from '../model/patches.ts';
import { everyFileset, isPatch } from '../model/patches.ts';
import { compareRevisionsOf } from '../model/revision-order.ts';
import type { FilesetKey } from '../model/software.ts';
import { filesetName, tagOf } from '../model/software.ts';
import type { Chain, PatchNode } from './chains.ts';
import type { Choice } from './choice.ts';
import { refuseCircle } from './circles.ts';
import type { PatchFilter } from './filter.ts';

type By = 'autoselect_patches' | 'patch_match_target';

/** autoselect_patches: the patches of every base among these keys of the source. */
export function takeForChosen(choice: Choice, filter: PatchFilter, keys: readonly FilesetKey[]): void {
  for (const key of keys) {
    const placed = choice.placed(key);
    if (!isPatch(placed.fileset)) takePatches(choice, filter, placed, 'autoselect_patches');
  }
}

/** patch_match_target: the patches of every base the target keeps, and of those that replace one there. */
export function takeForTarget(choice: Choice, filter: PatchFilter): void {
  for (const placed of everyFileset(choice.input.target)) {
    if (!isPatch(placed.fileset) && choice.stays(placed.key)) takePatches(choice, filter, placed, 'patch_match_target');
  }
  for (const key of [...choice.reasons.keys()]) {
    const placed = choice.placed(key);
    if (!isPatch(placed.fileset)) takePatches(choice, filter, placed, 'patch_match_target');
  }
}

function takePatches(choice: Choice, filter: PatchFilter, base: Placed, by: By): void {
  const { graph, input } = choice;
  const found: Found[] = [];
  for (const chain of graph.chains(graph.candidates(base.product, base.fileset, input.source))) {
    if (chain.members.some((member) => choice.explicit.has(member.key))) continue;
    if (chain.heads.length === 0) refuseCircle(choice, 'supersedes_cycle', chain.members);
    for (const head of chain.heads) found.push({ chain, head });
  }
  for (const each of newestVersions(found)) takeHead(choice, filter, each, base, by);
}

interface Found {
  readonly chain: Chain;
  readonly head: PatchNode;
}

function takeHead(choice: Choice, filter: PatchFilter, { chain, head }: Found, base: Placed, by: By): void {
  if (choice.reasons.has(head.key)) return;
  const because = objection(choice, filter, head);
  if (because !== undefined) {
    choice.leaveOut(head, because);
    return;
  }
  choice.take(head, {
    kind: 'automatic',
    by,
    base: filesetName(base.product, base.fileset),
    chain: choice.graph.chainTo(chain, head),
    filter: filter.text,
  });
}

/** Why the head stays out, or undefined. */
function objection(choice: Choice, filter: PatchFilter, head: PatchNode): string | undefined {
  if (!filter.passes(head)) return `${head.name} fails patch_filter ${filter.text}`;
  if (choice.isThere(head)) return choice.input.into === 'root' ? 'already installed' : 'already in the target depot';
  const superseder = choice.supersederThere(head);
  if (superseder) return `superseded by installed ${superseder.name}`;
  const other = choice.otherVersion(head.product);
  return other ? `another version of ${tagOf(other)} is selected` : undefined;
}

/** Two versions of one patch product that do not supersede each other: the newest speaks for both. */
function newestVersions(heads: readonly Found[]): Found[] {
  const newest = new Map<string, Found>();
  for (const found of heads) {
    const other = newest.get(found.head.name);
    if (!other || compareRevisionsOf(found.head.product.attributes, other.head.product.attributes) > 0)
      newest.set(found.head.name, found);
  }
  return [...newest.values()];
}
