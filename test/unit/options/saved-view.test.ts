// A view of the terminal interface, kept for its command.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveView } from '../../../src/options/saved-view.ts';

const VIEW = { columns: ['name', 'revision'], sort: 'name', descending: false, filter: '', software_view: 'products' };
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'view-'));
});
afterEach(() => rmSync(home, { recursive: true }));

test('is saved in place of the command’s earlier one; other commands keep theirs', () => {
  const file = saveView(home, 'swinstall', VIEW);
  saveView(home, 'swcopy', VIEW);
  saveView(home, 'swinstall', { ...VIEW, descending: true });
  const text = readFileSync(file, 'utf8');
  expect([text.match(/^swinstall\..*descending.*$/gm), text.match(/^swcopy\..*descending.*$/gm)]).toEqual([
    [expect.stringContaining('true')],
    [expect.stringContaining('false')],
  ]);
});

test('that cannot be written is told, and nothing is there', () => {
  writeFileSync(join(home, '.sw'), 'a file\n');
  expect(() => saveView(home, 'swinstall', VIEW)).toThrow(
    expect.objectContaining({ code: 'view_not_saved', what: expect.stringContaining('Cannot save the view in "') }),
  );
  expect(readFileSync(join(home, '.sw'), 'utf8')).toBe('a file\n');
});
