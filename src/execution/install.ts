// Runs an install plan on a root. Order of events (commands.md 6.2, one transaction a product):
//
//   per product, in plan order:  product preinstall, filesets' preinstall → stage, save, swap, commit (store/transaction.ts)
//                                → filesets' postinstall, product postinstall
//   then, on the root `/` only:  configure (configure.ts)
//
// A fileset's postinstall runs after all files of its product are in place, not only its own: the product is the unit that is whole or
// absent. A product that cannot be loaded is undone and ends the load; the products before it stay, the rest is named as not loaded.

import type { Depot } from '../depot/depot.ts';
import type { CatalogOp } from '../model/change.ts';
import { SdError } from '../model/error.ts';
import { lookUp } from '../model/patches.ts';
import type { Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import { splitKey } from '../model/software.ts';
import { configureFilesets } from './configure.ts';
import { loadProduct } from './load.ts';
import { filesetOp } from './patching.ts';
import { runControlScript, type ScriptOwner } from './scripts.ts';
import { installed, type RootSession, tell } from './session.ts';

/**
 * Executes `plan` from `depot`. `bundles` are ids of source bundles whose record is installed with the first product.
 * Findings go to the session; throws SdError `plan_stale` when the IPD moved on since the plan was made.
 */
export async function executeInstall(session: RootSession, depot: Depot, plan: Plan, bundles: readonly string[]): Promise<void> {
  refuseStale(session, plan);
  const total = plan.products.reduce((sum, product) => sum + product.filesets.length, 0);
  let index = 0;
  let waiting = bundleOps(session, depot, bundles);
  for (const [position, product] of plan.products.entries()) {
    session.emit({ type: 'product.begin', task: 'install', spec: product.spec });
    const ok = await installProduct(session, depot, product, waiting, { index, total });
    session.emit({ type: 'product.end', task: 'install', spec: product.spec, ok });
    if (!ok) {
      notLoaded(session, plan.products.slice(position + 1));
      break;
    }
    waiting = [];
    index += product.filesets.length;
  }
  await configureFilesets(session, plan.products.flatMap((product) => product.filesets.map((each) => each.targetKey)));
}

/** A plan is for one generation of the IPD (D6). */
export function refuseStale(session: RootSession, plan: Plan): void {
  if (installed(session).generation === plan.generation) return;
  throw new SdError('plan_stale', {
    what: 'Nothing was done.',
    because: 'The Installed Products Database has changed since the analysis.',
    todo: 'Run the command again.',
  });
}

async function installProduct(
  session: RootSession,
  depot: Depot,
  plan: PlannedProduct,
  bundles: readonly CatalogOp[],
  progress: { index: number; total: number },
): Promise<boolean> {
  const owners = scriptOwners(depot, plan);
  const failed = new Set<string>();
  await runAll(session, owners, 'preinstall', ['product', 'fileset'], failed);
  for (const [offset, fileset] of plan.filesets.entries()) {
    session.emit({ type: 'fileset.begin', task: 'install', spec: fileset.spec, index: progress.index + offset + 1, of: progress.total });
  }
  try {
    const load = loadProduct(session, depot, plan, bundles);
    await session.store.apply({
      label: `install ${plan.spec}`,
      files: load.steps,
      change: load.change,
      onFile: (step, bytes) => session.emit({ type: 'file.done', path: `/${step.path}`, action: step.step === 'remove' ? 'remove' : 'place', bytes }),
    });
    session.paths.forget();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    tell(session, { severity: 'error', code: error.code, text: error.message, subjects: [plan.spec] });
    return false;
  }
  await runAll(session, owners, 'postinstall', ['fileset', 'product'], failed);
  await markCorrupt(session, plan.filesets, failed);
  for (const fileset of plan.filesets) {
    const state = failed.has(fileset.targetKey) ? 'corrupt' : 'installed';
    session.emit({ type: 'fileset.end', task: 'install', spec: fileset.spec, ok: state === 'installed', state });
  }
  return true;
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
      return { level: 'fileset', spoils: [each.targetKey], owner: { product, fileset, location: plan.location, content: content(each.key) } };
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
      if ((await runControlScript(session, each.owner, tag)) === 'error') for (const key of each.spoils) failed.add(key);
    }
  }
}

/** A fileset whose load scripts failed is loaded but not to be trusted: SD's state corrupt. */
async function markCorrupt(session: RootSession, filesets: readonly PlannedFileset[], failed: ReadonlySet<string>): Promise<void> {
  if (failed.size === 0) return;
  const catalog = installed(session);
  const ops = filesets.flatMap((each) => {
    const placed = failed.has(each.targetKey) ? lookUp(catalog, each.targetKey) : undefined;
    return placed ? [filesetOp(placed, { state: 'corrupt' })] : [];
  });
  await session.store.apply({ label: 'mark corrupt', files: [], change: () => ops });
}

/** Bundle records as the IPD keeps them. */
function bundleOps(session: RootSession, depot: Depot, ids: readonly string[]): CatalogOp[] {
  const wanted = new Set(ids);
  return depot.catalog.bundles().flatMap((bundle): CatalogOp[] => (wanted.has(bundle.id) ? [{ op: 'bundle', bundle }] : []));
}

function notLoaded(session: RootSession, rest: readonly PlannedProduct[]): void {
  if (rest.length === 0) return;
  tell(session, {
    severity: 'error',
    code: 'not_loaded',
    text: `${rest.length} more product${rest.length === 1 ? ' was' : 's were'} not loaded because of the error before.`,
    subjects: rest.map((product) => product.spec),
  });
}
