// How far a session has come, counted from its events.

import { expect, test } from 'vitest';
import type { SdEvent } from '../../../src/model/events.ts';
import type { Plan, PlannedFileset } from '../../../src/model/plan.ts';
import { duration, ProgressCount, progressLine } from '../../../src/report/progress.ts';
import { progressReader } from '../../../src/report/progress-lines.ts';

const fileset = (name: string, bytes: number) => ({ name, bytes }) as PlannedFileset;
const plan = { products: [{ filesets: [fileset('P.A', 1_000_000), fileset('P.B', 3_000_000)] }] } as unknown as Plan;
const begin = (name: string, index: number): SdEvent => ({
  type: 'fileset.begin',
  task: 'install',
  spec: `${name},r=1`,
  index,
  of: 2,
});
const file = (bytes: number): SdEvent => ({ type: 'file.done', path: '/f', action: 'place', bytes });
const end = (name: string): SdEvent => ({
  type: 'fileset.end',
  task: 'install',
  spec: name,
  ok: true,
  state: 'installed',
});
const START: SdEvent[] = [
  { type: 'selection.begin' },
  { type: 'analysis.begin', preview: false },
  { type: 'analysis.end', ok: true, target: 'vm:/', plan, preview: false },
  { type: 'execution.begin', task: 'install', filesets: 2, files: 3, bytes: 4_000_000 },
  begin('P.A', 1),
  begin('P.B', 2),
];

function counted(events: readonly SdEvent[]): ProgressCount {
  const count = new ProgressCount();
  for (const event of events) count.hear(event, 1000);
  return count;
}

test('bytes, rate, time left, and the fileset the bytes have come to', () => {
  const view = counted([...START, file(1_000_000), file(1_000_000)]).view(3000);
  expect(view).toMatchObject({
    task: 'install',
    filesets: { done: 0, of: 2 },
    bytes: { done: 2_000_000, of: 4_000_000 },
    current: 'P.B',
    rate: 1_000_000,
    left: 2,
  });
  expect(progressLine(view, 80)).toBe('Installing  0/2 filesets  2.0 of 4.0 MB  1.0 MB/s  0:02 left  P.B');
  expect(progressLine(view, 20)).toHaveLength(20);
});

test('the pieces of a large file count once', () => {
  const parts: SdEvent[] = [
    { type: 'file.part', bytes: 500_000 },
    { type: 'file.part', bytes: 500_000 },
  ];
  expect(counted([...START, ...parts]).view(1000).bytes.done).toBe(1_000_000);
  expect(counted([...START, ...parts, file(1_000_000)]).view(1000).bytes.done).toBe(1_000_000);
});

test('configuration behind a load is counted for itself; a removal by its filesets', () => {
  const configure: SdEvent = { type: 'fileset.begin', task: 'configure', spec: 'P.A', index: 1, of: 1 };
  const done = counted([...START, end('P.A'), end('P.B')]);
  expect(done.view(1000)).toMatchObject({ filesets: { done: 2, of: 2 }, bytes: { done: 4_000_000 } });
  done.hear(configure, 2000);
  expect(done.view(2000)).toMatchObject({ task: 'configure', filesets: { done: 0, of: 1 }, current: 'P.A' });
  const removal: SdEvent = { type: 'execution.begin', task: 'remove', filesets: 1, files: 3, bytes: 50 };
  expect(counted([removal]).view(1000).bytes.of).toBe(0);
});

test('what is read before anything is planned is told without an end', () => {
  const view = counted([{ type: 'selection.begin' }, { type: 'file.part', bytes: 2_500_000 }]).view(1000);
  expect([progressLine(view, 80), progressLine(view, 9)]).toEqual(['Selection ...  2.5 MB read', 'Selection']);
  expect(view.left).toBeUndefined();
});

test('durations read like a clock', () => {
  expect([duration(5), duration(65), duration(7387)]).toEqual(['0:05', '1:05', '2:03:07']);
});

test('a line is shown on a terminal only, and taken away at the end', () => {
  const written: string[] = [];
  const stream = (isTTY: boolean) => ({ isTTY, columns: 80, write: (text: string) => written.push(text) });
  expect(progressReader('auto', stream(false))).toBeUndefined();
  expect(progressReader('none', stream(true))).toBeUndefined();
  const reader = progressReader('auto', stream(true))!;
  for (const event of START) reader.hear(event);
  expect(written.join('')).toContain('Selection ...');
  reader.hear({ type: 'session.end', command: 'swinstall', time: 0, ok: true, target: 'vm:/' });
  expect(written.at(-1)).toBe('\r\u001b[K');
});
