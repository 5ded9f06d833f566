// Plans swmodify -x patch_commit=true (patches.md 6.1): which patches lose their saved files for good.
//
//   named, applied or superseded              commit
//   installed below a committed one, on the   commit as well, whether or not it was named
//     same base, applied or superseded
//   above a committed one                     untouched: it can still be rolled back
//   already committed, in either form         skip
//   no patch                                  skip

import type { Catalog } from '../model/catalog.ts';
import { isCommitted, isPatch, lookUp, type Placed } from '../model/patches.ts';
import type { Plan, PlannedFileset, Reason, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { type FilesetKey, filesetName, locationOf, type Product, tagOf } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { addTo } from './groups.ts';
import { Applied } from './installed.ts';
import { Standing } from './rollback.ts';

export interface CommitInput {
  readonly target: Catalog;
  readonly selection: Selection;
  readonly options: EngineOptions;
  readonly targetPath: string;
}

/** The plan of a commit: products with filesets of action `commit`, whose `bytes` and `files` are what was saved. */
export function planCommit({ target, selection, targetPath }: CommitInput): Plan {
  const standing = new Standing(target, new Applied(target));
  const named = selection.entries.flatMap(({ key, reason }) => {
    const placed = lookUp(target, key);
    return placed ? [{ placed, reason }] : [];
  });
  const committed = new Map<FilesetKey, { placed: Placed; reason: Reason }>();
  const patches = named.filter(({ placed }) => isPatch(placed.fileset));
  for (const each of patches) committed.set(each.placed.key, each);
  for (const { placed } of patches) {
    const by = filesetName(placed.product, placed.fileset);
    for (const below of standing.older(placed.key)) {
      if (!committed.has(below.key)) committed.set(below.key, { placed: below, reason: { kind: 'superseded', by } });
    }
  }
  const products = new Map<Product, PlannedFileset[]>();
  for (const { placed, reason } of committed.values()) {
    if (!isCommitted(placed.fileset)) addTo(products, placed.product, entry(placed, reason, 'commit', target));
  }
  return {
    verb: 'modify',
    target: targetPath,
    generation: target.generation,
    products: [...products].map(([product, filesets]) => ({
      id: product.id,
      targetId: product.id,
      tag: tagOf(product),
      spec: qualified(product),
      filesets,
      location: locationOf(product),
      drops: [],
    })),
    left: named.flatMap(({ placed, reason }) => {
      const because = !isPatch(placed.fileset)
        ? 'not a patch'
        : isCommitted(placed.fileset)
          ? 'already committed'
          : undefined;
      return because === undefined ? [] : [{ ...entry(placed, reason, 'skip', target), because }];
    }),
    excluded: selection.excluded,
    findings: [],
    space: [],
  };
}

function entry(
  { product, fileset, key }: Placed,
  reason: Reason,
  action: 'commit' | 'skip',
  target: Catalog,
): PlannedFileset {
  const saves = action === 'commit' ? target.saved(key).filter((saved) => saved.save !== undefined) : [];
  return {
    key,
    targetKey: key,
    name: filesetName(product, fileset),
    spec: qualified(product, fileset),
    action,
    reason,
    bytes: saves.reduce((sum, saved) => sum + (saved.record?.size ?? 0), 0),
    files: saves.length,
  };
}
