// Answers to "why is this installed" as data of the document `swdist.why`.

import type { Why } from '../model/job.ts';
import { reasonData } from './json-plan.ts';
import { reasonText } from './reasons.ts';

/** One answer: the filesets, then from reason to reason back to what was asked for. */
export function whyData({ specs, links, unknown }: Why): object {
  return {
    software: specs,
    because: links.map(({ name, reason, job }) => ({
      name,
      reason: reasonData(reason),
      text: reasonText(reason),
      jobid: job.jobid,
      user: job.user,
      time: new Date(job.begin).toISOString(),
    })),
    ...(unknown
      ? {
          unknown: {
            name: unknown.name,
            ...(unknown.date === '' ? {} : { install_date: unknown.date }),
            ...(unknown.source === '' ? {} : { install_source: unknown.source }),
            needed_by: unknown.neededBy,
            applied_to: unknown.appliedTo,
          },
        }
      : {}),
  };
}
