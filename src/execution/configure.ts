// Configuration: installed → configured, and back (commands.md 6.2 step 5, 6.4 step 1, 6.7). Only on the root `/`; alternate roots stay
// installed. Filesets without a script change state too.
//
//   script ends with   configure                                unconfigure
//   0                  configured                               installed
//   2                  WARNING, configured                      WARNING, installed
//   else               ERROR, installed                         ERROR, installed: what follows goes on
//                      enforce_scripts=false: WARNING, as 0     enforce_scripts=false: WARNING
//
// Product script before its filesets' scripts, to unconfigure after them; a product script's ERROR counts for all filesets of it that
// are in the session. One commit for all states.

import { text } from '../model/attributes.ts';
import { isSuperseded, lookUp, type Placed } from '../model/patches.ts';
import type { Plan } from '../model/plan.ts';
import type { FilesetKey } from '../model/software.ts';
import { filesetName } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { type ConfiguredVersions, configuredVersions } from '../model/versions.ts';
import { filesetOp } from './patching.ts';
import { runControlScript, type ScriptOwner } from './scripts.ts';
import { installed, type RootSession, tell } from './session.ts';
import { refuseStale } from './turns.ts';

type Move = 'configure' | 'unconfigure';

/** Executes the plan of swconfig. Findings are events; throws SdError `plan_stale` when the IPD moved on since the plan was made. */
export async function executeConfigure(session: RootSession, plan: Plan, task: Move): Promise<void> {
  refuseStale(plan, installed(session));
  const keys = plan.products.flatMap((product) => product.filesets.map((each) => each.targetKey));
  session.emit({ type: 'execution.begin', task, filesets: keys.length, files: 0, bytes: 0 });
  const errors = await moveState(session, placedOf(session, keys), task);
  const filesets = keys.length;
  const target = plan.target;
  session.emit({ type: 'execution.end', task, ok: errors === 0, target, errors, warnings: 0, filesets });
}

/**
 * Configures what an install loaded, in load order, unless the root, defer_configure or run_scripts=false forbids it. Superseded patches
 * are left alone. Answers how many filesets stayed installed because of an ERROR.
 */
export async function configureFilesets(session: RootSession, keys: readonly FilesetKey[]): Promise<number> {
  const { root, options } = session;
  if (root !== '/' || options.defer_configure || !options.run_scripts) return 0;
  const ready = placedOf(session, keys).filter((each) => isIn(each, 'installed') && !isSuperseded(each.fileset));
  const twins = configuredVersions(installed(session));
  const free = ready.filter((each) => !leftToTwin(session, each, twins));
  return moveState(session, free, 'configure');
}

/** Unconfigures what a removal takes, in its order; what is not configured is passed over. */
export async function unconfigureFilesets(session: RootSession, keys: readonly FilesetKey[]): Promise<void> {
  if (session.root !== '/') return;
  const ready = placedOf(session, keys).filter((each) => isIn(each, 'configured'));
  await moveState(session, ready, 'unconfigure');
}

/** Runs the scripts and commits the states. Answers the number of filesets with an ERROR. */
async function moveState(session: RootSession, filesets: readonly Placed[], task: Move): Promise<number> {
  if (filesets.length === 0) return 0;
  // Scripts run in their published directories.
  await session.store.publish();
  const failed = new Set<FilesetKey>();
  let scripts = 0;
  const run = async (owner: ScriptOwner, spoils: readonly Placed[]) => {
    if ((await runControlScript(session, owner, task)) !== 'error') return;
    scripts += 1;
    for (const each of spoils) failed.add(each.key);
  };
  for (const group of byProduct(filesets)) {
    const product = productOwnerOf(session, group[0]!);
    if (task === 'configure') await run(product, group);
    for (const each of group) await run(ownerOf(session, each), [each]);
    if (task === 'unconfigure') await run(product, group);
  }
  await commitStates(session, filesets, failed, task);
  tellFailures(session, filesets, failed, scripts, task);
  return failed.size;
}

async function commitStates(
  session: RootSession,
  filesets: readonly Placed[],
  failed: ReadonlySet<FilesetKey>,
  task: Move,
): Promise<void> {
  const ops = filesets.flatMap((each) => {
    const state = task === 'configure' && !failed.has(each.key) ? 'configured' : 'installed';
    return isIn(each, state) ? [] : [filesetOp(each, { state })];
  });
  if (ops.length > 0) await session.store.apply({ label: task, files: [], change: () => ops });
}

function tellFailures(
  session: RootSession,
  filesets: readonly Placed[],
  failed: ReadonlySet<FilesetKey>,
  scripts: number,
  task: Move,
): void {
  for (const each of filesets) {
    const ok = !failed.has(each.key);
    const state = ok && task === 'configure' ? 'configured' : 'installed';
    session.emit({ type: 'fileset.end', task, spec: brief(each.product, each.fileset), ok, state });
  }
  if (scripts === 0) return;
  tell(session, {
    severity: 'error',
    code: 'configure_failed',
    text: `"${session.context.host}:${session.root}":  ${scripts} configure or unconfigure scripts failed.`,
  });
}

/** A second version is never configured by itself while another one is (commands.md 4.1 allow_multiple_versions). */
function leftToTwin(session: RootSession, { product, fileset }: Placed, twins: ConfiguredVersions): boolean {
  if (![...(twins.get(filesetName(product, fileset)) ?? [])].some((id) => id !== product.id)) return false;
  const name = brief(product, fileset);
  tell(session, {
    severity: 'note',
    code: 'other_version_configured',
    text: `The fileset "${name}" stays in the state "installed", because another version of it is configured.  swconfig configures it with allow_multiple_versions=true.`,
    subjects: [name],
  });
  return true;
}

function isIn({ fileset }: Placed, state: string): boolean {
  return text(fileset.attributes, 'state') === state;
}

function placedOf(session: RootSession, keys: readonly FilesetKey[]): Placed[] {
  return keys.flatMap((key) => lookUp(installed(session), key) ?? []);
}

/** An installed fileset as the owner of scripts kept in the IPD. */
function ownerOf(session: RootSession, placed: Placed): ScriptOwner {
  return {
    product: placed.product,
    fileset: placed.fileset,
    location: text(placed.product.attributes, 'location') || '/',
    content: (tag) => installed(session).controlFile(placed.key, tag),
  };
}

/** Its product as the owner of scripts kept in the IPD. */
function productOwnerOf(session: RootSession, { product }: Placed): ScriptOwner {
  return {
    product,
    location: text(product.attributes, 'location') || '/',
    content: (tag) => installed(session).controlFile(product.id, tag),
  };
}

/** Filesets of one product together, products in order of their first fileset. */
function byProduct(filesets: readonly Placed[]): Placed[][] {
  const groups = new Map<string, Placed[]>();
  for (const placed of filesets) {
    const group = groups.get(placed.product.id) ?? [];
    groups.set(placed.product.id, group);
    group.push(placed);
  }
  return [...groups.values()];
}
