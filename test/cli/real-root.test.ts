// Issue 2: the real root `/`. The software's files lie in the test's own directory, the IPD in an admin directory there; so nothing of the
// machine is touched. On `/` software is configured (commands.md 2.2, 6.2), scripts find themselves in their environment (7.2).

import { existsSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { below, flat, rows, Site } from './site.ts';

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.strike());

const SCRIPTS = [
  'checkinstall',
  'preinstall',
  'postinstall',
  'configure',
  'verify',
  'checkremove',
  'unconfigure',
  'preremove',
  'postremove',
];

function package_(): void {
  site.write(
    'script',
    `#!/sbin/sh\necho "$SW_CONTROL_TAG $SW_ROOT_DIRECTORY $SW_LOCATION $SW_SOFTWARE_SPEC" >> ${site.path('ran')}\n`,
  );
  site.write('src/tool', 'tool\n');
  const scripts = SCRIPTS.map((tag) => `  ${tag} script\n`).join('');
  const files = `  file -m 0755 src/tool ${site.path('opt/tool')}\n`;
  site.write('psf', `product\n tag REAL\n revision 1.0\n fileset\n  tag RUN\n  revision 1.0\n${scripts}${files}`);
  site.ok('swpackage', '-s', 'psf', '@', './D');
}

test('install into /, list, verify, remove: configured, every script in its turn, all traces in the admin directory', () => {
  package_();
  site.ok('swinstall', '-s', './D', 'REAL');
  expect(site.read('opt/tool')).toBe('tool\n');
  expect(site.ok('swlist', '-l', 'fileset', '-a', 'state')).toMatch(/^ {2}REAL\.RUN +configured *$/m);
  expect(site.ok('swlist', '-l', 'product')).toMatch(/^# Target: {2}[^:]+:\/$/m);
  site.ok('swverify', 'REAL', '@', '/');
  site.ok('swremove', 'REAL');
  expect(existsSync(site.path('opt'))).toBe(false);
  expect(rows(site.ok('swlist', '@', '/'))).toEqual([]);
  const calls = site
    .read('ran')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  expect(calls.map(([tag]) => tag)).toEqual(SCRIPTS);
  for (const [tag, root, location, spec] of calls) {
    expect([tag, root, location]).toEqual([tag, '/', '/']);
    expect(spec).toMatch(/^REAL\.RUN,.*r=1\.0,a=,v=/);
  }
  expect(existsSync('/var/adm/sw/products/REAL')).toBe(false);
  const kept = below(site.path('adm'), /^(ipd|queue)\//);
  expect(kept).toEqual(
    expect.arrayContaining(['ipd', 'products', 'products/INDEX', 'swagent.log', 'swinstall.log', 'swremove.log']),
  );
  const agent = site.read('adm/swagent.log');
  expect(flat(agent)).toMatch(
    /BEGIN install AGENT SESSION.*Running "configure" script for fileset "REAL\.RUN".*END install AGENT SESSION/s,
  );
  expect(rows(site.ok('swlist', '-l', 'root'))).toEqual(['/']);
});

test('defer_configure leaves it installed, an alternate root too; there no configure script runs', () => {
  package_();
  site.ok('swinstall', '-x', 'defer_configure=true', '-s', './D', 'REAL', '@', '/');
  expect(site.ok('swlist', '-l', 'fileset', '-a', 'state')).toMatch(/REAL\.RUN +installed *$/m);
  site.ok('swremove', 'REAL', '@', '/');
  mkdirSync(site.path('R'));
  site.ok('swinstall', '-r', '-s', './D', 'REAL', '@', './R');
  expect(site.ok('swlist', '-l', 'fileset', '-a', 'state', '@', './R')).toMatch(/REAL\.RUN +installed *$/m);
  expect(site.read(`R${site.path('opt/tool')}`)).toBe('tool\n');
  const ran = site.read('ran');
  expect(ran).not.toMatch(/^(un)?configure /m);
  expect(ran).toContain(`preinstall ${site.path('R')} / REAL.RUN`);
});

test('a configure script that fails: ERROR, exit 1, the software stays installed', () => {
  package_();
  site.write('script', `#!/bin/sh\n[ $SW_CONTROL_TAG != configure ]\n`);
  site.ok('swpackage', '-s', 'psf', '@', './D');
  const ran = site.run('swinstall', ['-s', './D', 'REAL', '@', '/']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([
    1,
    expect.stringMatching(/ERROR: .*1 configure or unconfigure scripts failed\. \[configure_failed\]/),
  ]);
  expect(site.ok('swlist', '-l', 'fileset', '-a', 'state')).toMatch(/REAL\.RUN +installed *$/m);
  expect(existsSync(site.path('opt/tool'))).toBe(true);
});
