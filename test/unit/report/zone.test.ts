// Abbreviations of time zones, summer and winter, from the rules of zone files.

import { expect, test } from 'vitest';
import { abbreviation, zoneName } from '../../../src/report/zone.ts';

test.each([
  ['CET-1CEST,M3.5.0,M10.5.0/3', -60, 'CET'],
  ['CET-1CEST,M3.5.0,M10.5.0/3', -120, 'CEST'],
  // Irish summer time is the standard one.
  ['IST-1GMT0,M10.5.0,M3.5.0/1', -60, 'IST'],
  ['IST-1GMT0,M10.5.0,M3.5.0/1', 0, 'GMT'],
  ['MST7', 420, 'MST'],
  ['<+0530>-5:30', -330, '+0530'],
  // Node's clock knows neither: it shows UTC, and so must the name beside it.
  ['MEZ-1MESZ', 0, 'UTC'],
  ['<+03>-3', 0, 'UTC'],
  // A rule of today for a time of another rule.
  ['CET-1CEST,M3.5.0,M10.5.0/3', -180, '+0300'],
  ['', 0, 'UTC'],
  ['No/Such_Zone', 0, 'UTC'],
])('%s at %i is %s', (rule, offset, name) => {
  expect(abbreviation(rule, offset)).toBe(name);
});

test('this machine has one word for its zone', () => {
  expect(zoneName(new Date())).toMatch(/^[\w+-]+$/);
});
