// Changed definitions of a root or depot (commands.md 5.5): one commit for the whole command. No file is touched.

import type { ChangeSet } from '../model/change.ts';
import type { Plan } from '../model/plan.ts';
import type { Store } from '../store/store.ts';
import { depotOp } from './depot-records.ts';
import { refuseStale } from './turns.ts';

/** Applies `ops`; a depot's own mod_time follows. `now` in seconds. Throws SdError `plan_stale` and what the store throws. */
export async function executeModify(store: Store, plan: Plan, ops: ChangeSet, now: number): Promise<void> {
  const catalog = store.catalog();
  refuseStale(plan, catalog);
  if (ops.length === 0) return;
  const own = catalog.kind === 'depot' ? [depotOp(catalog, {}, now)] : [];
  await store.apply({ label: 'modify definitions', files: [], change: () => [...own, ...ops] });
}
