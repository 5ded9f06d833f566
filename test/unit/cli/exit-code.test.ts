// 0, 1 or 2 (commands.md 5.14).

import { expect, test } from 'vitest';
import { exitCode } from '../../../src/commands/exit-code.ts';
import type { Severity } from '../../../src/model/plan.ts';

const outcome = (code: number, ...severities: Severity[]) => ({
  exitCode: code,
  findings: severities.map((severity) => ({ severity, code: 'x', text: 'x' })),
});

test('one target', () => {
  expect(exitCode([outcome(0, 'warning')], false)).toBe(0);
  expect(exitCode([outcome(1, 'error')], false)).toBe(1);
});

test('several targets: all or some', () => {
  expect(exitCode([outcome(1), outcome(1)], false)).toBe(1);
  expect(exitCode([outcome(0), outcome(1)], false)).toBe(2);
  expect(exitCode([outcome(0), outcome(0)], false)).toBe(0);
});

test('return_warning_exitcode: 2 for warnings of a single target only', () => {
  expect(exitCode([outcome(0, 'warning')], true)).toBe(2);
  expect(exitCode([outcome(0, 'note')], true)).toBe(0);
  expect(exitCode([outcome(1, 'warning', 'error')], true)).toBe(1);
  expect(exitCode([outcome(0, 'warning'), outcome(0)], true)).toBe(0);
  expect(exitCode([outcome(0)], true, [{ severity: 'warning', code: 'unknown_option', text: 'x' }])).toBe(2);
});
