// The frame of every session (commands.md 6 and 10.4): begin, selection, the agent's part, end, exit code.
// Promise: `session.end` comes whatever happens; what a user can cause becomes an ERROR finding and exit 1; a programmer's error, and
// `Stopped` once it is told, are thrown on. Findings have one way out: the event `finding`; the outcome lists what went that way.
// Must not: know what any verb does.

import { holdSignals, stopPoint } from '../host/signals.ts';
import { hasErrno, reasonOf, SdError, Stopped } from '../model/error.ts';
import type { Emit, Task } from '../model/events.ts';
import type { Finding, Outcome, Plan, Selection } from '../model/plan.ts';
import type { SessionContext } from '../model/request.ts';

export interface Session {
  readonly context: SessionContext;
  /** Use this, not the door's own: it remembers the findings. */
  readonly emit: Emit;
  readonly findings: readonly Finding[];
  /** Says each finding, in order. */
  report(findings: readonly Finding[]): void;
  /** Says why the session fails, once for each error: whoever hears of it first has the log where it belongs. */
  fail(error: unknown): void;
  /** True once a finding of severity `error` was said. */
  failed(): boolean;
}

/** What a session's body leaves behind; the frame adds exit code and findings. */
export type SessionResult = Pick<Outcome, 'plan' | 'reclaimed' | 'generation'>;

/**
 * Runs one session on one target.
 * `target` is `host:/path` as logs print it. Exit code 1 when any error was said, else 0. Throws `Stopped` after a signal of STOP_SIGNALS.
 */
export async function runSession(
  context: SessionContext,
  target: string,
  emit: Emit,
  body: (session: Session) => Promise<SessionResult>,
): Promise<Outcome> {
  const release = holdSignals(context.rest);
  const session = beginSession(context, emit);
  let result: SessionResult = {};
  let ok = false;
  try {
    // A signal may have come with the target before this one.
    await stopPoint();
    result = await body(session);
    ok = !session.failed();
  } catch (error) {
    session.fail(error);
    if (error instanceof Stopped || failureOf(error) === undefined) throw error;
  } finally {
    release();
    session.emit({ type: 'session.end', ...jobOf(context), time: Date.now(), ok, target });
  }
  return { ...result, exitCode: session.failed() ? 1 : 0, findings: session.findings };
}

function beginSession(context: SessionContext, emit: Emit): Session {
  const findings: Finding[] = [];
  const told = new Set<unknown>();
  const remember: Emit = (event) => {
    if (event.type === 'finding') findings.push(event.finding);
    emit(event);
  };
  remember({ type: 'session.begin', ...jobOf(context), user: context.user, time: Date.now() });
  const report: Session['report'] = (said) => {
    for (const finding of said) remember({ type: 'finding', finding });
  };
  return {
    context,
    emit: remember,
    findings,
    report,
    fail: (error) => {
      const finding = told.has(error) ? undefined : failureOf(error);
      told.add(error);
      if (finding) report([finding]);
    },
    failed: () => findings.some((finding) => finding.severity === 'error'),
  };
}

function jobOf(context: SessionContext): { command: string; jobid?: string } {
  return { command: context.command, ...(context.jobid === undefined ? {} : { jobid: context.jobid }) };
}

/** Failures of disks, rights and limits that nobody nearer to them has put into words; anything else is a programmer's error. */
const OF_THE_MACHINE =
  'EACCES EBUSY EDQUOT EIO ELOOP EMFILE ENAMETOOLONG ENFILE ENOSPC EPERM EROFS ESTALE ETXTBSY'.split(' ');

/** What users are told of an error; undefined for a programmer's. */
function failureOf(error: unknown): Finding | undefined {
  if (error instanceof Stopped) return stopped(error);
  if (error instanceof SdError) return findingOf(error);
  return hasErrno(error, ...OF_THE_MACHINE) ? failedMachine(error as Error) : undefined;
}

function failedMachine(error: Error): Finding {
  const at = 'path' in error ? `  It happened at "${error.path}".` : '';
  const text =
    `The session ended in the middle of its work.  ${reasonOf(error)}${at}  ` +
    'What was not finished is completed or undone by the next command on the same target.';
  return { severity: 'error', code: 'machine_failed', text };
}

function stopped({ signal }: Stopped): Finding {
  return { severity: 'error', code: 'stopped', text: `Stopped by ${signal}; what was unfinished was undone.` };
}

/** An error a user met, as a finding of severity `error`. */
export function findingOf(error: SdError): Finding {
  return { severity: 'error', code: error.code, text: error.message };
}

/** Opens one end of the session and says whether that went well. `place` is `host:/path`. Throws what `open` throws. */
export async function connect<T>(
  session: Session,
  end: 'target' | 'source',
  place: string,
  open: () => T | Promise<T>,
): Promise<T> {
  const said = (ok: boolean) =>
    session.emit(
      end === 'target'
        ? { type: 'target.connected', target: place, ok }
        : { type: 'source.connected', source: place, ok },
    );
  try {
    const opened = await open();
    said(true);
    return opened;
  } catch (error) {
    if (!(error instanceof Stopped)) said(false);
    throw error;
  }
}

/**
 * Ends the selection phase: says what was found and what was not.
 * `software` are fully qualified specs. Returns true when there is something to analyse: at least one fileset, or `records` of bundles
 * alone, and with `enforce` (enforce_selections) nothing that could not be found.
 */
export function endSelection(
  session: Session,
  selection: Selection,
  parts: { source?: string; target: string; software: readonly string[]; enforce: boolean; records?: boolean },
): boolean {
  session.report(selection.findings);
  const refused = parts.enforce && selection.unmatched.length > 0;
  if (selection.entries.length > 0) {
    session.emit({
      type: 'selection.made',
      ...(parts.source === undefined ? {} : { source: parts.source }),
      targets: [parts.target],
      software: parts.software,
    });
  }
  session.emit({ type: 'selection.end', ok: !refused && !session.failed() });
  return !refused && (selection.entries.length > 0 || parts.records === true);
}

/** Runs the target agent's part of a session between its own banners. `target` and `logfile` are `host:/path`. */
export async function agentSession<T>(
  session: Session,
  parts: { task: Task; target: string; logfile: string; source?: string },
  body: () => Promise<T>,
): Promise<T> {
  const { context } = session;
  const who = { task: parts.task, pid: process.pid, ...(context.jobid === undefined ? {} : { jobid: context.jobid }) };
  session.emit({
    type: 'agent.begin',
    ...who,
    user: context.user,
    target: parts.target,
    logfile: parts.logfile,
    ...(parts.source === undefined ? {} : { source: parts.source }),
    time: Date.now(),
  });
  try {
    return await body();
  } catch (error) {
    session.fail(error);
    throw error;
  } finally {
    session.emit({ type: 'agent.end', ...who, time: Date.now() });
  }
}

/**
 * Ends the analysis phase: says the plan's findings and shows the plan (D6: preview shows what execution would run).
 * Returns true when execution shall follow: no preview, something to do, and approval where the door wants to give it. Whoever
 * waits for that holds the target's lock: the plan that was shown is the plan that runs. Throws `Stopped`.
 */
export async function endAnalysis(session: Session, plan: Plan, target: string, preview: boolean): Promise<boolean> {
  session.report(plan.findings);
  const ok = !plan.findings.some((finding) => finding.severity === 'error');
  session.emit({ type: 'analysis.end', ok, target, plan, preview });
  const records = plan.bundles?.length ?? 0;
  if (preview || plan.products.length + records === 0) return false;
  const { approve } = session.context;
  if (approve === undefined) return true;
  const approved = await approve(plan, target);
  await stopPoint();
  if (!approved) session.report([NOT_CONFIRMED]);
  return approved;
}

const NOT_CONFIRMED: Finding = {
  severity: 'note',
  code: 'not_confirmed',
  text: 'Nothing was changed, because the plan was not confirmed.',
};
