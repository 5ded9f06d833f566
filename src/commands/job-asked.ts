// What swjob's command line asks for, and what becomes of each operand: jobs by name, targets of jobs, the session file of -C.

import { resolve } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { type JobQueue, jobsNamed } from '../operations/jobs.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { sessionPath, writeSession } from '../options/session.ts';
import { printFindings } from '../report/failure.ts';
import { targetWords } from './asked.ts';
import { argument, has, type Invocation } from './declaration.ts';
import { targetPath } from './targets.ts';

/** What became of one operand. */
export interface Answered {
  readonly exitCode: number;
  readonly findings: readonly Finding[];
}

export interface Wish {
  readonly invocation: Invocation;
  readonly options: ResolvedOptions;
  readonly queue: JobQueue;
  readonly operands: readonly string[];
}

/** Looks every operand up and does `work` with each job; what works on jobs by name needs a name. */
export async function eachJob(
  wish: Wish,
  what: string,
  work: (job: Job, wish: Wish) => Promise<readonly Finding[]> | readonly Finding[],
): Promise<Answered[]> {
  requireOperands(wish.operands, 'a job', what);
  const outcomes: Answered[] = [];
  for (const operand of wish.operands) {
    const found = jobsNamed(wish.queue, operand);
    const findings = found.length === 0 ? [noJob(operand, wish.queue)] : [];
    for (const job of found) findings.push(...(await work(job, wish)));
    outcomes.push(answered(findings));
  }
  return outcomes;
}

/** Throws SdError `bad_usage` where nothing is named; `kind` is what to name (`a job`). */
function requireOperands(operands: readonly string[], kind: string, what: string): void {
  if (operands.length > 0) return;
  throw new SdError('bad_usage', { what: `"${what}" needs ${kind}.`, todo: `Name ${kind}; "swjob" lists the jobs.` });
}

/** Says the findings; an ERROR among them makes the operand a failed one. */
export function answered(findings: readonly Finding[]): Answered {
  printFindings(findings);
  return { exitCode: findings.some((finding) => finding.severity === 'error') ? 1 : 0, findings };
}

/** The ERROR for an operand that names no job. */
export function noJob(operand: string, { directory }: JobQueue): Finding {
  return error('job_not_found', `There is no job "${operand}" in "${directory}".`);
}

/** A finding of severity `error`. */
export function error(code: string, text: string): Finding {
  return { severity: 'error', code, text };
}

/** What HP's manual writes for "all targets". */
const EVERY_TARGET = '*::*';

/** The targets named, as `host:/path`; `all` with -R; undefined when none is named. Throws what targetPath throws. */
export function jobTargets(wish: {
  invocation: Invocation;
  options: ResolvedOptions;
}): readonly string[] | 'all' | undefined {
  const { invocation, options } = wish;
  const words = targetWords(invocation, options);
  if (has(invocation, '-R') || words.includes(EVERY_TARGET)) return 'all';
  if (words.length === 0) return undefined;
  const { caller } = invocation;
  return words.map((word) => `${caller.host}:${targetPath(word, caller, '/')}`);
}

/** Only where -C asks for it: a listing leaves no trace of its own. */
export function saveJobSession(invocation: Invocation, options: ResolvedOptions): void {
  const name = argument(invocation, '-C');
  if (name === undefined) return;
  const file = resolve(invocation.caller.cwd, sessionPath(invocation.caller.home, invocation.command, name));
  try {
    writeSession(file, options, { software: [], targets: targetWords(invocation, options) }, new Date());
  } catch (error) {
    const text = `Cannot save the session in the file "${file}".  ${reasonOf(error)}`;
    printFindings([{ severity: 'warning', code: 'session_not_saved', text }]);
  }
}
