// What cannot be replaced or removed is refused while everything can still be left as it is; directories that cannot go stay.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { depotLayout } from '../../../src/store/layout.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import type { FileStep } from '../../../src/store/transaction-types.ts';
import { pictureOfTree } from './picture.ts';
import { directory, place } from './scenario.ts';

let anchor: string;
let store: Store;
/** Done after each test, last first. */
let undo: (() => void)[];

const open = () => openStore(depotLayout(anchor), { create: true, command: 'test', user: 'test', lockTimeout: 5 });

beforeEach(async () => {
  anchor = mkdtempSync(join(tmpdir(), 'sd-places-'));
  undo = [];
  mkdirSync(join(anchor, 'd/empty'), { recursive: true });
  writeFileSync(join(anchor, 'd/f'), 'old');
  store = await open();
});

afterEach(async () => {
  await store.close();
  for (const each of undo.toReversed()) each();
  rmSync(anchor, { recursive: true, force: true });
});

/** Runs a command that only root may run, and only where it is allowed to; false where it is not. */
function able(command: string, words: readonly string[], back: string, wordsBack: readonly string[]): boolean {
  if (spawnSync(command, words).status !== 0) return false;
  undo.push(() => spawnSync(back, wordsBack));
  return true;
}

const freeze = (path: string) => able('chattr', ['+i', join(anchor, path)], 'chattr', ['-i', join(anchor, path)]);
const mountOver = (path: string, from: string) =>
  able('mount', ['--bind', from, join(anchor, path)], 'umount', [join(anchor, path)]);

const apply = (...files: FileStep[]) => store.apply({ label: 'x', files, change: () => [] });

describe.each<[string, FileStep]>([
  ['replaced', place('d/f', 'new')],
  ['removed', { step: 'remove', path: 'd/f' }],
])('a file to be %s', (_, step) => {
  const refused = async (because: RegExp) => {
    const before = pictureOfTree(anchor, '.sd');
    const error = await apply(directory('new'), place('new/f', 'x'), step).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'file_fixed', data: { path: join(anchor, 'd/f') } });
    expect(String(error)).toMatch(because);
    expect(pictureOfTree(anchor, '.sd')).toEqual(before);
    expect(store.isInterrupted()).toBe(false);
  };

  test('is refused when it is immutable', async ({ skip }) => {
    if (!freeze('d/f')) skip();
    await refused(/immutable/);
    undo.pop()!();
    await apply(step);
  });

  test('is refused when something is mounted on it', async ({ skip }) => {
    writeFileSync(join(anchor, 'other \\'), 'other');
    if (!mountOver('d/f', join(anchor, 'other \\'))) skip();
    await refused(/mounted/);
    expect(readFileSync(join(anchor, 'other \\'), 'utf8')).toBe('other');
    undo.pop()!();
    await apply(step);
  });
});

test('a mount point with a blank in its name is known', async ({ skip }) => {
  writeFileSync(join(anchor, 'a b'), '');
  if (!mountOver('a b', join(anchor, 'd/f'))) skip();
  await expect(apply(place('a b', 'new'))).rejects.toMatchObject({ code: 'file_fixed' });
});

test("new files beside an immutable one, and attributes of it, are nobody's trouble", async ({ skip }) => {
  if (!freeze('d/f')) skip();
  await apply(place('d/new', 'x'), { step: 'attributes', path: 'd/f', as: { mode: 0o600, uid: 0, gid: 0 } });
  expect(readFileSync(join(anchor, 'd/new'), 'utf8')).toBe('x');
});

test('a directory that cannot be removed stays', async ({ skip }) => {
  if (!freeze('d')) skip();
  await apply(place('g', 'x'), { step: 'rmdir', path: 'd/empty' });
  expect(pictureOfTree(anchor, '.sd').join()).toMatch(/d\/empty\/.*g 644/);
});

test('directories of a read-only file system keep what they have, and stay', async ({ skip }) => {
  const at = join(anchor, 'd');
  if (!mountOver('d', at) || spawnSync('mount', ['-o', 'remount,bind,ro', at]).status !== 0) skip();
  await apply(directory('d'), place('g', 'x'), { step: 'rmdir', path: 'd/empty' });
  expect(pictureOfTree(anchor, '.sd').join()).toMatch(/d\/empty\/.*g 644/);
  await expect(apply({ step: 'remove', path: 'd/f' })).rejects.toMatchObject({ code: 'file_fixed' });
});
