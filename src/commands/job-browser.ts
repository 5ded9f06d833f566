// The job browser of sd and swjob -i: opens it on this user's queue, and starts the commands that somebody chooses there.

import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { type JobQueue, removeJob } from '../operations/jobs.ts';
import { claim } from '../operations/schedule.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { JobStart } from '../tui/jobs.ts';
import type { Command, Invocation } from './declaration.ts';
import { error } from './job-asked.ts';
import { queueOf } from './work.ts';

const STARTS: Readonly<Record<JobStart, () => Promise<Command>>> = {
  swinstall: async () => (await import('./swinstall.ts')).swinstall,
  swcopy: async () => (await import('./swcopy.ts')).swcopy,
  swremove: async () => (await import('./swremove.ts')).swremove,
};

/** Returns the exit code of the last command that was started from the browser, 1 where it could not begin; 0 when none was. */
export async function browseJobs(invocation: Invocation, options: ResolvedOptions): Promise<number> {
  const { interactJobs } = await import('../tui/jobs.ts');
  const queue = queueOf(invocation, options);
  const columns = [...new Set([...options.values.one_liner.filter((name) => name !== 'title'), 'created', 'title'])];
  const browsing = { command: invocation.command, queue, columns, remove: (job: Job) => forget(job, queue) };
  let code = 0;
  let failed: SdError | undefined;
  for (;;) {
    const start = await interactJobs(browsing, failed);
    if (start === undefined) return code;
    failed = undefined;
    try {
      code = await (await STARTS[start]()).run(interactively(start, invocation));
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      failed = error;
      code = 1;
    }
  }
}

/** Removes a job from the queue; one that runs stays, with an ERROR. */
export function forget(job: Job, queue: JobQueue): Finding[] {
  if (job.state === 'active') {
    return [
      error('job_active', `The job "${job.jobid}" cannot be removed because it is still running (pid ${job.pid}).`),
    ];
  }
  // Taken first, so that swagentd does not begin it while it goes.
  if (job.state === 'scheduled') claim(queue, job.jobid);
  removeJob(queue, job.jobid);
  return [];
}

function interactively(command: JobStart, { caller }: Invocation): Invocation {
  return {
    command,
    argv: ['-i'],
    counts: { '-i': 1 },
    arguments: {},
    settings: [],
    operands: [],
    targets: [],
    caller,
  };
}
