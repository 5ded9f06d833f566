import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectories } from '../../../src/host/made-directories.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'made-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('makes what is missing, with the mode, and nothing where all is there', () => {
  chmodSync(home, 0o755);
  makeDirectories(join(home, 'a/b/c'), 0o700);
  makeDirectories(join(home, 'a/b'), 0o755);
  expect(['', 'a', 'a/b', 'a/b/c'].map((each) => statSync(join(home, each)).mode & 0o777)).toEqual([
    0o755, 0o700, 0o700, 0o700,
  ]);
});

test('says why where it cannot: below a file, and where no directory can be made', () => {
  writeFileSync(join(home, 'file'), '');
  expect(() => makeDirectories(join(home, 'file/below'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  // Node's own recursive mkdir does not return here.
  expect(() => makeDirectories('/proc/none/below')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
