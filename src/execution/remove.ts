// Runs a remove plan on a root. Order of events (commands.md 6.4), one transaction a product, or a base with the patches that go with it
// (together.ts):
//
//   root `/` only:  unconfigure scripts, in plan order (dependents first), filesets before their product
//   per product:    product preremove, filesets' preremove → files and records in one transaction → filesets' postremove, product
//                   postremove
//   root `/` only:  kernel_build_cmd when kernel filesets went and auto_kernel_build=true
//
// A fileset planned as `rollback` gives back what it saved (rollback.ts); `remove` takes its files away. Script errors do not stop it.
// While preremove scripts run the filesets are transient; if the removal then fails they are corrupt.

import { list } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp, ChangeSet } from '../model/change.ts';
import { SdError } from '../model/error.ts';
import { baseOf, isPatch, lookUp, type Placed, patchEntry, saveDirectory } from '../model/patches.ts';
import type { Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import { type FilesetKey, filesetKey, locationOf } from '../model/software.ts';
import type { FileStep } from '../store/transaction-types.ts';
import { unconfigureFilesets } from './configure.ts';
import { buildKernel } from './kernel.ts';
import { dropSaves, leaving } from './leaving.ts';
import { filesetOp } from './patching.ts';
import { rollBack } from './rollback.ts';
import { hasScript, runControlScript, type ScriptOwner } from './scripts.ts';
import { installed, type RootSession } from './session.ts';
import { goingTogether } from './together.ts';
import { type Done, inTurn, refuseStale, type Unit } from './turns.ts';

/**
 * Executes `plan`; bundle records that end go with the last product. Answers true when the machine has to be rebooted now (autoreboot).
 * Findings are events; throws SdError `plan_stale`.
 */
export async function executeRemove(root: RootSession, plan: Plan): Promise<boolean> {
  refuseStale(plan, installed(root));
  const filesets = plan.products.flatMap((product) => product.filesets);
  const session = { ...root, kernel: root.root === '/' && filesets.some((each) => each.isKernel === true) };
  await unconfigureFilesets(
    session,
    filesets.map((each) => each.targetKey),
  );
  const now: Plan = { ...plan, generation: installed(session).generation };
  const units = goingTogether(installed(session), now.products);
  const ok = await inTurn(
    { plan: now, catalog: installed(session), task: 'remove', emit: session.emit, units },
    (unit) => removeUnit(session, unit, unit === units.at(-1) ? (plan.bundles ?? []) : []),
    async () => {
      if (units.length === 0) await dropBundles(session, plan.bundles ?? []);
      if (session.kernel && session.options.auto_kernel_build) await buildKernel(session);
    },
  );
  return ok && session.root === '/' && session.options.autoreboot && filesets.some((each) => each.isReboot === true);
}

/** The records of bundles whose filesets all stay for another bundle's sake. */
async function dropBundles(session: RootSession, bundles: readonly string[]): Promise<void> {
  await session.store.apply({ label: 'remove bundles', files: [], change: () => dropOps(bundles) });
}

function dropOps(bundles: readonly string[]): CatalogOp[] {
  return bundles.map((id) => ({ op: 'drop_bundle', id }));
}

async function removeUnit(session: RootSession, unit: Unit, bundles: readonly string[]): Promise<Done> {
  const catalog = installed(session);
  const going = unit.flatMap((product) => stillThere(catalog, product.filesets));
  const scripts = unit.map((product) => {
    const filesets = stillThere(catalog, product.filesets);
    const whole = filesets[0] ? [productOwner(catalog, filesets[0].placed)] : [];
    return { whole, filesets: filesets.map((each) => scriptOwner(catalog, each.placed)) };
  });
  const began = await preremove(
    session,
    going,
    scripts.flatMap((each) => [...each.whole, ...each.filesets]),
  );
  try {
    await applyRemoval(session, unit, going, bundles);
  } catch (error) {
    if (began && error instanceof SdError && error.code !== 'interrupted') await setState(session, going, 'corrupt');
    throw error;
  }
  session.paths.forget();
  for (const each of scripts) {
    for (const script of [...each.filesets, ...each.whole]) await runControlScript(session, script, 'postremove');
  }
  return { state: '' };
}

function stillThere(catalog: Catalog, filesets: readonly PlannedFileset[]): Going {
  return filesets.flatMap((plan) => {
    const placed = lookUp(catalog, plan.targetKey);
    return placed ? [{ plan, placed }] : [];
  });
}

type Going = readonly { readonly plan: PlannedFileset; readonly placed: Placed }[];

/** Answers true when there was a script to run. */
async function preremove(session: RootSession, going: Going, scripts: readonly ScriptOwner[]): Promise<boolean> {
  if (!scripts.some((each) => hasScript(session, each, 'preremove'))) return false;
  await setState(session, going, 'transient');
  await session.store.publish();
  for (const script of scripts) await runControlScript(session, script, 'preremove');
  return true;
}

async function setState(session: RootSession, going: Going, state: string): Promise<void> {
  const ops = going.flatMap(({ placed: { key } }) => {
    const placed = lookUp(installed(session), key);
    return placed ? [filesetOp(placed, { state })] : [];
  });
  await session.store.apply({ label: `removal ${state}`, files: [], change: () => ops });
}

/** One transaction, but for a unit in which patches are rolled back too: their rollbacks come first, for each builds on the one before. */
async function applyRemoval(session: RootSession, unit: Unit, going: Going, bundles: readonly string[]): Promise<void> {
  const rolled = (product: PlannedProduct) => product.filesets.filter((each) => each.action === 'rollback');
  const last = unit.at(-1)!;
  if (unit.length > 1) {
    for (const product of unit) await applyPart(session, product, stillThere(installed(session), rolled(product)), []);
  }
  const rest = unit.length > 1 ? going.filter((each) => each.plan.action !== 'rollback') : going;
  await applyPart(session, last, rest, bundles);
}

async function applyPart(
  session: RootSession,
  plan: PlannedProduct,
  going: Going,
  bundles: readonly string[],
): Promise<void> {
  if (going.length === 0 && bundles.length === 0) return;
  const { steps, change } = removal(session, installed(session), going, bundles);
  await session.store.apply({
    label: `remove ${plan.spec}`,
    files: steps,
    change: () => change,
    onFile: (step, bytes) =>
      session.emit({
        type: 'file.done',
        path: `/${step.path}`,
        action: step.step === 'restore' ? 'restore' : 'remove',
        bytes,
      }),
  });
}

/** Everything the removal of these filesets does to disk and catalog. */
function removal(
  session: RootSession,
  catalog: Catalog,
  going: Going,
  bundles: readonly string[],
): { steps: FileStep[]; change: ChangeSet } {
  const removed = going.filter((each) => each.plan.action === 'remove');
  const keys = removed.map((each) => each.placed.key);
  const left = leaving(session, catalog, keys, new Set());
  const patches = removed.filter((each) => isPatch(each.placed.fileset));
  const rolled = going
    .filter((each) => each.plan.action === 'rollback')
    .map((each) => rollBack(session, catalog, each.placed, each.plan));
  const saved = going
    .filter((each) => isPatch(each.placed.fileset))
    .map((each) => saveDirectory(each.placed.product, each.placed.fileset));
  const saves = dropSaves(session, saved);
  return {
    steps: [...rolled.flatMap((each) => each.steps), ...left.steps, ...saves],
    change: [
      ...rolled.flatMap((each) => each.ops),
      ...left.ops,
      ...patches.flatMap((each) => forget(catalog, each.placed, new Set(keys))),
      ...going.map((each): CatalogOp => ({ op: 'drop_fileset', fileset: each.placed.key })),
      ...emptied(
        catalog,
        going.map((each) => each.placed),
      ).map((id): CatalogOp => ({ op: 'drop_product', id })),
      ...dropOps(bundles),
    ],
  };
}

/** A patch that goes with its base is no longer named by it, should the base stand a moment longer. */
function forget(catalog: Catalog, patch: Placed, going: ReadonlySet<FilesetKey>): CatalogOp[] {
  const base = baseOf(catalog, patch);
  if (!base || going.has(base.key)) return [];
  const entry = patchEntry(patch.product, patch.fileset);
  return [
    filesetOp(base, {
      applied_patches: list(base.fileset.attributes, 'applied_patches').filter((each) => each !== entry),
    }),
  ];
}

/** Ids of the products of which nothing stays. */
function emptied(catalog: Catalog, going: readonly Placed[]): string[] {
  const leave = new Set(going.map((each) => each.key));
  const products = new Set(going.map((each) => each.product.id));
  return [...products].filter((id) =>
    catalog.product(id)?.filesets.every((fileset) => leave.has(filesetKey(id, fileset.id))),
  );
}

/** Scripts are read before their fileset goes: postremove runs when the catalog no longer has it. */
function scriptOwner(catalog: Catalog, placed: Placed): ScriptOwner {
  const contents = new Map(
    placed.fileset.controlFiles.map((file) => [file.tag, catalog.controlFile(placed.key, file.tag)]),
  );
  return {
    product: placed.product,
    fileset: placed.fileset,
    location: locationOf(placed.product),
    content: (tag) => contents.get(tag),
  };
}

function productOwner(catalog: Catalog, placed: Placed): ScriptOwner {
  const contents = new Map(
    placed.product.controlFiles.map((file) => [file.tag, catalog.controlFile(placed.product.id, file.tag)]),
  );
  return { product: placed.product, location: locationOf(placed.product), content: (tag) => contents.get(tag) };
}
