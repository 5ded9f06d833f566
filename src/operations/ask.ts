// swask: runs request scripts and keeps the responses (commands.md 5.10).
//
//   -c catalog             responses go into that directory
//   -s source, without -c  into the catalog of the source, which must be a directory depot that can be written
//   neither                into the installed software of the target
//
// Nothing else is changed. Runs on the controller: there is no agent's part and no analysis.

import { openDepotToChange } from '../depot/change.ts';
import type { Depot } from '../depot/depot.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { placeOf } from '../model/place.ts';
import type { Outcome, Selection } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { selectForInstall } from '../selection/install.ts';
import { selectOnTarget } from '../selection/target.ts';
import type { Store } from '../store/store.ts';
import { softwareSpecs } from './copy.ts';
import { judgeDepot } from './depot-trust.ts';
import { askRequests } from './requests.ts';
import { type Responses, responseOps } from './responses.ts';
import { openRoot, type RootTarget } from './root-target.ts';
import { connect, endSelection, runSession, type Session, type SessionResult } from './session.ts';
import { bringRecords, openSource } from './sources.ts';

export interface AskRequest extends Omit<TargetRequest, 'depot'> {
  /** -s: a depot. Without it the software installed on `target` is meant. */
  readonly source?: string;
  /** -c */
  readonly responses?: string;
}

/** Asks for software of a depot or root. Never rejects for what a user can cause: the outcome says it. */
export async function ask(request: AskRequest, emit: Emit): Promise<Outcome> {
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    return request.source === undefined
      ? askInstalled(request, session, place)
      : askSource(request, request.source, session, place);
  });
}

async function askSource(request: AskRequest, source: string, session: Session, place: string): Promise<SessionResult> {
  const { options, context } = request;
  const from = placeOf(context.host, source);
  const depot = await connect(session, 'source', from, () => openSource(source, { options, remember: true }));
  try {
    session.report(depot.findings);
    if (request.responses === undefined && depot.kind !== 'directory') throw needsCatalog(depot);
    const target = await connect(session, 'target', place, () => lookAt(request, session));
    const selection = selectForInstall({
      source: depot.catalog,
      target: target.catalog(),
      software: request.software,
      options,
      into: 'root',
    });
    const keys = selection.entries.map((entry) => entry.key);
    session.report(judgeDepot(depot, keys, options.allow_insecure_depot));
    await bringRecords(depot, keys);
    const into = () =>
      openDepotToChange(source, {
        create: false,
        command: context.command,
        user: context.user,
        lockTimeout: options.lock_timeout,
        onRecovered: (recovery) => session.emit({ type: 'recovered', ...recovery }),
      });
    const parts = { catalog: depot.catalog, selection, places: { source: from, target: place } };
    return await asked(request, session, { ...parts, root: target, into });
  } finally {
    depot.close();
  }
}

async function askInstalled(request: AskRequest, session: Session, place: string): Promise<SessionResult> {
  const { options, responses } = request;
  const preview = responses !== undefined;
  const target = await connect(session, 'target', place, () =>
    openRoot(request.target, { session, options, preview, create: false }),
  );
  try {
    const catalog = target.catalog();
    const verb = 'configure';
    const selection = selectOnTarget({
      target: catalog,
      software: request.software,
      options,
      verb,
      depot: false,
      place,
    });
    const into = async () => (await target.change()).store;
    return await asked(request, session, { catalog, selection, places: { target: place }, root: target, into });
  } finally {
    await target.close();
  }
}

interface AskParts {
  readonly catalog: Catalog;
  readonly selection: Selection;
  readonly places: { readonly source?: string; readonly target: string };
  readonly root: RootTarget;
  /** Opens what keeps the responses without -c. */
  readonly into: () => Promise<Store>;
}

async function asked(request: AskRequest, session: Session, parts: AskParts): Promise<SessionResult> {
  const { catalog, selection, places, root } = parts;
  const software = softwareSpecs(selection, catalog);
  const enforce = false;
  if (!endSelection(session, selection, { ...places, software, enforce })) return {};
  const looked = { ...root.looked, emit: session.emit };
  const { responses, ran, failed } = await askRequests(looked, { catalog, selection, directory: request.responses });
  if (request.responses === undefined) await keep(responses, parts);
  const text = `${ran} request script${ran === 1 ? '' : 's'} ran, ${failed} of them failed.`;
  session.report([{ severity: 'note', code: 'requests', text }]);
  return {};
}

async function keep(responses: Responses, { into }: AskParts): Promise<void> {
  if (responses.size === 0) return;
  const store = await into();
  try {
    const ops = responseOps(store.catalog(), responses);
    await store.apply({ label: 'responses', files: [], change: () => ops });
  } finally {
    await store.close();
  }
}

/** What is installed decides which patches and dependencies come along; a root that is not there has nothing. */
function lookAt(request: AskRequest, session: Session): Promise<RootTarget> {
  const { options } = request;
  return openRoot(request.target, {
    session,
    options: { ...options, create_target_path: true },
    preview: true,
    create: true,
  });
}

function needsCatalog(depot: Depot): SdError {
  return new SdError('responses_not_kept', {
    what: `Responses cannot be kept in "${depot.location}".`,
    because: 'It is not a directory depot.',
    todo: 'Name a directory for them with -c, here and for swinstall.',
    data: { location: depot.location },
  });
}
