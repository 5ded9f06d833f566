// Issue 2: who only reads never waits, never fails, needs no rights and leaves no trace (D1, D2); what a killed session left is said by
// readers and mended by the next writer.

import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { treePicture } from '../scenarios/runner/stage.ts';
import { flat, type How, type Ran, rows, Site } from './site.ts';

const ROOTS_OWN = process.getuid?.() === 0;
const NOBODY = 65534;
const FILES = 12;
let site: Site;

beforeEach(() => {
  site = new Site();
  mkdirSync(site.path('R'));
  for (let n = 0; n < FILES; n++) site.write(`src/f${n}`, `file ${n}\n`);
  const product = (tag: string, lines: string) => `product\n tag ${tag}\n revision 1.0\n fileset\n  tag RUN\n${lines}`;
  const files = (to: string) => `  directory src = ${to}\n  file *\n`;
  site.write('gate', '#!/bin/sh\nwhile [ ! -e "$SW_ROOT_DIRECTORY/open" ]; do sleep 0.05; done\n', 0o755);
  site.write('psf', product('OLD', files('/opt/old')) + product('NEW', files('/opt/new')));
  site.write('gated', product('GATED', `  preinstall gate\n${files('/opt/gated')}`));
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swinstall', '-s', './D', 'OLD', '@', './R');
});
afterEach(() => site.strike());

const products = (stdout: string): string[] => rows(stdout).map((row) => row.split(/\s+/)[0]!);

/** What a started command said when it has ended. */
async function finished(child: ChildProcess): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (bytes) => (stdout += bytes));
  child.stderr!.on('data', (bytes) => (stderr += bytes));
  const [exit] = await once(child, 'close');
  return { exit, stdout, stderr };
}

test('output that a full disk has lost is said and told by the exit code', () => {
  const full = '> /dev/full; echo $?';
  const ran = site.bash(`swlist @ ./R ${full}; swinstall -s ./D NEW @ ./R ${full}; swlist NEW @ ./R | tail -1`);
  expect(ran.stderr.match(/ERROR: {3}The output is not whole\. .*No space left.*\[output_lost\]/g)).toHaveLength(2);
  expect(ran.stdout).toMatch(/^1\n1\n {2}NEW\.RUN/);
});

test('a reader that has seen enough is no failure', () => {
  const ran = site.bash('swlist -l file @ ./R | true; echo $PIPESTATUS');
  expect([ran.stdout, ran.stderr]).toEqual(['0\n', '']);
});

describe('while another session changes the root', () => {
  test('20 listings end while the session holds the root; a second writer is told who has it', async () => {
    site.ok('swpackage', '-s', 'gated', '@', './G');
    const installer = site.start('swinstall', ['-s', './G', 'GATED', '@', './R']);
    const done = finished(installer);
    while (!existsSync(site.path('R/var/adm/sw/ipd/holder'))) await new Promise((wait) => setTimeout(wait, 20));
    const listings = await Promise.all(
      Array.from({ length: 20 }, () => finished(site.start('swlist', ['-l', 'product', '@', './R']))),
    );
    for (const { exit, stdout, stderr } of listings) expect([exit, stderr, products(stdout)]).toEqual([0, '', ['OLD']]);
    expect(installer.exitCode, 'the listings did not wait for it').toBeNull();
    const second = site.run('swremove', ['-x', 'lock_timeout=0', 'OLD', '@', './R']);
    expect([second.exit, flat(second.stderr)]).toEqual([1, expect.stringContaining('[target_locked]')]);
    expect(flat(second.stderr)).toMatch(/swinstall.*root@|root@.*swinstall/);
    site.write('R/open', '');
    expect(await done).toMatchObject({ exit: 0, stderr: '' });
    expect(products(site.ok('swlist', '-l', 'product', '@', './R'))).toEqual(['GATED', 'OLD']);
  });

  test('a listing sees a product whole or not at all, at every moment', async () => {
    const done = finished(site.start('swinstall', ['-s', './D', 'NEW', '@', './R'], { env: { SW_DELAY_MS: '100' } }));
    let running = true;
    void done.then(() => (running = false));
    const seen = new Set<string>();
    while (running) {
      const pair = [0, 1].map(() => finished(site.start('swlist', ['-l', 'file', '@', './R'])));
      for (const { exit, stdout, stderr } of await Promise.all(pair)) {
        expect([exit, stderr]).toEqual([0, '']);
        seen.add(products(stdout).sort().join(' '));
      }
    }
    expect((await done).exit).toBe(0);
    // The directory is a row of its own.
    const old = Array(FILES + 1).fill('OLD.RUN:');
    const whole = [old.join(' '), [...Array(FILES + 1).fill('NEW.RUN:'), ...old].join(' ')];
    expect([...seen].filter((each) => !whole.includes(each))).toEqual([]);
    expect(seen.has(whole[0]!)).toBe(true);
  });
});

describe('without rights', () => {
  /** An ordinary user with a home of his own. */
  function ordinary(): How | undefined {
    if (!ROOTS_OWN) {
      process.stderr.write('NOT TESTED here: becoming another user needs root\n');
      return undefined;
    }
    mkdirSync(site.path('nobody'));
    chownSync(site.path('nobody'), NOBODY, NOBODY);
    return { uid: NOBODY, env: { HOME: site.path('nobody') } };
  }

  test('an ordinary user lists and verifies what belongs to root, and leaves no trace', () => {
    const how = ordinary();
    if (!how) return;
    site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './D.depot');
    const before = treePicture(site.home);
    for (const words of [
      ['@', './R'],
      ['-l', 'file', '-a', 'cksum', 'OLD', '@', './R'],
      ['-v', 'OLD', '@', './R'],
      ['--owner', '/opt/old/f1', '@', './R'],
      ['-s', './D'],
      ['-d', '-l', 'file', '@', './D'],
      ['-s', './D.depot'],
      ['-l', 'depot'],
    ]) {
      const ran = site.run('swlist', words, how);
      expect([words, ran.exit, ran.stderr]).toEqual([words, 0, '']);
    }
    expect(treePicture(site.home)).toBe(before);
  });

  test('an ordinary user installs from a depot of root into a root of his own', () => {
    const how = ordinary();
    if (!how) return;
    const mine = site.path('nobody/R');
    mkdirSync(mine);
    chownSync(mine, NOBODY, NOBODY);
    const before = treePicture(site.path('D')) + treePicture(site.path('R'));
    const own = {
      ...how,
      env: { ...how.env, SWDIST_DEFAULTS: site.write('own', `admin_directory=${site.home}/nobody/adm\n`) },
    };
    const installed = site.run('swinstall', ['-s', './D', '*', '@', mine], own);
    expect([installed.stderr, installed.exit]).toEqual(['', 0]);
    expect(products(site.run('swlist', ['-l', 'product', '@', mine], own).stdout)).toEqual(['NEW', 'OLD']);
    expect(site.read('nobody/R/opt/new/f3')).toBe('file 3\n');
    const removed = site.run('swremove', ['*', '@', mine], own);
    expect([removed.stderr, removed.exit, existsSync(site.path('nobody/R/opt'))]).toEqual(['', 0, false]);
    expect(treePicture(site.path('D')) + treePicture(site.path('R'))).toBe(before);
  });

  test('a depot and a root on a read-only medium are listed, installed from, and refused to writers', () => {
    if (!ROOTS_OWN || spawnSync('mount', ['--bind', site.path('D'), site.path('D')]).status !== 0) {
      process.stderr.write('NOT TESTED here: a read-only mount needs root\n');
      return;
    }
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', site.path('D')]);
      expect(products(site.ok('swlist', '-l', 'product', '-s', './D'))).toEqual(['NEW', 'OLD']);
      site.ok('swinstall', '-s', './D', 'NEW', '@', './R');
      site.ok('swcopy', '-s', './D', 'NEW', '@', './E');
      site.ok('swverify', '-d', '*', '@', './D');
      const ran = site.run('swremove', ['-d', 'OLD', '@', './D']);
      expect([ran.exit, flat(ran.stderr)]).toEqual([
        1,
        expect.stringMatching(/Read-only file system.*\[no_permission\]/s),
      ]);
    } finally {
      execFileSync('umount', [site.path('D')]);
    }
  });

  test('a depot without write permission', () => {
    execFileSync('chmod', ['-R', 'a-w', site.path('D')]);
    expect(products(site.ok('swlist', '-l', 'product', '-s', './D'))).toEqual(['NEW', 'OLD']);
    site.ok('swinstall', '-s', './D', 'NEW', '@', './R');
    expect(site.read('R/opt/new/f3')).toBe('file 3\n');
  });
});

describe('after a session was killed', () => {
  /** Number of the nth test point named `name` in an installation of NEW. */
  function pointOf(name: string, nth: number): string {
    execFileSync('cp', ['-a', site.path('R'), site.path('Rt')]);
    const trace = site.path('steps');
    site.run('swinstall', ['-s', './D', 'NEW', '@', './Rt'], { env: { SW_TRACE_STEPS: trace } });
    const steps = readFileSync(trace, 'utf8').trim().split('\n');
    const points = steps.flatMap((each, n) => (each === name ? [n + 1] : []));
    expect(points.length).toBeGreaterThan(nth);
    return String(points[nth]);
  }

  test.each([
    ['file', 'undone', []],
    ['swap', 'redone', ['NEW']],
  ])('while at "%s": readers and previews say so and change nothing; the next writer has it %s', (at, how, kept) => {
    const before = treePicture(site.path('R'));
    const killed = site.run('swinstall', ['-s', './D', 'NEW', '@', './R'], { env: { SW_CRASH_AT: pointOf(at, 3) } });
    expect(killed.exit).toBeNull();
    const crashed = treePicture(site.path('R'));
    expect(crashed).not.toBe(before);
    const listed = site.run('swlist', ['-l', 'product', '@', './R']);
    expect([listed.exit, products(listed.stdout)]).toEqual([0, ['OLD']]);
    expect(flat(listed.stderr)).toMatch(/^NOTE: An interrupted session waits/);
    const preview = site.run('swinstall', ['-p', '-s', './D', 'NEW', '@', './R']);
    expect([preview.exit, preview.stderr]).toEqual([0, '']);
    expect(flat(preview.stdout)).toMatch(/^NOTE: An interrupted session waits/m);
    expect(treePicture(site.path('R'))).toBe(crashed);
    const next = site.run('swremove', ['OLD', '@', './R']);
    expect([next.exit, next.stderr.includes('ERROR')]).toEqual([0, false]);
    const said = flat(next.stdout + next.stderr);
    expect(said).toMatch(how === 'undone' ? /undone/ : /completed|redone/);
    expect(products(site.ok('swlist', '-l', 'product', '@', './R'))).toEqual(kept);
    expect(existsSync(site.path('R/opt/old'))).toBe(false);
    expect(existsSync(site.path('R/opt/new/f3'))).toBe(kept.length > 0);
    if (kept.length === 0) expect(existsSync(site.path('R/opt'))).toBe(false);
    else site.ok('swverify', 'NEW', '@', './R');
  });
});

test('a root that was closed to everybody but its owner is no empty listing', () => {
  if (!ROOTS_OWN) return;
  chmodSync(site.path('R/var/adm/sw'), 0o700);
  const ran = site.run('swlist', ['@', './R'], { uid: NOBODY });
  expect([ran.exit, /^ERROR: .*\[\w+\]$/ms.test(ran.stderr)]).toEqual([1, true]);
});
