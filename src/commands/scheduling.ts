// -Q and -J (commands.md 5, 14): a session put into the queue instead of being run, and a session taken from there.
// Promise: what runs later is what was asked for now: options, selections and flags as they were resolved when -Q was given; defaults files
// that change in between change nothing.

import { dateFrom } from '../model/date.ts';
import { reasonOf, SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import { findDaemon } from '../operations/daemon.ts';
import { dateTemplates, schedule, scheduled } from '../operations/schedule.ts';
import { writeSession } from '../options/session.ts';
import { printFindings } from '../report/failure.ts';
import { timeText } from '../report/job.ts';
import { optionsFor } from './asked.ts';
import { argument, type Invocation } from './declaration.ts';
import { aboutJob, queueOf, type Work } from './work.ts';

/** Flags whose meaning is in the session file, or past. */
const SPENT = ['-Q', '-J', '-C', '-S', '-f', '-t', '-x', '-X'];

/** The invocation that was scheduled as `jobid`, and its job. Throws SdError `job_not_scheduled`. */
export function scheduledInvocation(invocation: Invocation, jobid: string): Invocation & { readonly job: Job } {
  if (invocation.operands.length + invocation.targets.length > 0) {
    throw new SdError('bad_usage', {
      what: `"-J" runs a job as it was scheduled, so nothing else can be named.`,
      todo: 'Leave out software and targets.',
    });
  }
  const { job, asked, sessionFile } = scheduled(queueOf(invocation, optionsFor(invocation)), jobid);
  if (job.command !== invocation.command) {
    throw new SdError('bad_usage', {
      what: `The job "${jobid}" is not one of ${invocation.command}.`,
      todo: `Run "${job.command} -J ${jobid}".`,
    });
  }
  return {
    ...invocation,
    argv: job.argv,
    counts: asked.counts,
    arguments: { ...asked.arguments, '-S': [sessionFile] },
    caller: { ...invocation.caller, cwd: asked.cwd },
    job,
  };
}

/** Puts the session into the queue and says so. Returns the exit code. Throws SdError `bad_date`, `job_not_kept`. */
export function scheduleWork(work: Work): number {
  const { invocation, options, software, targets, source } = work;
  const now = Date.now();
  const at = dateFrom(argument(invocation, '-Q')!, now, dateTemplates(options.ownDirectory));
  const queue = queueOf(invocation, options);
  const kept = Object.entries(invocation.arguments).filter(([flag]) => !SPENT.includes(flag));
  const asked = { counts: invocation.counts, arguments: Object.fromEntries(kept), cwd: invocation.caller.cwd };
  const selections = { software, targets, ...(source === undefined ? {} : { source }) };
  let jobid: string;
  try {
    jobid = schedule(queue, { ...aboutJob(work), schedule: at, created: now }, asked, (file) =>
      writeSession(file, options, selections, new Date(now)),
    );
  } catch (error) {
    throw new SdError('job_not_kept', {
      what: `The session cannot be scheduled in "${queue.directory}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or make room.',
      cause: error,
    });
  }
  const runs = findDaemon(options.ownDirectory) !== undefined;
  const done = {
    severity: 'note',
    code: 'job_scheduled',
    text: `The job "${jobid}" is scheduled for ${timeText(at)}.`,
  } as const;
  const said = [...options.findings, done, ...(runs ? [] : [noDaemon(options.ownDirectory)])];
  printFindings(said.filter(({ severity }) => severity !== 'note' || options.values.verbose > 0));
  return 0;
}

function noDaemon(admin: string) {
  const text = `No swagentd runs for "${admin}"; the job waits until one does, or until it is run with -J.`;
  return { severity: 'warning', code: 'no_daemon', text } as const;
}
