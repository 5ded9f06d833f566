// swmodify -x patch_commit=true on one root (commands.md 5.5, patches.md 6.1): saved files go, patches become committed.
// Promise: one transaction; a preview changes nothing.

import { planCommit } from '../analysis/commit.ts';
import { executeCommit } from '../execution/commit.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { selectOnTarget } from '../selection/target.ts';
import { softwareSpecs } from './copy.ts';
import { openRoot } from './root-target.ts';
import { agentSession, connect, endAnalysis, endSelection, runSession } from './session.ts';

/** Commits the patches named. `outcome.reclaimed` is what the save area gave back, in bytes. */
export async function commitPatches(request: TargetRequest, emit: Emit): Promise<Outcome> {
  const { context, options, preview } = request;
  const place = `${context.host}:${request.target}`;
  return runSession(context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    const target = await connect(session, 'target', place, () =>
      openRoot(request.target, { session, options, preview, create: false }),
    );
    try {
      const catalog = target.catalog();
      const selection = selectOnTarget({
        target: catalog,
        software: request.software,
        options,
        verb: 'modify',
        depot: false,
      });
      const software = softwareSpecs(selection, catalog);
      if (!endSelection(session, selection, { target: place, software, enforce: true })) return {};
      const logfile = `${context.host}:${target.admin}/swagent.log`;
      return await agentSession(session, { task: 'modify', target: place, logfile }, async () => {
        session.emit({ type: 'analysis.begin', preview });
        const plan = planCommit({ target: catalog, selection, options, targetPath: request.target });
        if (!endAnalysis(session, plan, place, preview)) return { plan };
        return { plan, reclaimed: await executeCommit(await target.change(), plan) };
      });
    } finally {
      await target.close();
    }
  });
}
