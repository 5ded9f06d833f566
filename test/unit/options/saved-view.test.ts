// Save View as Default: written whole, read back, other commands' lines kept (commands.md 13.1).

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SdError } from '../../../src/model/error.ts';
import { savedView, saveView } from '../../../src/options/saved-view.ts';

const VIEW = {
  columns: ['marked', 'name', 'size'],
  sort: 'size',
  descending: true,
  filter: 'X11 = "new" #1',
  software_view: 'products',
};
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sd-view-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function code(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof SdError ? error.code : String(error);
  }
}

test('what is saved is read back, for its own command', () => {
  expect(savedView(home, 'swinstall')).toBeUndefined();
  const file = saveView(home, 'swinstall', VIEW);
  expect(savedView(home, 'swinstall')).toEqual(VIEW);
  expect(savedView(home, 'swlist')).toBeUndefined();
  const other = { ...VIEW, filter: '', descending: false };
  saveView(home, 'swlist', other);
  expect(savedView(home, 'swlist')).toEqual(other);
  expect(savedView(home, 'swinstall')).toEqual(VIEW);
  saveView(home, 'swinstall', other);
  expect(readFileSync(file, 'utf8').match(/swinstall\.view_sort/g)).toHaveLength(1);
});

test('what cannot be read or written is told', () => {
  mkdirSync(join(home, '.sw', 'defaults.view'), { recursive: true });
  expect(code(() => savedView(home, 'swlist'))).toBe('bad_option_file');
  rmSync(join(home, '.sw'), { recursive: true });
  writeFileSync(join(home, '.sw'), '');
  expect(savedView(home, 'swlist')).toBeUndefined();
  expect(code(() => saveView(home, 'swlist', VIEW))).toBe('view_not_saved');
});
