// swmodify on one root or depot (commands.md 5.5): patches committed (patches.md 6.1), or definitions changed: attributes (-a), whole
// definitions (-u, -s, -c), file entries (-P, files=) and control files (control_files=).
// Promise: one transaction; a preview, and anything refused, changes nothing. Files of the software are never touched.

import { planCommit } from '../analysis/commit.ts';
import { openDepotToChange } from '../depot/change.ts';
import { openDepot } from '../depot/open.ts';
import { executeCommit } from '../execution/commit.ts';
import { executeModify } from '../execution/modify.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Emit } from '../model/events.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { selectOnTarget } from '../selection/target.ts';
import type { Store } from '../store/store.ts';
import { requireDepot, requireRoot } from './access.ts';
import { softwareSpecs } from './copy.ts';
import { draftChanges, type Edits, planOf } from './modify-plan.ts';
import { exportCatalog } from './modify-source.ts';
import { openRoot } from './root-target.ts';
import {
  agentSession,
  connect,
  endAnalysis,
  endSelection,
  runSession,
  type Session,
  type SessionResult,
} from './session.ts';

export interface ModifyRequest extends TargetRequest {
  readonly edits: Edits;
}

/** Commits the patches named. `outcome.reclaimed` is what the save area gave back, in bytes. */
export async function commitPatches(request: TargetRequest, emit: Emit): Promise<Outcome> {
  const { context, options, preview } = request;
  const place = `${context.host}:${request.target}`;
  return runSession(context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    requireRoot(request.target, 'w', options);
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
        place,
      });
      const software = softwareSpecs(selection, catalog);
      if (!endSelection(session, selection, { target: place, software, enforce: true })) return {};
      const logfile = `${context.host}:${target.admin}/swagent.log`;
      return await agentSession(session, { task: 'modify', target: place, logfile }, async () => {
        session.emit({ type: 'analysis.begin', preview });
        const plan = planCommit({ target: catalog, selection, options, targetPath: request.target });
        if (!(await endAnalysis(session, plan, place, preview))) return { plan };
        return { plan, reclaimed: await executeCommit(await target.change(), plan) };
      });
    } finally {
      await target.close();
    }
  });
}

/** Changes definitions. Never rejects for what a user can cause: the outcome says it. */
export async function modifyDefinitions(request: ModifyRequest, emit: Emit): Promise<Outcome> {
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    if (request.depot) requireDepot(request.target, 'w', request.options);
    else requireRoot(request.target, 'w', request.options);
    const target = await connect(session, 'target', place, () => openTarget(request, session));
    try {
      return await changeTarget(request, session, target, place);
    } finally {
      await target.close();
    }
  });
}

const NOTHING: Finding = {
  severity: 'note',
  code: 'nothing_to_modify',
  text: 'Everything is as it was asked for; there is nothing to change.',
};

/** A root or depot opened no further than it needs. */
interface Target {
  readonly catalog: Catalog;
  /** Directory of the text tree. */
  readonly tree: string;
  readonly logfile: string;
  store(): Promise<Store>;
  close(): Promise<void>;
}

async function openTarget(request: ModifyRequest, session: Session): Promise<Target> {
  const { context, options, target: path } = request;
  // An export reads only.
  const preview = request.preview || request.edits.source?.kind === 'export';
  if (!request.depot) {
    const target = await openRoot(path, { session, options, preview, create: false });
    return {
      catalog: target.catalog(),
      tree: `${target.admin}/products`,
      logfile: `${target.admin}/swagent.log`,
      store: async () => (await target.change()).store,
      close: () => target.close(),
    };
  }
  const common = { tree: `${path}/catalog`, logfile: `${path}/swagent.log` };
  if (preview) {
    const depot = await openDepot(path);
    session.report(depot.findings);
    const store = async () => Promise.reject(new Error('a preview changes nothing'));
    return { ...common, catalog: depot.catalog, store, close: async () => depot.close() };
  }
  const store = await openDepotToChange(path, {
    create: false,
    command: context.command,
    user: context.user,
    lockTimeout: options.lock_timeout,
    onRecovered: (recovery) => session.emit({ type: 'recovered', ...recovery }),
  });
  return { ...common, catalog: store.catalog(), store: async () => store, close: () => store.close() };
}

async function changeTarget(
  request: ModifyRequest,
  session: Session,
  target: Target,
  place: string,
): Promise<SessionResult> {
  const { context, preview, edits, software } = request;
  const logfile = `${context.host}:${target.logfile}`;
  session.emit({
    type: 'selection.made',
    targets: [place],
    software: software.length === 0 && edits.source ? ['*'] : software,
  });
  session.emit({ type: 'selection.end', ok: true });
  return agentSession(session, { task: 'modify', target: place, logfile }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    if (edits.source?.kind === 'export') {
      if (!preview) session.report(exportCatalog(target.catalog, software, edits.source.path));
      session.emit({
        type: 'analysis.end',
        ok: !session.failed(),
        target: place,
        plan: planOf(request, target.catalog),
        preview,
      });
      return {};
    }
    const now = Date.now();
    const { draft, findings } = await draftChanges(request, target, now);
    for (const change of draft.changes) session.emit({ type: 'object.change', change });
    const nothing = draft.changes.length === 0 && findings.length === 0;
    const plan = { ...planOf(request, target.catalog, draft), findings: nothing ? [NOTHING] : findings };
    await endAnalysis(session, plan, place, preview);
    if (!preview && !session.failed())
      await executeModify(await target.store(), plan, draft.ops(), Math.floor(now / 1000));
    return { plan };
  });
}
