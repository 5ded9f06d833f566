// The progress window as a value, once it is over.

import { expect, test } from 'vitest';
import { ProgressCount } from '../../../src/report/progress.ts';
import { progressWindow } from '../../../src/tui/progress-window.ts';
import { textOf } from '../../../src/tui/text.ts';

test.each([
  [2, 0],
  [30, 23],
])('of %d targets as many are shown as leave room for log and buttons', (count, more) => {
  const targets = Array.from({ length: count }, (_, n) => ({
    target: `vm:/R${n}.`,
    status: { text: 'Completed', style: 'good' as const },
  }));
  const window = progressWindow({
    title: 'T',
    target: targets.at(-1)!.target,
    targets,
    view: new ProgressCount().view(0),
    log: ['said first', 'said last'],
    working: false,
    buttons: ['Done', 'Logfile'],
    chosen: 0,
  });
  const lines = window.draw({ columns: 80, rows: 24 }).lines.map(textOf);
  expect(lines.filter((each) => /vm:\/R\d+\. +Completed/.test(each))).toHaveLength(count - more);
  expect(lines.some((each) => each.includes(`and ${more} more`))).toBe(more > 0);
  expect(lines.some((each) => each.includes('said last'))).toBe(true);
  expect(lines.some((each) => each.includes('[Done]'))).toBe(true);
});
