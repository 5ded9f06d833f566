// What a session makes on its way is found beforehand and taken away again, and nothing else.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropMade, firstMissing } from '../../../src/host/made-directories.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'made-'));
});
afterEach(() => rmSync(home, { recursive: true }));

test('the first directory that is not there; below a file nothing is', () => {
  expect(firstMissing(home)).toBeUndefined();
  expect(firstMissing(join(home, 'a/b/c'))).toBe(join(home, 'a'));
  writeFileSync(join(home, 'file'), '');
  expect(firstMissing(join(home, 'file/x/y'))).toBe(join(home, 'file/x'));
});

test('empty directories go, up to the first that was made; one with content and all above it stay', () => {
  const path = join(home, 'a/b/c');
  const first = firstMissing(path);
  mkdirSync(path, { recursive: true });
  dropMade(path, first);
  expect([existsSync(join(home, 'a')), existsSync(home)]).toEqual([false, true]);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(home, 'a/log'), '');
  dropMade(path, first);
  expect([existsSync(join(home, 'a/b')), existsSync(join(home, 'a/log'))]).toEqual([false, true]);
  dropMade(home, undefined);
  expect(existsSync(home)).toBe(true);
});
