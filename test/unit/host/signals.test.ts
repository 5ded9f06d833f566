// Where a session may stop it may rest too: until it is resumed, or a signal comes.

import { afterEach, expect, test } from 'vitest';
import { holdSignals, stopPoint } from '../../../src/host/signals.ts';
import { Stopped } from '../../../src/model/error.ts';

let release: () => void = () => undefined;
afterEach(() => release());

test('a stop point waits for whoever suspended the session, and goes on where nobody did', async () => {
  let resume: () => void = () => undefined;
  const asked: string[] = [];
  const rests = [undefined, new Promise<void>((resolve) => (resume = resolve))];
  release = holdSignals(() => {
    asked.push('asked');
    return rests.shift();
  });
  await stopPoint();
  expect(asked).toEqual(['asked']);
  let over = false;
  const resting = stopPoint().then(() => {
    over = true;
  });
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
  expect([asked.length, over]).toEqual([2, false]);
  resume();
  await resting;
  expect(over).toBe(true);
  release();
  release = () => undefined;
  await stopPoint();
  expect(asked).toHaveLength(2);
});

test('a signal ends the rest and the session', async () => {
  release = holdSignals(() => new Promise(() => undefined));
  const resting = stopPoint();
  setImmediate(() => process.emit('SIGTERM', 'SIGTERM'));
  await expect(resting).rejects.toThrow(Stopped);
});
