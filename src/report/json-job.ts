// A job as data of the document `swdist.jobs`: its record in the names that `swjob -v` shows.

import { type Job, operationOf, resultOf } from '../model/job.ts';
import { findingData } from './json.ts';

/** Everything the record says. Times are ISO 8601 in UTC. */
export function jobData(job: Job): object {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    jobid: job.jobid,
    operation: operationOf(job),
    state: job.state,
    progress: job.progress,
    results: resultOf(job),
    title: job.title,
    owner: job.user,
    created: time(job.begin),
    ended: time(job.end),
    command: [job.program, ...job.argv],
    preview: job.preview,
    depot: job.depot,
    source: job.source ?? null,
    software: job.software,
    ...(job.undoes === undefined ? {} : { undoes: job.undoes }),
    exit_code: job.exitCode ?? null,
    logfile: job.logfile,
    targets: job.targets.map((target) => targetData(job, target)),
  };
}

function targetData(job: Job, target: string): object {
  const result = job.results.find((each) => each.target === target);
  return {
    target,
    exit_code: result?.exitCode ?? null,
    errors: result?.errors ?? 0,
    warnings: result?.warnings ?? 0,
    generation_before: result?.before ?? null,
    generation_after: result?.after ?? null,
    findings: (result?.findings ?? []).map(findingData),
  };
}
