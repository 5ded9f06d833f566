// swinstall on one root: selection, analysis, execution (commands.md 5.1, 6.2).
// Promise: a preview and a refused analysis change nothing but, at opening, what an interrupted session left.

import { planInstall } from '../analysis/install.ts';
import type { Depot } from '../depot/depot.ts';
import { executeInstall } from '../execution/install.ts';
import { reboot } from '../execution/kernel.ts';
import { flag } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Emit } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import { placeOf } from '../model/place.ts';
import type { Outcome, Selection } from '../model/plan.ts';
import type { InstallRequest } from '../model/request.ts';
import { selectForInstall } from '../selection/install.ts';
import { requireDepot, requireProducts, requireRoot, selectedProducts } from './access.ts';
import { softwareSpecs } from './copy.ts';
import { judgeDepot } from './depot-trust.ts';
import { visibleCatalog } from './list-visible.ts';
import { registerNew } from './register.ts';
import { askRequests } from './requests.ts';
import { withResponses } from './responses.ts';
import { openRoot, type RootTarget } from './root-target.ts';
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
import { bringContents, bringRecords, openSource, plannedKeys } from './sources.ts';

/** Installs software into the root `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function install(request: InstallRequest, emit: Emit): Promise<Outcome> {
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    const { options, preview } = request;
    requireRoot(request.target, 'i', options);
    requireDepot(request.source, 'r', options);
    let reboots = false;
    let result: SessionResult;
    const target = await connect(session, 'target', place, () =>
      openRoot(request.target, { session, options, preview, create: true }),
    );
    try {
      const from = placeOf(request.context.host, request.source);
      const source = await connect(session, 'source', from, () =>
        openSource(request.source, {
          options,
          remember: !preview,
          serial: { volumes: request.volumes, complete: true },
          packages: { asPatch: options.as_patch, installed: target.catalog() },
        }),
      );
      try {
        [result, reboots] = await installFrom(source, target, request, session);
      } finally {
        source.close();
      }
    } finally {
      await target.close();
    }
    if (reboots) await reboot(options.reboot_cmd, session.emit);
    return result;
  });
}

/** Answers also whether the machine has to be rebooted, once everything is closed. */
async function installFrom(
  source: Depot,
  target: RootTarget,
  request: InstallRequest,
  session: Session,
): Promise<[SessionResult, boolean]> {
  const { options, context, preview } = request;
  session.report(source.findings);
  const selected = selectForInstall({
    source: visibleCatalog(source.catalog, { showSuperseded: true, createdUntil: options.create_time_filter }),
    target: target.catalog(),
    software: request.software,
    options,
    into: 'root',
  });
  const filesets = selected.entries.map((each) => each.key);
  session.report(judgeDepot(source, filesets, options.allow_insecure_depot));
  session.report(source.notes?.(filesets) ?? []);
  await bringRecords(source, filesets);
  const places = { source: placeOf(context.host, source.location), target: `${context.host}:${request.target}` };
  const { asked, selection } = await answered(source, target, request, session, selected);
  const software = softwareSpecs(selection, asked.catalog);
  requireProducts(request.source, selectedProducts(selection), 'r', options);
  if (selectedProducts(selection).some((id) => target.catalog().product(id))) requireRoot(request.target, 'w', options);
  if (!endSelection(session, selection, { ...places, software, enforce: options.enforce_selections })) {
    return [{}, false];
  }
  return agentSession(
    session,
    { task: 'install', ...places, logfile: `${context.host}:${target.admin}/swagent.log` },
    async () => {
      session.emit({ type: 'analysis.begin', preview });
      const kernel = hasKernel(asked.catalog, selection);
      const plan = await planInstall({
        source: asked.catalog,
        target: target.catalog(),
        selection,
        options,
        into: 'root',
        targetPath: request.target,
        views: rootViews({ ...target.looked, kernel }, asked.catalog),
      });
      if (!(await endAnalysis(session, plan, places.target, preview))) return [{ plan }, false];
      await bringContents(session, source, plannedKeys(plan));
      const { known } = target;
      const reboots = await executeInstall(await target.change(), asked, plan);
      const arrived = target.catalog().products().length > 0;
      if (!known && arrived && request.target !== '/' && options.register_new_root) {
        registerNew(options.admin_directory, request.target, 'root', session.emit);
      }
      return [{ plan, generation: target.catalog().generation }, reboots];
    },
  );
}

/** Runs request scripts as the option `ask` says, and puts responses among the control files of what is selected. */
async function answered(
  source: Depot,
  target: RootTarget,
  request: InstallRequest,
  session: Session,
  selected: Selection,
): Promise<{ asked: Depot; selection: Selection }> {
  const { options, preview } = request;
  const looked = { ...target.looked, options: preview ? { ...options, ask: 'false' as const } : options };
  const parts = { catalog: source.catalog, selection: selected, directory: request.responses };
  const { responses, selection } = await askRequests({ ...looked, emit: session.emit }, parts);
  const asked: Depot = { ...source, catalog: withResponses(source.catalog, responses) };
  return { asked, selection };
}

function hasKernel(catalog: Catalog, selection: Selection): boolean {
  return selection.entries.some(({ key }) => {
    const placed = lookUp(catalog, key);
    return placed !== undefined && flag(placed.fileset.attributes, 'is_kernel');
  });
}
