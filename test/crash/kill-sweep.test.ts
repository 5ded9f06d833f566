// Two kinds of plans of the kill sweep, killed at every point: what `npm run test:crash` does for all of them.

import { expect, test } from 'vitest';
import { sweep } from './kill-sweep.ts';
import { KINDS } from './plans.ts';

const SHORT = ['rollback', 'swpackage, replacing'];

test('killed at any point, then the next command: the state before or the state after', {
  timeout: 300_000,
}, async () => {
  const trials = await sweep(
    KINDS.filter(({ name }) => SHORT.includes(name)),
    () => undefined,
  );
  expect(trials.flatMap(({ kind, n, point, fault }) => (fault ? [`${kind} ${n} ${point}: ${fault}`] : []))).toEqual([]);
  for (const kind of SHORT) {
    const states = new Set(trials.filter((trial) => trial.kind === kind).map((trial) => trial.state));
    expect(states, kind).toEqual(new Set(['before', 'after']));
  }
  expect(trials.some((trial) => trial.recoveryKilled)).toBe(true);
});
