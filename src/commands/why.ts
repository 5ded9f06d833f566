// "Why is this installed?", asked as `swlist --why SPEC` or as `swjob -a why SPEC`: the same answer by the same jobs.

import { SdError } from '../model/error.ts';
import type { Why } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { why } from '../operations/jobs-why.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { printFindings } from '../report/failure.ts';
import { whyLines } from '../report/job-why.ts';
import { findingData, printDocument } from '../report/json.ts';
import { whyData } from '../report/json-why.ts';
import { print } from '../report/terminal.ts';
import { targetWords } from './asked.ts';
import { has, type Invocation } from './declaration.ts';
import { exitCode } from './exit-code.ts';
import type { Answered } from './job-asked.ts';
import { targetPath } from './targets.ts';
import { queueOf } from './work.ts';

/** What one operand was answered on one root. */
interface Told extends Answered {
  readonly target: string;
  readonly answers: readonly Why[];
}

/** Answers for every operand on every root named, in lines or with --json as one document. Returns the exit code. */
export function answerWhy(invocation: Invocation, options: ResolvedOptions, operands: readonly string[]): number {
  requireSoftware(operands, invocation);
  const { caller } = invocation;
  const words = targetWords(invocation, options);
  const roots = words.length === 0 ? ['/'] : words.map((word) => targetPath(word, caller, '/'));
  const told = roots.flatMap((root) => operands.map((software) => tell(root, software, invocation, options)));
  const code = exitCode(told, options.values.return_warning_exitcode, options.findings);
  const json = has(invocation, '--json');
  if (json) {
    const targets = told.map(({ target, answers, findings }) => ({
      target,
      answers: answers.map(whyData),
      findings: findings.map(findingData),
    }));
    printDocument('why', { host: caller.host, targets, exit_code: code });
  }
  for (const { target, answers, findings } of told) {
    if (!json && answers.length > 0) print('stdout', whyLines(`${caller.host}:${target}`, answers));
    printFindings(findings, json ? 'stderr' : 'stdout');
  }
  return code;
}

function tell(root: string, software: string, invocation: Invocation, options: ResolvedOptions): Told {
  const queue = queueOf(invocation, options);
  try {
    const { answers, findings } = why({ queue, root, admin: options.values.admin_directory, software });
    return { target: root, answers, findings, exitCode: failed(findings) };
  } catch (problem) {
    if (!(problem instanceof SdError)) throw problem;
    const findings: Finding[] = [{ severity: 'error', code: problem.code, text: problem.message }];
    return { target: root, answers: [], findings, exitCode: 1 };
  }
}

function failed(findings: readonly Finding[]): number {
  return findings.some((finding) => finding.severity === 'error') ? 1 : 0;
}

function requireSoftware(operands: readonly string[], { command }: Invocation): void {
  if (operands.length > 0) return;
  throw new SdError('bad_usage', {
    what: 'The question why needs software.',
    todo: command === 'swjob' ? 'Write swjob -a why PRODUCT.' : 'Write swlist --why PRODUCT.',
  });
}
