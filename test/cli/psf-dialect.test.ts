// Issue 4, acceptance: the PSF dialect of real projects (clients.md "What swpackage must accept"), one test a line of that list, each with a
// depot read back through swlist or the disk. What `-d '|command'` makes is tested with epm itself (epm.test.ts).

import { lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { below, flat, rows, Site } from './site.ts';

let site: Site;

beforeEach(() => {
  site = new Site();
  site.write('src/a', 'a\n', 0o640);
  site.write('src/sub/b', 'b\n');
  site.write('script', '#!/bin/sh\nexit 0\n');
});
afterEach(() => site.strike());

/** A PSF of one product P with one fileset F, which has `lines`. */
function ofFileset(lines: string): string {
  return `product\n tag P\n revision 1.0\n fileset\n  tag F\n  revision 1.0\n${lines}\n end\nend\n`;
}

/** Packages `psf` and installs all of it; returns the root. */
function installed(psf: string): string {
  site.write('psf', psf);
  const made = site.run('swpackage', ['-s', 'psf', '@', './D']);
  expect(made.exit, made.stdout + made.stderr).toBe(0);
  mkdirSync(site.path('R'));
  const install = ['-s', './D', '-x', 'allow_incompatible=true', '*', '@', './R'];
  const ran = site.run('swinstall', install);
  expect(ran.exit, ran.stdout + ran.stderr).toBe(0);
  return site.path('R');
}

function attribute(name: string, level: string, ...words: string[]): string {
  return site.ok('swlist', '-l', level, '-a', name, '-d', ...words, '@', './D');
}

test.each([
  ['-d', '|cat > ./T', '-x', 'target_type=tape'],
  ['-x', 'media_type=tape', '@', './T'],
  ['-xtarget_type=tape', '-d', './T'],
  ['-x', 'media_type=tape', '@./T'],
])('clients.md, tapes and where they go: %s %s %s', (...words) => {
  site.write('psf', ofFileset('file src/a /opt/a'));
  // A relative path behind @ without a blank is the shell's one word.
  site.ok('swpackage', '-s', 'psf', ...words.map((word) => word.replace('@./T', `@${site.path('T')}`)));
  expect(rows(site.ok('swlist', '-s', './T', '-l', 'file'))).toEqual(['/opt/a']);
});

test('clients.md, -xname=value and options that mean nothing here are accepted', () => {
  site.write('psf', ofFileset('file src/a /opt/a'));
  const idle = ['run_as_superuser=false', `admin_directory=${site.path('adm2')}`, 'media_capacity=100'];
  const more = ['write_remote_files=true', 'reinstall_files=true', 'layout_version=1.0'];
  const words = [...idle, ...more].map((option) => `-x${option}`);
  const ran = site.run('swpackage', ['-s', 'psf', ...words, '-d', './D']);
  expect([ran.exit, ran.stderr.includes('ERROR')]).toEqual([0, false]);
});

test.each(['*', 'P'])('clients.md, a directory depot as source makes a serial depot: -s DIR %s', (software) => {
  site.write('psf', ofFileset('file src/a /opt/a'));
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '-d', './T', software);
  expect(rows(site.ok('swlist', '-s', './T', '-l', 'file'))).toEqual(['/opt/a']);
});

test('clients.md, attributes before the first keyword, objects without end, comments behind end', () => {
  const psf = `tag DEPOT
title My depot
description of the depot
copyright nobody
number B1234-56
depot
layout_version 1.0
vendor
 tag V
category
 tag tools
 title Tools
end
product
 tag P
 category_tag tools
 fileset
  tag F
  file src/a /opt/a
 end # comment
end #&## product
`;
  installed(psf);
  expect(site.read('D/catalog/INDEX')).toMatch(/^distribution\n(?:.*\n)*?title "?My depot"?$/m);
  expect(attribute('category_tag', 'product')).toMatch(/^ {2}P +tools/m);
});

test('clients.md, values unquoted with blanks, commas, parentheses; quoted; from files', () => {
  const psf = ofFileset('file src/a /opt/a')
    .replace(
      ' revision 1.0\n',
      ' revision 1.0\n title Tools, many (and "fine") ones\n description < text\n readme < text\n copyright < text\n',
    )
    .replace('  tag F', '  tag F\n  title "a quoted (one), too"');
  site.write('text', 'from a file\n');
  installed(psf);
  expect(attribute('title', 'product')).toContain('Tools, many (and "fine") ones');
  expect(attribute('title', 'fileset')).toContain('a quoted (one), too');
  for (const name of ['description', 'copyright', 'readme'])
    expect(attribute(name, 'product', 'P')).toContain('from a file');
});

test.each(['directory src = /x', 'directory src=/x', 'directory sub/../src = /x'])('clients.md, %s', (line) => {
  mkdirSync(site.path('sub'));
  const root = installed(ofFileset(`${line}\nfile a\ndirectory src/sub = /y\nfile *`));
  expect([site.read('R/x/a'), site.read('R/y/b')]).toEqual(['a\n', 'b\n']);
  expect(below(root).filter((path) => /^[xy]/.test(path))).toEqual(['x', 'x/a', 'y', 'y/b']);
});

test('clients.md, `directory /` alone: files relative to it keep their place', () => {
  const path = site.path('src/a');
  const root = installed(ofFileset(`directory /\nfile ${path.slice(1)}`));
  expect(lstatSync(`${root}${path}`).size).toBe(2);
});

test('clients.md, file with -m -o -g, -v, -t d, -t s; a link as source; a directory as source', () => {
  symlinkSync('a', site.path('src/link'));
  const lines = `file -m 0750 -o root -g root src/a /opt/a
file -v src/sub/b /opt/v
file -t d -m 0711 /opt/dir
file -t s a /opt/to
file src/link /opt/link
file -m 0700 . /opt/dot`;
  const root = installed(ofFileset(lines));
  const mode = (path: string) => (lstatSync(`${root}/opt/${path}`).mode & 0o7777).toString(8);
  expect([mode('a'), mode('dir'), mode('dot')]).toEqual(['750', '711', '700']);
  expect(['to', 'link'].map((name) => readlinkSync(`${root}/opt/${name}`))).toEqual(['a', 'a']);
  expect(below(`${root}/opt/dot`)).toEqual([]);
  expect(flat(site.ok('swlist', '-l', 'file', '-a', 'is_volatile', '-d', 'P', '@', './D'))).toMatch(/\/opt\/v true/);
});

test.each([
  ['-o root -g root -m 0751', '751'],
  ['-u 022', '755'],
])('clients.md, file_permissions %s', (words, mode) => {
  site.write('src/a', 'a\n', 0o777);
  const root = installed(ofFileset(`file_permissions ${words}\nfile src/a /opt/a`));
  expect((lstatSync(`${root}/opt/a`).mode & 0o7777).toString(8)).toBe(mode);
});

test('clients.md, patterns of machines and systems are kept as written', () => {
  const own = ' machine_type 9000/[78]*:*\n os_name HP-UX\n os_release ?.11.*\n os_version ?\n';
  installed(ofFileset('file src/a /opt/a').replace(' revision 1.0\n', ` revision 1.0\n${own}`));
  expect(attribute('machine_type', 'product')).toContain('9000/[78]*:*');
  expect(attribute('os_release', 'product')).toContain('?.11.*');
});

test('clients.md, subproducts, requisites of both spellings, ancestor, scripts on both levels', () => {
  const psf = ofFileset('file src/a /opt/a\nconfigure script\nancestor OLD.F').replace(
    'end\nend',
    `end
 fileset
  tag G
  prerequisites P.F,r>=1.0,r<=2.0
  prerequisites P r>= 1.0
  exrequisites NOT
  file src/sub/b /opt/b
 end
 subproduct
  tag S
  contents F G
 end
 postinstall script
end`,
  );
  installed(psf);
  const got = flat(attribute('prerequisites', 'fileset', 'P.G'));
  expect(got).toContain('P.F,r>=1.0,r<=2.0');
  expect(got).toContain('P,r>=1.0');
  expect(attribute('exrequisites', 'fileset', 'P.G')).toContain('NOT');
  expect(attribute('ancestor', 'fileset', 'P.F')).toContain('OLD.F');
  expect(rows(site.ok('swlist', '-l', 'subproduct', '-d', 'P', '@', './D'))[0]).toMatch(/^P\.S/);
  expect(below(site.path('D/catalog/P')).filter((path) => /postinstall|configure$/.test(path))).toEqual([
    'F/configure',
    'pfiles/postinstall',
  ]);
});

test('commands.md 6.6, what nothing meets: an ERROR inside the product, a NOTE across products', () => {
  site.write('inside', ofFileset('corequisite P.NONE\nfile src/a /opt/a'));
  site.write('across', ofFileset('corequisite Q.F\nfile src/a /opt/a'));
  const inside = site.run('swpackage', ['-s', 'inside', '@', './D']);
  const words = (value: string) => `The corequisite "${value}" for fileset "P.F" cannot be successfully resolved.`;
  expect([inside.exit, flat(inside.stderr)]).toEqual([1, expect.stringContaining(`ERROR: ${words('P.NONE')}`)]);
  const across = site.run('swpackage', ['-s', 'across', '@', './D']);
  expect([across.exit, across.stderr, flat(across.stdout)]).toEqual([0, '', expect.stringContaining(words('Q.F'))]);
  expect(flat(across.stdout)).toContain('NOTE: The corequisite');
  const silent = site.run('swpackage', ['-x', 'verbose=0', '-s', 'across', '@', './D2']);
  expect([silent.exit, silent.stdout, silent.stderr]).toEqual([0, '', '']);
});
