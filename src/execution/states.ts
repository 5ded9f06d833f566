// The state of filesets when all of a product's load scripts have run (commands.md 6.1): transient → installed, or corrupt.

import { text } from '../model/attributes.ts';
import { lookUp } from '../model/patches.ts';
import type { PlannedFileset } from '../model/plan.ts';
import { filesetOp } from './patching.ts';
import type { RunRecord } from './run-once.ts';
import { installed, type RootSession } from './session.ts';

/**
 * `failed` holds the target keys of filesets whose load scripts failed: loaded, but not to be trusted; `runs` what those that run once did.
 * One commit, if any; then the runs count as ended.
 */
export async function settleStates(
  session: RootSession,
  filesets: readonly PlannedFileset[],
  failed: ReadonlySet<string>,
  runs: ReadonlyMap<string, RunRecord>,
): Promise<void> {
  const catalog = installed(session);
  const ops = filesets.flatMap(({ targetKey }) => {
    const placed = lookUp(catalog, targetKey);
    const state = failed.has(targetKey) ? 'corrupt' : 'installed';
    const run = runs.get(targetKey);
    if (placed && run) return run.ops(placed, state);
    return placed && text(placed.fileset.attributes, 'state') !== state ? [filesetOp(placed, { state })] : [];
  });
  if (ops.length > 0) await session.store.apply({ label: 'settle states', files: [], change: () => ops });
  for (const key of runs.keys()) await session.store.scriptEnded(key, 'postinstall', 0);
}
