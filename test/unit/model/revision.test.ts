// The order of revisions: the table of patches.md 1.4.
import { expect, test } from 'vitest';
import { compareRevisions } from '../../../src/model/revision.ts';

test.each([
  ['B.11.11', '=', 'B.11.11'],
  ['B.11.9', '<', 'B.11.10'],
  ['B.11.11.0303.4', '>', 'B.11.11'],
  ['B.11', '<', 'B.11.00'],
  ['A.04.02.01.05', '=', 'A.04.02.01.5'],
  ['B.10.20', '>', 'A.11.31'],
  ['1.0a', '>', '1.0'],
  ['a', '>', 'B'],
  ['', '<', '1'],
  ['1.20260102030405060708', '>', '1.20260102030405060707'],
  ['0', '=', '000'],
])('%s %s %s', (left, sign, right) => {
  expect(Math.sign(compareRevisions(left, right))).toBe({ '<': -1, '=': 0, '>': 1 }[sign]);
});
