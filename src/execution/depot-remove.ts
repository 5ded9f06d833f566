// Takes software out of a directory depot (commands.md 6.4): stored files and records, one transaction a product. No script runs.
// The depot itself stays, empty or not: depot/change.ts takes an empty one away.

import { isStored } from '../depot/available.ts';
import { RootPaths } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import type { Outcome, Plan, PlannedProduct } from '../model/plan.ts';
import { type FilesetKey, filesetKey } from '../model/software.ts';
import { depotOp } from './depot-records.ts';
import { type DepotParts, type FilesetFiles, inTurn, type Progress } from './depot-turns.ts';
import { discardSteps, storagePath } from './storage.ts';

export interface DepotRemoveParts extends DepotParts {
  /** Depot ids of bundles that go with their contents. */
  readonly bundles: readonly string[];
}

/**
 * Removes what the plan says. A product that fails leaves an ERROR finding and exit code 1.
 * Throws SdError `plan_stale` when the depot has changed since the plan was made.
 */
export async function executeDepotRemove(plan: Plan, parts: DepotRemoveParts): Promise<Outcome> {
  const paths = new RootPaths(parts.store.layout.anchor);
  return inTurn(
    plan,
    parts,
    'remove',
    '',
    (product, progressOf) => removeProduct(product, parts, paths, progressOf),
    () => removeBundles(parts),
  );
}

async function removeProduct(
  planned: PlannedProduct,
  parts: DepotRemoveParts,
  paths: RootPaths,
  progressOf: (filesets: readonly FilesetFiles[]) => Progress,
): Promise<void> {
  const target = parts.store.catalog();
  const keys = [...planned.filesets.map((fileset) => fileset.targetKey), ...planned.drops];
  const files = planned.filesets.map(({ spec, targetKey }) => ({ spec, files: storedIn(target, targetKey, paths) }));
  const going = [...files.flatMap((one) => one.files), ...planned.drops.flatMap((key) => storedIn(target, key, paths))];
  const progress = progressOf(files);
  await parts.store.apply({
    label: `remove ${planned.spec}`,
    files: discardSteps(
      going.map((one) => one.at),
      new Set(),
      keys,
    ),
    change: () => [depotOp(target, {}, parts.now), ...dropOps(target, planned.targetId, keys)],
    onFile: progress.file,
  });
  progress.rest();
}

/** A product goes with its last fileset. */
function dropOps(target: Catalog, productId: string, keys: readonly FilesetKey[]): CatalogOp[] {
  const going = new Set(keys);
  const stays = target.product(productId)?.filesets.some((fileset) => !going.has(filesetKey(productId, fileset.id)));
  return stays ? keys.map((fileset) => ({ op: 'drop_fileset', fileset })) : [{ op: 'drop_product', id: productId }];
}

async function removeBundles(parts: DepotRemoveParts): Promise<void> {
  const there = new Set(
    parts.store
      .catalog()
      .bundles()
      .map((bundle) => bundle.id),
  );
  const ops = parts.bundles.filter((id) => there.has(id)).map((id): CatalogOp => ({ op: 'drop_bundle', id }));
  if (ops.length > 0) await parts.store.apply({ label: 'remove bundles', files: [], change: () => ops });
}

function storedIn(target: Catalog, key: FilesetKey, paths: RootPaths) {
  return target
    .files(key)
    .filter(isStored)
    .map((file) => ({ file, at: storagePath(paths, key, file) }));
}
