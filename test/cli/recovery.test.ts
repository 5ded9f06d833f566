// A load that fails half-way (commands.md 6.2 Recovery, 7.1): autorecover with its undo scripts, and scripts that a crash cut off.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BIN } from '../programs.ts';
import { treePicture } from '../scenarios/runner/stage.ts';
import { notes, ScriptedSite } from './scripted.ts';
import { flat, found } from './site.ts';

let site: ScriptedSite;
beforeEach(() => {
  site = new ScriptedSite();
});
afterEach(() => site.strike());

const UNDO = ['preinstall', 'postinstall', 'unpreinstall', 'unpostinstall'];

/** Undo scripts at both levels; `failing` replaces one fileset's script of that tag. */
function undoable(version: number, failing: string): string {
  const scripts = (fails: boolean) =>
    UNDO.map((tag) => notes(tag, fails && tag === failing ? 'exit 1' : '')).join('\n');
  return `
product P r=${version}.0
${scripts(false)}
  fileset A fr=${version}.0
    file @/t/shared ${version}
    dir @/t/dir${version}
    file @/t/dir${version}/only ${version}
    link @/t/link target${version}
${scripts(false)}
  fileset B fr=${version}.0
    file @/t/b 0755 ${version}
${scripts(true)}
  fileset C fr=${version}.0
    file @/t/c ${version}`;
}

/** Everything of the root that counts: files with inode-independent facts, and the published catalog's texts. */
function picture(): string {
  const index = site.path('adm/products/INDEX');
  return `${treePicture(site.path('t'))}\n${existsSync(index) ? readFileSync(index, 'utf8') : ''}`;
}

test('a postinstall that fails takes a new product back: undo scripts in reverse, then nothing is there', () => {
  site.depot('D', undoable(1, 'postinstall'));
  const ran = site.run('swinstall', ['-s', './D', '-x', 'autorecover=true', 'P']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('everything is as it was before')]);
  expect(site.ran()).toEqual([
    ...['preinstall P', 'preinstall P.A', 'preinstall P.B', 'postinstall P.A', 'postinstall P.B', 'postinstall P'],
    ...['unpostinstall P.B', 'unpostinstall P.A', 'unpreinstall P.B', 'unpreinstall P.A', 'unpreinstall P'],
  ]);
  expect(existsSync(site.path('t'))).toBe(false);
  expect(site.states()).toEqual([]);
  expect(existsSync(site.path('adm/recover'))).toBe(false);
});

test('a postinstall that fails takes an update back, files, attributes and catalog', () => {
  site.depot('D', undoable(1, ''));
  site.depot('E', undoable(2, 'postinstall'));
  site.ok('swinstall', '-s', './D', 'P');
  site.write('t/kept', 'not ours');
  execFileSync('touch', ['-d', '2001-02-03', site.path('t/dir1')]);
  const before = picture();
  const inode = statSync(site.path('t/shared')).ino;
  expect(site.run('swinstall', ['-s', './E', '-x', 'autorecover=true', 'P']).exit).toBe(1);
  expect(picture()).toBe(before);
  expect(statSync(site.path('t/shared')).ino).toBe(inode);
  expect(existsSync(site.path('adm/recover'))).toBe(false);
  site.ok('swverify', 'P');
  // Without autorecover the same update stays, and is told to be corrupt.
  expect(site.run('swinstall', ['-s', './E', 'P']).exit).toBe(1);
  expect(site.read('t/shared')).toBe('2');
  expect(site.states()).toEqual(['P.A configured', 'P.B corrupt', 'P.C configured']);
});

test('a patch that fails goes with its saved files; the base and the superseded patch are as before', () => {
  const patch = (n: number, more: string, script = '') => `
product PT_${n} patch
  fileset F patch ancestor=P.A,fr=1.0 ${more}
    file @/t/shared patched ${n}
${script}`;
  site.depot('D', `${undoable(1, '')}${patch(1, '')}`);
  site.depot('E', `${undoable(1, '')}${patch(2, 'supersedes=PT_1.F,fr=*', '    script postinstall exit 1')}`);
  site.ok('swinstall', '-s', './D', 'P', 'PT_1');
  const before = [picture(), treePicture(site.path('adm/save'))];
  const ran = site.run('swinstall', ['-s', './E', '-x', 'autorecover=true', 'PT_2']);
  expect(ran.exit).toBe(1);
  expect([picture(), treePicture(site.path('adm/save'))]).toEqual(before);
  site.ok('swremove', 'PT_1');
  expect(site.read('t/shared')).toBe('1');
});

test('a preinstall that fails: nothing is loaded, and only what ran is undone', () => {
  site.depot('D', undoable(1, 'preinstall'));
  expect(site.run('swinstall', ['-s', './D', '-x', 'autorecover_product=true', 'P']).exit).toBe(1);
  expect(site.ran().slice(3)).toEqual(['unpreinstall P.B', 'unpreinstall P.A', 'unpreinstall P']);
  expect(existsSync(site.path('t'))).toBe(false);
});

test('a load that fails: its files are back anyway, its preinstall scripts are undone with autorecover only', () => {
  const text = undoable(1, '');
  for (const [option, undone] of [
    ['false', []],
    ['true', ['unpreinstall P.B', 'unpreinstall P.A', 'unpreinstall P']],
  ] as const) {
    site.write('ran', '');
    site.depot(`D${option}`, text);
    const damaged = site.path(`D${option}/P/C${site.path('t/c')}`);
    execFileSync('sh', ['-c', `printf X > ${damaged}`]);
    expect(site.run('swinstall', ['-s', `./D${option}`, '-x', `autorecover=${option}`, 'P']).exit).toBe(1);
    expect(site.ran().slice(3)).toEqual(undone);
    expect(existsSync(site.path('t'))).toBe(false);
  }
});

test('with success nothing is kept, and no undo script runs', () => {
  site.depot('D', undoable(1, ''));
  site.depot('E', undoable(2, ''));
  site.ok('swinstall', '-s', './D', 'P');
  site.ok('swinstall', '-s', './E', '-x', 'autorecover=true', 'P');
  expect(site.ran().filter((line) => line.startsWith('un'))).toEqual([]);
  expect(existsSync(site.path('adm/recover'))).toBe(false);
  site.ok('swverify', 'P');
});

/** Starts a command and kills it as soon as a script of it has written `@/begun`. */
async function killed(command: string, ...words: string[]): Promise<void> {
  rmSync(site.path('killed'), { force: true });
  const child = site.start(command, words);
  const gone = new Promise((resolve) => child.on('exit', resolve));
  while (!existsSync(site.path('begun'))) {
    if (child.exitCode !== null) throw new Error('the command ended before its script began');
    await pause(20);
  }
  child.kill('SIGKILL');
  await gone;
  rmSync(site.path('begun'));
  site.write('killed', '');
}

/** A script that says it has begun and then lasts, until `killed` has done its work; whoever runs it later does not wait. */
const LASTS = 'echo $$ > @/begun\\nwhile [ ! -e @/killed ]; do sleep 0.05; done';

test.each([
  ['postinstall', 'transient', 'corrupt'],
  ['configure', 'installed', 'installed'],
] as const)(
  'swinstall killed in %s: %s for readers, then a WARNING and %s; the script does not run again',
  async (tag, left, settled) => {
    site.depot(
      'D',
      `product P\n  fileset F\n    file @/t/f f\n    ${notes(tag, LASTS)}\n  fileset G\n    file @/t/g g`,
    );
    await killed('swinstall', '-s', './D', 'P');
    const other = tag === 'postinstall' ? 'transient' : 'installed';
    expect(site.states()).toEqual([`P.F ${left}`, `P.G ${other}`]);
    const next = site.run('swremove', ['--json', '-x', 'lock_timeout=20', 'P.G']);
    expect([next.exit, flat(next.stderr)]).toEqual([0, expect.stringContaining(`The "${tag}" script for "P.F"`)]);
    expect(found(next, 'script_interrupted')).toMatch(
      /^warning: .* was cut off when its session died\. It is not run again by itself\. .*"(corrupt|installed)"; .* with sw/,
    );
    expect(site.states()).toEqual([`P.F ${settled}`]);
    expect(site.ran()).toEqual([`${tag} P.F`]);
    // Told once; what to do about it is said and works.
    const verify = site.run('swverify', ['P']);
    expect([verify.exit, verify.stderr.includes('cut off')]).toEqual([settled === 'corrupt' ? 1 : 0, false]);
  },
);

test('while an interrupted session waits, readers and previews say so', () => {
  site.depot('D', 'product P\n  fileset F\n    file @/t/f f\nproduct Q\n  fileset F\n    file @/t/q q');
  site.ok('swinstall', '-s', './D', 'P', '@', './R');
  site.ok('swcopy', '-s', './D', 'P', '@', './C');
  const crash = { env: { SW_CRASH_ON: 'swap:1' } };
  expect(site.run('swinstall', ['-s', './D', 'Q', '@', './R'], crash).exit).toBe(null);
  expect(site.run('swcopy', ['-s', './D', 'Q', '@', './C'], crash).exit).toBe(null);
  const before = [treePicture(site.path('R/var/adm/sw/ipd')), treePicture(site.path('C'))];
  for (const [command, ...words] of [
    ['swlist', '@', './R'],
    ['swlist', '-d', '@', './C'],
    ['swremove', '-p', 'P', '@', './R'],
  ] as const) {
    const ran = site.run(command, ['--json', ...words]);
    expect([ran.exit, found(ran, 'interrupted_session')], `${command} ${words}`).toEqual([
      0,
      expect.stringMatching(
        /^note: An interrupted session waits on ".*"\. The next command that changes it will complete/,
      ),
    ]);
  }
  expect([treePicture(site.path('R/var/adm/sw/ipd')), treePicture(site.path('C'))]).toEqual(before);
  expect(site.run('swremove', ['-x', 'lock_timeout=20', 'P', '@', './R']).exit).toBe(0);
  expect(found(site.run('swlist', ['--json', '@', './R']), 'interrupted_session')).toBe('');
});

test('two sessions that both find a root new: the second to execute does nothing', () => {
  site.depot('O', 'product FIRST\n  fileset F\n    file /first f');
  const other = site.write(
    'other',
    `export HOME=${site.home} SWDIST_DEFAULTS=${site.path('defaults')}
exec ${process.execPath} ${join(BIN, 'swinstall')} -s ${site.path('O')} FIRST @ ${site.path('R')}\n`,
  );
  site.depot('D', `product P\n  fileset F\n    file /p f\n    script checkinstall exec sh ${other}`);
  mkdirSync(site.path('R'));
  const ran = site.run('swinstall', ['-s', './D', 'P', '@', './R']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([
    1,
    expect.stringMatching(
      /Nothing was done\. The catalog of ".*" has changed since the analysis\. Run .*\[plan_stale\]/,
    ),
  ]);
  expect([existsSync(site.path('R/first')), existsSync(site.path('R/p'))]).toEqual([true, false]);
  expect(site.ok('swlist', '-l', 'product', '@', './R')).not.toMatch(/^ *P /m);
});

test('a corrupt fileset is not configured; swinstall loads it again', async () => {
  site.depot('D', `product P\n  fileset F\n    file @/t/f f\n    ${notes('postinstall', LASTS)}`);
  await killed('swinstall', '-s', './D', 'P');
  const config = site.run('swconfig', ['-x', 'lock_timeout=20', 'P']);
  expect([config.exit, flat(config.stderr)]).toEqual([
    1,
    expect.stringMatching(/is in the state "corrupt"\. Use swinstall to load it again\. \[bad_state\]/),
  ]);
  site.ok('swinstall', '-s', './D', 'P');
  expect(site.states()).toEqual(['P.F configured']);
});

test('swremove killed in preremove leaves the software corrupt; it can be removed', async () => {
  site.depot('D', `product P\n  fileset F\n    file @/t/f f\n    ${notes('preremove', LASTS)}`);
  site.ok('swinstall', '-s', './D', 'P');
  await killed('swremove', 'P');
  expect(site.states()).toEqual(['P.F transient']);
  const ran = site.run('swremove', ['-x', 'lock_timeout=20', 'P']);
  expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringContaining('is in the state "corrupt"')]);
  expect(existsSync(site.path('t/f'))).toBe(false);
});
