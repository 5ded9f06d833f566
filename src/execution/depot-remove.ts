// Takes software out of a directory depot (commands.md 6.4): stored files and records, one transaction a product. No script runs.
// The depot itself stays, empty or not: depot/change.ts takes an empty one away.

import { RootPaths } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import type { Emit } from '../model/events.ts';
import type { Plan, PlannedProduct } from '../model/plan.ts';
import { type FilesetKey, filesetKey } from '../model/software.ts';
import type { Store } from '../store/store.ts';
import { depotOp } from './depot-records.ts';
import { discardSteps, storageDirectories, storedFiles, tellFiles } from './storage.ts';
import { inTurn } from './turns.ts';

export interface DepotRemoveParts {
  /** The open depot that is changed. */
  readonly store: Store;
  readonly emit: Emit;
  /** Seconds since 1970 for the depot's mod_time. */
  readonly now: number;
  /** Depot ids of bundles that go with their contents. */
  readonly bundles: readonly string[];
}

/** Removes what the plan says. A product that fails leaves an ERROR finding. Throws SdError `plan_stale`. */
export async function executeDepotRemove(plan: Plan, parts: DepotRemoveParts): Promise<void> {
  const { store, emit } = parts;
  const paths = new RootPaths(store.layout.anchor);
  await inTurn(
    { plan, catalog: store.catalog(), task: 'remove', emit },
    async ([product]) => {
      await removeProduct(product, parts, paths);
      return { state: '' };
    },
    () => removeBundles(parts),
  );
}

async function removeProduct(planned: PlannedProduct, parts: DepotRemoveParts, paths: RootPaths): Promise<void> {
  const target = parts.store.catalog();
  const keys = [...planned.filesets.map((fileset) => fileset.targetKey), ...planned.drops];
  const going = keys.flatMap((key) => storedFiles(target, key, paths));
  await parts.store.apply({
    label: `remove ${planned.spec}`,
    files: discardSteps(going, new Set(), storageDirectories(paths, keys)),
    change: () => [depotOp(target, {}, parts.now), ...dropOps(target, planned.targetId, keys)],
    onFile: tellFiles(going, parts.emit),
  });
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
