// The analysis window as a value: names and reasons keep apart on any screen.

import { expect, test } from 'vitest';
import type { Plan, PlannedFileset } from '../../../src/model/plan.ts';
import { analysisWindow } from '../../../src/tui/analysis.ts';
import { textOf } from '../../../src/tui/text.ts';

const BECAUSE = 'A newer revision is there already.';

function drawn(name: string, columns: number): string[] {
  const left = [{ name, action: 'skip', because: BECAUSE, targetKey: 'P/F' }] as unknown as PlannedFileset[];
  const plan = { products: [], left } as unknown as Plan;
  const window = analysisWindow({
    title: 'T',
    targets: [{ target: 'vm:/R', plan, findings: [], stage: 'analysed' }],
    at: 0,
    message: '',
    buttons: ['OK'],
    chosen: 0,
    scroll: { cursor: 0, top: 0 },
  });
  return window.draw({ columns, rows: 24 }).lines.map(textOf);
}

test('a long name leaves a gap before its reason', () => {
  expect(drawn(`PRODUCT.${'N'.repeat(40)}`, 80).some((each) => / N*PRODUCT\.N+ {2}A newer/.test(each))).toBe(true);
});

test.each([40, 48])('the reason keeps room for words on %d columns', (columns) => {
  const lines = drawn(`PRODUCT.${'N'.repeat(40)}`, columns);
  expect(lines.find((each) => each.includes('PRODUCT.'))).toMatch(/ {2}A newer +$/);
  expect(lines.every((each) => each.length === columns)).toBe(true);
});
