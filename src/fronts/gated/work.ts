// What every command of this front that changes something does around its work: options of the engine, a job that swjob lists, logs.
// Promise: whatever happens, the job gets its end. A failure of the work is thrown on, for main.ts to tell.

import { join } from 'node:path';
import { reasonOf, SdError, Stopped } from '../../model/error.ts';
import type { Emit } from '../../model/events.ts';
import type { Finding, Outcome } from '../../model/plan.ts';
import type { EngineOptions, SessionContext } from '../../model/request.ts';
import { beginJob, type RunningJob } from '../../operations/jobs-running.ts';
import { resolveOptions, surroundings } from '../../options/resolve.ts';
import type { OptionValues } from '../../options/table.ts';
import { printFindings } from '../../report/failure.ts';
import type { FrontInvocation } from '../declaration.ts';
import type { Platform } from './platform.ts';
import { Voice } from './voice.ts';

/** What a piece of work needs to call operations and to speak. */
export interface Work {
  readonly invocation: FrontInvocation;
  readonly platform: Platform;
  readonly context: SessionContext;
  readonly options: EngineOptions;
  readonly voice: Voice;
  /** For operations and the step runner: the voice, and the job. */
  readonly emit: Emit;
}

/** Options of the engine as swinstall has them, defaults files included. */
export function engineOptions(invocation: FrontInvocation, flags: Partial<OptionValues> = {}) {
  const { home } = invocation.caller;
  return resolveOptions({ command: 'swinstall', settings: [], flags }, surroundings(home));
}

/** Does the work as a job. `software` is what the job is about, as typed. Answers the exit code of `body`. */
export async function asJob(
  invocation: FrontInvocation,
  platform: Platform,
  about: { title: string; software: readonly string[] },
  body: (work: Work) => Promise<number>,
): Promise<number> {
  const { caller, command } = invocation;
  const resolved = engineOptions(invocation);
  const logfile = join(resolved.ownDirectory, `${command}.log`);
  const job = startJob(invocation, platform, about, resolved.ownDirectory, logfile);
  const voice = new Voice(command, logfile, job?.logFile());
  const user = `${caller.user}@${caller.host}`;
  const context = { command, user, host: caller.host, ...(job ? { jobid: job.jobid } : {}) };
  const emit: Emit = (event) => {
    if (event.type === 'step.begin' || event.type === 'step.end') job?.heard(event, 0);
    voice.emit(event);
  };
  const findings: Finding[] = [];
  let code = 1;
  try {
    code = await body({ invocation, platform, context, options: resolved.values, voice, emit });
    return code;
  } catch (error) {
    if (error instanceof SdError) {
      findings.push({ severity: 'error', code: error.code, text: error.message });
      voice.failed(error);
    }
    if (error instanceof Stopped) code = error.exitCode;
    throw error;
  } finally {
    voice.close();
    const outcome: Outcome = { exitCode: code === 0 ? 0 : 1, findings };
    const failure = job?.end([outcome], code, resolved.values.autoremove_job);
    if (failure !== undefined) printFindings([notKept(`The job is not kept whole.  ${failure}`)]);
  }
}

/** Throws SdError `step_failed` with the first error of an operation that failed. */
export function requireDone(outcome: Outcome, what: string): void {
  if (outcome.exitCode === 0) return;
  const error = outcome.findings.find((finding) => finding.severity === 'error');
  throw new SdError('step_failed', {
    what,
    because: error === undefined ? '' : error.text,
    todo: 'The job log has the rest: swjob -a log last.',
    ...(error === undefined ? {} : { data: { cause: error.code } }),
  });
}

function startJob(
  { caller, command, argv }: FrontInvocation,
  platform: Platform,
  { title, software }: { title: string; software: readonly string[] },
  ownDirectory: string,
  logfile: string,
): RunningJob | undefined {
  const queue = { directory: join(ownDirectory, 'queue'), host: caller.host, reuseShort: false };
  try {
    return beginJob(queue, {
      command,
      program: command,
      argv,
      user: `${caller.user}@${caller.host}`,
      title,
      begin: Date.now(),
      software,
      targets: [`${caller.host}:${platform.root}`],
      depot: false,
      preview: false,
      logfile,
    });
  } catch (error) {
    printFindings([notKept(`Cannot keep a job in "${queue.directory}".  ${reasonOf(error)}`)]);
    return undefined;
  }
}

function notKept(text: string): Finding {
  return { severity: 'warning', code: 'job_not_kept', text };
}
