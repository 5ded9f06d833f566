// Runs an install plan on a root. Order of events (commands.md 6.2, one transaction a product):
//
//   per product, in plan order:  product preinstall, filesets' preinstall → stage, save, swap, commit (store/transaction.ts)
//                                → filesets' postinstall, product postinstall
//   then, on the root `/` only:  configure (configure.ts)
//
// A fileset's postinstall runs after all files of its product are in place, not only its own: the product is the unit that is whole or
// absent.

import type { Depot } from '../depot/depot.ts';
import type { CatalogOp } from '../model/change.ts';
import { lookUp } from '../model/patches.ts';
import type { Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import { splitKey } from '../model/software.ts';
import { configureFilesets } from './configure.ts';
import { loadProduct } from './load.ts';
import { filesetOp } from './patching.ts';
import { runControlScript, type ScriptOwner } from './scripts.ts';
import { installed, type RootSession } from './session.ts';
import { type Done, inTurn } from './turns.ts';

/**
 * Executes `plan` from `depot`; bundle records come with the first product. Findings are events; throws SdError `plan_stale` when the IPD
 * moved on since the plan was made.
 */
export async function executeInstall(session: RootSession, depot: Depot, plan: Plan): Promise<void> {
  let waiting = bundleOps(depot, plan.bundles ?? []);
  await inTurn({ plan, catalog: installed(session), task: 'install', emit: session.emit }, async (product) => {
    const done = await installProduct(session, depot, product, waiting);
    waiting = [];
    return done;
  });
  await configureFilesets(
    session,
    plan.products.flatMap((product) => product.filesets.map((each) => each.targetKey)),
  );
}

async function installProduct(
  session: RootSession,
  depot: Depot,
  plan: PlannedProduct,
  bundles: readonly CatalogOp[],
): Promise<Done> {
  const owners = scriptOwners(depot, plan);
  const failed = new Set<string>();
  await runAll(session, owners, 'preinstall', ['product', 'fileset'], failed);
  const load = loadProduct(session, depot, plan, bundles);
  await session.store.apply({
    label: `install ${plan.spec}`,
    files: load.steps,
    change: load.change,
    onFile: (step, bytes) =>
      session.emit({
        type: 'file.done',
        path: `/${step.path}`,
        action: step.step === 'remove' ? 'remove' : 'place',
        bytes,
      }),
  });
  session.paths.forget();
  await runAll(session, owners, 'postinstall', ['fileset', 'product'], failed);
  await markCorrupt(session, plan.filesets, failed);
  return { state: 'installed', corrupt: failed };
}

interface OwnedScripts {
  readonly level: 'product' | 'fileset';
  /** Filesets a failure spoils. */
  readonly spoils: readonly string[];
  readonly owner: ScriptOwner;
}

function scriptOwners(depot: Depot, plan: PlannedProduct): OwnedScripts[] {
  const product = depot.catalog.product(plan.id)!;
  const everything = plan.filesets.map((each) => each.targetKey);
  const content = (owner: string) => (tag: string) => depot.catalog.controlFile(owner, tag);
  return [
    { level: 'product', spoils: everything, owner: { product, location: plan.location, content: content(product.id) } },
    ...plan.filesets.map((each): OwnedScripts => {
      const fileset = product.filesets.find((candidate) => candidate.id === splitKey(each.key).filesetId)!;
      return {
        level: 'fileset',
        spoils: [each.targetKey],
        owner: { product, fileset, location: plan.location, content: content(each.key) },
      };
    }),
  ];
}

async function runAll(
  session: RootSession,
  owners: readonly OwnedScripts[],
  tag: string,
  order: readonly ('product' | 'fileset')[],
  failed: Set<string>,
): Promise<void> {
  for (const level of order) {
    for (const each of owners.filter((owner) => owner.level === level)) {
      if ((await runControlScript(session, each.owner, tag)) === 'error')
        for (const key of each.spoils) failed.add(key);
    }
  }
}

/** A fileset whose load scripts failed is loaded but not to be trusted: SD's state corrupt. */
async function markCorrupt(
  session: RootSession,
  filesets: readonly PlannedFileset[],
  failed: ReadonlySet<string>,
): Promise<void> {
  if (failed.size === 0) return;
  const catalog = installed(session);
  const ops = filesets.flatMap((each) => {
    const placed = failed.has(each.targetKey) ? lookUp(catalog, each.targetKey) : undefined;
    return placed ? [filesetOp(placed, { state: 'corrupt' })] : [];
  });
  await session.store.apply({ label: 'mark corrupt', files: [], change: () => ops });
}

/** Bundle records as the IPD keeps them. */
function bundleOps(depot: Depot, ids: readonly string[]): CatalogOp[] {
  const wanted = new Set(ids);
  return depot.catalog
    .bundles()
    .flatMap((bundle): CatalogOp[] => (wanted.has(bundle.id) ? [{ op: 'bundle', bundle }] : []));
}
