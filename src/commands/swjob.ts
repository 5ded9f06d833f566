// swjob: lists, explains, removes and takes back jobs (commands.md 5.11, 12.9, 14). It has no session and no log of its own; only an undo
// runs sessions, those of swinstall, swcopy and swremove.

import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import { nearest } from '../model/nearest.ts';
import type { Finding } from '../model/plan.ts';
import { jobs, jobsNamed, logOf } from '../operations/jobs.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { printFindings } from '../report/failure.ts';
import { JOB_ATTRIBUTES, type JobLine, jobDefinition, jobLines } from '../report/job.ts';
import { print } from '../report/terminal.ts';
import { optionsFor, softwareFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import { exitCode } from './exit-code.ts';
import * as flag from './flags.ts';
import { type Answered, answered, eachJob, error, jobTargets, noJob, saveJobSession, type Wish } from './job-asked.ts';
import { queueOf } from './work.ts';

const declaration: CommandDeclaration = {
  name: 'swjob',
  summary: 'list jobs, show their logs, say why software is installed, take jobs back',
  flags: [
    { name: '-i', meaning: 'Browse the jobs on the terminal, as sd does.' },
    { name: '-R', meaning: 'Show every target of the jobs.' },
    { name: '-u', meaning: 'Remove the jobs from the queue; what they did stays.' },
    { name: '-p', meaning: 'With -a undo: show what would be done, change nothing.' },
    { name: '-v', meaning: 'Show every attribute, one a line.' },
    {
      name: '-a',
      argument: 'attribute',
      meaning: 'Show this attribute (repeatable), or one of log, plan, why and undo, which stand alone.',
    },
    { name: '-f', argument: 'jobid_file', meaning: 'Read job ids from a file, one a line.' },
    flag.TARGET_FILE,
    flag.JSON_ANSWER,
    ...flag.SESSION_FLAGS,
  ],
  operands: 'jobids',
  targets: 'target_selections',
  examples: [
    { does: 'List the jobs.', command: 'swjob' },
    { does: 'Show everything about one.', command: 'swjob -v vm-0007' },
    { does: 'Show what it wrote to the log, and what its agent wrote on the target.', command: 'swjob -a log vm-0007' },
    { does: 'The second of these.', command: 'swjob -a log vm-0007 @ vm:/' },
    { does: 'Show what it did to each fileset, and why.', command: 'swjob -a plan vm-0007' },
    { does: 'Why is this installed?', command: 'swjob -a why X11.X11-RUN' },
    { does: 'See what taking a job back would do.', command: 'swjob -a undo -p vm-0007' },
    { does: 'Take back what was done last.', command: 'swjob -a undo last' },
    { does: 'Forget jobs.', command: "swjob -u 'vm-00*'" },
    { does: 'List the jobs that failed.', command: "swjob -x one_liner='jobid results command' | grep ' errors '" },
  ],
};

/** Values of -a that are no attribute of a line. */
const ALONE = ['log', 'plan', 'why', 'undo'] as const;

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  if (has(invocation, '-i')) return (await import('./job-browser.ts')).browseJobs(invocation, options);
  const asked = attributesAsked(invocation, options);
  saveJobSession(invocation, options);
  const operands = softwareFor(invocation, options);
  const queue = queueOf(invocation, options);
  const json = has(invocation, '--json');
  printFindings(options.findings, json ? 'stderr' : 'stdout');
  if (asked[0] === 'why') return (await import('./why.ts')).answerWhy(invocation, options, operands);
  if (json) return (await import('./job-json.ts')).answerInJson(asked[0]!, { invocation, options, queue, operands });
  const outcomes = await perform(asked, { invocation, options, queue, operands });
  return exitCode(outcomes, options.values.return_warning_exitcode, options.findings);
}

async function perform(asked: readonly string[], wish: Wish): Promise<Answered[]> {
  const { invocation } = wish;
  const [alone] = asked;
  if (alone === 'plan') return eachJob(wish, '-a plan', (await import('./job-answers.ts')).answerPlan);
  if (alone === 'undo') return eachJob(wish, '-a undo', (await import('./job-undo.ts')).undo);
  if (alone === 'log') return eachJob(wish, '-a log', showLog);
  if (has(invocation, '-u')) {
    const { forget } = await import('./job-browser.ts');
    return eachJob(wish, '-u', (job, { queue }) => forget(job, queue));
  }
  return list(asked, wish);
}

function list(columns: readonly string[], wish: Wish): Answered[] {
  const { operands, queue, options } = wish;
  const named = operands.map((operand) => ({ operand, found: jobsNamed(queue, operand) }));
  const found =
    operands.length === 0
      ? jobs(queue)
      : [...new Map(named.flatMap((each) => each.found.map((job) => [job.jobid, job] as const))).values()];
  const lines = found.flatMap((job) => linesOf(job, wish));
  if (options.values.verbose > 0) print('stdout', lines.flatMap(jobDefinition));
  else print('stdout', jobLines(lines, columns));
  if (operands.length === 0) return [answered([])];
  return named.map(({ operand, found: some }) => answered(some.length === 0 ? [noJob(operand, queue)] : []));
}

/** One line a job; with -R or targets one for each of these the job had. */
function linesOf(job: Job, wish: Wish): JobLine[] {
  const wanted = jobTargets(wish);
  if (wanted === undefined) return [{ job }];
  return job.targets.filter((target) => wanted === 'all' || wanted.includes(target)).map((target) => ({ job, target }));
}

/** The controller's part, or with targets the part of each target's agent. */
function showLog(job: Job, wish: Wish): Finding[] {
  const wanted = jobTargets(wish);
  const places = wanted === 'all' ? job.targets : (wanted ?? [undefined]);
  return places.flatMap((target) => {
    const place = target === undefined ? undefined : job.targets.indexOf(target);
    if (place === -1)
      return [
        error('no_such_target', `The job "${job.jobid}" had no target "${target}", only ${job.targets.join(' ')}.`),
      ];
    const text = logOf(wish.queue, job.jobid, place);
    if (text !== undefined) print('stdout', [text.trimEnd()]);
    else if (target === undefined)
      return [error('log_not_kept', `The job "${job.jobid}" has no log: it ran with loglevel=0.`)];
    else
      return [
        error(
          'log_not_kept',
          `The job "${job.jobid}" has no agent log for "${target}": it did not come so far, or ran with loglevel=0.`,
        ),
      ];
    return [];
  });
}

/** -a, else one_liner. Throws SdError `bad_usage` for a name that is none, and where one that stands alone does not. */
function attributesAsked(invocation: Invocation, options: ResolvedOptions): readonly string[] {
  const asked = invocation.arguments['-a'] ?? [];
  const alone = asked.find((name) => (ALONE as readonly string[]).includes(name));
  if (alone !== undefined) {
    if (asked.length === 1 && !has(invocation, '-u')) return asked;
    throw new SdError('bad_usage', { what: `"-a ${alone}" stands alone.`, todo: 'Leave out the other -a, and -u.' });
  }
  const names = asked.length > 0 ? ['jobid', ...asked.filter((name) => name !== 'jobid')] : options.values.one_liner;
  for (const name of names) if (!JOB_ATTRIBUTES.includes(name)) throw noAttribute(name);
  return names;
}

function noAttribute(name: string): SdError {
  const near = nearest(name, [...JOB_ATTRIBUTES, ...ALONE]);
  return new SdError('bad_usage', {
    what: `"${name}" is no attribute of a job.`,
    because: near === undefined ? '' : `Did you mean "${near}"?`,
    todo: `Attributes are ${JOB_ATTRIBUTES.join(', ')}.`,
    data: { attribute: name },
  });
}

export const swjob: Command = { declaration, run };
