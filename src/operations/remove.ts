// swremove on one root or depot: selection, analysis, execution (commands.md 5.3, 6.4; patches.md 5).
// Promise: a refused or previewed removal changes nothing but, at opening, what an interrupted session left.

import { planRemove } from '../analysis/remove.ts';
import { openDepotToChange } from '../depot/change.ts';
import { openDepot } from '../depot/open.ts';
import { executeDepotRemove } from '../execution/depot-remove.ts';
import { reboot } from '../execution/kernel.ts';
import { executeRemove } from '../execution/remove.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome, Plan, Selection } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { parseSpec } from '../model/spec.ts';
import { selectOnTarget } from '../selection/target.ts';
import { requireRemoval, requireRoot } from './access.ts';
import { softwareSpecs } from './copy.ts';
import { depotViews } from './depot-views.ts';
import { unregister } from './register.ts';
import { openRoot } from './root-target.ts';
import { rootViews } from './root-views.ts';
import {
  agentSession,
  connect,
  endAnalysis,
  endSelection,
  runSession,
  type Session,
  type SessionResult,
} from './session.ts';

/** Removes software from `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function remove(request: TargetRequest, emit: Emit): Promise<Outcome> {
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    if (!request.depot) {
      refuseEverything(request);
      requireRoot(request.target, 'w', request.options);
    }
    return request.depot ? removeFromDepot(request, session, place) : removeFromRoot(request, session, place);
  });
}

/** `*` is meant for depots and alternate roots: a shell, or a variable that is empty, says it too easily of the running system. */
function refuseEverything({ target, software }: TargetRequest): void {
  if (target !== '/') return;
  const everything = software.find((operand) => {
    const { tags, items } = parseSpec(operand);
    return items.length === 0 && tags.every((tag) => /^\*+$/.test(tag));
  });
  if (everything === undefined) return;
  throw new SdError('whole_root', {
    what: `"${everything}" cannot be removed from "/".`,
    because: 'It selects all software of the running system, swdist included where that is software.',
    todo: 'Name what shall go; swlist lists it.',
    data: { spec: everything },
  });
}

async function removeFromRoot(request: TargetRequest, session: Session, place: string): Promise<SessionResult> {
  const { options, preview, context } = request;
  const target = await connect(session, 'target', place, () =>
    openRoot(request.target, { session, options, preview, create: false }),
  );
  let reboots = false;
  let result: SessionResult;
  try {
    const views = rootViews(target.looked, target.catalog());
    const logfile = `${context.host}:${target.admin}/swagent.log`;
    result = await decide(request, session, { place, logfile, catalog: target.catalog(), views }, async (plan) => {
      reboots = await executeRemove(await target.change(), plan);
      return target.catalog().generation;
    });
  } finally {
    await target.close();
  }
  if (reboots) await reboot(options.reboot_cmd, session.emit);
  return result;
}

async function removeFromDepot(request: TargetRequest, session: Session, place: string): Promise<SessionResult> {
  const { options, preview, context } = request;
  const views = depotViews(request.target);
  const logfile = `${place}/swagent.log`;
  if (preview) {
    const depot = await connect(session, 'target', place, () => openDepot(request.target));
    try {
      return await decide(request, session, { place, logfile, catalog: depot.catalog, views }, async () => 0);
    } finally {
      depot.close();
    }
  }
  const store = await connect(session, 'target', place, () =>
    openDepotToChange(request.target, {
      create: false,
      command: context.command,
      user: context.user,
      lockTimeout: options.lock_timeout,
      onRecovered: ({ how, what }) => session.emit({ type: 'recovered', how, what }),
    }),
  );
  let empty = false;
  try {
    return await decide(request, session, { place, logfile, catalog: store.catalog(), views }, async (plan) => {
      const now = Math.floor(Date.now() / 1000);
      await executeDepotRemove(plan, { store, emit: session.emit, now, bundles: plan.bundles ?? [] });
      empty = store.catalog().products().length === 0;
      return store.catalog().generation;
    });
  } finally {
    if (empty && options.remove_empty_depot) {
      // Before the lock is free, or it could be the registration of whoever comes next.
      unregister(options.admin_directory, request.target, 'depot', session.emit);
      await store.discard();
    } else await store.close();
  }
}

async function decide(
  request: TargetRequest,
  session: Session,
  parts: { place: string; logfile: string; catalog: Catalog; views: ReturnType<typeof rootViews> },
  /** Returns the generation of the catalog afterwards. */
  execute: (plan: Plan) => Promise<number>,
): Promise<SessionResult> {
  const { options, preview, depot } = request;
  const selection: Selection = selectOnTarget({
    target: parts.catalog,
    software: request.software,
    options,
    verb: 'remove',
    depot,
    place: parts.place,
  });
  const software = softwareSpecs(selection, parts.catalog);
  if (depot) requireRemoval(request.target, selection, parts.catalog, options);
  const enforce = options.enforce_selections;
  const records = selection.bundles.length > 0;
  if (!endSelection(session, selection, { target: parts.place, software, enforce, records })) return {};
  return agentSession(session, { task: 'remove', target: parts.place, logfile: parts.logfile }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    const plan = await planRemove({
      target: parts.catalog,
      selection,
      options,
      depot,
      targetPath: request.target,
      views: parts.views,
    });
    if (!(await endAnalysis(session, plan, parts.place, preview))) return { plan };
    return { plan, generation: await execute(plan) };
  });
}
