// swcopy on one target: depot to depot, merging (commands.md 5.2, 6.3; patches.md 3.8).
// Promise: a preview and a refused analysis write nothing at all; a depot that is not there is made only when software goes in.

import { planInstall } from '../analysis/install.ts';
import type { Depot } from '../depot/depot.ts';
import { openDepot } from '../depot/open.ts';
import { executeCopy } from '../execution/copy.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Emit } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import type { Outcome, Selection } from '../model/plan.ts';
import type { InstallRequest } from '../model/request.ts';
import { qualified } from '../model/spec.ts';
import { selectForInstall } from '../selection/install.ts';
import { replaced, requireDepot, requireProducts, selectedProducts } from './access.ts';
import { type DepotTarget, openDepotTarget } from './depot-target.ts';
import { depotViews } from './depot-views.ts';
import { registerNew } from './register.ts';
import {
  agentSession,
  connect,
  endAnalysis,
  endSelection,
  runSession,
  type Session,
  type SessionResult,
} from './session.ts';

/** Copies software into the depot `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function copy(request: InstallRequest, emit: Emit): Promise<Outcome> {
  const { context, options, preview } = request;
  const place = `${context.host}:${request.target}`;
  return runSession(context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    requireDepot(request.target, 'i', options);
    requireDepot(request.source, 'r', options);
    const open = () => openDepotTarget(request.target, { session, options, preview });
    const target = await connect(session, 'target', place, open);
    try {
      const source = await connect(session, 'source', `${context.host}:${request.source}`, () =>
        openDepot(request.source),
      );
      try {
        return await copyFrom(source, target, request, session);
      } finally {
        source.close();
      }
    } finally {
      await target.close();
    }
  });
}

async function copyFrom(
  source: Depot,
  target: DepotTarget,
  request: InstallRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, context, preview } = request;
  session.report(source.findings);
  const parts = { source: source.catalog, target: target.catalog(), options, into: 'depot' } as const;
  const selection = selectForInstall({ ...parts, software: request.software });
  const places = { source: `${context.host}:${source.location}`, target: `${context.host}:${request.target}` };
  const software = softwareSpecs(selection, source.catalog);
  const products = selectedProducts(selection);
  requireProducts(request.source, products, 'r', options);
  requireProducts(request.target, replaced(products, target.catalog()), 'w', options);
  if (!endSelection(session, selection, { ...places, software, enforce: options.enforce_selections })) return {};
  return agentSession(session, { task: 'copy', ...places, logfile: `${places.target}/swagent.log` }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    const views = depotViews(request.target);
    const plan = await planInstall({ ...parts, selection, targetPath: request.target, views });
    if (!(await endAnalysis(session, plan, places.target, preview))) return { plan };
    const store = await target.change();
    const now = Math.floor(Date.now() / 1000);
    await executeCopy(plan, { task: 'copy', source, store, emit: session.emit, now, bundles: selection.bundles });
    if (target.isNew && options.register_new_depot && store.catalog().products().length > 0) {
      registerNew(options.admin_directory, request.target, 'depot', session.emit);
    }
    return { plan, generation: store.catalog().generation };
  });
}

/** Fully qualified specs of the selected filesets, as logs list them. */
export function softwareSpecs(selection: Selection, catalog: Catalog): string[] {
  return selection.entries.flatMap((entry) => {
    const found = lookUp(catalog, entry.key);
    return found ? [qualified(found.product, found.fileset)] : [];
  });
}
