// "Did you mean": near words are found, far ones are not.

import { expect, test } from 'vitest';
import { editDistance, nearest } from '../../../src/model/nearest.ts';

test('distances', () => {
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('loglevle', 'loglevel')).toBe(1);
});

test('the nearest word, upper and lower case alike, or none', () => {
  const known = ['reinstall', 'recopy', 'reconfigure'];
  expect(nearest('reinstal', known)).toBe('reinstall');
  expect(nearest('REINSTALL', known)).toBe('reinstall');
  expect(nearest('patch_filter', known)).toBeUndefined();
  expect(nearest('x', known)).toBeUndefined();
});
