// swinstall on one root: selection, analysis, execution (commands.md 5.1, 6.2).
// Promise: a preview and a refused analysis change nothing but, at opening, what an interrupted session left.

import { planInstall } from '../analysis/install.ts';
import type { Depot } from '../depot/depot.ts';
import { openDepot } from '../depot/open.ts';
import { executeInstall } from '../execution/install.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import type { InstallRequest } from '../model/request.ts';
import { selectForInstall } from '../selection/install.ts';
import { softwareSpecs } from './copy.ts';
import { registerNew } from './register.ts';
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

/** Installs software into the root `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function install(request: InstallRequest, emit: Emit): Promise<Outcome> {
  const place = `${request.context.host}:${request.target}`;
  return runSession(request.context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    const { options, preview } = request;
    const target = await connect(session, 'target', place, () =>
      openRoot(request.target, { session, options, preview, create: true }),
    );
    try {
      const from = `${request.context.host}:${request.source}`;
      const source = await connect(session, 'source', from, () => openDepot(request.source));
      try {
        return await installFrom(source, target, request, session);
      } finally {
        source.close();
      }
    } finally {
      await target.close();
    }
  });
}

async function installFrom(
  source: Depot,
  target: RootTarget,
  request: InstallRequest,
  session: Session,
): Promise<SessionResult> {
  const { options, context, preview } = request;
  session.report(source.findings);
  const selection = selectForInstall({
    source: source.catalog,
    target: target.catalog(),
    software: request.software,
    options,
    into: 'root',
  });
  const places = { source: `${context.host}:${source.location}`, target: `${context.host}:${request.target}` };
  const software = softwareSpecs(selection, source.catalog);
  if (!endSelection(session, selection, { ...places, software, enforce: options.enforce_selections })) return {};
  return agentSession(
    session,
    { task: 'install', ...places, logfile: `${context.host}:${target.admin}/swagent.log` },
    async () => {
      session.emit({ type: 'analysis.begin', preview });
      const plan = await planInstall({
        source: source.catalog,
        target: target.catalog(),
        selection,
        options,
        into: 'root',
        targetPath: request.target,
        views: rootViews(target.looked, source.catalog),
      });
      if (!endAnalysis(session, plan, places.target, preview)) return { plan };
      const { known } = target;
      await executeInstall(await target.change(), source, plan);
      const arrived = target.catalog().products().length > 0;
      if (!known && arrived && request.target !== '/' && options.register_new_root) {
        registerNew(options.admin_directory, request.target, 'root', session.emit);
      }
      return { plan, generation: target.catalog().generation };
    },
  );
}
