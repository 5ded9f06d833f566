// Every flag and option of every command is used in a scenario or a command test, or is without effect with a reason (issue 4, acceptance):
// an option by its declaration (src/options/idle.ts), a flag that is refused by its own, a pair of command and option by the table
// "Options without effect for a command" of HACKING.md. Who adds an option to a command adds a test that says `command ... option=value`.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandDeclaration } from '../../src/commands/declaration.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { OPTIONS, optionsOf } from '../../src/options/table.ts';

const root = join(import.meta.dirname, '../..');
/** The commands of SD; others have tests of their own. */
const SD =
  'swinstall swcopy swremove swlist swmodify swverify swpackage swreg swconfig swask swjob sd swacl swagentd'.split(
    ' ',
  );
const declarations = new Map<string, CommandDeclaration>();
for (const [name, load] of Object.entries(COMMANDS)) {
  const { declaration } = await load();
  if (SD.includes(name)) declarations.set(name, declaration as CommandDeclaration);
}

/** Options and flags that SD does not have: a test with one of the commands is enough, for all share what reads them. */
const OURS =
  /^(web_|sign_|trusted_|verify_signatures|as_patch|cmdline_|release_file|script_timeout|lock_|ipd|allow_insecure|--|-y)/;
const ANY = tests(['test']).join('\n');

/** What a test hands to each command: the text behind its name up to the next command, the end of the call, or an empty line. */
function calls(): Map<string, string> {
  const found = new Map<string, string>();
  const names = new RegExp(`(?<![\\w./-])(${[...declarations.keys()].join('|')})(?![\\w./-])`, 'g');
  for (const text of tests()) {
    const at = [...text.matchAll(names)];
    for (const [place, match] of at.entries()) {
      const end = Math.min(at[place + 1]?.index ?? text.length, match.index + 600);
      const call = text.slice(match.index, end).split(/\n\s*\n|\);/)[0]!;
      found.set(match[1]!, `${found.get(match[1]!) ?? ''}\n${call}`);
    }
  }
  return found;
}

/** Texts of the scenarios and command tests. */
function tests(directories: readonly string[] = ['test/scenarios', 'test/cli', 'test/tui']): string[] {
  return directories.flatMap((directory) => {
    let names: string[] = [];
    try {
      names = readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' });
    } catch {
      // A room that has no tests of this kind.
    }
    return names
      .filter((name) => /\.(sd|ts)$/.test(name))
      .map((name) => readFileSync(join(root, directory, name), 'utf8').replaceAll('\\\n', ' '));
  });
}

/** `command option` of the table in HACKING.md, with the reason. */
function listed(): Map<string, string> {
  const text = readFileSync(join(root, 'HACKING.md'), 'utf8');
  const table = text.split('## Options without effect for a command')[1]?.split('\n## ')[0] ?? '';
  const rows = table.split('\n').flatMap((line) => {
    const [, options = '', commands = '', reason = ''] = line.split('|').map((cell) => cell.trim());
    const names = [...options.matchAll(/`(\w+)`/g)].map((match) => match[1]!);
    return names.flatMap((name) => commands.split(' ').map((command) => [`${command} ${name}`, reason] as const));
  });
  return new Map(rows);
}

const CALLS = calls();
const LISTED = listed();

test.each([...declarations])('every option and flag of %s has a test, or a reason', (name, declaration) => {
  const text = CALLS.get(name) ?? '';
  const where = (name: string) => (OURS.test(name) ? ANY : text);
  const options = optionsOf(declaration.name).filter(
    ([option, row]) =>
      row.without === undefined &&
      !LISTED.has(`${name} ${option}`) &&
      !new RegExp(`(?<!\\w)${option} ?${OURS.test(option) ? '[=:]' : '='}`).test(where(option)),
  );
  const flags = declaration.flags.filter(
    (flag) => flag.refused === undefined && !new RegExp(`[\\s'"\`,]${flag.name}(?![\\w-])`).test(where(flag.name)),
  );
  expect([options.map(([option]) => option), flags.map((flag) => flag.name)]).toEqual([[], []]);
});

test('the table of HACKING.md names what there is, each with a reason', () => {
  expect(LISTED.size).toBeGreaterThan(0);
  for (const [pair, reason] of LISTED) {
    const [command = '', option = ''] = pair.split(' ');
    expect([pair, OPTIONS.has(option as 'level'), declarations.has(command), reason.length > 10]).toEqual([
      pair,
      true,
      true,
      true,
    ]);
  }
});

test('options without effect say why', () => {
  const reasons = [...OPTIONS.values()].flatMap((option) => (option.without === undefined ? [] : [option.without]));
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.filter((reason) => !/^[A-Z].*\.$/s.test(reason))).toEqual([]);
});

test('the facts 1-19 of clients.md each have a test that names their number', () => {
  const titles = ANY.matchAll(/['`]clients\.md (\d+(?:(?:, | and )\d+)*)/g);
  const numbers = new Set(Array.from(titles, ([, list]) => list!.split(/, | and /).map(Number)).flat());
  const facts = Array.from({ length: 19 }, (_, at) => at + 1);
  expect(facts.filter((fact) => !numbers.has(fact))).toEqual([]);
});
