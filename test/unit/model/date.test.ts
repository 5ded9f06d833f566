// Dates behind -Q (model/date.ts): what each template means, seen from one fixed time.

import { expect, test } from 'vitest';
import { dateFrom } from '../../../src/model/date.ts';

/** Saturday, 21 November 2026, 10:30 local time. */
const NOW = new Date(2026, 10, 21, 10, 30).getTime();

test.each([
  ['12/24/26 03:15', new Date(2026, 11, 24, 3, 15)],
  ['12/24/2026 3:15 PM', new Date(2026, 11, 24, 15, 15)],
  ['12/24 03:15', new Date(2026, 11, 24, 3, 15)],
  ['10/20 03:15', new Date(2027, 9, 20, 3, 15)],
  ['2026-12-24 03:15:30', new Date(2026, 11, 24, 3, 15, 30)],
  ['2026-12-24T03:15', new Date(2026, 11, 24, 3, 15)],
  ['Dec 24  03:15', new Date(2026, 11, 24, 3, 15)],
  ['24 December 2026 03:15', new Date(2026, 11, 24, 3, 15)],
  ['2026-12-24', new Date(2026, 11, 24)],
  ['22:00', new Date(2026, 10, 21, 22, 0)],
  ['10:00', new Date(2026, 10, 22, 10, 0)],
  ['12:10 am', new Date(2026, 10, 22, 0, 10)],
  ['noon', new Date(2026, 10, 21, 12, 0)],
  ['midnight', new Date(2026, 10, 22)],
  ['now', new Date(NOW)],
  ['now + 2 hours', new Date(2026, 10, 21, 12, 30)],
  ['now+1week', new Date(2026, 10, 28, 10, 30)],
])('"%s"', (text, meant) => {
  expect(new Date(dateFrom(text, NOW))).toEqual(meant);
});

test.each(['tomorrow', '25:00', '13/01/26 10:00', '02/30/2027 10:00', '10/20/26 03:15', '', 'now + x'])(
  '"%s" is refused',
  (text) => {
    expect(() => dateFrom(text, NOW)).toThrow(expect.objectContaining({ code: 'bad_date' }));
  },
);

test("the machine's own templates come first", () => {
  expect(new Date(dateFrom('24.12.2026, 3 h', NOW, ['%d.%m.%Y, %H h']))).toEqual(new Date(2026, 11, 24, 3));
  // Days first, as this template says, although a built-in one would take the first number for a month.
  expect(new Date(dateFrom('05/12/26 03:15', NOW, ['%d/%m/%y %H:%M']))).toEqual(new Date(2026, 11, 5, 3, 15));
});
