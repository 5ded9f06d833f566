// swjob --json: jobs as one document, with -a plan or -a log what these show as well.

import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { jobs, jobsNamed, logOf, planOf } from '../operations/jobs.ts';
import { printFindings } from '../report/failure.ts';
import { findingData, printDocument } from '../report/json.ts';
import { jobData } from '../report/json-job.ts';
import { planData } from '../report/json-plan.ts';
import { has } from './declaration.ts';
import { exitCode } from './exit-code.ts';
import { noJob, type Wish } from './job-asked.ts';

/** `asked` is what -a asks for, or the first column. Throws SdError `bad_usage` for what changes something. Returns the exit code. */
export function answerInJson(asked: string, wish: Wish): number {
  const { invocation, options, queue, operands } = wish;
  if (asked === 'undo' || has(invocation, '-u')) {
    throw new SdError('bad_usage', {
      what: '"--json" only shows jobs.',
      because: `${asked === 'undo' ? 'An undo runs' : '-u removes'} jobs.`,
      todo: 'Leave out --json.',
    });
  }
  const named = operands.map((operand) => ({ operand, found: jobsNamed(queue, operand) }));
  const found = operands.length === 0 ? jobs(queue) : unique(named.flatMap((each) => each.found));
  const lost = named.filter((each) => each.found.length === 0).map(({ operand }) => noJob(operand, queue));
  const outcomes = named.map(({ found: some }) => ({ exitCode: some.length === 0 ? 1 : 0, findings: [] as Finding[] }));
  const code = exitCode(outcomes, options.values.return_warning_exitcode, options.findings);
  printFindings(lost, 'stderr');
  printDocument('jobs', {
    host: invocation.caller.host,
    jobs: found.map((job) => ({ ...jobData(job), ...asWell(asked, job, wish) })),
    findings: [...options.findings, ...lost].map(findingData),
    exit_code: code,
  });
  return code;
}

function asWell(asked: string, job: Job, { queue }: Wish): object {
  if (asked === 'log') return { log: logOf(queue, job.jobid) ?? null };
  if (asked !== 'plan') return {};
  const plans = job.targets.map((_, place) => planOf(queue, job.jobid, place));
  return { plans: plans.map((plan) => (plan ? planData(plan) : null)) };
}

function unique(all: readonly Job[]): Job[] {
  return [...new Map(all.map((job) => [job.jobid, job])).values()];
}
