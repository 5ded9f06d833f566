// hotpatchd and hotpatch (HS3-HS15; D.5 "hot patches" 1 and 3-9): passes, once only, the polling interval, signals, what the SD commands know.

import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flat, rows } from '../cli/site.ts';
import { HotpatchSite, until } from './hotpatch-site.ts';

let site: HotpatchSite;
const running: ChildProcess[] = [];
beforeEach(() => {
  site = new HotpatchSite();
});
afterEach(async () => {
  for (const child of running.splice(0)) await ended(child, 'SIGKILL');
  site.strike();
});

/** A daemon in the foreground; its output as it comes. */
function daemon(...words: string[]): { child: ChildProcess; said: () => string } {
  const child = site.start('hotpatchd', [...site.at(), ...words]);
  running.push(child);
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (some: string) => (text += some));
  return { child, said: () => text };
}

/** Sends a signal and waits for the end; answers exit code or signal. */
function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? child.signalCode);
  return new Promise((resolve) => {
    child.on('exit', (code, by) => resolve(code ?? by));
    child.kill(signal);
  });
}

const note = (word: string) => `echo ${word} >> "$SW_ROOT_DIRECTORY/ran"`;
const ran = () => site.lines('root/ran');

const SEED =
  'if {$cmdline(hypercloud_type) != "dashboard"} { return false }; if {$versionData(dateCode) = 20150506055907} { return false }; return true;';

test('the seed example is never applied; with == it is when the date differs', () => {
  const script = site.write('exe', `#! /bin/bash\n${note('seed')}\n`);
  expect(site.mk(['seed.bundle', 'seed', SEED, script]).exit).toBe(0);
  site.patch('right', SEED.replace(' = ', ' == '), note('right'));
  site.write('root/etc/sw-release', 'release=2.5\ndatecode=20150506055907\n');
  site.take('seed.bundle');
  expect([site.pass().stdout, ran()]).toEqual(['', []]);
  site.write('root/etc/sw-release', 'release=2.6\ndatecode=20160506055907\n');
  site.pass();
  expect(ran()).toEqual(['right']);
  expect(site.states()).toEqual({ right: 'applied 0', seed: 'pending' });
  const asked = site.admin('eval');
  expect([asked.exit, asked.stdout]).toEqual([1, expect.stringContaining('incomplete operator "="')]);
});

test('two of a bundle run one after another in their order; a later one sees the earlier in the same pass', () => {
  const timed = (word: string) => `echo ${word} $(date +%s%N) >> "$SW_ROOT_DIRECTORY/ran"`;
  site.patch('zuerst', 'expr 1', `${timed('begin')}; sleep 0.3; ${timed('end')}`);
  site.patch('danach', 'patchApplied zuerst', `${timed('begin')}; ${timed('end')}`);
  site.patch('nie', 'expr {![patchApplied zuerst]}', timed('never'));
  site.take();
  expect(site.pass()).toMatchObject({ exit: 0, stderr: '' });
  const times = ran().map((line) => line.split(' '));
  expect(times.map(([word]) => word)).toEqual(['begin', 'end', 'begin', 'end']);
  expect(BigInt(times[1]![1]!) <= BigInt(times[2]![1]!)).toBe(true);
  expect(site.states()).toEqual({ zuerst: 'applied 0', danach: 'applied 0', nie: 'pending' });
});

test('a failing executable runs once, whatever follows; its exit value and output are kept', () => {
  site.patch('fails', 'expr 1', `${note('fails')}; echo out of luck >&2; pwd; cat; exit 7`);
  site.take();
  for (let pass = 0; pass < 3; pass++) expect(site.pass().exit).toBe(0);
  // Not even when it is imported again, made anew, or installed by hand.
  site.patch('fails', 'return yes', note('again'));
  expect(site.admin('import', 'fails.bundle').stdout).toContain('failed already');
  site.pass();
  site.run('swinstall', ['-s', './fails.bundle', '-x', 'reinstall=true', 'fails', '@', site.path('root')]);
  expect(ran()).toEqual(['fails']);
  expect(site.states()).toEqual({ fails: 'failed 7' });
  const shown = site.admin('show', 'fails').stdout;
  expect(shown).toContain('Exit value: 7');
  expect(shown).toMatch(/Output:\n( {4}(out of luck|\/)\n){2}/);
  expect(shown).toMatch(/Began: +\d{4}-/);
});

test('SD knows what was applied: swlist lists it, swverify judges it, swjob tells of it', () => {
  site.patch('good', 'expr 1', 'echo said by good');
  site.patch('bad', 'expr 1', 'exit 3');
  site.take();
  site.pass();
  const listed = rows(site.ok('swlist', '-l', 'fileset', '-a', 'state', '-a', 'run_exit', '@', site.path('root')));
  expect(listed).toEqual([
    expect.stringMatching(/^bad.PATCH +corrupt +3$/),
    expect.stringMatching(/^good.PATCH +installed +0$/),
  ]);
  expect(site.run('swverify', ['good', '@', site.path('root')]).exit).toBe(0);
  const bad = site.run('swverify', ['bad', '@', site.path('root')]);
  expect([bad.exit, flat(bad.stderr)]).toEqual([1, expect.stringContaining('It ran once, and is not run again')]);
  const jobs = rows(site.ok('swjob')).filter((row) => row.includes(' install '));
  expect(jobs).toEqual([
    expect.stringMatching(/success +hot patch good$/),
    expect.stringMatching(/errors +hot patch bad$/),
  ]);
  expect(site.ok('swjob', '-a', 'log', jobs[0]!.split(' ')[0]!, '@', site.path('root'))).toContain('said by good');
});

test('a bundle can be applied by swinstall too, and waits there as quietly', () => {
  site.patch('plain', 'file exists /go', note('plain'));
  const words = ['-s', './plain.bundle', '*', '@', site.path('root')];
  const waits = site.run('swinstall', words);
  expect([waits.exit, ran()]).toEqual([0, []]);
  site.write('root/go', '');
  expect(site.run('swinstall', words).exit).toBe(0);
  expect(ran()).toEqual(['plain']);
  expect(site.states()).toEqual({ plain: 'applied 0' });
});

test('a blank condition withdraws what waits, and leaves what ran', () => {
  site.patch('done', 'expr 1', note('done'));
  site.patch('waits', 'file exists /go', note('waits'));
  site.take();
  site.pass();
  for (const id of ['done', 'waits', 'unknown']) expect(site.mk(['w.bundle', id, '']).exit).toBe(0);
  const told = site.ok('hotpatch', ...site.at(), 'import', 'w.bundle');
  expect(told).toContain('done: it is applied already; what it did stays.');
  site.ok('hotpatch', ...site.at(), 'import', 'w.bundle');
  site.write('root/go', '');
  site.pass();
  expect(ran()).toEqual(['done']);
  expect(site.states()).toEqual({ done: 'applied 0', waits: 'negative', unknown: 'negative' });
  // A later definition of the id waits again.
  site.take('done.bundle', 'waits.bundle');
  site.pass();
  expect(site.states()).toEqual({ done: 'applied 0', waits: 'applied 0', unknown: 'negative' });
  // Nothing is installed of a negative entry.
  const installed = site.run('swinstall', ['-s', './w.bundle', 'unknown', '@', site.path('root')]);
  expect([installed.exit, flat(installed.stdout)]).toEqual([0, expect.stringContaining('is a tombstone')]);
});

test('what waits can be removed, what ran cannot', () => {
  site.patch('done', 'expr 1', 'true');
  site.patch('waits', 'expr 0', 'true');
  site.take();
  site.pass();
  expect(flat(site.admin('remove', 'done').stderr)).toContain('[hotpatch_ran]');
  expect(site.admin('remove', 'nothing')).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('[hotpatch_unknown]'),
  });
  expect(site.admin('remove', 'waits')).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  expect(site.states()).toEqual({ done: 'applied 0' });
  expect(site.admin('frobnicate')).toMatchObject({ exit: 1, stderr: expect.stringContaining('[bad_usage]') });
  expect(site.admin('show').exit).toBe(1);
});

test('a root that is not there is refused by hotpatch too, and nothing is made', () => {
  site.patch('one', 'expr 1', 'true');
  for (const words of [['list'], ['import', 'one.bundle']]) {
    const refused = site.run('hotpatch', ['--root', site.path('typo'), ...words]);
    expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining('[target_missing]')]);
  }
  expect(existsSync(site.path('typo'))).toBe(false);
});

test('what an executable or a condition said does not steer the terminal', () => {
  site.patch('loud', 'expr 1', "printf 'a\\033[2Jb\\n'");
  site.patch('odd', 'if {[patchApplied loud]} {error "a\\033\\[2Jb"}; expr 0', 'true');
  site.take();
  site.pass();
  const said = site.admin('show', 'loud').stdout;
  expect(said).toMatch(/^ {4}a.*\[2Jb$/m);
  const why = site.admin('eval', 'odd').stdout;
  expect(why).toContain('[2Jb');
  expect(said + why).not.toContain('\x1b');
});

test('hostile conditions delay a pass by no more than their limits, and nothing else', () => {
  const hostile = ['expr {7**30000000}', 'set a a; while 1 {append a $a}', 'interp create b; b eval {while 1 {}}'];
  for (const [index, condition] of hostile.entries())
    expect(site.mk([`h${index}.bundle`, `h${index}`, condition, '/bin/true']).exit).toBe(0);
  site.patch('last', 'expr 1', note('last'));
  site.take('h0.bundle', 'h1.bundle', 'h2.bundle');
  expect(site.pass()).toMatchObject({ exit: 0, stderr: '' });
  expect(site.states()).toEqual({ last: 'applied 0', h0: 'pending', h1: 'pending', h2: 'pending' });
});

test('an executable that lasts too long is killed with all it started', () => {
  site.patch('slow', 'expr 1', 'sleep 600 & echo $! > "$SW_ROOT_DIRECTORY/pid"; sleep 600');
  site.take();
  expect(site.pass('--time-limit', '1').exit).toBe(0);
  expect(site.states()).toEqual({ slow: 'failed 137' });
  expect(site.admin('show', 'slow').stdout).toContain('killed after 1 seconds');
  const stat = `/proc/${site.read('root/pid').trim()}/stat`;
  // Nobody may be there to take a dead orphan away.
  expect(existsSync(stat) ? readFileSync(stat, 'utf8').split(' ')[2] : 'Z').toBe('Z');
});

test('the daemon runs what is due at once, what becomes due within an interval, and takes dropped bundles', async () => {
  site.patch('now', 'expr 1', note('now'));
  site.patch('later', 'file exists /go', note('later'));
  site.take();
  const { child, said } = daemon('--interval', '1');
  await until(() => ran().includes('now'));
  site.write('root/go', '');
  await until(() => ran().includes('later'));
  site.patch('dropped', 'expr 1', note('dropped'));
  copyFileSync(site.path('dropped.bundle'), site.path('root/var/spool/hotpatch/incoming/dropped.bundle'));
  await until(() => ran().includes('dropped'));
  expect(await ended(child, 'SIGTERM')).toBe(0);
  expect(ran()).toEqual(['now', 'later', 'dropped']);
  expect(said()).toContain('dropped: imported from');
  expect(existsSync(site.path('root/var/spool/hotpatch/incoming/dropped.bundle'))).toBe(false);
});

test('by default it looks every 600 seconds; SIGHUP makes it look at once; there is one for each root', async () => {
  expect(site.ok('hotpatchd', '--help')).toContain('600 unless set');
  site.patch('one', 'file exists /go', note('one'));
  site.patch('first', 'expr 1', note('first'));
  site.take();
  const { child } = daemon();
  await until(() => ran().includes('first'));
  symlinkSync(site.path('root'), site.path('alias'));
  const second = site.run('hotpatchd', ['--root', site.path('alias'), '--once']);
  expect([second.exit, second.stderr]).toEqual([1, expect.stringContaining('[already_running]')]);
  site.write('root/go', '');
  child.kill('SIGHUP');
  await until(() => ran().includes('one'));
  expect(await ended(child, 'SIGTERM')).toBe(0);
  expect(site.pass().exit).toBe(0);
});

test('SIGTERM during a run reaches the executable, whose end is recorded; the daemon ends cleanly', async () => {
  site.patch('long', 'expr 1', `trap '${note('told')}; exit 9' TERM; ${note('begun')}; while :; do sleep 0.1; done`);
  site.patch('other', 'expr 1', note('other'));
  site.take();
  const { child } = daemon();
  await until(() => ran().includes('begun'));
  expect(site.states()).toEqual({ long: 'running', other: 'pending' });
  expect(await ended(child, 'SIGTERM')).toBe(0);
  expect(ran()).toEqual(['begun', 'told']);
  expect(site.states()).toEqual({ long: 'failed 9', other: 'pending' });
});

test('bundles that are none are set aside once and stop nothing; a directory others may write to is not looked at', () => {
  const incoming = 'root/var/spool/hotpatch/incoming';
  mkdirSync(site.path(incoming), { recursive: true, mode: 0o700 });
  site.write('p/file', 'x');
  site.write('p.psf', 'product\ntag P\nrevision 1\nfileset\ntag F\nfile p/file /t/file\nend\nend\n');
  site.ok(
    'swpackage',
    '-x',
    'media_type=tape',
    '-x',
    'verbose=0',
    '-s',
    'p.psf',
    '@',
    site.path(`${incoming}/other.bundle`),
  );
  site.patch('good', 'expr 1', note('good'));
  copyFileSync(site.path('good.bundle'), site.path(`${incoming}/z.bundle`));
  const first = site.pass();
  expect([first.exit, flat(first.stderr)]).toEqual([1, expect.stringContaining('holds other software: P')]);
  expect(existsSync(site.path(`${incoming}/other.bundle.refused`))).toBe(true);
  expect(ran()).toEqual(['good']);
  expect(site.pass()).toMatchObject({ exit: 0, stderr: '' });
  expect(site.admin('import', `${incoming}/other.bundle.refused`).stderr).toContain('[not_a_bundle]');
  chmodSync(site.path(incoming), 0o777);
  copyFileSync(site.path('good.bundle'), site.path(`${incoming}/z.bundle`));
  const open = site.pass();
  expect([open.exit, open.stderr]).toEqual([1, expect.stringContaining('is not looked at')]);
  expect(existsSync(site.path(`${incoming}/z.bundle`))).toBe(true);
});

test('a good bundle that the store cannot take in waits for the next pass; others are looked at', () => {
  const incoming = site.path('root/var/spool/hotpatch/incoming');
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  site.patch('good', 'expr 1', note('good'));
  const dropped = `${incoming}/good.bundle`;
  copyFileSync(site.path('good.bundle'), dropped);
  utimesSync(dropped, 0, 0);
  const store = site.write('root/var/spool/hotpatch/store', 'no directory');
  const first = site.pass();
  expect([first.exit, first.stderr]).toEqual([1, expect.stringContaining('good.bundle: ')]);
  expect(existsSync(dropped)).toBe(true);
  rmSync(store);
  expect(site.pass()).toMatchObject({ exit: 0, stderr: '' });
  expect([existsSync(dropped), ran()]).toEqual([false, ['good']]);
});

test('what is no regular file is set aside and stops nothing: a link that leads nowhere, a directory, a pipe', () => {
  const incoming = site.path('root/var/spool/hotpatch/incoming');
  mkdirSync(`${incoming}/d.bundle/below`, { recursive: true, mode: 0o700 });
  mkdirSync(`${incoming}/d.bundle.refused/earlier`, { recursive: true });
  symlinkSync('nowhere', `${incoming}/a.bundle`);
  execFileSync('mkfifo', [`${incoming}/f.bundle`]);
  site.patch('good', 'expr 1', note('good'));
  copyFileSync(site.path('good.bundle'), `${incoming}/z.bundle`);
  const first = site.pass();
  expect([first.exit, first.stderr.match(/It is no regular file\./g)]).toEqual([
    1,
    Array(3).fill('It is no regular file.'),
  ]);
  expect(ran()).toEqual(['good']);
  const left = ['a.bundle.refused', 'd.bundle.refused', 'd.bundle.refused.1', 'f.bundle.refused'];
  expect(readdirSync(incoming).sort()).toEqual(left);
  expect(site.pass()).toMatchObject({ exit: 0, stderr: '' });
});

test('a damaged bundle is refused before anything of it is taken; one that may be on its way is tried again', () => {
  site.patch('one', 'expr 1', note('AAAA'));
  const whole = readFileSync(site.path('one.bundle'));
  site.write('bad.bundle', whole.toString('latin1').replace('AAAA', 'AABA'));
  site.write('cut.bundle', whole.subarray(0, 3500));
  for (const bundle of ['bad.bundle', 'cut.bundle', 'nowhere.bundle', 'src/one'])
    expect([bundle, site.admin('import', bundle).exit]).toEqual([bundle, 1]);
  expect(flat(site.admin('import', 'bad.bundle').stderr)).toContain('[bundle_damaged]');
  expect(site.mk(['bad.bundle', 'two', 'expr 1', site.path('src/one')]).stderr).toContain('[bundle_damaged]');
  expect(site.states()).toEqual({});
  const incoming = site.path('root/var/spool/hotpatch/incoming');
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const dropped = `${incoming}/cut.bundle`;
  copyFileSync(site.path('cut.bundle'), dropped);
  expect([site.pass().exit, existsSync(dropped)]).toEqual([0, true]);
  utimesSync(dropped, 0, 0);
  const refused = site.pass();
  expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining('cut.bundle: ')]);
  expect([existsSync(dropped), existsSync(`${dropped}.refused`), ran()]).toEqual([false, true, []]);
});

test('without tclsh nothing is marked applied, and the error names the package', () => {
  site.patch('one', 'expr 1', note('one'));
  site.take();
  const without = { env: { PATH: site.path('empty') } };
  for (const [command, words] of [
    ['hotpatchd', ['--once']],
    ['hotpatch', ['eval']],
  ] as const) {
    const refused = site.run(command, [...site.at(), ...words], without);
    expect([refused.exit, flat(refused.stderr)]).toEqual([1, expect.stringContaining('Debian package "tcl"')]);
  }
  expect(site.states()).toEqual({ one: 'pending' });
  site.pass();
  expect(site.states()).toEqual({ one: 'applied 0' });
});
