// Places software into a directory depot, and takes it out (commands.md 6.3, 6.4; formats.md 9): one transaction a product (D4).
// Promise: a product is in the depot whole, with its bytes compared to its catalog, or as it was before; a failure ends that
// product only. No control script runs.
// Must not: choose; the plan did.

import type { Depot } from '../depot/depot.ts';
import { RootPaths } from '../host/rootpath.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { SdError } from '../model/error.ts';
import type { Emit, Task } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import type { Finding, Outcome, Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { splitKey } from '../model/software.ts';
import type { Store } from '../store/store.ts';
import type { FileStep, Staged, Transaction } from '../store/transaction-types.ts';
import { bundleOps, definitionOps, depotOp, filesetOps, productOps } from './depot-records.ts';
import { discardSteps, type Incoming, isStored, storagePath, storeSteps } from './storage.ts';

/** The open depot that is changed, and where to tell. */
export interface DepotParts {
  readonly store: Store;
  readonly emit: Emit;
  /** Seconds since 1970 for create_time and mod_time of what changes. */
  readonly now: number;
}

export interface CopyParts extends DepotParts {
  readonly task: Extract<Task, 'copy' | 'package'>;
  readonly source: Depot;
  /** Ids, in the source catalog, of bundles whose records travel with the software. */
  readonly bundles: readonly string[];
  /** Attributes of the depot object itself, where the source gives some (a PSF). */
  readonly depotAttributes?: Attributes;
}

/**
 * Copies what the plan says. Each product ends with `product.end`; one that fails leaves an ERROR finding and exit code 1.
 * Throws SdError `plan_stale` when the depot has changed since the plan was made.
 */
export async function executeCopy(plan: Plan, parts: CopyParts): Promise<Outcome> {
  const paths = new RootPaths(parts.store.layout.anchor);
  return inTurn(
    plan,
    parts,
    parts.task,
    (product, turn) => copyProduct(product, parts, paths, turn),
    () => copyBundles(plan, parts),
  );
}

/**
 * Removes filesets from a depot: stored files and records. `bundles` are depot bundle ids that go with them.
 * The depot itself stays; depot/change.ts takes an empty one away. Throws SdError `plan_stale`.
 */
export async function executeDepotRemove(
  plan: Plan,
  parts: DepotParts & { readonly bundles: readonly string[] },
): Promise<Outcome> {
  const paths = new RootPaths(parts.store.layout.anchor);
  return inTurn(
    plan,
    parts,
    'remove',
    (product, turn) => removeProduct(product, parts, paths, turn),
    async () => {
      const there = new Set(
        parts.store
          .catalog()
          .bundles()
          .map((bundle) => bundle.id),
      );
      const ops = parts.bundles.filter((id) => there.has(id)).map((id): CatalogOp => ({ op: 'drop_bundle', id }));
      if (ops.length > 0) await parts.store.apply({ label: 'remove bundles', files: [], change: () => ops });
    },
  );
}

/** Where the session is; counts filesets over all products. */
interface Turn {
  readonly of: number;
  done: number;
}

/** Runs the products one after another between `execution.begin` and `execution.end`, then `last` when none failed. */
async function inTurn(
  plan: Plan,
  parts: DepotParts,
  task: Task,
  each: (product: PlannedProduct, turn: Turn) => Promise<void>,
  last: () => Promise<void>,
): Promise<Outcome> {
  refuseStale(plan, parts.store.catalog());
  const filesets = plan.products.flatMap((product) => product.filesets);
  const findings: Finding[] = [];
  const turn: Turn = { of: filesets.length, done: 0 };
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      const finding: Finding = { severity: 'error', code: error.code, text: error.message };
      findings.push(finding);
      parts.emit({ type: 'finding', finding });
      return false;
    }
  };
  parts.emit({
    type: 'execution.begin',
    task,
    filesets: filesets.length,
    files: sum(filesets, 'files'),
    bytes: sum(filesets, 'bytes'),
  });
  let errors = 0;
  for (const product of plan.products) {
    parts.emit({ type: 'product.begin', task, spec: product.spec });
    const before = turn.done;
    const ok = await attempt(() => each(product, turn));
    turn.done = before + product.filesets.length;
    if (!ok) errors += product.filesets.length;
    for (const { spec } of product.filesets) {
      const state = ok ? (task === 'remove' ? '' : 'available') : 'unchanged';
      parts.emit({ type: 'fileset.end', task, spec, ok, state });
    }
    parts.emit({ type: 'product.end', task, spec: product.spec, ok });
  }
  if (errors === 0) await attempt(last);
  const ok = findings.length === 0;
  parts.emit({ type: 'execution.end', task, ok, target: plan.target, errors, warnings: 0, filesets: filesets.length });
  return { exitCode: ok ? 0 : 1, plan, findings };
}

async function copyProduct(planned: PlannedProduct, parts: CopyParts, paths: RootPaths, turn: Turn): Promise<void> {
  const { source, store, now } = parts;
  const from = source.catalog.product(planned.id);
  if (!from) throw new Error(`planned product ${planned.id} is not in ${source.location}`);
  const target = store.catalog();
  const filesets = planned.filesets.map((fileset) => ({
    planned: fileset,
    incoming: incomingFiles(source, fileset, paths),
  }));
  const incoming = filesets.flatMap((one) => one.incoming);
  const leaving = [...planned.filesets.map((fileset) => fileset.targetKey), ...planned.drops];
  const steps = [
    ...storeSteps(
      store.layout.anchor,
      source,
      incoming,
      planned.filesets.map((fileset) => fileset.targetKey),
    ),
    ...discardSteps(storedFiles(target, leaving, paths), new Set(incoming.map((one) => one.at)), planned.drops),
  ];
  const change: Transaction['change'] = (staged) => [
    depotOp(target, parts.depotAttributes ?? {}, now),
    ...definitionOps(source.catalog, target, [from, ...from.filesets]),
    ...planned.drops.map((fileset): CatalogOp => ({ op: 'drop_fileset', fileset })),
    ...productOps(source.catalog, from, target, planned.targetId, now),
    ...filesets.flatMap((one) => recordsOf(source.catalog, one.planned, one.incoming, staged, now)),
  ];
  const progress = announcer(
    parts,
    turn,
    filesets.map((one) => ({ spec: one.planned.spec, files: one.incoming })),
    parts.task,
  );
  await store.apply({ label: `${parts.task} ${planned.spec}`, files: steps, change, onFile: progress.file });
  progress.rest();
}

function recordsOf(
  source: Catalog,
  planned: PlannedFileset,
  incoming: readonly Incoming[],
  staged: ReadonlyMap<string, Staged>,
  now: number,
): CatalogOp[] {
  const found = lookUp(source, planned.key);
  if (!found) throw new Error(`planned fileset ${planned.key} is not in the source`);
  const at = new Map(incoming.map((one) => [one.file.path, one.at]));
  const stagedOf = (file: FileRecord) => staged.get(at.get(file.path) ?? '');
  return filesetOps(
    source,
    planned.key,
    found.fileset,
    { ...splitKey(planned.targetKey), key: planned.targetKey },
    stagedOf,
    now,
  );
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

async function removeProduct(planned: PlannedProduct, parts: DepotParts, paths: RootPaths, turn: Turn): Promise<void> {
  const target = parts.store.catalog();
  const keys = [...planned.filesets.map((fileset) => fileset.targetKey), ...planned.drops];
  const steps = discardSteps(storedFiles(target, keys, paths), new Set(), keys);
  const going = new Set(keys);
  const stays = target
    .product(planned.targetId)
    ?.filesets.some((fileset) => !going.has(`${planned.targetId}/${fileset.id}`));
  const ops: CatalogOp[] = stays
    ? keys.map((fileset): CatalogOp => ({ op: 'drop_fileset', fileset }))
    : [{ op: 'drop_product', id: planned.targetId }];
  const files = planned.filesets.map((fileset) => ({
    spec: fileset.spec,
    files: target
      .files(fileset.targetKey)
      .filter(isStored)
      .map((file) => ({ from: fileset.targetKey, file, at: storagePath(paths, fileset.targetKey, file) })),
  }));
  const progress = announcer(parts, turn, files, 'remove');
  const change = () => [depotOp(target, {}, parts.now), ...ops];
  await parts.store.apply({ label: `remove ${planned.spec}`, files: steps, change, onFile: progress.file });
  progress.rest();
}

function incomingFiles(source: Depot, planned: PlannedFileset, paths: RootPaths): Incoming[] {
  return source.catalog
    .files(planned.key)
    .filter(isStored)
    .map((file) => ({ from: planned.key, file, at: storagePath(paths, planned.targetKey, file) }));
}

/** Stored files of these filesets as the depot's catalog knows them. */
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

/** Turns the transaction's file steps into `fileset.begin` and `file.done`; `rest` begins filesets that had no file. */
function announcer(
  parts: DepotParts,
  turn: Turn,
  filesets: readonly { readonly spec: string; readonly files: readonly Incoming[] }[],
  task: Task,
): { file: (step: FileStep, bytes: number) => void; rest: () => void } {
  const owner = new Map<string, { index: number; path: string }>();
  filesets.forEach((fileset, index) => {
    for (const one of fileset.files) owner.set(one.at, { index, path: one.file.path });
  });
  let begun = 0;
  const beginUpTo = (index: number) => {
    for (; begun <= index; begun += 1) {
      parts.emit({
        type: 'fileset.begin',
        task,
        spec: filesets[begun]!.spec,
        index: turn.done + begun + 1,
        of: turn.of,
      });
    }
  };
  return {
    file: (step, bytes) => {
      const known = owner.get(step.path);
      if (!known || (step.step !== 'place' && step.step !== 'remove')) return;
      beginUpTo(known.index);
      parts.emit({ type: 'file.done', path: known.path, action: step.step, bytes });
    },
    rest: () => beginUpTo(filesets.length - 1),
  };
}

function refuseStale(plan: Plan, catalog: Catalog): void {
  if (plan.generation === catalog.generation) return;
  throw new SdError('plan_stale', {
    what: `The depot "${plan.target}" was not changed.`,
    because: 'It has changed since the analysis.',
    todo: 'Run the command again.',
    data: { planned: plan.generation, found: catalog.generation },
  });
}

function sum(filesets: readonly PlannedFileset[], what: 'files' | 'bytes'): number {
  return filesets.reduce((total, fileset) => total + fileset[what], 0);
}
