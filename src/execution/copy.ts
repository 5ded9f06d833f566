// Places software into a directory depot (commands.md 6.3; formats.md 9): one transaction a product (D4).
// Promise: a product is in the depot whole, its bytes compared to its catalog, or as it was before. No control script runs.
// Must not: choose; the plan did.

import { type Arrival, isStored } from '../depot/available.ts';
import type { Depot } from '../depot/depot.ts';
import { RootPaths } from '../host/rootpath.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import type { Emit, Task } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import type { Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import type { FileRecord } from '../model/software.ts';
import type { Store } from '../store/store.ts';
import { definitionOps } from './carried.ts';
import { bundleOps, depotOp, filesetOps, productOps } from './depot-records.ts';
import {
  Arriving,
  discardSteps,
  type Incoming,
  type StoredAs,
  storageDirectories,
  storagePath,
  storedFiles,
  storeSteps,
  tellFiles,
} from './storage.ts';
import { inTurn } from './turns.ts';

export interface CopyParts {
  readonly task: Extract<Task, 'copy' | 'package'>;
  readonly source: Depot;
  /** The open depot that is changed. */
  readonly store: Store;
  readonly emit: Emit;
  /** For create_time and mod_time of what changes. */
  readonly arrival: Arrival;
  readonly storedAs: StoredAs;
  /** Ids, in the source catalog, of bundles whose records travel with the software. */
  readonly bundles: readonly string[];
  /** Attributes of the depot object itself, where the source gives some (a PSF). */
  readonly depotAttributes?: Attributes;
}

/** Copies what the plan says. A product that fails leaves an ERROR finding. Throws SdError `plan_stale`. */
export async function executeCopy(plan: Plan, parts: CopyParts): Promise<void> {
  const { store, task, emit } = parts;
  const paths = new RootPaths(store.layout.anchor);
  await inTurn(
    { plan, catalog: store.catalog(), task, emit },
    async ([product]) => {
      await copyProduct(product, parts, paths);
      return { state: 'available' };
    },
    () => copyBundles(parts),
  );
}

async function copyProduct(planned: PlannedProduct, parts: CopyParts, paths: RootPaths): Promise<void> {
  const { source, store, arrival } = parts;
  const arriving = new Arriving(source, parts.storedAs);
  const from = source.catalog.product(planned.id);
  if (!from) throw new Error(`planned product ${planned.id} is not in ${source.location}`);
  const target = store.catalog();
  const filesets = planned.filesets.map((fileset) => ({ fileset, files: incomingFiles(source, fileset, paths) }));
  const incoming = filesets.flatMap((one) => one.files);
  const keys = planned.filesets.map((fileset) => fileset.targetKey);
  const before = [...keys, ...planned.drops].flatMap((key) => storedFiles(target, key, paths));
  const staying = new Set(incoming.map((one) => one.at));
  await store.apply({
    label: `${parts.task} ${planned.spec}`,
    files: [
      ...storeSteps(store.layout.anchor, arriving, incoming, storageDirectories(paths, keys)),
      ...discardSteps(before, staying, storageDirectories(paths, planned.drops)),
    ],
    change: (staged) => [
      depotOp(target, parts.depotAttributes ?? {}, arrival.now),
      // A PSF's categories are the depot's, whether or not its own products name them.
      ...definitionOps(source.catalog, target, parts.task === 'package' ? 'all' : [from, ...from.filesets]),
      ...planned.drops.map((fileset): CatalogOp => ({ op: 'drop_fileset', fileset })),
      ...productOps(source.catalog, from, target, planned.targetId, arrival),
      ...filesets.flatMap(({ fileset, files }) => {
        const at = new Map(files.map((one) => [one.file.path, one.at]));
        const stored = (file: FileRecord) => {
          const place = at.get(file.path);
          return arriving.record(file, place, staged.get(place ?? ''));
        };
        return recordsOf(source.catalog, target, fileset, stored, arrival);
      }),
    ],
    onFile: tellFiles(incoming, parts.emit),
    onPiece: (bytes) => parts.emit({ type: 'file.part', bytes }),
  });
}

function recordsOf(
  source: Catalog,
  target: Catalog,
  planned: PlannedFileset,
  stored: (file: FileRecord) => FileRecord,
  arrival: Arrival,
): CatalogOp[] {
  const found = lookUp(source, planned.key);
  if (!found) throw new Error(`planned fileset ${planned.key} is not in the source`);
  return filesetOps(source, found, target, planned.targetKey, stored, arrival);
}

/** The bundles come last, when all they point at is there. */
async function copyBundles(parts: CopyParts): Promise<void> {
  const wanted = new Set(parts.bundles);
  const bundles = parts.source.catalog.bundles().filter((bundle) => wanted.has(bundle.id));
  if (bundles.length === 0) return;
  const target = parts.store.catalog();
  const ops = [...definitionOps(parts.source.catalog, target, bundles), ...bundleOps(target, bundles, parts.arrival)];
  await parts.store.apply({ label: `${parts.task} bundles`, files: [], change: () => ops });
}

function incomingFiles(source: Depot, planned: PlannedFileset, paths: RootPaths): Incoming[] {
  return source.catalog
    .files(planned.key)
    .filter(isStored)
    .map((file) => ({ from: planned.key, file, at: storagePath(paths, planned.targetKey, file) }));
}
