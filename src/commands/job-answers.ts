// Two questions swjob answers beyond its listing: `-a plan` and `-a why` (commands.md 14; evidence/ecosystem.md).

import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { planOf } from '../operations/jobs.ts';
import { why } from '../operations/jobs-why.ts';
import { planTable } from '../report/job-plan.ts';
import { whyLines } from '../report/job-why.ts';
import { print } from '../report/terminal.ts';
import { targetWords } from './asked.ts';
import { type Answered, answered, error, jobTargets, requireOperands, type Wish } from './job-asked.ts';
import { targetPath } from './targets.ts';

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

/** Why each installed fileset that an operand names is there; operands are software, targets are roots. */
export async function answerWhy({ invocation, options, queue, operands }: Wish): Promise<Answered[]> {
  requireOperands(operands, 'software', '-a why');
  const { caller } = invocation;
  const words = targetWords(invocation, options);
  const roots = words.length === 0 ? ['/'] : words.map((word) => targetPath(word, caller, '/'));
  return roots.flatMap((root) =>
    operands.map((software) => {
      try {
        const { answers, findings } = why({ queue, root, admin: options.values.admin_directory, software });
        if (answers.length > 0) print('stdout', whyLines(`${caller.host}:${root}`, answers));
        return answered(findings);
      } catch (problem) {
        if (!(problem instanceof SdError)) throw problem;
        return answered([error(problem.code, problem.message)]);
      }
    }),
  );
}
