// What every command with a session does around its operation: saves the session, keeps a job, reports, answers the exit code.
// Promise: the operation sees one target at a time; whatever happens the job gets its end and the logs what was said.

import { join, resolve } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { SessionContext } from '../model/request.ts';
import { beginJob, endJob, type JobQueue, type JobRecord, removeJob } from '../operations/jobs.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { sessionPath, writeSession } from '../options/session.ts';
import { optionsOf } from '../options/table.ts';
import { printValue } from '../options/value.ts';
import { type Reporter, reporter } from '../report/reporter.ts';
import { argument, has, type Invocation } from './declaration.ts';
import { exitCode } from './exit-code.ts';

export interface Work {
  readonly invocation: Invocation;
  readonly options: ResolvedOptions;
  readonly software: readonly string[];
  /** Absolute paths (swpackage: also `|command`). */
  readonly targets: readonly string[];
  readonly source?: string;
  /** True for the commands that leave a job: swinstall, swcopy, swremove, swverify, swconfig. */
  readonly job: boolean;
}

/** Runs the operation on each target in turn. Returns the exit code of the command. */
export async function runWork(
  work: Work,
  operate: (target: string, context: SessionContext, emit: Emit) => Promise<Outcome>,
): Promise<number> {
  const { invocation, options } = work;
  const said: Finding[] = [...options.findings];
  const saved = saveSession(work, said);
  const job = work.job ? startJob(work, said) : undefined;
  const voice = reporterFor(work);
  const { caller } = invocation;
  const context = {
    command: invocation.command,
    user: `${caller.user}@${caller.host}`,
    host: caller.host,
    ...(job ? { jobid: job.record.jobid } : {}),
  };
  const outcomes: Outcome[] = [];
  let code = 1;
  try {
    for (const target of work.targets) {
      // Said once, with the first target.
      const emit = outcomes.length === 0 ? accompanied(voice.emit, said, saved) : voice.emit;
      outcomes.push(await operate(target, context, emit));
    }
    code = exitCode(outcomes, options.values.return_warning_exitcode, said);
    return code;
  } finally {
    voice.close();
    if (job) finishJob(job, options, code, outcomes);
  }
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

interface Job {
  readonly queue: JobQueue;
  readonly record: JobRecord;
}

function startJob(work: Work, said: Finding[]): Job | undefined {
  const { invocation, options } = work;
  const { caller } = invocation;
  const queue = {
    directory: join(options.ownDirectory, 'queue'),
    host: caller.host,
    reuseShort: options.values.reuse_short_job_numbers,
  };
  try {
    const record = beginJob(queue, {
      command: invocation.command,
      argv: invocation.argv,
      user: `${caller.user}@${caller.host}`,
      title: options.values.job_title,
      begin: Date.now(),
      software: work.software,
      targets: work.targets.map((target) => `${caller.host}:${target}`),
      ...(work.source === undefined ? {} : { source: `${caller.host}:${work.source}` }),
      preview: options.values.preview,
      logfile: options.values.logfile,
    });
    return { queue, record };
  } catch (error) {
    said.push(warning('job_not_kept', `Cannot keep a job in "${queue.directory}".  ${reasonOf(error)}`));
    return undefined;
  }
}

function finishJob(job: Job, options: ResolvedOptions, code: number, outcomes: readonly Outcome[]): void {
  if (options.values.autoremove_job) removeJob(job.queue, job.record.jobid);
  else endJob(job.queue, job.record, { time: Date.now(), exitCode: code, outcomes });
}

function reporterFor(work: Work): Reporter {
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
  });
}

function warning(code: string, text: string): Finding {
  return { severity: 'warning', code, text };
}

/** The refusal of something that SD has and this release does not. */
export function notInThisRelease(what: string, todo: string): SdError {
  return new SdError('not_supported', { what, because: 'This release does not do it.', todo });
}
