// Jobs as swjob prints them (commands.md 5.11, 12.9, 14): one line each in columns, or every attribute on a line of its own.
// Promise: on stdout what does not begin with `#` belongs to a job; an empty column in the middle of a line is a `-`.

import { type Job, operationOf, resultOf } from '../model/job.ts';
import { stepWord } from '../model/steps.ts';
import { zoneName } from './zone.ts';

type Values = readonly string[];

/** Attribute → its values; one without value has none. `target` (`host:/path`) narrows what a target has of its own. */
const ATTRIBUTES: Readonly<Record<string, (job: Job, target?: string) => Values>> = {
  jobid: (job) => [job.jobid],
  operation: (job) => [operationOf(job)],
  state: (job) => [job.state],
  progress: (job) => [progressText(job)],
  results: (job, target) => [resultOf(job, target)],
  title: (job) => [job.title],
  owner: (job) => [job.user],
  created: (job) => [timeText(job.created ?? job.begin)],
  schedule: (job) => (job.schedule === undefined ? [] : [timeText(job.schedule)]),
  ended: (job) => (job.end === undefined ? [] : [timeText(job.end)]),
  command: (job) => [commandText(job)],
  preview: (job) => [String(job.preview)],
  source: (job) => (job.source === undefined ? [] : [job.source]),
  targets: (job, target) => (target === undefined ? job.targets : [target]),
  software: (job) => job.software,
  exit_code: (job) => (job.exitCode === undefined ? [] : [String(job.exitCode)]),
  generation_before: (job, target) => numbers(job, target, 'before'),
  generation_after: (job, target) => numbers(job, target, 'after'),
  findings: (job, target) =>
    resultsAt(job, target).flatMap((each) => each.findings.map((finding) => `${finding.text} [${finding.code}]`)),
  steps: (job) => (job.steps ?? []).map((step) => `${step.name} ${stepWord(step, job.state === 'active')}`),
  logfile: (job) => [job.logfile],
  pid: (job) => (job.pid === 0 ? [] : [String(job.pid)]),
};

/** Names that -a and one_liner know, in the order of -v. */
export const JOB_ATTRIBUTES: readonly string[] = Object.keys(ATTRIBUTES);

/** What a line of a listing speaks of: a job, or a job on one of its targets. */
export interface JobLine {
  readonly job: Job;
  readonly target?: string;
}

/** The heading and a line for each; where lines speak of targets, the target stands last. */
export function jobLines(lines: readonly JobLine[], columns: readonly string[]): string[] {
  const withTarget = lines.some((line) => line.target !== undefined) && !columns.includes('targets');
  const names = withTarget ? [...columns, 'targets'] : columns;
  const rows = [
    names,
    ...lines.map(({ job, target }) => names.map((name) => ATTRIBUTES[name]!(job, target).join(' '))),
  ];
  const widths = names.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row, index) => {
    const last = row.findLastIndex((cell) => cell !== '');
    const cells = row.slice(0, last + 1).map((cell, column) => (cell || '-').padEnd(widths[column]!));
    return `${index === 0 ? '#' : ' '} ${cells.join('  ')}`.trimEnd();
  });
}

/** -v: a comment with the id, then each attribute; one with several values on as many lines. */
export function jobDefinition({ job, target }: JobLine): string[] {
  const width = Math.max(...JOB_ATTRIBUTES.map((name) => name.length)) + 1;
  const lines = JOB_ATTRIBUTES.flatMap((name) =>
    ATTRIBUTES[name]!(job, target)
      .filter((value) => value !== '')
      .map((value) => name.padEnd(width) + value.replaceAll('\n', ' ')),
  );
  return [`# ${job.jobid}${target === undefined ? '' : ` @ ${target}`}`, ...lines, ''];
}

/** `MM/DD/YY HH:MM:SS ZONE`, as banners have it. */
export function timeText(time: number): string {
  const at = new Date(time);
  const two = (value: number) => String(value % 100).padStart(2, '0');
  const day = [at.getMonth() + 1, at.getDate(), at.getFullYear()].map(two).join('/');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')} ${zoneName(at)}`;
}

/** The command line as typed; words that a shell would take apart are quoted. */
export function commandText(job: Job): string {
  const words = job.argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return [job.program, ...words].join(' ');
}

/** How far it came: a phase, or filesets done of those planned. */
function progressText({ state, progress: { phase, done, planned } }: Job): string {
  if (state === 'scheduled') return '';
  return phase === 'execution' ? `${done}/${planned}` : phase;
}

function resultsAt(job: Job, target: string | undefined) {
  return target === undefined ? job.results : job.results.filter((each) => each.target === target);
}

function numbers(job: Job, target: string | undefined, which: 'before' | 'after'): Values {
  return resultsAt(job, target).flatMap((each) => (each[which] === undefined ? [] : [String(each[which])]));
}
