// swcopy on one target: depot to depot, merging (commands.md 5.2, 6.3; patches.md 3.8).
// Promise: a preview and a refused analysis write nothing at all; a depot that is not there is made only when software goes in.

import { planInstall } from '../analysis/install.ts';
import { depotPlace, openDepotToChange } from '../depot/change.ts';
import type { Depot } from '../depot/depot.ts';
import { openDepot } from '../depot/open.ts';
import { executeCopy } from '../execution/copy.ts';
import { type Catalog, emptyCatalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import type { Outcome, Selection } from '../model/plan.ts';
import type { InstallRequest } from '../model/request.ts';
import { qualified } from '../model/spec.ts';
import { selectForInstall } from '../selection/install.ts';
import type { Store } from '../store/store.ts';
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
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    const target = await connect(session, 'target', place, () => openTarget(request, session));
    try {
      const from = `${request.context.host}:${request.source}`;
      const source = await connect(session, 'source', from, () => openDepot(request.source));
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
  target: Target,
  request: InstallRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, context, preview } = request;
  session.report(source.findings);
  const catalog = target.catalog();
  const selection = selectForInstall({
    source: source.catalog,
    target: catalog,
    software: request.software,
    options,
    into: 'depot',
  });
  const places = { source: `${context.host}:${source.location}`, target: `${context.host}:${request.target}` };
  const software = softwareSpecs(selection, source.catalog);
  if (!endSelection(session, selection, { ...places, software, enforce: options.enforce_selections })) return {};
  return agentSession(session, { task: 'copy', ...places, logfile: `${places.target}/swagent.log` }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    const views = depotViews(request.target);
    const plan = await planInstall({
      source: source.catalog,
      target: catalog,
      selection,
      options,
      into: 'depot',
      targetPath: request.target,
      views,
    });
    if (!endAnalysis(session, plan, places.target, preview)) return { plan };
    const store = await target.change();
    await executeCopy(plan, {
      task: 'copy',
      source,
      store,
      emit: session.emit,
      now: Math.floor(Date.now() / 1000),
      bundles: selection.bundles,
    });
    if (target.isNew && options.register_new_depot)
      registerNew(options.admin_directory, request.target, 'depot', session.emit);
    return { plan };
  });
}

/** Fully qualified specs of the selected filesets, as logs list them. */
export function softwareSpecs(selection: Selection, catalog: Catalog): string[] {
  return selection.entries.flatMap((entry) => {
    const found = lookUp(catalog, entry.key);
    return found ? [qualified(found.product, found.fileset)] : [];
  });
}

/** The depot that is written to, opened no further than is needed so far. */
interface Target {
  readonly isNew: boolean;
  catalog(): Catalog;
  /** Opens it to change, making it where it is new. */
  change(): Promise<Store>;
  close(): Promise<void>;
}

async function openTarget(request: InstallRequest, session: Session): Promise<Target> {
  const { target, options, context, preview } = request;
  const isNew = depotPlace(target) !== 'depot';
  if (isNew && depotPlace(target) === 'absent' && !options.create_target_path) {
    throw new SdError('target_missing', {
      what: `The depot "${target}" does not exist.`,
      because: 'The option "create_target_path" is set to "false".',
      todo: 'Make the directory, or set create_target_path=true.',
    });
  }
  const open = () =>
    openDepotToChange(target, {
      create: true,
      command: context.command,
      user: context.user,
      lockTimeout: options.lock_timeout,
      onRecovered: (how, what) => session.emit({ type: 'recovered', how, what }),
    });
  if (preview && !isNew) {
    const depot = await openDepot(target);
    return { isNew, catalog: () => depot.catalog, change: open, close: async () => depot.close() };
  }
  let store = isNew ? undefined : await open();
  return {
    isNew,
    catalog: () => store?.catalog() ?? emptyCatalog('depot'),
    change: async () => (store ??= await open()),
    close: async () => store?.close(),
  };
}
