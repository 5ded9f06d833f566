// swconfig on the root `/`: selection, analysis, execution (commands.md 5.9, 6.7).
// Promise: a refused or previewed configuration changes nothing but, at opening, what an interrupted session left.

import { planConfigure } from '../analysis/configure.ts';
import { executeConfigure } from '../execution/configure.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import type { TargetRequest } from '../model/request.ts';
import { selectOnTarget } from '../selection/target.ts';
import { requireRoot } from './access.ts';
import { softwareSpecs } from './copy.ts';
import { askRequests } from './requests.ts';
import { responseOps } from './responses.ts';
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

export interface ConfigureRequest extends TargetRequest {
  /** -u: unconfigure. */
  readonly undo: boolean;
  /** -c: directory with responses to request scripts. */
  readonly responses?: string;
}

/** Configures software of `request.target`. Never rejects for what a user can cause: the outcome says it. */
export async function configure(request: ConfigureRequest, emit: Emit): Promise<Outcome> {
  const { context, options, preview } = request;
  const place = `${context.host}:${request.target}`;
  return runSession(context, place, emit, async (session) => {
    session.emit({ type: 'selection.begin' });
    if (request.target !== '/') throw notPrimary(request.target);
    requireRoot(request.target, 'w', options);
    const target = await connect(session, 'target', place, () =>
      openRoot(request.target, { session, options, preview, create: false }),
    );
    try {
      return await configureOn(target, request, session, place);
    } finally {
      await target.close();
    }
  });
}

async function configureOn(
  target: RootTarget,
  request: ConfigureRequest,
  session: Session,
  place: string,
): Promise<SessionResult> {
  const { context, options, preview, undo } = request;
  const verb = undo ? 'unconfigure' : 'configure';
  const selected = selectOnTarget({
    target: target.catalog(),
    software: request.software,
    options,
    verb,
    depot: false,
    place,
  });
  const selection = undo || preview ? selected : await answered(target, request, selected);
  const software = softwareSpecs(selection, target.catalog());
  if (!endSelection(session, selection, { target: place, software, enforce: options.enforce_selections })) return {};
  const logfile = `${context.host}:${target.admin}/swagent.log`;
  return agentSession(session, { task: verb, target: place, logfile }, async () => {
    session.emit({ type: 'analysis.begin', preview });
    const { machine } = rootViews(target.looked, target.catalog());
    const targetPath = request.target;
    const plan = planConfigure({ target: target.catalog(), selection, options, undo, targetPath, machine });
    if (!(await endAnalysis(session, plan, place, preview))) return { plan };
    await executeConfigure(await target.change(), plan, verb);
    return { plan, generation: target.catalog().generation };
  });
}

/** Runs request scripts as the option `ask` says; responses become part of the installed software. */
async function answered(
  target: RootTarget,
  request: ConfigureRequest,
  selection: ReturnType<typeof selectOnTarget>,
): Promise<ReturnType<typeof selectOnTarget>> {
  const parts = { catalog: target.catalog(), selection, directory: request.responses };
  const asked = await askRequests(target.looked, parts);
  const ops = responseOps(target.catalog(), asked.responses);
  if (ops.length > 0) {
    const { store } = await target.change();
    await store.apply({ label: 'responses', files: [], change: () => ops });
  }
  return asked.selection;
}

function notPrimary(root: string): SdError {
  return new SdError('not_primary_root', {
    what: `The software of "${root}" cannot be configured.`,
    because: 'Configure scripts work on the running system; they are not run for an alternate root.',
    todo: 'Run swconfig on the system that boots from it.',
    data: { root },
  });
}
