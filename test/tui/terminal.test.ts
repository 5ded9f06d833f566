// What commands show on a terminal without the interface (issue 10, items 2 and 8): rows that fit, lists that go through the pager, messages
// that wrap in time, and a line of progress wherever a session takes long. Beside each what a pipe gets: always the same.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Site } from '../cli/site.ts';
import { closeScreens, productPsf, type ScreenOptions, screenWith } from './screen.ts';

const LONG = 'Alpha tools, which have a title that goes on and on';
let site: Site;

beforeAll(() => {
  site = new Site();
  for (let n = 0; n < 40; n++) site.write(`src/f${n}`, `content ${n}\n`.repeat(1000));
  site.write('two.psf', productPsf('ALPHA', LONG) + productPsf('BETA', 'Beta'));
  site.ok('swpackage', '-s', 'two.psf', '-d', './E');
  site.ok('swinstall', '-s', './E', '*', '@', './R');
});
afterAll(() => site.strike());
afterEach(closeScreens);

const open = (line: string, options?: ScreenOptions) => screenWith(site, line, options);

describe('a listing on a narrow terminal', () => {
  test('shortens titles, not names or revisions', async () => {
    const shown = await open('swlist -l product @ ./R', { columns: 60 }).until('exit 0');
    expect(shown).toContain('\n  ALPHA                 1.0            Alpha tools, which h…\n');
    expect(shown).toContain('\n  BETA                  1.0            Beta\n');
  });

  test('says so in dots where the locale has no other', async () => {
    const shown = await open('swlist -l product @ ./R', { columns: 60, env: { LC_ALL: 'C' } }).until('exit 0');
    expect(shown).toContain('  ALPHA                 1.0            Alpha tools, which...\n');
  });

  test('leaves whole what is asked for by name, what goes into a pipe, and what would not fit anyway', async () => {
    // The terminal folds it, and tmux keeps no blanks at the fold.
    const folded = async (line: string, columns: number) => {
      closeScreens();
      return (await open(line, { columns, rows: 60 }).until('exit 0')).replaceAll(/\s/g, '');
    };
    const whole = LONG.replaceAll(' ', '');
    expect(await folded('swlist -l product @ ./R | cat', 60)).toContain(whole);
    expect(await folded('swlist -v -l product @ ./R', 60)).toContain(whole);
    expect(await folded('swlist -l product @ ./R', 42)).toContain(whole);
    expect(site.ok('swlist', '-l', 'product', '@', './R')).toContain(`${LONG} \n`);
  });

  test('goes through the pager when it is long, and comes back', async () => {
    const shown = open('swlist -l file @ ./R', { columns: 60, rows: 12 });
    expect(await shown.until(/\n:$/)).toContain('# Initializing...');
    shown.press('G');
    await shown.until('/opt/BETA/f9');
    shown.press('q');
    await shown.until('exit 0');
  });

  test('wraps messages between words', async () => {
    const shown = await open('swlist -d @ /nowhere/at/all', { columns: 40 }).until('exit 1');
    expect(shown).toContain('ERROR:   The depot "/nowhere/at/all"\n         was not found.');
    const { stderr } = site.run('swlist', ['-d', '@', '/nowhere/at/all']);
    expect(stderr).toContain('ERROR:   The depot "/nowhere/at/all" was not found.  It does not');
  });
});

/** The lines of --progress=json. */
function told(command: string, ...words: string[]): Record<string, unknown>[] {
  const { stderr } = site.run(command, ['--progress=json', ...words]);
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What the phase of execution says, and the last count; both must agree. */
function counted(lines: readonly Record<string, unknown>[]): object {
  const phase = lines.find((line) => line.event === 'phase' && line.phase === 'execution');
  const last = lines.findLast((line) => line.event === 'progress');
  const { filesets, bytes } = last as { filesets: { done: number; of: number }; bytes: { done: number; of: number } };
  expect([filesets.done, bytes.done]).toEqual([filesets.of, bytes.of]);
  expect([phase?.filesets, phase?.bytes]).toEqual([filesets.of, bytes.of]);
  return { begin: lines[0]!.command, end: lines.at(-1)!.ok, task: last!.task, filesets: filesets.of, bytes: bytes.of };
}

describe('--progress', () => {
  const size = (files: number) => Array.from({ length: files }, (_, n) => `content ${n}\n`.length * 1000);
  const bytes = 2 * size(40).reduce((sum, each) => sum + each, 0);

  test.each([
    ['swpackage', 'package', ['-s', 'two.psf', '-d', './F']],
    ['swpackage', 'package', ['-s', 'two.psf', '-x', 'media_type=tape', '-d', './F.depot']],
    ['swverify', 'verify', ['*', '@', './R']],
    ['swverify', 'verify', ['-d', '*', '@', './E']],
  ])('%s tells filesets and bytes (%s %j)', (command, task, words) => {
    expect(counted(told(command, ...words))).toEqual({ begin: command, end: true, task, filesets: 2, bytes });
  });

  test('of a verification that reads nothing, filesets alone', () => {
    const lines = told('swverify', '-x', 'check_contents=false', '*', '@', './R');
    expect(counted(lines)).toMatchObject({ filesets: 2, bytes: 0 });
  });

  test('swmodify and swconfig tell their phases and how they ended', () => {
    const phases = (lines: Record<string, unknown>[]) => lines.flatMap((line) => line.phase ?? []);
    const modified = told('swmodify', '-a', 'category_tag=tools', 'BETA', '@', './R');
    expect([phases(modified), modified.at(-1)!.ok]).toEqual([['selection', 'analysis'], true]);
    const refused = told('swconfig', 'BETA', '@', './R');
    expect([phases(refused), refused.at(-1)!.ok]).toEqual([['selection'], false]);
    expect(site.run('swverify', ['--progress=loud', 'BETA', '@', './R']).stderr).toContain('[bad_usage]');
  });

  test('is a line on a terminal, gone at the end; a pipe gets none', async () => {
    const shown = open('swverify -x verbose=0 "*" @ ./R 2>./line', { columns: 100 });
    await shown.until('exit 0');
    expect(site.read('line')).toBe('');
    closeScreens();
    const line = open('script -qc "swverify -x verbose=0 \\* @ ./R" ./typed >./seen', { columns: 100 });
    await line.until('exit 0');
    const seen = site.read('typed');
    expect(seen).toContain('Selection ...');
    expect(seen.slice(seen.lastIndexOf('\u001b[K'))).not.toMatch(/Selection|Analysis|Verifying/);
  });
});
