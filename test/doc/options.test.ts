// Which options a test sets (issue 4, acceptance): each option of the table is named in a scenario or a command test, or is without effect
// with a reason, or stands in the list of HACKING.md "Limits". Who adds a test takes the name off that list.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OPTIONS } from '../../src/options/table.ts';

const root = join(import.meta.dirname, '../..');

/** All text of the scenarios and command tests. */
function tests(): string {
  const files = ['test/scenarios', 'test/cli'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(root, directory, name),
    ),
  );
  return files
    .filter((path) => /\.(sd|ts)$/.test(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

/** The names that HACKING.md lists as having no test. */
function listed(): string[] {
  const text = readFileSync(join(root, 'HACKING.md'), 'utf8');
  const [, names = ''] = /^- Options no test sets yet: ([^.]*)\./m.exec(text) ?? [];
  return [...names.matchAll(/`(\w+)`/g)].map((match) => match[1]!);
}

test('options without effect say why', () => {
  const reasons = [...OPTIONS.values()].flatMap((option) => (option.without === undefined ? [] : [option.without]));
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.filter((reason) => !/^[A-Z].*\.$/s.test(reason))).toEqual([]);
});

test('an option that no scenario and no command test sets is listed in HACKING.md', () => {
  const text = tests();
  const used = (name: string) => new RegExp(`(?<!\\w)${name} ?=`).test(text);
  const uncovered = [...OPTIONS].flatMap(([name, option]) =>
    option.without === undefined && !used(name) ? [name] : [],
  );
  const known = listed();
  expect(uncovered.filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => !OPTIONS.has(name as 'level'))).toEqual([]);
});
