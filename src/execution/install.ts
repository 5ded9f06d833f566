// Runs an install plan on a root. Order of events (commands.md 6.2, one transaction a product):
//
//   root `/`, kernel filesets:  system_prep_cmd, their products, kernel_build_cmd; then the other products
//   per product, in plan order: product preinstall, filesets' preinstall → stage, save, swap, commit (store/transaction.ts)
//                               → filesets' postinstall, product postinstall
//   then, on the root `/` only: configure (configure.ts), unless the session ends with a reboot
//
// A fileset's postinstall runs after all files of its product are in place, not only its own: the product is the unit that is whole or
// absent.

import type { Depot } from '../depot/depot.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import type { Plan, PlannedProduct } from '../model/plan.ts';
import { runsOnce } from '../model/run-once.ts';
import { configureFilesets } from './configure.ts';
import { buildKernel, prepareKernel } from './kernel.ts';
import { loadProduct } from './load.ts';
import { LoadScripts } from './load-scripts.ts';
import { forgetKept, recoverable } from './recovery.ts';
import { installed, type RootSession, tell } from './session.ts';
import { settleStates } from './states.ts';
import { type Done, inTurn } from './turns.ts';

/**
 * Executes `plan` from `depot`; bundle records come with the first product, or alone. Answers true when the machine has to be rebooted now
 * (autoreboot, commands.md 6.2 step 4). Findings are events; throws SdError `plan_stale` when the IPD moved on since the plan was made.
 */
export async function executeInstall(root: RootSession, depot: Depot, plan: Plan): Promise<boolean> {
  const session = { ...root, kernel: plan.products.some((each) => each.kernel === true) };
  const rebooting = reboots(session, plan);
  let waiting = bundleOps(depot, plan.bundles ?? []);
  const corrupt = new Set<string>();
  const kernel = new KernelPhase(session, depot.catalog);
  const ok = await inTurn(
    { plan, catalog: installed(session), task: 'install', emit: session.emit },
    async ([product]) => {
      await kernel.before(product);
      const done = await installProduct(session, depot, product, waiting);
      waiting = [];
      for (const key of done.corrupt ?? []) corrupt.add(key);
      return done;
    },
    async () => {
      // Of bundles whose software is all there.
      if (plan.products.length === 0) {
        const bundles = waiting;
        await session.store.apply({ label: 'install bundles', files: [], change: () => bundles });
      }
      await kernel.end();
      const loaded = plan.products.flatMap((product) => product.filesets.map((each) => each.targetKey));
      if (rebooting) return 0;
      return configureFilesets(
        session,
        loaded.filter((key) => !corrupt.has(key)),
      );
    },
  );
  if (rebooting && !ok) tell(session, { severity: 'warning', code: 'not_rebooted', text: NOT_REBOOTED });
  return rebooting && ok;
}

const NOT_REBOOTED =
  'The system is not rebooted, because the session had errors.  Nothing was configured: reboot, or run swconfig, when they are mended.';

function reboots({ root, options }: RootSession, plan: Plan): boolean {
  return (
    root === '/' &&
    options.autoreboot &&
    plan.products.some((product) => product.filesets.some((each) => each.isReboot === true))
  );
}

/** Begins before the first kernel product and ends with the build, before the first other product or at the end. */
class KernelPhase {
  readonly #session: RootSession;
  readonly #catalog: Catalog;
  /** postkernel of each product with kernel filesets, '' for none. */
  readonly #builders: string[] = [];
  #stands: 'before' | 'open' | 'done' = 'before';

  constructor(session: RootSession, catalog: Catalog) {
    this.#session = session;
    this.#catalog = catalog;
    if (!session.kernel) this.#stands = 'done';
  }

  async before(product: PlannedProduct): Promise<void> {
    if (product.kernel !== true) return this.end();
    if (product.filesets.some((each) => each.isKernel === true)) {
      this.#builders.push(text(this.#catalog.product(product.id)?.attributes ?? {}, 'postkernel'));
    }
    if (this.#stands !== 'before') return;
    this.#stands = 'open';
    await prepareKernel(this.#session);
  }

  async end(): Promise<void> {
    if (this.#stands !== 'open') return;
    this.#stands = 'done';
    await buildKernel(this.#session, this.#builders);
  }
}

async function installProduct(
  session: RootSession,
  depot: Depot,
  plan: PlannedProduct,
  bundles: readonly CatalogOp[],
): Promise<Done> {
  // What ran once ran, and cannot be taken back.
  const once = depot.catalog.product(plan.id)?.filesets.some(runsOnce) === true;
  const recover = !once && (session.options.autorecover || session.options.autorecover_product);
  await forgetKept(session);
  const scripts = new LoadScripts(session, depot, plan);
  if ((await scripts.preinstall()) && recover) throw await scripts.undone(async () => undefined);
  const plain = loadProduct(session, depot, plan, bundles);
  const kept = recover ? recoverable(session, plain) : undefined;
  try {
    await applyLoad(session, plan, kept?.load ?? plain);
  } catch (error) {
    // The transaction has put every file back; what preinstall did is for its companion to undo.
    if (recover) await scripts.unpreinstall();
    throw error;
  }
  if ((await scripts.postinstall()) && kept) throw await scripts.undone(() => kept.takeBack(`recover ${plan.spec}`));
  await settleStates(session, plan.filesets, scripts.failed, scripts.runs);
  await forgetKept(session);
  return { state: 'installed', corrupt: scripts.failed };
}

async function applyLoad(
  session: RootSession,
  plan: PlannedProduct,
  load: ReturnType<typeof loadProduct>,
): Promise<void> {
  await session.store.apply({
    label: `install ${plan.spec}`,
    files: load.steps,
    look: load.look,
    change: load.change,
    onFile: (step, bytes) =>
      session.emit({
        type: 'file.done',
        path: `/${step.path}`,
        action: step.step === 'remove' ? 'remove' : 'place',
        bytes,
      }),
    onPiece: (bytes) => session.emit({ type: 'file.part', bytes }),
  });
  session.paths.forget();
}

/** Bundle records as the IPD keeps them. */
function bundleOps(depot: Depot, ids: readonly string[]): CatalogOp[] {
  const wanted = new Set(ids);
  return depot.catalog
    .bundles()
    .flatMap((bundle): CatalogOp[] => (wanted.has(bundle.id) ? [{ op: 'bundle', bundle }] : []));
}
