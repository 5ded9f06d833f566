// Tables of cleanup and show_patches as HP's printed them (patches.md 6.2, 6.3).

import { expect, test } from 'vitest';
import { commitTable, stamp, twoColumns, underlined } from '../../../src/report/patch-tools.ts';

test('the commit table of the sample, to the column', () => {
  expect(commitTable([{ patch: 'PHKL_23313', times: 3, bytes: 66560, by: 'PHKL_26519' }])).toEqual([
    'Superseded  # Times Superseded  Disk Space in /var/adm/sw/save  Superseded By',
    '==========  ==================  ==============================  =============',
    'PHKL_23313           3                   66560 bytes             PHKL_26519',
  ]);
});

test('numbers end below one another, and a long name moves all columns', () => {
  const [heading, rule, first, second] = commitTable([
    { patch: 'A_LONG_PATCH_NAME', times: 12, bytes: 5, by: 'P2' },
    { patch: 'P', times: 1, bytes: 123_456_789, by: 'P2' },
  ]);
  expect(first!.indexOf(' 12 ') + 2).toBe(second!.indexOf(' 1 ') + 1);
  expect(first!.indexOf(' bytes')).toBe(second!.indexOf(' bytes'));
  expect(heading!.indexOf('#')).toBe('A_LONG_PATCH_NAME  '.length);
  expect(rule!.split('  ').map((each) => each.length)).toEqual([17, 18, 30, 13]);
});

test('a rule is as long as the sentence above it', () => {
  expect(underlined('Found:', ['a'])).toEqual(['Found:', '======', 'a']);
});

test('two columns below a heading of two lines', () => {
  const headings = [
    ['Active', 'Patch'],
    ['Patch', 'Description'],
  ] as const;
  expect(twoColumns(headings, [['PHSS_1234567', 'A title that is long']])).toEqual([
    'Active        Patch',
    'Patch         Description',
    '============  ====================',
    'PHSS_1234567  A title that is long',
  ]);
});

test('MM/DD/YY HH:MM:SS', () => {
  expect(stamp(new Date(2004, 3, 13, 7, 17, 4))).toBe('04/13/04 07:17:04');
});
