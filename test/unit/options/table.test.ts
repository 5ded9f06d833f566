// The option table as a whole: every row can be printed, parsed again and told in one line.

import { expect, test } from 'vitest';
import { COLUMNS } from '../../../src/options/declaration.ts';
import { commandsWith, defaultOf, OLD_NAMES, OPTIONS, optionNamed, optionsOf } from '../../../src/options/table.ts';
import { accepted, parseValue, printValue } from '../../../src/options/value.ts';

test('every default is an accepted value of its option', () => {
  for (const [name, option] of OPTIONS) {
    for (const command of commandsWith(name)) {
      const value = defaultOf(name, command);
      const text = printValue(option, value);
      expect([name, parseValue(name, option, typeof text === 'string' ? text : text.join(' '), 'test')]).toEqual([
        name,
        value,
      ]);
    }
    expect(accepted(option)).not.toBe('');
  }
});

test('every row names known columns and says what it means in one sentence', () => {
  const columns = Object.values(COLUMNS) as string[];
  for (const [name, option] of OPTIONS) {
    expect([name, option.columns.split(' ').every((column) => columns.includes(column))]).toEqual([name, true]);
    expect(option.meaning).toMatch(/^[A-Z].*\.$/);
    expect(option.meaning.length).toBeLessThanOrEqual(90);
  }
});

test('options of a command, and old names', () => {
  const names = optionsOf('swmodify').map(([name]) => name);
  expect(names).toContain('patch_commit');
  expect(names).not.toContain('reinstall');
  expect([...names].sort()).toEqual(names);
  for (const [old, today] of Object.entries(OLD_NAMES)) expect(optionNamed(old)).toBe(today);
  expect(optionNamed('constructor')).toBeUndefined();
});
