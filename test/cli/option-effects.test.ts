// What single options do that need no scene of their own (commands.md 4; issue 4, acceptance): places, levels, targets, obsolete filesets.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rows, Site } from './site.ts';

let site: Site;

beforeEach(() => {
  site = new Site();
  site.write('a', 'a\n');
  site.write('psf', psf('1.0', ['RUN', 'DOC']));
});
afterEach(() => site.strike());

function psf(revision: string, filesets: readonly string[]): string {
  const fileset = (tag: string) => ` fileset\n  tag ${tag}\n  revision ${revision}\n  file a /opt/${tag}\n end\n`;
  return `product\n tag P\n revision ${revision}\n${filesets.map(fileset).join('')}end\n`;
}

test('source_file, distribution_target_directory and distribution_source_directory stand in for -s and @', () => {
  const depot = site.path('D');
  site.ok('swpackage', '-x', 'source_file=psf', '-x', `distribution_target_directory=${depot}`);
  expect(existsSync(site.path('D/catalog/P'))).toBe(true);
  site.ok('swinstall', '-x', `distribution_source_directory=${depot}`, 'P', '@', './R');
  expect(existsSync(site.path('R/opt/RUN'))).toBe(true);
});

test('create_target_path=false makes no target', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  const ran = site.run('swinstall', ['-x', 'create_target_path=false', '-s', './D', 'P', '@', './R']);
  expect([ran.exit, existsSync(site.path('R'))]).toEqual([1, false]);
});

test('level=fileset lists as -l fileset does', () => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  expect(rows(site.ok('swlist', '-x', 'level=fileset', '-s', './D'))).toEqual(
    rows(site.ok('swlist', '-l', 'fileset', '-s', './D')),
  );
});

test.each([
  ['true', false],
  ['false', true],
])('remove_empty_depot=%s: the depot is there afterwards: %s', (value, stays) => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swremove', '-d', '-x', `remove_empty_depot=${value}`, 'P', '@', './D');
  expect(existsSync(site.path('D/catalog'))).toBe(stays);
});

test.each([
  ['true', ['P.RUN']],
  ['false', ['P.DOC', 'P.RUN']],
])('remove_obsolete_filesets=%s while packaging a product again leaves %j', (value, left) => {
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.write('psf', psf('1.0', ['RUN']));
  const again = site.run('swpackage', ['-x', `remove_obsolete_filesets=${value}`, '-s', 'psf', '@', './D']);
  expect([again.exit, /P\.DOC.*no longer/.test(again.stderr)]).toEqual([0, left.includes('P.DOC')]);
  const names = rows(site.ok('swlist', '-l', 'fileset', '-d', '@', './D')).map((row) => row.split(/\s+/)[0]);
  expect(names.sort()).toEqual(left);
});
