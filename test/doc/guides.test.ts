// The pages for people: every command of every console block is run, and prints what the page shows; the option table of the page for
// HP-UX administrators is that of the program.
// SWDIST_DOCS=write npx vitest run test/doc/guides.test.ts puts the output of today into the pages; read the difference.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandsWith, OPTIONS, type OptionName } from '../../src/options/table.ts';
import { printValue } from '../../src/options/value.ts';
import { agrees, play, readPage, stepsOf } from './guide.ts';

const PAGES = ['README.md', 'docs/tutorial.md', 'docs/for-hpux-admins.md', 'docs/for-rpm-and-apt-users.md'];
const WRITE = process.env.SWDIST_DOCS === 'write';

let scratch: string;
beforeEach(() => {
  // A short path, so that the lines of what is written break as on a machine of one's own.
  scratch = mkdtempSync(join(WRITE ? '/tmp' : tmpdir(), 'g'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

test.each(PAGES)('%s: every command prints what is shown', (page) => {
  const steps = stepsOf(readPage(page));
  const printed = play(steps, scratch);
  expect(steps.length).toBeGreaterThan(4);
  expect(printed).toHaveLength(steps.length);
  if (WRITE) return write(page, printed);
  for (const [at, { command, shown }] of steps.entries()) {
    if (!agrees(shown, printed[at]!)) expect(`$ ${command}\n${printed[at]}`).toBe(`$ ${command}\n${shown.join('\n')}`);
  }
});

test('the page for HP-UX administrators has every option as the program has it', () => {
  const page = 'docs/for-hpux-admins.md';
  const text = readPage(page);
  const table = optionTable().join('\n');
  const filled = text.replace(
    /(<!-- options -->\n)[\s\S]*(<!-- end options -->)/,
    (_, head, end) => `${head}\n${table}\n\n${end}`,
  );
  if (WRITE) writeFileSync(join(import.meta.dirname, '../..', page), filled);
  else expect(text).toBe(filled);
});

function optionTable(): string[] {
  const rows = [...OPTIONS].map(([name, option]) => {
    const value = printValue(option, option.default);
    const shown = typeof value === 'string' ? value : value.join(' ');
    const meaning = option.without === undefined ? option.meaning : `Without effect: ${option.without}`;
    const cells = [`\`${name}\``, shown === '' ? '' : `\`${shown}\``, users(name), meaning];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | default | commands | |', '|---|---|---|---|', ...rows];
}

function users(name: OptionName): string {
  const commands = commandsWith(name);
  return commands.length > 6 ? `${commands.length} commands` : commands.join(' ');
}

/** Puts what was printed below each command, but where the page cuts with `...`. */
function write(page: string, printed: readonly string[]): void {
  let at = -1;
  let cut = false;
  const text = readPage(page).replace(/^```console\n([\s\S]*?)^```$/gm, (_, block: string) => {
    const lines: string[] = [];
    const steps = stepsOf(`\`\`\`console\n${block}\`\`\``);
    for (const { command, shown } of steps) {
      at += 1;
      cut = shown.includes('...');
      const output = cut
        ? shown
        : printed[at]!.trimEnd()
            .split('\n')
            .map((line) => line.trimEnd());
      lines.push(...command.split('\n').map((line, row) => `${row === 0 ? '$' : '>'} ${line}`.trimEnd()));
      lines.push(...(output.join('') === '' ? [] : output));
    }
    return `\`\`\`console\n${lines.join('\n')}\n\`\`\``;
  });
  writeFileSync(join(import.meta.dirname, '../..', page), text);
}
