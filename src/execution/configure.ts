// Configuration: installed → configured (commands.md 6.2 step 5, 6.7). Only on the root `/`; alternate roots stay installed.
// Filesets without a configure script change state too; a configure ERROR leaves the fileset installed.

import { text } from '../model/attributes.ts';
import { isSuperseded, lookUp, type Placed } from '../model/patches.ts';
import type { FilesetKey } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import { filesetOp } from './patching.ts';
import { runControlScript, type ScriptOwner } from './scripts.ts';
import { installed, type RootSession, tell } from './session.ts';

/** Configures what an install loaded, in load order, unless the root, defer_configure or run_scripts=false forbids it. */
export async function configureFilesets(session: RootSession, keys: readonly FilesetKey[]): Promise<void> {
  if (session.root !== '/' || session.options.defer_configure || !session.options.run_scripts) return;
  await moveState(session, keys, 'configure');
}

/**
 * Runs configure or unconfigure: product script before its filesets' scripts (unconfigure: after them). Corrupt, transient and
 * superseded filesets are left alone. All state changes are one commit.
 */
export async function moveState(
  session: RootSession,
  keys: readonly FilesetKey[],
  tag: 'configure' | 'unconfigure',
): Promise<void> {
  const from = tag === 'configure' ? 'installed' : 'configured';
  const ready = keys.flatMap((key) => {
    const placed = lookUp(installed(session), key);
    const movable = placed && (text(placed.fileset.attributes, 'state') === from || session.options.reconfigure);
    return placed && movable && !isSuperseded(placed.fileset) ? [placed] : [];
  });
  if (ready.length === 0) return;
  await session.store.publish();
  const failed = new Set<FilesetKey>();
  for (const group of byProduct(ready)) {
    const product = { product: group[0]!, owned: group };
    if (tag === 'configure') await runProduct(session, product, tag, failed);
    for (const placed of group) {
      if ((await runControlScript(session, ownerOf(session, placed), tag)) === 'error') failed.add(placed.key);
    }
    if (tag === 'unconfigure') await runProduct(session, product, tag, failed);
  }
  await record(session, ready, failed, tag);
}

async function runProduct(
  session: RootSession,
  group: { product: Placed; owned: readonly Placed[] },
  tag: string,
  failed: Set<FilesetKey>,
): Promise<void> {
  const { fileset: _, ...owner } = ownerOf(session, group.product);
  const content = (name: string) => installed(session).controlFile(group.product.product.id, name);
  if ((await runControlScript(session, { ...owner, content }, tag)) === 'error')
    for (const each of group.owned) failed.add(each.key);
}

async function record(
  session: RootSession,
  ready: readonly Placed[],
  failed: ReadonlySet<FilesetKey>,
  tag: string,
): Promise<void> {
  const state = tag === 'configure' ? 'configured' : 'installed';
  const moved = ready.filter((each) => tag === 'unconfigure' || !failed.has(each.key));
  if (moved.length > 0) {
    await session.store.apply({ label: tag, files: [], change: () => moved.map((each) => filesetOp(each, { state })) });
  }
  for (const each of ready) {
    const ok = !failed.has(each.key);
    session.emit({
      type: 'fileset.end',
      task: 'configure',
      spec: brief(each.product, each.fileset),
      ok,
      state: ok ? state : 'installed',
    });
  }
  if (failed.size === 0) return;
  tell(session, {
    severity: 'error',
    code: 'configure_failed',
    text: `"${session.context.host}:${session.root}":  ${failed.size} configure or unconfigure scripts failed.`,
  });
}

/** An installed fileset as the owner of scripts kept in the IPD. */
export function ownerOf(session: RootSession, placed: Placed): ScriptOwner {
  return {
    product: placed.product,
    fileset: placed.fileset,
    location: text(placed.product.attributes, 'location') || '/',
    content: (tag) => installed(session).controlFile(placed.key, tag),
  };
}

/** Consecutive filesets of one product together. */
function byProduct(filesets: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const placed of filesets) {
    const last = groups.at(-1);
    if (last?.[0]?.product.id === placed.product.id) last.push(placed);
    else groups.push([placed]);
  }
  return groups;
}
