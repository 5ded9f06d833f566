// `swjob -a plan`: what a job did (commands.md 14; evidence/ecosystem.md).

import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { planOf } from '../operations/jobs.ts';
import { planTable } from '../report/job-plan.ts';
import { print } from '../report/terminal.ts';
import { error, jobTargets, type Wish } from './job-asked.ts';

/** What a job did, or would have done, to each fileset of each target. */
export async function answerPlan(job: Job, wish: Wish): Promise<Finding[]> {
  const wanted = jobTargets(wish);
  const findings: Finding[] = [];
  for (const [place, target] of job.targets.entries()) {
    if (Array.isArray(wanted) && !wanted.includes(target)) continue;
    const plan = planOf(wish.queue, job.jobid, place);
    if (plan) print('stdout', [`# ${job.jobid} @ ${target}`, ...(await planTable(plan))]);
    else findings.push(error('no_plan', `The job "${job.jobid}" has no plan for "${target}": it did not come so far.`));
  }
  return findings;
}
