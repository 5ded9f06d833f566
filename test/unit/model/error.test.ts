// Errors of the machine in the user's words.
import { lstatSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reasonOf } from '../../../src/model/error.ts';

test('reasonOf says why in words: no errno, no call, no path', () => {
  let caught: unknown;
  try {
    lstatSync('/nowhere/at, all');
  } catch (error) {
    caught = error;
  }
  expect(reasonOf(caught)).toBe('No such file or directory.');
  expect(reasonOf(new Error('something else'))).toBe('Something else.');
  expect(reasonOf('no error')).toBe('');
});
