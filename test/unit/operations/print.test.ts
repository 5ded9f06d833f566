// Printing a list: a command or a file gets all of it, and what fails is told in its own words.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { printByCommand, printToFile } from '../../../src/operations/print.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'print-'));
});
afterEach(() => rmSync(place, { recursive: true }));

test('a command reads the list; what it says comes back, and nothing is left behind', async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('swprint.'));
  const before = left();
  expect(await printByCommand('one\ntwo\n', `cat >${place}/out; echo request id is lj4-7`)).toEqual([
    'request id is lj4-7',
  ]);
  expect([readFileSync(join(place, 'out'), 'utf8'), left()]).toEqual(['one\ntwo\n', before]);
});

test('a command that fails, and one that is not there', async () => {
  await expect(printByCommand('x\n', 'echo no paper; exit 3')).rejects.toMatchObject({
    code: 'not_printed',
    what: expect.stringContaining('failed with exit status 3.'),
    because: 'no paper',
    todo: expect.stringContaining('name another command or a file.'),
  });
  await expect(printByCommand('x\n', 'no-such-lp -d lj4')).rejects.toMatchObject({
    code: 'not_printed',
    what: 'Nothing was printed: there is no command "no-such-lp" here.',
    todo: expect.stringContaining('cups-client'),
  });
});

test('a file is made; one that is there is kept unless it may be replaced; one that cannot be is told', () => {
  const file = join(place, 'list');
  expect([printToFile('first\n', file, false), printToFile('second\n', file, false)]).toEqual([true, false]);
  expect(readFileSync(file, 'utf8')).toBe('first\n');
  expect([printToFile('third\n', file, true), readFileSync(file, 'utf8')]).toEqual([true, 'third\n']);
  const below = join(place, 'none/list');
  expect(() => printToFile('x\n', below, false)).toThrow(
    expect.objectContaining({ code: 'not_printed', because: 'No such file or directory.', todo: 'Name another file.' }),
  );
  expect(existsSync(below)).toBe(false);
});
