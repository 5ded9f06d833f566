// Runs a remove plan on a root. Order of events (commands.md 6.4), one transaction a product:
//
//   root `/` only:  unconfigure scripts, in plan order (dependents first)
//   per product:    product preremove, filesets' preremove → files and records in one transaction → filesets' postremove, product postremove
//
// A fileset planned as `rollback` gives back what it saved (rollback.ts); `remove` takes its files away. Script errors do not stop it.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp, ChangeSet } from '../model/change.ts';
import { baseOf, isPatch, lookUp, type Placed, patchEntry, saveDirectory } from '../model/patches.ts';
import type { Plan, PlannedProduct } from '../model/plan.ts';
import type { FilesetKey } from '../model/software.ts';
import type { FileStep } from '../store/transaction-types.ts';
import { moveState } from './configure.ts';
import { dropSaves, leaving } from './leaving.ts';
import { filesetOp, saveDirectories } from './patching.ts';
import { rollBack } from './rollback.ts';
import { runControlScript, type ScriptOwner } from './scripts.ts';
import { installed, type RootSession } from './session.ts';
import { type Done, inTurn, refuseStale } from './turns.ts';

/** Executes `plan`; bundle records that end go with the last product. Findings are events; throws SdError `plan_stale`. */
export async function executeRemove(session: RootSession, plan: Plan): Promise<void> {
  refuseStale(plan, installed(session));
  if (session.root === '/') {
    await moveState(
      session,
      plan.products.flatMap((product) => product.filesets.map((each) => each.targetKey)),
      'unconfigure',
    );
  }
  const now: Plan = { ...plan, generation: installed(session).generation };
  await inTurn({ plan: now, catalog: installed(session), task: 'remove', emit: session.emit }, (product) =>
    removeProduct(session, product, product === plan.products.at(-1) ? (plan.bundles ?? []) : []),
  );
}

async function removeProduct(session: RootSession, plan: PlannedProduct, bundles: readonly string[]): Promise<Done> {
  const catalog = installed(session);
  const going = plan.filesets.flatMap((each) => {
    const placed = lookUp(catalog, each.targetKey);
    return placed ? [{ plan: each, placed }] : [];
  });
  const scripts = going.map((each) => scriptOwner(catalog, each.placed));
  const productScript = going[0] ? [productOwner(catalog, going[0].placed)] : [];
  for (const script of [...productScript, ...scripts]) await runControlScript(session, script, 'preremove');
  const { steps, change } = removal(session, catalog, plan, going, bundles);
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
  session.paths.forget();
  for (const script of [...scripts, ...productScript]) await runControlScript(session, script, 'postremove');
  return { state: '' };
}

/** Everything one product's removal does to disk and catalog. */
function removal(
  session: RootSession,
  catalog: Catalog,
  plan: PlannedProduct,
  going: readonly { plan: PlannedProduct['filesets'][number]; placed: Placed }[],
  bundles: readonly string[],
): { steps: FileStep[]; change: ChangeSet } {
  const removed = going.filter((each) => each.plan.action === 'remove');
  const keys = [...removed.map((each) => each.placed.key), ...plan.drops];
  const left = leaving(session, catalog, keys, new Set());
  const patches = removed.filter((each) => isPatch(each.placed.fileset));
  const rolled = going
    .filter((each) => each.plan.action === 'rollback')
    .map((each) => rollBack(session, catalog, each.placed, each.plan));
  const saved = going
    .filter((each) => isPatch(each.placed.fileset))
    .map((each) => saveDirectory(each.placed.product, each.placed.fileset));
  const saves = dropSaves(session, [...saved, ...saveDirectories(catalog, plan.drops)]);
  return {
    steps: [...rolled.flatMap((each) => each.steps), ...left.steps, ...saves],
    change: [
      ...rolled.flatMap((each) => each.ops),
      ...left.ops,
      ...patches.flatMap((each) => forget(catalog, each.placed, new Set(keys))),
      ...going.map((each): CatalogOp => ({ op: 'drop_fileset', fileset: each.placed.key })),
      ...(emptied(
        catalog,
        plan.targetId,
        going.map((each) => each.placed.key),
      )
        ? [{ op: 'drop_product', id: plan.targetId } satisfies CatalogOp]
        : []),
      ...bundles.map((id): CatalogOp => ({ op: 'drop_bundle', id })),
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

function emptied(catalog: Catalog, productId: string, going: readonly FilesetKey[]): boolean {
  const leave = new Set(going);
  return catalog.product(productId)?.filesets.every((fileset) => leave.has(`${productId}/${fileset.id}`)) ?? false;
}

/** Scripts are read before their fileset goes: postremove runs when the catalog no longer has it. */
function scriptOwner(catalog: Catalog, placed: Placed): ScriptOwner {
  const contents = new Map(
    placed.fileset.controlFiles.map((file) => [file.tag, catalog.controlFile(placed.key, file.tag)]),
  );
  return {
    product: placed.product,
    fileset: placed.fileset,
    location: locationOf(placed),
    content: (tag) => contents.get(tag),
  };
}

function productOwner(catalog: Catalog, placed: Placed): ScriptOwner {
  const contents = new Map(
    placed.product.controlFiles.map((file) => [file.tag, catalog.controlFile(placed.product.id, file.tag)]),
  );
  return { product: placed.product, location: locationOf(placed), content: (tag) => contents.get(tag) };
}

function locationOf(placed: Placed): string {
  return text(placed.product.attributes, 'location') || '/';
}
