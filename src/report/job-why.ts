// Answers to "why is this installed" as lines: the filesets, then from reason to reason back to what was asked for, with the jobs.

import type { Why, WhyLink, WhyUnknown } from '../model/job.ts';
import { commandText, timeText } from './job.ts';
import { reasonText } from './reasons.ts';

/** Lines of all answers about one root (`host:/path`). */
export function whyLines(target: string, answers: readonly Why[]): string[] {
  return [`# Target:  ${target}`, ...answers.flatMap((answer) => ['', ...answerLines(answer)])];
}

function answerLines({ specs, links, unknown }: Why): string[] {
  const lines = [...specs];
  for (const [index, link] of links.entries()) {
    lines.push(`    <- ${index === 0 ? '' : `${link.name}: `}${reasonText(link.reason)}`);
    if (link.job.jobid !== links[index + 1]?.job.jobid) lines.push(jobLine(link));
  }
  if (unknown) lines.push(...unknownLines(unknown, links.length === 0));
  return lines;
}

function jobLine({ job }: WhyLink): string {
  return `       ${job.jobid}, ${timeText(job.begin)}, ${job.user}: ${commandText(job)}`;
}

/** Without a job: what the catalog knows, as facts and not as a reason. */
function unknownLines(unknown: WhyUnknown, itself: boolean): string[] {
  const { name, date, source, neededBy, appliedTo } = unknown;
  const from = source === '' ? '' : ` from ${source}`;
  const when = date === '' ? '' : `; the catalog says it was installed ${dateText(date)}${from}`;
  return [
    `    <- ${itself ? '' : `${name}: `}no job of the queue tells${when}`,
    ...appliedTo.map((base) => `       it is applied to ${base}`),
    ...neededBy.map((each) => `       ${each.name} needs it now: ${each.relation} "${each.spec}"`),
  ];
}

/** CCYYMMDDhhmm.ss as `MM/DD/YY hh:mm:ss`. */
function dateText(date: string): string {
  const match = /^\d\d(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d\d)$/.exec(date);
  return match ? `${match[2]}/${match[3]}/${match[1]} ${match[4]}:${match[5]}:${match[6]}` : date;
}
