// The exit code of a command, in one place (commands.md 5.14).
//
//   every target 0                            0
//   one target failed                         1
//   several targets, all failed               1
//   several targets, some failed              2
//   one target, return_warning_exitcode=true  0 clean, 1 errors, 2 only warnings

import type { Finding, Outcome } from '../model/plan.ts';

/** `said` are findings that belong to no target: those of the options. */
export function exitCode(outcomes: readonly Outcome[], warningCounts: boolean, said: readonly Finding[] = []): number {
  const failed = outcomes.filter((outcome) => outcome.exitCode !== 0);
  if (failed.length > 0) return failed.length === outcomes.length ? failed[0]!.exitCode : 2;
  const findings = [...said, ...outcomes.flatMap((outcome) => outcome.findings)];
  const warned = findings.some((finding) => finding.severity === 'warning');
  return warningCounts && outcomes.length === 1 && warned ? 2 : 0;
}
