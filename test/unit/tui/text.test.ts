// Styled text: widths, cutting, folding, laying over.

import { expect, test } from 'vitest';
import { cutTo, folded, harmless, line, overlaid, padded, paddedEnd, textOf, widthOf } from '../../../src/tui/text.ts';

test('wide characters take two columns, marks none', () => {
  expect([widthOf('abc'), widthOf('日本'), widthOf('e\u0301')]).toEqual([3, 4, 1]);
  expect([padded('日本語', 5), padded('ab', 4, 'right')]).toEqual(['日本 ', '  ab']);
  expect(cutTo('a日本', 2)).toBe('a');
});

test('of a path that is too long the end is kept', () => {
  expect(paddedEnd('host:/var/spool/sw', 12)).toBe('.../spool/sw');
  expect(paddedEnd('short', 8)).toBe('short   ');
});

test('folds at blanks, cuts what has none, keeps what fits as it is', () => {
  expect(folded('one two three', 7)).toEqual(['one two', 'three']);
  expect(folded('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(folded('a   b', 10)).toEqual(['a   b']);
  expect(folded('  indented text here', 12)).toEqual(['  indented', '  text here']);
});

test('folding ends also where a wide character has no room', () => {
  expect(folded('日本', 1).join('')).toBe('日本');
  expect(folded(' 日本', 2).join('').trim()).toContain('日');
});

test('control characters of a depot do not reach the terminal', () => {
  expect(harmless('a\u001b[2Jb')).not.toContain('\u001b');
});

test('a line lies over another without moving what is behind it', () => {
  expect(textOf(overlaid(line('0123456789'), line('XX'), 3))).toBe('012XX56789');
});
