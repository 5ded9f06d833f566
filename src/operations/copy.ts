// swcopy on one target: depot to depot, merging (commands.md 5.2, 6.3; patches.md 3.8).
// Promise: a preview and a refused analysis write nothing at all; a depot that is not there is made only when software goes in.

import { planInstall } from '../analysis/install.ts';
import { layoutOf } from '../definition/index.ts';
import { saidOfDepot } from '../depot/available.ts';
import type { Depot } from '../depot/depot.ts';
import { executeCopy } from '../execution/copy.ts';
import type { StoredAs } from '../execution/storage.ts';
import { madeAt } from '../host/source-date.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { lookUp } from '../model/patches.ts';
import { placeOf } from '../model/place.ts';
import type { Finding, Outcome, Selection } from '../model/plan.ts';
import type { EngineOptions, InstallRequest } from '../model/request.ts';
import { qualified } from '../model/spec.ts';
import { selectForInstall } from '../selection/install.ts';
import { replaced, requireDepot, requireProducts, selectedProducts } from './access.ts';
import { type DepotTarget, openDepotTarget } from './depot-target.ts';
import { depotViews } from './depot-views.ts';
import { visibleCatalog } from './list-visible.ts';
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
import { secretKey, signStore } from './sign.ts';
import { bringContents, bringRecords, openSource, plannedKeys } from './sources.ts';

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
      const source = await connect(session, 'source', placeOf(context.host, request.source), () =>
        openSource(request.source, {
          options,
          remember: !preview,
          serial: { volumes: request.volumes, complete: true },
          packages: { asPatch: options.as_patch, installed: target.catalog() },
        }),
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
  const storedAs = storedAsFor(options);
  session.report(source.findings);
  const offered = visibleCatalog(source.catalog, { showSuperseded: true, createdUntil: options.create_time_filter });
  const parts = { source: offered, target: target.catalog(), options, into: 'depot' } as const;
  const selection = selectForInstall({ ...parts, software: request.software });
  const filesets = selection.entries.map((entry) => entry.key);
  session.report(source.notes?.(filesets) ?? []);
  await bringRecords(source, filesets);
  const places = { source: placeOf(context.host, source.location), target: `${context.host}:${request.target}` };
  const software = softwareSpecs(selection, source.catalog);
  const products = selectedProducts(selection);
  requireProducts(request.source, products, 'r', options);
  requireProducts(request.target, replaced(products, target.catalog()), 'w', options);
  if (!endSelection(session, selection, { ...places, software, enforce: options.enforce_selections })) return {};
  return agentSession(session, { task: 'copy', ...places, logfile: `${places.target}/swagent.log` }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    const older = { ...target.catalog().attributes, ...(request.layout && { layout_version: request.layout }) };
    if (layoutOf(older) === '0.8' && layoutOf(source.catalog.attributes) === '1.0')
      session.report([oldLayout(request.target)]);
    const views = depotViews(request.target);
    const plan = await planInstall({ ...parts, selection, targetPath: request.target, views });
    if (!(await endAnalysis(session, plan, places.target, preview))) return { plan };
    const key = options.sign_key === '' ? undefined : secretKey(options.sign_key);
    await bringContents(session, source, plannedKeys(plan));
    const store = await target.change();
    const arrival = { now: madeAt(), keepTimes: options.preserve_create_time };
    await executeCopy(plan, {
      task: 'copy',
      source,
      store,
      emit: session.emit,
      arrival,
      storedAs,
      bundles: selection.bundles,
      depotAttributes: {
        // A depot copied whole stays what it is; one made of parts is another.
        ...(target.isNew && request.software.includes('*') ? saidOfDepot(source.catalog.attributes) : {}),
        ...(request.layout === undefined ? {} : { layout_version: request.layout }),
      },
    });
    if (key !== undefined) await signStore(store, key);
    if (target.isNew && options.register_new_depot && store.catalog().products().length > 0) {
      registerNew(options.admin_directory, request.target, 'depot', session.emit);
    }
    return { plan, generation: store.catalog().generation };
  });
}

/** commands.md 5.2: words that came with layout 1.0 get lost there. */
function oldLayout(depot: string): Finding {
  const text = `The depot "${depot}" has the layout_version 0.8, and the software has 1.0.  Its text catalog says less of it.`;
  return { severity: 'warning', code: 'layout_older', text, subjects: [depot] };
}

/** What the options say of compression. Throws SdError `compression_conflict`. */
export function storedAsFor(options: Pick<EngineOptions, 'compress_files' | 'uncompress_files'>): StoredAs {
  if (options.compress_files && options.uncompress_files) {
    throw new SdError('compression_conflict', {
      what: 'Files cannot be stored compressed and uncompressed.',
      because: 'compress_files and uncompress_files are both "true".',
      todo: 'Set one of them to "false".',
    });
  }
  return options.compress_files ? 'compressed' : options.uncompress_files ? 'plain' : 'as_source';
}

/** Fully qualified specs of the selected filesets, as logs list them. */
export function softwareSpecs(selection: Selection, catalog: Catalog): string[] {
  return selection.entries.flatMap((entry) => {
    const found = lookUp(catalog, entry.key);
    return found ? [qualified(found.product, found.fileset)] : [];
  });
}
