import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import { compareControlFiles } from '../../../src/operations/verify-control.ts';
import { options } from '../selection/catalog-builder.ts';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'verify-control-'));
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

function problems(owner: string): string[] {
  const place = { catalog: emptyCatalog('depot'), tree, times: false };
  return compareControlFiles(place, owner, [], options()).map((problem) => problem.text);
}

test('the files of an object are looked for where the text tree writes them', () => {
  for (const path of [
    'INDEX',
    '%INDEX/pfiles/INDEX',
    '%INDEX/pfiles/INFO',
    '%INDEX/%INDEX/INDEX',
    '%INDEX/%INDEX/INFO',
  ]) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), '');
  }
  expect([...problems('INDEX'), ...problems('INDEX/INDEX')]).toEqual([]);
});

test('below a file they are missing', () => {
  writeFileSync(join(tree, 'P'), '');
  expect(problems('P/F')).toEqual(['INDEX', 'INFO'].map((name) => `Control file "${tree}/P/F/${name}" missing.`));
});
