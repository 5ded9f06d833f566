// Places software into a directory depot (commands.md 6.3; formats.md 9): one transaction a product (D4).
// Promise: a product is in the depot whole, its bytes compared to its catalog, or as it was before. No control script runs.
// Must not: choose; the plan did.

import { isStored } from '../depot/available.ts';
import type { Depot } from '../depot/depot.ts';
import { RootPaths } from '../host/rootpath.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import type { Task } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import type { Outcome, Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import type { Staged } from '../store/transaction-types.ts';
import { bundleOps, definitionOps, depotOp, filesetOps, productOps } from './depot-records.ts';
import { type DepotParts, type FilesetFiles, inTurn, type Progress } from './depot-turns.ts';
import { discardSteps, type Incoming, storagePath, storeSteps } from './storage.ts';

export interface CopyParts extends DepotParts {
  readonly task: Extract<Task, 'copy' | 'package'>;
  readonly source: Depot;
  /** Ids, in the source catalog, of bundles whose records travel with the software. */
  readonly bundles: readonly string[];
  /** Attributes of the depot object itself, where the source gives some (a PSF). */
  readonly depotAttributes?: Attributes;
}

/**
 * Copies what the plan says. A product that fails leaves an ERROR finding and exit code 1.
 * Throws SdError `plan_stale` when the depot has changed since the plan was made.
 */
export async function executeCopy(plan: Plan, parts: CopyParts): Promise<Outcome> {
  const paths = new RootPaths(parts.store.layout.anchor);
  return inTurn(
    plan,
    parts,
    parts.task,
    'available',
    (product, progressOf) => copyProduct(product, parts, paths, progressOf),
    () => copyBundles(plan, parts),
  );
}

async function copyProduct(
  planned: PlannedProduct,
  parts: CopyParts,
  paths: RootPaths,
  progressOf: (filesets: readonly FilesetFiles[]) => Progress,
): Promise<void> {
  const { source, store, now } = parts;
  const from = source.catalog.product(planned.id);
  if (!from) throw new Error(`planned product ${planned.id} is not in ${source.location}`);
  const target = store.catalog();
  const filesets = planned.filesets.map((fileset) => ({
    planned: fileset,
    spec: fileset.spec,
    files: incomingFiles(source, fileset, paths),
  }));
  const incoming = filesets.flatMap((one) => one.files);
  const places = planned.filesets.map((fileset) => fileset.targetKey);
  const progress = progressOf(filesets);
  await store.apply({
    label: `${parts.task} ${planned.spec}`,
    files: [
      ...storeSteps(store.layout.anchor, source, incoming, places),
      ...discardSteps(
        storedFiles(target, [...places, ...planned.drops], paths),
        new Set(incoming.map((one) => one.at)),
        planned.drops,
      ),
    ],
    change: (staged) => [
      depotOp(target, parts.depotAttributes ?? {}, now),
      ...definitionOps(source.catalog, target, [from, ...from.filesets]),
      ...planned.drops.map((fileset): CatalogOp => ({ op: 'drop_fileset', fileset })),
      ...productOps(source.catalog, from, target, planned.targetId, now),
      ...filesets.flatMap((one) => recordsOf(source.catalog, target, one.planned, one.files, staged, now)),
    ],
    onFile: progress.file,
  });
  progress.rest();
}

function recordsOf(
  source: Catalog,
  target: Catalog,
  planned: PlannedFileset,
  incoming: readonly Incoming[],
  staged: ReadonlyMap<string, Staged>,
  now: number,
): CatalogOp[] {
  const found = lookUp(source, planned.key);
  if (!found) throw new Error(`planned fileset ${planned.key} is not in the source`);
  const at = new Map(incoming.map((one) => [one.file.path, one.at]));
  const stagedOf = (file: FileRecord) => staged.get(at.get(file.path) ?? '');
  return filesetOps(source, found, target, planned.targetKey, stagedOf, now);
}

/** The bundles come last, when all they point at is there. */
async function copyBundles(plan: Plan, parts: CopyParts): Promise<void> {
  const wanted = new Set(parts.bundles);
  const bundles = parts.source.catalog.bundles().filter((bundle) => wanted.has(bundle.id));
  if (bundles.length === 0) return;
  const target = parts.store.catalog();
  const ops = [...definitionOps(parts.source.catalog, target, bundles), ...bundleOps(target, bundles, parts.now)];
  await parts.store.apply({ label: `${plan.verb} bundles`, files: [], change: () => ops });
}

function incomingFiles(source: Depot, planned: PlannedFileset, paths: RootPaths): Incoming[] {
  return source.catalog
    .files(planned.key)
    .filter(isStored)
    .map((file) => ({ from: planned.key, file, at: storagePath(paths, planned.targetKey, file) }));
}

/** Stored files of these filesets as the depot's catalog knows them; a fileset that is not there has none. */
function storedFiles(target: Catalog, filesets: readonly FilesetKey[], paths: RootPaths): string[] {
  return filesets
    .filter((key) => lookUp(target, key) !== undefined)
    .flatMap((key) =>
      target
        .files(key)
        .filter(isStored)
        .map((file) => storagePath(paths, key, file)),
    );
}
