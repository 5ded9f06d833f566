// For people (issue 10, points 3, 5, 6, 8): previews that explain and change nothing, the question on a terminal, swlist --diff and --graph,
// colour, pager, locale, and the nearest name for a misspelt one.

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DemoSite } from './demo-site.ts';
import { flat } from './site.ts';

let site: DemoSite;
beforeAll(() => {
  site = new DemoSite();
  site.install('-x', "patch_filter='*.*,c=critical'", 'X11');
});
afterAll(() => site.strike());

describe('previews', () => {
  test('say action by action what would be done, each entry with its reason', () => {
    const before = site.picture('N');
    const said = site.ok('swinstall', '-p', '-s', site.depot, 'X11.X11-RUN-CL', '@', './N');
    expect(said).toMatch(
      /\* Install \(2 filesets, 1 Kbytes\):\n {13}install {5}X11\.X11R6-SHLIBS,\S+\n {25}prerequisite "X11.X11R6-SHLIBS" of X11.X11-RUN-CL\n/,
    );
    expect(said).toMatch(
      /\* Patch \(4 filesets.*\n {13}patch {7}PHSS_27875\S+\n {25}automatic patch for X11.X11-RUN-CL \(autoselect_patches\)\n/,
    );
    expect(said).toMatch(/\* Save what patches replace, for rollback:\n {13}save {8}for PHSS_27875/);
    expect(said).toMatch(/\* Filesystem "\S+": \d+ Kbytes needed/);
    expect(said).not.toContain('<-');
    expect([site.picture('N'), existsSync(site.path('N'))]).toEqual([before, false]);
  });

  test('-v gives the whole chain of reasons, and the order', () => {
    const said = site.ok('swinstall', '-p', '-v', '-s', site.depot, 'X11.X11-RUN-CL', '@', './N');
    expect(said).toContain('automatic: newest of chain PHSS_25201 < PHSS_26498 < PHSS_27875 for X11.X11-RUN-CL');
    expect(said).toMatch(
      /automatic: patch for X11\.X11R6-SHLIBS.*\n {25}<- X11\.X11R6-SHLIBS: prerequisite.*\n {25}<- X11.X11-RUN-CL: asked for: X11.X11-RUN-CL/,
    );
    expect(said).toContain('* In this order: X11, ');
  });

  test('say what is superseded, and on removal what becomes active again and what goes along', () => {
    const older = ['-x', 'autoselect_patches=false'];
    site.ok('swinstall', '-x', 'verbose=0', ...older, '-s', site.depot, 'X11', '@', './O');
    site.ok('swinstall', '-x', 'verbose=0', ...older, '-s', site.depot, 'PHSS_25201', '@', './O');
    const before = site.picture('O');
    const newer = site.ok('swinstall', '-p', '-s', site.depot, 'PHSS_27875', '@', './O');
    expect(newer).toMatch(
      /\* Supersede:\n {13}supersede {3}PHSS_25201.X11-RUN-CL\n {25}superseded by PHSS_27875.X11-RUN-CL/,
    );
    const base = site.ok('swremove', '-p', 'X11', '@', './O');
    expect(base).toMatch(/remove {6}PHSS_25201\S+\n {25}goes with its base X11.X11-RUN-CL/);
    expect(site.picture('O')).toBe(before);
  });
});

describe('the question on a terminal', () => {
  const install = (more = '') => `swinstall ${more} -s D X11.X11-RUN @ ./T`;

  test('shows what would be done and goes on only with yes', () => {
    const no = site.onTerminal(install(), 'n\n');
    expect(no.stdout).toMatch(/3 of these were not named\. {2}Go on \(y\/n\)\?/);
    expect(no.stdout).toContain('[not_confirmed]');
    expect([no.exit, existsSync(site.path('T/usr'))]).toEqual([1, false]);
    const yes = site.onTerminal(install(), 'y\n');
    expect([yes.exit, existsSync(site.path('T/usr/bin/X11/startx'))]).toEqual([0, true]);
  });

  test('is not asked with -y, of a script, or where all was named', () => {
    for (const line of [install('-y'), `${install()} < /dev/null`, `${install()} | cat`, install('-x verbose=0')]) {
      expect(site.onTerminal(line).stdout).not.toContain('Go on');
    }
    const named = site.onTerminal('swinstall -x autoselect_patches=false -s D X11.X11-MAN @ ./T2');
    expect([named.exit, named.stdout.includes('Go on')]).toEqual([0, false]);
  });

  test('Ctrl-C at the question ends with 130 and nothing changed', () => {
    const gone = site.onTerminal('swinstall -s D X11.X11-RUN @ ./T3', '\u0003');
    expect([gone.exit, existsSync(site.path('T3/usr'))]).toEqual([130, false]);
  });
});

describe('swlist --diff and --graph', () => {
  test('what the target lacks, and what is newer on either side', () => {
    const said = site.ok('swlist', '--diff', site.depot, '@', './R');
    expect(said).toMatch(/# Patches in the depot that apply.*PHSS_28681\.X11-RUN-CL +1\.0 +xterm/s);
    expect(said).toMatch(/# Not on the target:\n#\n\n {2}OS-Core /);
    expect(said).not.toContain('PHSS_27875.X11-RUN-CL');
    site.write('new.psf', 'product\ntag X11\nrevision B.11.20\nfileset\ntag X11-MAN\nrevision B.11.20\nend\nend\n');
    site.ok('swpackage', '-x', 'verbose=0', '-s', 'new.psf', '-d', './new');
    expect(site.ok('swlist', '--diff', './new', '@', './R')).toMatch(
      /# Newer in the depot:\n#\n\n {2}X11.X11-MAN {2}B.11.11 -> B.11.20/,
    );
    expect(site.ok('swlist', '--diff', './new', '-d', '@', site.depot)).toContain('B.11.11 -> B.11.20');
    expect(site.ok('swlist', '--diff', site.depot, '-d', '@', './new')).toContain('# Newer on the target:');
    expect(site.ok('swlist', '--diff', site.depot, 'PHSS_15840', '@', './R')).toContain('has everything of the depot');
  });

  test('a graph as text: chains from left to right, states in words, requirements below', () => {
    const said = site.ok('swlist', '--graph', '-s', site.depot, 'PHSS_28681', 'PHSS_25201');
    expect(said).toContain('    PHSS_25201 (superseded) -> PHSS_26498 (superseded) -> PHSS_27875 (available)\n');
    expect(said).toContain('    PHSS_28681 needs PHSS_17422.X11R6-SHLIBS (available)\n');
    expect(said).not.toContain('OS-Core');
    expect(site.ok('swlist', '--graph', '@', './R')).toContain('    PHSS_27875 (applied)\n');
  });

  test('DOT and SVG show every fileset; the SVG is well formed and needs nothing from elsewhere', () => {
    const dot = site.ok('swlist', '--graph', '--format', 'dot', '-s', site.depot);
    expect(dot).toMatch(
      /^digraph software \{\n[\s\S]*"PHSS_25201\/X11-RUN-CL" -> "PHSS_26498\/X11-RUN-CL" \[label="superseded by"\];[\s\S]*\}\n$/,
    );
    site.write('odd.psf', 'product\ntag ODD\ntitle "<b> & \\"q\\""\nfileset\ntag F\nprerequisites NONE.F\nend\nend\n');
    expect(site.run('swpackage', ['-s', 'odd.psf', '-d', './odd']).exit).toBe(0);
    for (const depot of [site.depot, './odd']) {
      const svg = site.ok('swlist', '--graph', '--format', 'svg', '-s', depot);
      expect(unbalanced(svg)).toEqual([]);
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<b>/);
    }
    const svg = site.ok('swlist', '--graph', '--format', 'svg', '-s', site.depot);
    for (const patch of ['PHSS_25201', 'PHSS_26498', 'PHSS_27875', 'PHSS_28681'])
      expect(svg).toContain(`>${patch}.X11-RUN-CL<`);
    expect(svg).toContain('1.0 · superseded');
  });

  test('questions that do not go together are refused', () => {
    const refused = (...words: string[]) => flat(site.run('swlist', words).stderr);
    expect(refused('--why', '--graph', 'X11')).toContain('ask two things');
    expect(refused('--why', '-s', site.depot, 'X11')).toContain('A depot does not know why');
    expect(refused('--why')).toContain('needs software');
    expect(refused('--graph', '--format', 'png')).toContain('"png" is no format of a graph');
    expect(refused('--format', 'dot')).toContain('belongs to "--graph"');
    expect(refused('--graph', '-l', 'file')).toContain('"-l" does not go with "--graph"');
    expect(refused('--graph', 'NONE', '@', './R')).toContain('[software_not_found]');
    const unknown = site.run('swlist', ['--diff', site.depot, 'X12', '@', './R']);
    expect([unknown.exit, unknown.stdout.trim().split('\n').length]).toEqual([1, 2]);
    expect(flat(unknown.stderr)).toContain('Did you mean "X11"?');
    expect(refused('--color', 'red')).toContain('"--color red" is no choice');
  });
});

describe('terminals', () => {
  const preview = 'swinstall -p -s D X11.X11-MAN @ ./N';

  test('colour is for terminals, unless NO_COLOR or --color says otherwise', () => {
    const coloured = /\u001b\[3\dm/;
    expect(site.onTerminal(preview).stdout).toMatch(coloured);
    expect(site.onTerminal(preview, '', { NO_COLOR: '1' }).stdout).not.toMatch(coloured);
    expect(site.onTerminal(`${preview} --color never`).stdout).not.toMatch(coloured);
    expect(site.onTerminal(`${preview} | cat`).stdout).not.toMatch(coloured);
    expect(site.ok('swlist', '--graph', '--color', 'always', '@', './R')).toMatch(coloured);
  });

  test('a listing longer than the screen goes through PAGER, a shorter one does not', () => {
    const long = 'swlist -l file @ ./R';
    expect(site.onTerminal(long, '\n', { PAGER: "sed 's/^/> /'" }).stdout).toContain('> # Initializing...');
    expect(site.onTerminal(long, '\n', { PAGER: 'cat' }).stdout).toContain('# Initializing...');
    expect(site.onTerminal('swlist @ ./R', '\n', { PAGER: "sed 's/^/> /'" }).stdout).not.toContain('> #');
  });

  test('arrows are what the locale has; chains wrap at the width of the terminal', () => {
    const graph = 'swlist --graph --color never -s D PHSS_25201';
    expect(site.onTerminal(graph).stdout).toContain('PHSS_26498 (superseded) →');
    expect(site.onTerminal(graph, '', { LANG: 'C' }).stdout).toContain('(superseded) ->');
    const narrow = site.onTerminal(`stty cols 50; ${graph}`).stdout;
    expect(narrow.split('\n').filter((line) => line.includes('superseded') && line.length > 50)).toEqual([]);
  });
});

test('a misspelt product, attribute or level is answered with the nearest one', () => {
  const said = (...words: string[]) => flat(site.run('swlist', words).stderr);
  expect(said('X12', '@', './R')).toContain('Did you mean "X11"?');
  expect(said('-l', 'filset', '@', './R')).toContain('Did you mean "fileset"?');
  expect(said('-l', 'product', '-a', 'titel', '@', './R')).toContain('Did you mean "title"?');
  expect(said('-l', 'product', '-a', 'title', '@', './R')).toBe('');
  expect(flat(site.run('swinstall', ['-s', site.depot, 'X1', '@', './N']).stderr)).toContain('Did you mean "X11"?');
});

test('what is asked for in vain has a code of its own', () => {
  const codes = (command: string, ...words: string[]) => {
    const ran = site.run(command, [...words, '--json']);
    return [...ran.stdout.matchAll(/"code": ?"(\w+)"/g)].map((match) => match[1]);
  };
  expect(codes('swlist', '--owner', '/no/file', '@', './R')).toEqual(['file_not_owned']);
  expect(codes('swlist', '@', site.depot)).toEqual(['target_is_depot']);
  expect(codes('swlist', '-l', 'depot', '@', site.depot)).toEqual(['place_not_registered']);
  expect(codes('swlist', '-l', 'product', '-a', 'titel', '@', './R')).toEqual(['unknown_attribute']);
  expect(codes('swinstall', '-X', '/', 'X11')).toEqual(['bad_option_file']);
  expect(codes('swinstall', '-p', '-C', site.path('defaults/x'), '-s', site.depot, 'X11', '@', './N')).toEqual([
    'session_not_saved',
  ]);
  site.run('swinstall', ['-s', site.depot, 'NONE', '@', './N']);
  expect(flat(site.run('swjob', ['-a', 'plan', 'last']).stderr)).toContain('[no_plan]');
});

/** Tags that are not closed, or closed in the wrong order. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [whole, closing, name, rest] of xml.matchAll(/<(\/?)([a-zA-Z]+)([^>]*)>/g)) {
    if (closing && open.pop() !== name) return [whole];
    if (!closing && !rest!.endsWith('/')) open.push(name!);
  }
  return open;
}
