// What every command with a session does around its operation: saves the session, keeps a job, reports, answers the exit code.
// Promise: the operation sees one target at a time; whatever happens the job gets its end and the logs what was said.

import { resolve } from 'node:path';
import { reasonOf, SdError, Stopped } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import { placeOf } from '../model/place.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { SessionContext } from '../model/request.ts';
import { beginJob, beginScheduled, type RunningJob } from '../operations/jobs-running.ts';
import { printForScripts, sessionPath, writeSession } from '../options/session.ts';
import { optionsOf } from '../options/table.ts';
import { printValue } from '../options/value.ts';
import { printFindings } from '../report/failure.ts';
import { PROGRESS_STYLES, type ProgressStyle } from '../report/progress-lines.ts';
import { type Reporter, reporter } from '../report/reporter.ts';
import type { Watcher } from '../report/watcher.ts';
import { approvalFor } from './confirm.ts';
import { argument, type Command, has } from './declaration.ts';
import { exitCode } from './exit-code.ts';
import { documentFor, linesFor } from './session-json.ts';
import { aboutJob, queueOf, type Work } from './work.ts';

/** Runs the operation on each target in turn. Returns the exit code of the command. */
export async function runWork(
  work: Work,
  operate: (target: string, context: SessionContext, emit: Emit) => Promise<Outcome>,
): Promise<number> {
  const { invocation, options } = work;
  const document = documentFor(work);
  if (argument(invocation, '-Q') !== undefined) return (await import('./scheduling.ts')).scheduleWork(work);
  const said: Finding[] = [...options.findings];
  const saved = saveSession(work, said);
  const job = work.job ? startJob(work, said) : undefined;
  const voice = reporterFor(work, job);
  const { watcher } = work;
  const spoken = watcher ? watched(voice.emit, watcher) : voice.emit;
  const { caller } = invocation;
  const context = {
    command: invocation.command,
    user: `${caller.user}@${caller.host}`,
    host: caller.host,
    ...(job ? { jobid: job.jobid } : {}),
    ...(watcher ? watchedBy(watcher) : approvalFor(work)),
  };
  const outcomes: Outcome[] = [];
  let code = 1;
  try {
    for (const [place, target] of work.targets.entries()) {
      const told = document ? document.heard(spoken, place) : spoken;
      const heard = job ? followed(told, job, place) : told;
      // Said once, with the first target.
      const emit = place === 0 ? accompanied(heard, said, saved) : heard;
      outcomes.push(await operate(target, { ...context, sessionOptions: optionsText(work, target) }, emit));
    }
    code = exitCode(outcomes, options.values.return_warning_exitcode, said);
    return code;
  } catch (error) {
    if (error instanceof Stopped) code = error.exitCode;
    throw error;
  } finally {
    document?.print({ ...(job ? { jobid: job.jobid } : {}), outcomes, said, exitCode: code });
    voice.close();
    if (job) endJob(work, job, outcomes, code);
  }
}

/** `run` of a command that knows -J: with it the command line is the one that was scheduled. */
export function runningJobs(run: Command['run']): Command['run'] {
  return async (invocation) => {
    const jobid = argument(invocation, '-J');
    if (jobid === undefined) return run(invocation);
    return run((await import('./scheduling.ts')).scheduledInvocation(invocation, jobid));
  };
}

/** For the scripts of a session on `target`. */
function optionsText({ invocation, options, software, targets, source }: Work, target: string) {
  const place = (path: string) => placeOf(invocation.caller.host, path);
  return (which: 'all' | 'this') => {
    const places = (which === 'all' ? targets : [target]).map(place);
    return printForScripts(options, { software, targets: places, ...(source ? { source: place(source) } : {}) });
  };
}

/** The job is told first, so that a plan is kept before it is executed. */
function followed(emit: Emit, job: RunningJob, place: number): Emit {
  return (event) => {
    job.heard(event, place);
    emit(event);
  };
}

/** Whoever watches agrees to plans, and may suspend the session. */
function watchedBy(watcher: Watcher): Pick<SessionContext, 'approve' | 'rest'> {
  return { approve: (plan, target) => watcher.approve(plan, target), rest: () => watcher.rest() };
}

/** The log is written first, so that a window shows what is in it. */
function watched(emit: Emit, watcher: Watcher): Emit {
  return (event) => {
    emit(event);
    watcher.hear(event);
  };
}

/** Puts the findings of the options behind the beginning, and the line about the session file where SD has it. */
function accompanied(emit: Emit, findings: readonly Finding[], saved: string | undefined): Emit {
  return (event) => {
    emit(event);
    if (event.type === 'session.begin') for (const finding of findings) emit({ type: 'finding', finding });
    if (event.type === 'analysis.begin' && saved !== undefined) emit({ type: 'session.saved', file: saved });
  };
}

/** Returns the file, or undefined after adding a WARNING when it cannot be written. */
function saveSession(work: Work, said: Finding[]): string | undefined {
  const { invocation, options } = work;
  const name = argument(invocation, '-C');
  const file = resolve(invocation.caller.cwd, sessionPath(invocation.caller.home, invocation.command, name));
  try {
    const { software, targets, source } = work;
    writeSession(file, options, { software, targets, ...(source === undefined ? {} : { source }) }, new Date());
    return file;
  } catch (error) {
    said.push(warning('session_not_saved', `Cannot save the session in the file "${file}".  ${reasonOf(error)}`));
    return undefined;
  }
}

function startJob(work: Work, said: Finding[]): RunningJob | undefined {
  const { invocation, options } = work;
  const queue = queueOf(invocation, options);
  // Of a scheduled job nothing may be run that could not be taken for this process first.
  if (invocation.job) return beginScheduled(queue, invocation.job, aboutJob(work));
  try {
    return beginJob(queue, aboutJob(work));
  } catch (error) {
    said.push(warning('job_not_kept', `Cannot keep a job in "${queue.directory}".  ${reasonOf(error)}`));
    return undefined;
  }
}

function endJob(work: Work, job: RunningJob, outcomes: readonly Outcome[], code: number): void {
  const failure = job.end(outcomes, code, work.options.values.autoremove_job);
  if (failure === undefined) return;
  printFindings([warning('job_not_kept', `The job "${job.jobid}" is not kept whole.  ${failure}`)]);
}

function reporterFor(work: Work, job: RunningJob | undefined): Reporter {
  const { invocation, options } = work;
  const { command } = invocation;
  const settings = optionsOf(command).map(([name, option]) => {
    const value = printValue(option, options.values[name]);
    const origin = options.origins[name];
    return {
      name,
      value: typeof value === 'string' ? value : value.join(' '),
      ...(origin === undefined ? {} : { origin }),
    };
  });
  return reporter({
    command,
    options: options.values,
    explain: has(invocation, '-v'),
    settings,
    log: !(command === 'swpackage' && options.values.preview),
    ...linesFor(invocation),
    ...(job ? { copies: copiesFor(work, job) } : {}),
    ...terminalOf(work),
  });
}

/** Who gets what is for the terminal, and how progress is shown there. Throws SdError `bad_usage`. */
function terminalOf({ invocation, watcher }: Work): { progress: ProgressStyle; terminal?: Watcher['terminal'] } {
  if (watcher) return { progress: 'none', terminal: (stream, lines) => watcher.terminal(stream, lines) };
  const asked = argument(invocation, '--progress') ?? 'auto';
  const progress = PROGRESS_STYLES.find((each) => each === asked);
  if (progress) return { progress };
  throw new SdError('bad_usage', {
    what: `"--progress=${asked}" is no way to show progress.`,
    todo: `Write one of ${PROGRESS_STYLES.join(', ')}.`,
  });
}

function copiesFor(
  { invocation, targets }: Work,
  job: RunningJob,
): { controller: string; agent(target: string): string } {
  const places = targets.map((target) => placeOf(invocation.caller.host, target));
  return { controller: job.logFile(), agent: (target) => job.logFile(Math.max(0, places.indexOf(target))) };
}

function warning(code: string, text: string): Finding {
  return { severity: 'warning', code, text };
}
