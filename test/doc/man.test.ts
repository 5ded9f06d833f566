// The manual and the declarations say the same (D8): generated parts are up to date, every option and flag has its place, no page
// tells of what is not there, and mandoc finds nothing to complain about.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { FRONTS } from '../../src/fronts/index.ts';
import { OPTIONS, optionsOf } from '../../src/options/table.ts';

const root = join(import.meta.dirname, '../..');
const man = join(root, 'man');
const page = (name: string) => readFileSync(join(man, name), 'utf8');
const pages = readdirSync(man).filter((name) => /\.\d$/.test(name));
/** The generated part of a kind; undefined where a page has none. */
function part(text: string, kind: string): string | undefined {
  return text.split(`.\\" generated: ${kind}\n`)[1]?.split('.\\" end generated')[0];
}
const commandPages = pages.filter((name) => part(page(name), 'options') !== undefined);

test('generated parts are what the declarations give', () => {
  const check = spawnSync(process.execPath, [join(man, 'generate.mjs'), '--check'], { encoding: 'utf8' });
  expect([check.stderr, check.status]).toEqual(['', 0]);
});

test('sd(5) has every option, and no other', () => {
  const text = page('sd.5');
  const named = text.match(/^\.It Cm \w+ Ns =/gm)!.map((line) => /Cm (\w+)/.exec(line)![1]!);
  expect(named).toEqual([...OPTIONS.keys()]);
});

test.each(commandPages)('%s has every option and flag of its command, and no other', async (name) => {
  const command = name.replace('.8', '') as 'swinstall';
  const options = part(page(name), 'options')!;
  const named = [...options.matchAll(/^\.(?:It )?Cm (\w+)/gm)].map((match) => match[1]!);
  expect(named.sort()).toEqual(optionsOf(command).map(([option]) => option));
  const { declaration } = await COMMANDS[command]!();
  for (const flag of declaration.flags)
    expect(page(name)).toMatch(new RegExp(`^\\.(It )?Fl ${flag.name.slice(1)}\\b`, 'm'));
});

test('every command has a page', () => {
  for (const command of [...Object.keys(COMMANDS), ...Object.keys(FRONTS)]) expect(pages).toContain(`${command}.8`);
});

test('codes that sd(5) explains exist in the program', () => {
  const text = page('sd.5');
  const section = text.slice(text.indexOf('.Sh ERROR CODES'), text.indexOf('.Sh SEE ALSO'));
  const codes = section.match(/^\.It Bq .*/gm)!.flatMap((line) => line.slice(7).split(' , '));
  const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n');
  expect(codes.filter((code) => !source.includes(`'${code}'`) && !source.includes(`[${code}]`))).toEqual([]);
});

test('pages refer to pages that exist or will: sections 4, 5 and 8', () => {
  for (const name of pages) {
    for (const [, topic, section] of page(name).matchAll(/^\.Xr (\S+) (\d)/gm)) {
      const later = ['swask', 'swjob', 'swconfig', 'swacl', 'swagentd'].includes(topic!);
      expect([name, topic, later || existsSync(join(man, `${topic}.${section}`))]).toEqual([name, topic, true]);
    }
  }
});

test('examples keep their double quotes: bare ones are taken away by the macro', () => {
  expect(page('hotpatch-mk.8')).toContain('eq \\(dqdashboard\\(dq &&');
  for (const name of pages) expect([name, page(name).match(/^\.Dl .*".*/gm)]).toEqual([name, null]);
});

test('mandoc has no complaint', () => {
  const files = pages.map((name) => join(man, name));
  const mandoc = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...files], { encoding: 'utf8' });
  // A machine without mandoc has nothing to say here; CI has it.
  const said = mandoc.error ? '' : mandoc.stdout + mandoc.stderr;
  expect(said).toBe('');
});
