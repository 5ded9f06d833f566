// The terminal interface as people see it (issue 10, item 1): driven in tmux, compared with pictures of the screen.

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { below, rows, Site } from '../cli/site.ts';
import { closeScreens, productPsf, type Screen, type ScreenOptions, screenWith } from './screen.ts';

const DEMO = join(import.meta.dirname, '../../depots/demo');
let site: Site;

beforeAll(() => {
  site = new Site();
  for (const psf of ['x11.psf', 'patches.psf']) {
    const ran = site.run('swpackage', ['-s', psf, '-d', site.path('D')], { cwd: DEMO });
    expect(ran.exit, ran.stderr).toBe(0);
  }
  site.write('.swdefaults.patchfilters', 'swinstall.patch_filter_choices={\n *.*,c=critical\n *.*,c=enhancement }\n');
  for (let n = 0; n < 40; n++) site.write(`src/f${n}`, `content ${n}\n`.repeat(1000));
  site.write('three.psf', ['ONE', 'TWO', 'THREE'].map((tag) => productPsf(tag)).join(''));
  site.ok('swpackage', '-s', 'three.psf', '-d', './E');
});
afterAll(() => site.strike());
beforeEach(() => {
  for (const each of ['R', 'R2', 'adm', '.sw', '.swdefaults'])
    rmSync(site.path(each), { recursive: true, force: true });
  mkdirSync(site.path('R'));
});
afterEach(closeScreens);

const open = (line: string, options?: ScreenOptions) => screenWith(site, line, options);

/** The shell has its terminal back as it was, with the cursor, in cooked mode, on its own screen. */
async function expectClean(shown: Screen, code: number): Promise<void> {
  await shown.until(`exit ${code}`);
  shown.type('stty -a | tr ";" "\\n" | grep -c -e "-icanon" -e "-echo " -e "-isig"');
  await shown.until(/\n0$|\n0\n/);
  expect([shown.fact('alternate_on'), shown.fact('cursor_flag')]).toEqual(['0', '1']);
}

describe('swinstall without software', () => {
  test('selects a bundle and patches by a filter, and installs them', async () => {
    const shown = open('swinstall -s ./D @ ./R');
    await shown.picture('selection', 'q quit');
    shown.press('Space');
    await shown.picture('marked-with-patches', 'Marked: 7 filesets');
    shown.press('p');
    await shown.picture('patch-selection', 'Manage Patch Selection');
    shown.press('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Enter');
    await shown.picture('patch-filters', 'Return adds');
    shown.press('Down', 'Enter');
    await shown.until('*.*,c=critical');
    shown.press('Enter');
    await shown.picture('marked-critical', 'Marked: 5 filesets');
    shown.press('a');
    await shown.picture('analysis', 'OK to begin?');
    shown.press('p');
    await shown.until('newest of chain');
    shown.press('Enter', 'd');
    await shown.until('File system');
    shown.press('Enter', 'l');
    await shown.until('Beginning Analysis and Execution');
    shown.press('Enter', 'o');
    // The log below folds by the length of the machine's name.
    await shown.picture('installed', 'Completed', 0, 9);
    shown.press('d', 'q');
    await expectClean(shown, 0);
    const installed = rows(site.ok('swlist', '-l', 'fileset', '@', './R')).map((row) => row.split(/\s+/)[0]);
    expect(installed.sort()).toEqual([
      'PHSS_15840.X11R6-SHLIBS',
      'PHSS_27875.X11-RUN-CL',
      'X11.X11-RUN',
      'X11.X11-RUN-CL',
      'X11.X11R6-SHLIBS',
    ]);
    expect(site.read('adm/swinstall.log')).toContain('SESSION (interactive)');
  });

  test('marks inside objects, and says why something stays marked', async () => {
    const shown = open('swinstall -s ./D @ ./R');
    await shown.until('q quit');
    shown.press('Space', 'Enter', 'Enter', 'Enter');
    await shown.until('Desktop / X11 / Runtime');
    shown.press('u');
    await shown.picture('inside', /> +X11-RUN ->/);
    shown.press('Enter');
    await shown.until('/usr/bin/X11');
    shown.press('BSpace', 'BSpace', 'BSpace', 'BSpace');
    await shown.until(/> *Partial +Desktop/);
    shown.press('/');
    shown.press('k', 'e', 'r', 'n', 'e', 'l', 'Enter');
    await shown.until(/> +PHKL_20016/);
    shown.press('d');
    await shown.until('product PHKL_20016');
    shown.press('Enter', 'F10', 'Right', 'Right', 'Right');
    await shown.picture('menu', 'Match What Target Has', 3);
    // Escape and another key at once would be that key with Alt.
    shown.press('F10');
    await shown.until('F10 menus');
    shown.press('?');
    await shown.picture('keyboard', 'Keyboard', 3);
    shown.press('Enter', 'q');
    await expectClean(shown, 0);
    expect(below(site.path('R'))).toEqual([]);
  });

  test('Ctrl-C in the middle of an installation undoes it and leaves a clean terminal', async () => {
    const shown = open('swinstall -s ./E @ ./R', { env: { SW_DELAY_MS: '60' } });
    await shown.until('q quit');
    shown.press('Space', 'Down', 'Space', 'Down', 'Space', 'a');
    await shown.until('OK to begin?');
    shown.press('o');
    await shown.until(/Status +Installing[\s\S]* [1-9]\d? %/);
    shown.press('C-c');
    await shown.until('exit 130');
    expect(shown.text()).toContain('Stopped by SIGINT; what was unfinished was undone.');
    await expectClean(shown, 130);
    expect(existsSync(site.path('R/opt'))).toBe(false);
    expect(rows(site.ok('swlist', '@', './R'))).toEqual([]);
  });

  test.each([
    ['QUIT', 131],
    ['USR1', 138],
  ] as const)('gives the terminal back to who sends SIG%s', async (name, code) => {
    const shown = open("sh -c 'echo $$ >./pid; exec swinstall -s ./E @ ./R'");
    await shown.until('q quit');
    process.kill(Number(site.read('pid')), `SIG${name}`);
    await expectClean(shown, code);
    expect(shown.text()).not.toContain('Debugger');
  });

  test('follows the size of the terminal, also while it installs', async () => {
    const shown = open('swinstall -s ./E @ ./R', { env: { SW_DELAY_MS: '40' } });
    await shown.until('q quit');
    shown.resize(60, 16);
    await shown.picture('small', /p patches {2}a analyse$/);
    shown.resize(110, 30);
    await shown.picture('wide', 'Category');
    shown.press('Space', 'a');
    await shown.until('OK to begin?');
    shown.press('o');
    await shown.until(/Status +Installing/);
    shown.resize(70, 20);
    await shown.until(/█+░*/);
    await shown.until('Completed');
    const width = shown
      .text()
      .split('\n')
      .find((each) => each.includes('█'))!
      .trimEnd().length;
    expect(width).toBeLessThanOrEqual(70);
    shown.press('d', 'q');
    await expectClean(shown, 0);
  });

  test('shows what is wrong with a filter, and keeps the one before', async () => {
    const shown = open('swinstall -s ./D @ ./R');
    await shown.until('q quit');
    shown.press('Space', 'p');
    await shown.until('Manage Patch');
    shown.press('Tab', 'Tab', 'Tab', 'C-u', '*', '.', '*', ',', 'c', '=', 'n', 'o', 'n', 'e', 'Enter');
    await shown.until('category_unknown');
    shown.press('Enter');
    await shown.until('filter *.*');
    shown.press('C-c');
    await expectClean(shown, 130);
  });

  test('lends the terminal to a request script', async () => {
    site.write(
      'ask',
      '#!/bin/sh\nprintf "Your name? "\nread name\necho "NAME=$name" > "$SW_CONTROL_DIRECTORY/response"\n',
      0o755,
    );
    site.write(
      'asks.psf',
      'product\n tag ASKS\n revision 1.0\n fileset\n  tag RUN\n  revision 1.0\n  request ask\n  file src/f1 /opt/f\n end\nend\n',
    );
    site.ok('swpackage', '-s', 'asks.psf', '-d', './A');
    const shown = open('swinstall -x ask=true -s ./A @ ./R');
    await shown.until('q quit');
    shown.press('Space', 'a');
    await shown.until('Your name?');
    shown.type('Peter');
    await shown.until('OK to begin?');
    shown.press('o');
    await shown.until('Completed');
    shown.press('d', 'q');
    await expectClean(shown, 0);
    expect(site.read('R/var/adm/sw/products/ASKS/RUN/response')).toBe('NAME=Peter\n');
  });

  test('needs a terminal', () => {
    const ran = site.run('swinstall', ['-i', '-s', './D', '@', './R']);
    expect([ran.exit, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('[no_terminal]');
    expect(site.run('swinstall', ['-s', './D', '@', './R']).stderr).toContain('[no_software]');
  });
});

test('swremove explains a refused rollback, and exits with its code', async () => {
  for (const patch of ['X11', 'PHSS_25201', 'PHSS_27875']) {
    site.ok('swinstall', '-x', 'autoselect_patches=false', '-s', './D', patch, '@', './R');
  }
  const shown = open('swremove -i @ ./R');
  await shown.until('q quit');
  shown.press('Space');
  await shown.picture('superseded-marked', 'Marked: 1 fileset');
  shown.press('a');
  await shown.picture('refused-rollback', 'Nothing was changed, because');
  shown.press('o', 'q');
  await expectClean(shown, 1);
  expect(shown.text()).toContain('[patch_superseded]');
  expect(rows(site.ok('swlist', '-l', 'product', '-x', 'show_superseded_patches=true', '@', './R'))).toHaveLength(3);
});

test('swcopy -i takes software named too, and a cancelled analysis changes nothing', async () => {
  const shown = open('swcopy -i -s ./D X11 @ ./C');
  await shown.until('Marked:');
  shown.press('a');
  await shown.until('OK to begin?');
  shown.press('c');
  await shown.until('q quit');
  expect(existsSync(site.path('C'))).toBe(false);
  shown.press('a');
  await shown.until('OK to begin?');
  shown.press('o');
  await shown.until('Completed');
  shown.press('d', 'q');
  await expectClean(shown, 0);
  expect(rows(site.ok('swlist', '-d', '-l', 'product', '@', './C')).length).toBeGreaterThan(0);
});

describe('with several targets', () => {
  test('a plan that is left leaves those behind it', async () => {
    mkdirSync(site.path('R2'));
    const shown = open('swinstall -i -s ./E ONE @ ./R ./R2');
    await shown.until('Marked:');
    shown.press('a');
    await shown.until('OK to begin?');
    shown.press('c');
    await shown.until('q quit');
    shown.press('q');
    await expectClean(shown, 0);
    expect([existsSync(site.path('R/opt')), existsSync(site.path('R2/opt'))]).toEqual([false, false]);
  });

  test('each has a status of its own in the end', async () => {
    site.write('R2', 'no directory');
    const shown = open('swinstall -i -s ./E ONE @ ./R ./R2');
    await shown.until('Marked:');
    shown.press('a');
    await shown.until('OK to begin?');
    shown.press('o');
    await shown.until(/Targets +\S+R +Completed\n +\S+R2 +Excluded due to errors\n +Status +Completed with errors/);
    shown.press('d', 'q');
    await expectClean(shown, 2);
  });
});

test('a software group that cannot be read is told, and the marks stay', async () => {
  mkdirSync(site.path('.sw/software/group'), { recursive: true });
  const shown = open('swinstall -s ./E @ ./R');
  await shown.until('q quit');
  shown.press('Space');
  await shown.until('Marked: 1 fileset');
  // The item is found by its name: how many stand above it is not the matter here.
  shown.press('F10', 'Right', 'Right', 'Right');
  await shown.until('Add Software Group');
  const menu = shown.text().split('\n');
  const top = menu.findIndex((each) => each.includes('┌'));
  const at = menu.findIndex((each) => each.includes('Add Software Group'));
  shown.press(...Array<string>(at - top - 1).fill('Down'), 'Enter');
  await shown.until('Software groups');
  shown.press('Enter');
  await shown.until('[list_file_unreadable]');
  shown.press('Enter');
  await shown.until('Marked: 1 fileset');
  shown.press('q');
  await expectClean(shown, 0);
});

test('what cannot begin from the job browser is told there', async () => {
  site.write('.swdefaults', 'distribution_source_directory = /nowhere/at/all\n');
  const shown = open('sd');
  await shown.until('q quit');
  shown.press('I');
  await shown.until(/Error[\s\S]*\[depot_not_found\]/);
  shown.press('Enter', 'q');
  await expectClean(shown, 1);
});

test('swlist -i looks down to the files, without colour and in ASCII', async () => {
  const shown = open('swlist -i -s ./D', { env: { NO_COLOR: '1', LANG: 'C' } });
  await shown.until('q quit');
  await shown.picture('listing', 'q quit', 3);
  shown.press('Enter', 'Enter', 'Enter', 'Down', 'd');
  const text = await shown.until('[OK]');
  expect(text).toMatch(/\+ fileset X11-RUN-CL -+\+/);
  expect(text).toContain('title "X11 clients"');
  expect(shown.text(true)).not.toMatch(/\u001b\[[0-9;]*3[0-7]m/);
  shown.press('Enter', 'q');
  await expectClean(shown, 0);
});

test('sd browses jobs and removes one', async () => {
  site.ok('swinstall', '-s', './D', 'X11', '@', './R');
  site.run('swremove', ['NOTHING', '@', './R']);
  const shown = open('sd', { columns: 110 });
  await shown.picture('jobs', 'q quit');
  shown.press('p');
  await shown.until('There is none');
  shown.press('Enter', 'Up', 'p');
  await shown.until('X11.X11-RUN');
  shown.press('Enter', 'l');
  await shown.until('END swinstall SESSION');
  shown.press('Enter', 'x', 'r');
  await shown.until('1 job.\n');
  shown.press('q');
  await expectClean(shown, 0);
  expect(rows(site.ok('swjob'))).toHaveLength(1);
  shown.type('clear; swjob -i; echo "exit $?"');
  await shown.until('swjob - Job Browser');
  shown.press('q');
  await expectClean(shown, 0);
});

describe('progress', () => {
  test('is a line of its own on a terminal, and is gone at the end', async () => {
    const shown = open('swinstall -y -x verbose=0 -s ./E ONE TWO @ ./R', { env: { SW_DELAY_MS: '60' } });
    await shown.until(/Installing {2}\d\/2 filesets {2}[\d.]+ of [\d.]+ MB/);
    await expectClean(shown, 0);
    expect(shown.text()).not.toContain('Installing');
  });

  test('is nothing on a pipe, and lines of JSON where they are asked for', () => {
    expect(site.run('swinstall', ['-s', './E', 'ONE', '@', './R']).stderr).toBe('');
    const ran = site.run('swinstall', ['--progress=json', '-s', './E', 'TWO', '@', './R']);
    const lines = ran.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ event: 'begin', version: 1, command: 'swinstall' });
    expect(lines.at(-1)).toMatchObject({ event: 'end', ok: true });
    const last = lines.findLast((line) => line.event === 'progress');
    expect(last).toMatchObject({ phase: 'execution', task: 'install', filesets: { done: 1, of: 1 } });
    const refused = site.run('swinstall', ['--progress=json', '-s', './E', 'NONE', '@', './R']);
    const findings = refused.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(findings.some((line) => line.event === 'finding' && line.code === 'software_not_found')).toBe(true);
    expect(site.run('swinstall', ['--progress=loud', '-s', './E', 'ONE', '@', './R']).stderr).toContain('[bad_usage]');
  });
});
