// Software that runs once, conditions and tombstones as SD's own commands have them (sdscripts(5)); script_timeout, cmdline_file, release_file.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { flat, rows, Site } from './site.ts';

let site: Site;
beforeEach(() => {
  site = new Site();
  site.write('run', '#!/bin/sh\npwd >> "$SW_ROOT_DIRECTORY/ran"; exit 5\n');
  site.write('root/keep', '');
});
afterEach(() => site.strike());

const fileset = (attributes: string) => `product\ntag P\nrevision 1\nfileset\ntag F\n${attributes}\nend\nend\n`;
const CONDITION = 'control_file\ntag checkinstall\npath checkinstall\nsource condition\ninterpreter tcl-safe\n';

function packaged(depot: string, psf: string): void {
  site.write(`${depot}.psf`, psf);
  site.ok('swpackage', '-x', 'verbose=0', '-s', `${depot}.psf`, '-d', site.path(depot));
}

const install = (depot: string, ...words: string[]) =>
  site.run('swinstall', ['-s', site.path(depot), ...words, 'P', '@', site.path('root')]);
const state = () =>
  rows(site.run('swlist', ['-l', 'fileset', '-a', 'state', '-a', 'run_exit', '@', site.path('root')]).stdout);

test('it is installed at most once: failed, reinstalled, newer, recovered', () => {
  packaged('D', fileset('run_once true\npostinstall run'));
  expect(install('D', '-x', 'autorecover=true').exit).toBe(1);
  expect(state()).toEqual([expect.stringMatching(/^P.F +corrupt +5$/)]);
  packaged('E', fileset('run_once true\npostinstall run').replace('revision 1', 'revision 2'));
  for (const [depot, ...words] of [['D'], ['D', '-x', 'reinstall=true'], ['E']] as const) {
    const again = install(depot, ...words);
    expect([again.exit, flat(again.stdout)]).toEqual([0, expect.stringContaining('has run on this root already')]);
  }
  expect(site.read('root/ran')).toBe('/\n');
  site.ok('swremove', '-x', 'verbose=0', 'P', '@', site.path('root'));
  expect(install('E').exit).toBe(1);
  expect(site.read('root/ran')).toBe('/\n/\n');
});

test('a condition that does not hold leaves it out; its facts come from the files of the options', () => {
  site.write('condition', 'expr {$cmdline(mode) eq "a b" && $versionData(dateCode) > 20240101 && $id eq "P"}');
  packaged('D', fileset(`run_once true\npostinstall run\n${CONDITION}`));
  site.write('cmdline', 'quiet mode="a b"\n');
  site.write('root/etc/my-release', 'datecode=20240202\n');
  const facts = ['-x', `cmdline_file=${site.path('cmdline')}`, '-x', 'release_file=/etc/my-release'];
  const without = install('D');
  expect([without.exit, flat(without.stdout)]).toEqual([0, expect.stringContaining('It will be left out')]);
  expect(without.stderr).toContain('The condition failed: can\'t read "cmdline(mode)"');
  expect(state()).toEqual([]);
  expect(install('D', '-p', ...facts).exit).toBe(0);
  expect(state()).toEqual([]);
  expect(install('D', ...facts).exit).toBe(1);
  expect(state()).toEqual([expect.stringMatching(/^P.F +corrupt +5$/)]);
});

test('a condition of other software refuses it, as any checkinstall script', () => {
  site.write('condition', 'return false');
  packaged('D', fileset(`postinstall run\n${CONDITION}`));
  expect(install('D').exit).toBe(1);
  expect(state()).toEqual([]);
});

test('script_timeout ends a control script', () => {
  site.write('slow', '#!/bin/sh\nsleep 600\n');
  packaged('D', fileset('preinstall slow'));
  const ran = install('D', '-x', 'script_timeout=1');
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('killed after 1 seconds')]);
});

test('a tombstone takes the place of what it withdraws in a depot, and installs nothing', () => {
  packaged('D', fileset('run_once true\npostinstall run'));
  packaged('T', fileset('tombstone true'));
  site.ok('swcopy', '-x', 'verbose=0', '-s', site.path('T'), 'P', '@', site.path('D'));
  const refused = install('D');
  expect([refused.exit, flat(refused.stdout)]).toEqual([0, expect.stringContaining('is a tombstone')]);
  expect(state()).toEqual([]);
});
