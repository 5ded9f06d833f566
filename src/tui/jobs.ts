// The job browser: sd, swjob -i (commands.md 13.6).

import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { type JobQueue, jobs, logOf, planOf } from '../operations/jobs.ts';
import { jobDefinition, timeText } from '../report/job.ts';
import { Interface } from './interface.ts';
import { type JobsState, type JobWish, jobsWindow } from './jobs-window.ts';
import { summaryText } from './plan-text.ts';
import { requireTerminal } from './terminal.ts';
import { question, textWindow } from './viewer.ts';

export interface JobBrowsing {
  readonly command: string;
  readonly queue: JobQueue;
  /** Attributes of a job, as columns. */
  readonly columns: readonly string[];
  /** Forgets a job; an ERROR among the findings says why it did not. */
  remove(job: Job): readonly Finding[];
}

/** A command that somebody wants to start from the browser. */
export type JobStart = 'swinstall' | 'swcopy' | 'swremove';

/** Milliseconds between two looks at the queue. */
const EVERY_MS = 2000;
const STARTS: Readonly<Partial<Record<JobWish, JobStart>>> = {
  install: 'swinstall',
  copy: 'swcopy',
  delete: 'swremove',
};

/** Lets somebody look at jobs. Returns the command to start next, undefined when they leave. Throws SdError `no_terminal`, `Stopped`. */
export async function interactJobs(browsing: JobBrowsing): Promise<JobStart | undefined> {
  requireTerminal(browsing.command);
  return Interface.run((ui) => browse(ui, browsing));
}

async function browse(ui: Interface, browsing: JobBrowsing): Promise<JobStart | undefined> {
  // The newest job is what people come for.
  let state = lookedAt(browsing, { scroll: { cursor: Number.MAX_SAFE_INTEGER, top: 0 }, message: '' });
  const timer = setInterval(() => {
    state = lookedAt(browsing, state);
    ui.settle();
  }, EVERY_MS);
  try {
    for (;;) {
      const { wish, job, scroll } = await ui.ask(jobsWindow(() => state));
      const start = STARTS[wish];
      if (wish === 'exit' || start) return start;
      const under = jobsWindow(() => state, scroll);
      let message = '';
      if (!job) message = 'There are no jobs.';
      else if (wish === 'remove') message = await remove(ui, under, job, browsing);
      else
        await ui.askOver(under, textWindow(`Job ${job.jobid}`, textOf(wish, job, browsing.queue), wish !== 'describe'));
      state = lookedAt(browsing, { scroll, message });
    }
  } finally {
    clearInterval(timer);
  }
}

function lookedAt(
  { command, queue, columns }: JobBrowsing,
  { scroll, message }: Pick<JobsState, 'scroll' | 'message'>,
): JobsState {
  return { title: `${command} - Job Browser`, jobs: jobs(queue), columns, time: timeText(Date.now()), scroll, message };
}

function textOf(wish: JobWish, job: Job, queue: JobQueue): string[] {
  const text =
    wish === 'describe'
      ? jobDefinition({ job }).slice(1).join('\n')
      : wish === 'plan'
        ? plans(job, queue)
        : logOf(queue, job.jobid, wish === 'agent_log' ? 0 : undefined);
  return text === undefined
    ? ['There is none: the job did not come so far, or ran with loglevel=0.']
    : text.trimEnd().split('\n');
}

function plans(job: Job, queue: JobQueue): string | undefined {
  const lines: string[] = [];
  for (const [place, target] of job.targets.entries()) {
    const plan = planOf(queue, job.jobid, place);
    if (plan) lines.push(target, ...summaryText(plan));
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

/** Returns what to say about it. */
async function remove(
  ui: Interface,
  under: ReturnType<typeof jobsWindow>,
  job: Job,
  browsing: JobBrowsing,
): Promise<string> {
  const text = [`Forget the job ${job.jobid}?`, 'What it did stays; its record, plan and log go.'];
  if ((await ui.askOver(under, question('Remove Job', text, ['Remove', 'Cancel']))) !== 'Remove') return '';
  try {
    return browsing.remove(job)[0]?.text ?? `The job "${job.jobid}" is forgotten.`;
  } catch (error) {
    if (error instanceof SdError) return error.message;
    throw error;
  }
}
