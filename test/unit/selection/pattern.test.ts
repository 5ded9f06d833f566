// Patterns made to take for ever, and what brackets are.

import { expect, test } from 'vitest';
import { matchesPattern } from '../../../src/selection/wildcards.ts';

test('a pattern of many stars answers at once', () => {
  expect(matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(60_000))).toBe(false);
  expect(matchesPattern(`${'*a'.repeat(100)}*`, 'a'.repeat(60_000))).toBe(true);
});

test('a pattern longer than any name matches only itself', () => {
  const long = `*${'x'.repeat(65_536)}`;
  expect(matchesPattern(long, `a${'x'.repeat(65_536)}`)).toBe(false);
  expect(matchesPattern(long, long)).toBe(true);
});

test.each([
  ['[abc]*', 'b1', true],
  ['[!abc]*', 'b1', false],
  ['[^abc]*', 'd', true],
  ['[a-c]?[0-9]', 'bx7', true],
  ['[]x]', ']', true],
  ['[abc', '[abc', true],
  ['[.]*', '.x', true],
  ['[[:digit:]]*', '7x', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['*.RUN', 'A.RUN', true],
  ['?', 'ab', false],
  ['[z-a]', 'b', false],
])('%s and %s: %s', (pattern, value, answer) => expect(matchesPattern(pattern, value)).toBe(answer));
