// hotpatch-mk (HS1, HS8-HS10; D.5 "hot patches" 1-3): the seed's own command line, ids, bundles of several, and what it refuses.

import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flat, rows } from '../cli/site.ts';
import { BIN } from '../programs.ts';
import { HotpatchSite } from './hotpatch-site.ts';

let site: HotpatchSite;
beforeEach(() => {
  site = new HotpatchSite();
  site.write('exe', '#! /bin/bash\ntrue\n');
});
afterEach(() => site.strike());

const listed = (bundle: string) => rows(site.ok('swlist', '-d', '-l', 'product', '@', site.path(bundle)));
const ids = (bundle: string) => listed(bundle).map((row) => row.split(/\s+/)[0]);

test("the seed's command line, word for word, makes a bundle and warns about =", () => {
  // As in the seed: the wrapper lies in the working directory.
  symlinkSync(join(BIN, 'hotpatch-mk'), site.path('hotpatch-mk'));
  copyFileSync(site.path('exe'), site.path('updateCacheMode'));
  const line =
    'tclsh hotpatch-mk updateCacheMode-a14fee87c4-1-0_6.bundle updateCacheMode-a14fee87c4-1-0_6 \'if {$cmdline(hypercloud_type) != "dashboard"} { return false }; if {$versionData(dateCode) = 20150506055907} { return false }; return true;\' updateCacheMode';
  site.write('seed.sh', `cd ${site.home} && ${line}\n`);
  const seed = site.shell('seed.sh');
  expect([seed.exit, flat(seed.stderr)]).toEqual([0, expect.stringContaining('incomplete operator "="')]);
  expect(ids('updateCacheMode-a14fee87c4-1-0_6.bundle')).toEqual(['updateCacheMode-a14fee87c4-1-0_6']);
});

test.each(['index', '', 'a b', 'a/b', '../x', 'a.b', 'ü', 'a\nb', 'x'.repeat(191)])('the id %j is refused', (id) => {
  const ran = site.mk(['x.bundle', id, 'expr 1', './exe']);
  expect([ran.exit, ran.stderr]).toEqual([1, expect.stringContaining('[bad_hotpatch_id]')]);
  expect(existsSync(site.path('x.bundle'))).toBe(false);
});

test('other ids are taken as they are, also those that mean something elsewhere', () => {
  for (const id of ['aZ_0-9', 'catalog', 'INDEX', '-x', '_'])
    expect(site.mk(['--', 'x.bundle', id, 'expr 1', './exe'])).toMatchObject({ exit: 0, stderr: '' });
  expect(ids('x.bundle')).toEqual(['INDEX', 'aZ_0-9', 'catalog', 'id+-x', 'id+_']);
  expect(site.mk(['--', 'x.bundle', 'last', 'patchApplied -x', './exe'])).toMatchObject({ exit: 0, stderr: '' });
  site.ok('hotpatch', '--root', site.path('root'), 'import', 'x.bundle');
  expect(site.pass()).toMatchObject({ exit: 0, stderr: '' });
  const all = ['INDEX', 'aZ_0-9', 'catalog', '-x', '_', 'last'];
  expect(site.states()).toEqual(Object.fromEntries(all.map((id) => [id, 'applied 0'])));
});

test('a bundle takes several; the same id replaces; a blank condition makes a negative entry', () => {
  const mk = (...words: string[]) => expect(site.mk(['x.bundle', ...words])).toMatchObject({ exit: 0, stderr: '' });
  mk('one', 'expr 1', './exe');
  mk('two', 'expr 1', './exe');
  mk('one', 'expr 0', './exe');
  mk('three', ' \n ');
  expect(listed('x.bundle')).toEqual(
    ['one 1.0 Hot patch one', 'three 1.0 Withdrawal of the hot patch three', 'two 1.0 Hot patch two'].map((row) =>
      expect.stringMatching(row.replaceAll(' ', ' +')),
    ),
  );
  site.ok('hotpatch', '--root', site.path('root'), 'import', 'x.bundle');
  expect(site.admin('show', 'one').stdout).toContain('    expr 0');
  expect(site.states()).toEqual({ one: 'pending', two: 'pending', three: 'negative' });
});

test('a condition may stand in a file, and through Tcl every word arrives as it was', () => {
  site.write('condition.tcl', 'expr {1 && 1}\n');
  expect(site.mk(['x.bundle', 'file', './condition.tcl', './exe'])).toMatchObject({ exit: 0, stderr: '' });
  const words = ['< | 2> & "$x" [exit] {', 'ü€'];
  for (const [index, word] of words.entries())
    expect(site.mk(['x.bundle', `w${index}`, `return 1 ;# ${word}`, './exe'], { tclsh: true }).exit).toBe(0);
  expect(site.mk(['x.bundle', 'last', '|true', './exe'], { tclsh: true }).stderr).toContain('invalid command name');
  site.ok('hotpatch', '--root', site.path('root'), 'import', 'x.bundle');
  expect(site.admin('show', 'file').stdout).toContain('    expr {1 && 1}');
  for (const [index, word] of words.entries())
    expect(site.admin('show', `w${index}`).stdout).toContain(`return 1 ;# ${word}`);
  expect(site.admin('show', 'last').stdout).toContain('    |true');
  expect(site.mk(['x.bundle', 'index', ''], { tclsh: true })).toMatchObject({ exit: 1, stdout: '' });
});

test('a program is packaged byte for byte', () => {
  expect(site.mk(['x.bundle', 'elf', 'expr 1', '/bin/true']).exit).toBe(0);
  site.ok('hotpatch', '--root', site.path('root'), 'import', 'x.bundle');
  site.pass();
  expect(site.states()).toEqual({ elf: 'applied 0' });
  const kept = readFileSync(site.path('root/var/adm/sw/products/elf/PATCH/postinstall'));
  expect(kept.equals(readFileSync('/bin/true'))).toBe(true);
});

test('bad input is refused and leaves the bundle as it was', () => {
  expect(site.mk(['x.bundle', 'one', 'expr 1', './exe']).exit).toBe(0);
  const before = readFileSync(site.path('x.bundle'));
  site.write('blank.tcl', ' \n');
  site.write('secret.tcl', 'expr 1', 0o600);
  const refusals: [string[], string, number?][] = [
    [['x.bundle', 'two', 'expr 1', './nope'], 'bad_executable'],
    [['x.bundle', 'two', 'expr 1', './root'], 'bad_executable'],
    [['x.bundle', 'two', './blank.tcl', './exe'], 'bad_condition'],
    [['x.bundle', 'two', './secret.tcl', './exe'], 'bad_condition', 65534],
    [['x.bundle', 'two', 'expr 1'], 'takes a bundle'],
    [['x.bundle'], 'takes a bundle'],
    [['x.bundle', 'two', 'expr 1', './exe', 'more'], 'takes a bundle'],
    [['nowhere/x.bundle', 'two', 'expr 1', './exe'], 'target_not_writable'],
  ];
  for (const [words, why, uid] of refusals) {
    const ran = site.mk(words, uid === undefined ? {} : { uid });
    expect([words, ran.exit, flat(ran.stderr)]).toEqual([words, 1, expect.stringContaining(why)]);
  }
  expect(readFileSync(site.path('x.bundle')).equals(before)).toBe(true);
  site.write('cut.bundle', before.subarray(0, 3500));
  site.write('text.bundle', 'no archive');
  for (const bundle of ['cut.bundle', 'text.bundle', 'root']) {
    const was = bundle === 'root' ? '' : site.read(bundle);
    expect(site.mk([bundle, 'two', 'expr 1', './exe']).exit, bundle).toBe(1);
    expect(bundle === 'root' ? '' : site.read(bundle)).toBe(was);
  }
});

// The code of the WARNING is condition_error.
test('a condition that has errors in every case is warned about, one that asks the machine is not', () => {
  const said = (condition: string) => flat(site.mk(['x.bundle', 'a', condition, './exe']).stderr);
  expect(said('if {[info exists cmdline(a)]} {return [expr {1 = 2}]}; return 0')).toContain('incomplete operator "="');
  expect(said('retrun 1')).toMatch(
    /^WARNING: The condition of "a" has an error: invalid command name "retrun"\. .*so the hot patch would not be applied\.$/m,
  );
  expect(said('expr {$versionData(datcode) > 1}')).toContain('no such element');
  expect(said('# nothing')).toContain('neither true nor false');
  expect(said('if {1} {return 1')).toContain('missing');
  expect(said('expr {$cmdline(a) eq "b"}')).toBe('');
  expect(said('while 1 {}')).toContain('time limit');
});

test('--help and --version', () => {
  expect(site.mk(['--help']).stdout).toContain('hotpatch-mk bundle id condition|file executable');
  expect(site.mk(['--version'], { tclsh: true }).stdout).toContain('hotpatch-mk (swdist)');
});
