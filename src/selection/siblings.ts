// Siblings (patches.md 3.5, 8.7.2): with allow_split_patches=false a patch fileset brings the other filesets of its product.
//
//   the sibling's base is neither there nor coming     stays out, silently
//   the very sibling is on the target                  stays out, silently
//   superseded by something taken or on the target     stays out, NOTE
//   would supersede an older patch that was named      stays out, NOTE
//   otherwise                                          taken; explicit where the patch that brings it is
//
// In a depot a patch may stand without its base (3.8): a patch that does brings siblings that do.

import type { FilesetKey } from '../model/software.ts';
import { filesetKey } from '../model/software.ts';
import type { PatchNode } from './chains.ts';
import type { Choice } from './choice.ts';

/** Takes the siblings of every patch among these keys of the source, in their order. */
export function takeSiblings(choice: Choice, keys: Iterable<FilesetKey>): void {
  if (choice.input.options.allow_split_patches) return;
  for (const key of keys) {
    const patch = choice.patch(key);
    if (!patch || patch.product.filesets.length === 1) continue;
    for (const fileset of patch.product.filesets) {
      const sibling = choice.patch(filesetKey(patch.product.id, fileset.id));
      if (sibling && sibling !== patch && !choice.reasons.has(sibling.key)) takeSibling(choice, patch, sibling);
    }
  }
}

function takeSibling(choice: Choice, patch: PatchNode, sibling: PatchNode): void {
  const loose = choice.input.into === 'depot' && !choice.hasBase(patch);
  if ((!loose && !choice.hasBase(sibling)) || choice.isThere(sibling)) return;
  const because = conflict(choice, sibling);
  if (because !== undefined) {
    noteOnce(choice, patch, sibling, because);
    return;
  }
  const taken = choice.take(sibling, { kind: 'sibling', of: patch.name });
  if (taken && choice.explicit.has(patch.key)) choice.explicit.add(sibling.key);
}

function conflict(choice: Choice, sibling: PatchNode): string | undefined {
  const taken = choice.supersederTaken(sibling);
  if (taken) return `it is superseded by the selected patch fileset "${taken.name}"`;
  const there = choice.supersederThere(sibling);
  if (there) return `it is superseded by the installed patch fileset "${there.name}"`;
  const older = choice.graph.olderThan(sibling);
  const named = older.find((each) => each.catalog === choice.input.source && choice.explicit.has(each.key));
  return named && `it would supersede the patch fileset "${named.name}", which was named`;
}

function noteOnce(choice: Choice, patch: PatchNode, sibling: PatchNode, because: string): void {
  const known = choice.findings.some((each) => each.code === 'sibling_left_out' && each.subjects?.[0] === sibling.name);
  if (known) return;
  choice.findings.push({
    severity: 'note',
    code: 'sibling_left_out',
    text: `The patch fileset "${sibling.name}" is not selected together with "${patch.name}", because ${because}.`,
    subjects: [sibling.name, patch.name],
  });
}
