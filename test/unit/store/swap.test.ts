// Swapping: a save that is a copy is under its name, durably, before the original goes; and again after a crash at any point.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JournalStep } from '../../../src/store/steps.ts';
import { swapAll } from '../../../src/store/swap.ts';

/** What was there when a directory was made durable. */
const synced = vi.hoisted(() => [] as { directory: string; names: string[]; original: string }[]);
let anchor: string;

vi.mock('../../../src/host/durable.ts', async (original) => ({
  ...(await original<typeof import('../../../src/host/durable.ts')>()),
  fsyncDirectory: (directory: string) =>
    synced.push({ directory, names: readdirSync(directory), original: has(join(anchor, 'f')) }),
}));

beforeEach(() => {
  anchor = mkdtempSync(join(tmpdir(), 'sd-swap-'));
  mkdirSync(join(anchor, 'save'));
  synced.length = 0;
});
afterEach(() => rmSync(anchor, { recursive: true, force: true }));

const has = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : 'nothing');
const PUT: JournalStep = { step: 'put', path: 'f', stage: '.sw~s~0', save: 'save/f', copySave: true };
const REMOVE: JournalStep = { step: 'remove', path: 'f', save: 'save/f' };

test('the name of a copied save is durable before the original is replaced', () => {
  writeFileSync(join(anchor, 'f'), 'old');
  writeFileSync(join(anchor, '.sw~s~0'), 'new');
  swapAll(anchor, 's', [PUT], { again: false });
  expect(synced[0]).toEqual({ directory: join(anchor, 'save'), names: ['f'], original: 'old' });
  expect([has(join(anchor, 'f')), has(join(anchor, 'save/f'))]).toEqual(['new', 'old']);
});

test.each([
  ['replaced', PUT, 'new'],
  ['removed', REMOVE, 'nothing'],
])('a copy whose original was %s before the crash becomes the save', (_, step, now) => {
  if (step === PUT) writeFileSync(join(anchor, 'f'), 'new');
  writeFileSync(join(anchor, 'save/.sw~s~0s'), 'old');
  for (let round = 0; round < 2; round++) {
    swapAll(anchor, 's', [step], { again: true });
    expect([has(join(anchor, 'f')), readdirSync(join(anchor, 'save'))]).toEqual([now, ['f']]);
    expect(has(join(anchor, 'save/f'))).toBe('old');
  }
});
