// The File and View menus, Suspend and Resume, Ctrl-Z and a lost terminal (commands.md 13.1, 13.3): driven in tmux.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rows, Site } from '../cli/site.ts';
import { WebServer } from '../cli/web-server.ts';
import { closeScreens, productPsf, type Screen, type ScreenOptions, screenWith } from './screen.ts';

const DEMO = join(import.meta.dirname, '../../depots/demo');
/** Items of the File menu, from the top. */
const FILE = ['search', 'again', 'print', 'clear', 'load', 'recall', 'save', 'save as'];
let site: Site;

beforeAll(() => {
  site = new Site();
  for (const psf of ['x11.psf', 'patches.psf']) {
    const ran = site.run('swpackage', ['-s', psf, '-d', site.path('D')], { cwd: DEMO });
    expect(ran.exit, ran.stderr).toBe(0);
  }
  for (let n = 0; n < 20; n++) site.write(`src/f${n}`, `content ${n}\n`.repeat(1000));
  site.write('two.psf', ['ONE', 'TWO'].map((tag) => productPsf(tag)).join(''));
  site.ok('swpackage', '-s', 'two.psf', '-d', './E');
});
afterAll(() => site.strike());
beforeEach(() => {
  for (const each of ['R', 'adm', '.sw']) rmSync(site.path(each), { recursive: true, force: true });
  mkdirSync(site.path('R'));
});
afterEach(closeScreens);

const open = (line: string, options?: ScreenOptions) => screenWith(site, line, options);

/** Takes an item of the File menu. */
function file(shown: Screen, item: string): void {
  shown.press('F10', ...Array<string>(FILE.indexOf(item)).fill('Down'), 'Enter');
}

/** The shell has its terminal back as it was. */
async function expectClean(shown: Screen): Promise<void> {
  shown.type('clear; stty -a | tr ";" "\\n" | grep -c -e "-icanon" -e "-echo " -e "-isig"');
  await shown.until(/(^|\n)0\n/);
  expect([shown.fact('alternate_on'), shown.fact('cursor_flag')]).toEqual(['0', '1']);
}

describe('printing', () => {
  test('goes to a command or a file, and a missing lp is told', async () => {
    // Only what starts the program is on the path: no print system, whatever the machine has.
    mkdirSync(site.path('path'), { recursive: true });
    const shown = open(`for c in node sh cat stty tr grep env; do ln -sf "$(command -v $c)" ./path/$c; done`);
    await shown.until('exit 0');
    const bin = 'PATH=$(dirname $(command -v swinstall)):./path'.replaceAll('./', `${shown.place}/s/`);
    shown.type(`clear; ${bin} swinstall -s ${shown.place}/s/D @ ${shown.place}/s/R; echo "left $?"`);
    await shown.until('q quit');
    shown.press('P');
    await shown.picture('print', '[Cancel]');
    shown.press('Enter');
    await shown.picture('print-missing', '[not_printed]', 6);
    shown.press('Enter', 'P');
    await shown.until('or file');
    shown.press('C-u');
    shown.type('cat > printed');
    await shown.until('Printed with "cat > printed".');
    const printed = site.read('printed');
    expect(printed).toMatch(/^swinstall - Software Selection {3}\d\d\/\d\d\/\d\d /);
    // Nothing is cut, however narrow the screen is.
    expect(printed).toContain('patch hardware_enablement');
    shown.press('P', 'Tab');
    shown.type('printed');
    await shown.until('is there already');
    shown.press('Enter');
    await shown.until('Written to');
    expect(site.read('printed')).toContain('PHSS_28681');
    shown.press('P');
    await shown.until('or file');
    shown.press('C-u');
    shown.type('echo no paper >&2; exit 3');
    await shown.until('no paper');
    shown.press('Enter', 'q');
    await shown.until('left 0');
  });
});

describe('the view', () => {
  test('is kept as default, for the next start too', async () => {
    const shown = open('swinstall -s ./D @ ./R');
    await shown.until('q quit');
    shown.press('s', 'Right', 'Tab', 'Space', 'Enter', 'f');
    shown.type('PHSS');
    await shown.until('filter PHSS');
    shown.press('F10', 'Right', 'Up', 'Enter');
    await shown.until('begins with this view from now on');
    shown.press('q');
    await shown.until('exit 0');
    const saved = site.read('.sw/defaults.view');
    for (const line of ['view_sort = name', 'view_descending = true', 'view_filter = PHSS']) {
      expect(saved).toContain(`swinstall.${line}\n`);
    }
    shown.type(`clear; swinstall -s ${shown.place}/s/D @ ${shown.place}/s/R`);
    await shown.picture('saved-view', 'filter PHSS', 5, 15);
    shown.press('q');
    site.write('.sw/defaults.view', 'no entry\n');
    shown.type(`clear; swinstall -s ${shown.place}/s/D @ ${shown.place}/s/R`);
    await shown.until(/Desktop[\s\S]*Cannot read the options in/);
    shown.press('q');
  });
});

describe('sessions', () => {
  test('are saved, cleared, loaded and recalled', async () => {
    const shown = open('swinstall -x reinstall=true -s ./D @ ./R');
    await shown.until('q quit');
    shown.press('Down', 'Space');
    await shown.until('Marked: 5 filesets');
    file(shown, 'save as');
    await shown.until('Save Session As');
    shown.type('mine');
    await shown.until('Saved in');
    expect(site.read('.sw/sessions/mine')).toMatch(/swinstall.reinstall = true[\s\S]*swinstall.software = .*OS-Core/);
    file(shown, 'clear');
    await shown.picture('cleared', 'Cleared:');
    file(shown, 'save as');
    await shown.until('Save Session As');
    shown.type('plain');
    await shown.until('plain".');
    expect(site.read('.sw/sessions/plain')).toMatch(/swinstall.reinstall = false[\s\S]*swinstall.software = \{ {2}\}/);
    file(shown, 'load');
    await shown.until('Name or path');
    shown.press('Tab', 'Tab', 'Enter');
    await shown.picture('sessions', 'Sessions of swinstall', 7, 15);
    shown.press('Enter', 'Enter');
    await shown.until(/Marked: 5 filesets[\s\S]*Session loaded from/);
    shown.press('Up', 'Space');
    await shown.until(/Yes +Desktop/);
    file(shown, 'save');
    await shown.until('mine".');
    expect(site.read('.sw/sessions/mine')).toMatch(/reinstall = true[\s\S]*Desktop/);
    file(shown, 'load');
    await shown.until('Name or path');
    shown.type('none');
    await shown.until('[option_file_not_found]');
    shown.press('Enter');
    await shown.until(/Yes +Desktop/);
    shown.press('q');
    await shown.until('exit 0');
  });

  test('that ran last are recalled, with their source and target', async () => {
    site.ok('swinstall', '-s', './E', 'TWO', '@', './R');
    mkdirSync(site.path('other'), { recursive: true });
    const shown = open('swinstall -i -p -s ./D @ ./other');
    await shown.until('q quit');
    file(shown, 'recall');
    await shown.until(/Source: \S+E +Target: \S+R\n[\s\S]*Yes +TWO/);
    // What the command line said with a flag stays: it was to be a preview.
    shown.press('F10', 'Right', 'Right', 'Down', 'Enter');
    await shown.until('no files are saved');
    shown.press('a');
    await shown.until('already installed');
    shown.press('o', 'q');
    await shown.until('exit 0');
  });
});

describe('a session at work', () => {
  /** Forty files, each as slow as that: one that is waited for to its end, one that is not. */
  const [BRIEF, LONG] = ['100', '600'];

  async function working(delay: string): Promise<Screen> {
    const shown = open('swinstall -s ./E @ ./R', { env: { SW_DELAY_MS: delay } });
    await shown.until('q quit');
    shown.press('Space', 'Down', 'Space', 'a');
    await shown.until('OK to begin?');
    shown.press('o');
    await shown.until(/Status +Installing[\s\S]* [1-9]\d? %/);
    return shown;
  }

  test('is suspended and resumed; the target stays locked', async () => {
    const shown = await working(BRIEF);
    shown.press('s');
    await shown.until('Suspended; the target stays locked');
    await pause(300);
    const before = shown.text();
    expect(before).toContain('[Resume]  [Product Summary]  [Logfile]  [Abort]');
    const refused = site.run('swremove', ['-x', 'lock_timeout=0', 'ONE', '@', './R']);
    expect(refused.stderr).toContain('[target_locked]');
    await pause(300);
    expect(shown.text(), 'nothing moves').toBe(before);
    shown.press('l');
    await shown.until(/Logfile[\s\S]*Beginning Analysis and Execution/);
    shown.press('Enter', 'r');
    await shown.until('Completed');
    shown.press('d', 'q');
    await shown.until('exit 0');
    await expectClean(shown);
    expect(rows(site.ok('swlist', '-l', 'product', '@', './R'))).toHaveLength(2);
  });

  test('goes on below what is read meanwhile, and is aborted after a question', async () => {
    const shown = await working(LONG);
    shown.press('p');
    await shown.until('Product Summary ─');
    shown.press('Enter', 'a');
    await shown.until('What is in work is put back');
    shown.press('Tab', 'Enter');
    await shown.until(/Status +Installing/);
    shown.press('a');
    await shown.until('What is in work is put back');
    shown.press('Enter');
    await shown.until('exit 130');
    expect(shown.text()).toContain('Stopped by SIGINT; what was unfinished was undone.');
    await expectClean(shown);
    expect(existsSync(site.path('R/opt'))).toBe(false);
  });

  test('ends by SIGTERM also while it is suspended', async () => {
    const shown = await working(LONG);
    shown.press('s');
    await shown.until('Suspended; the target');
    process.kill(
      Number(/\(pid (\d+)/.exec(site.run('swremove', ['-x', 'lock_timeout=0', 'ONE', '@', './R']).stderr)![1]),
      'SIGTERM',
    );
    await shown.until('exit 143');
    await expectClean(shown);
    expect(existsSync(site.path('R/opt'))).toBe(false);
  });

  test('stops with Ctrl-Z, says that the target is locked, and goes on with fg', async () => {
    const shown = await working(LONG);
    shown.press('C-z');
    await shown.until(/the target stays locked until "fg" goes on\.[\s\S]*Stopped/);
    await expectClean(shown);
    shown.type('fg');
    await shown.until(/Status +Installing/);
    shown.press('C-c');
    await shown.until(/Stopped by SIGINT; what was unfinished was undone\.[\s\S]*\n[#$]$/);
    await expectClean(shown);
    expect(existsSync(site.path('R/opt'))).toBe(false);
  });

  test('is brought to its end when the terminal goes away', async () => {
    const shown = await working(BRIEF);
    shown.hangUp();
    const log = () =>
      existsSync(site.path('adm/swinstall.log')) ? readFileSync(site.path('adm/swinstall.log'), 'utf8') : '';
    const jobs = () => site.run('swjob', []).stdout;
    for (let n = 0; n < 600 && !/install +completed/.test(jobs()); n++) await pause(50);
    expect(log()).toContain('END swinstall SESSION');
    expect(rows(site.ok('swlist', '-l', 'product', '@', './R'))).toHaveLength(2);
    expect(site.ok('swjob')).toMatch(/install +completed/);
  });
});

test('swlist -i looks at a depot and a root, and shows logs of both', async () => {
  site.ok('swinstall', '-s', './E', 'ONE', '@', './R');
  const shown = open('swlist -i -s ./E');
  await shown.until('Depot: ');
  shown.press('T');
  await shown.until('Target root');
  shown.type(site.path('R'));
  await shown.until(/Root: [\s\S]*1 product, 0 bundles/);
  shown.press('l');
  await shown.until(/swagent\.log[\s\S]*swinstall\.log/);
  shown.press('Down', 'Enter');
  await shown.until('END swinstall SESSION');
  shown.press('Enter', 'q');
  await shown.until('exit 0');
});

test('the job browser filters, sorts, searches and prints', async () => {
  site.ok('swinstall', '-s', './E', 'ONE', '@', './R');
  site.run('swremove', ['NOTHING', '@', './R']);
  const shown = open('sd', { columns: 100 });
  await shown.until('2 jobs.');
  shown.press('F10', 'Right', 'Right', 'Right');
  await shown.picture('jobs-menu', 'Create Install Job', 1, 13);
  shown.press('F10');
  await shown.until('F10 menus');
  shown.press('s', 'Right', 'Right', 'Tab', 'Space', 'Enter');
  await shown.until(/remove [\s\S]*install /);
  shown.press('/');
  await shown.until('A line holds');
  shown.type('install');
  await shown.until(/>\S+ +install/);
  shown.press('f');
  await shown.until('Show jobs that hold');
  shown.type('errors');
  await shown.until('1 job, filter errors.');
  shown.press('P', 'Tab');
  shown.type('jobs');
  await shown.until('Written to');
  expect(rows(site.read('jobs'))).toHaveLength(2);
  shown.press('q');
  await shown.until('exit 0');
});

test('a depot on the web is chosen from like any other, down to its files', async () => {
  const server = await WebServer.start(site.path('E'));
  try {
    const shown = open(`swinstall -i -s ${server.url('')} @ ./R`);
    await shown.until(/Source: http:\/\/127\.0\.0\.1/);
    shown.press('Space', 'Enter', 'Enter');
    await shown.until('/opt/ONE/f0');
    shown.press('a');
    await shown.until('OK to begin?');
    shown.press('o');
    await shown.until('Completed');
    shown.press('d', 'q');
    await shown.until('exit 0');
    expect(existsSync(site.path('R/opt/ONE/f0'))).toBe(true);
  } finally {
    await server.stop();
  }
});
