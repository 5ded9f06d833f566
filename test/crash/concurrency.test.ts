// Issue 5, item 4: several commands on one target at one time. A second writer waits and goes on, or is refused by name; readers never wait
// and never fail; whoever holds an old catalog keeps it; a holder that is killed leaves no lock.

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Catalog } from '../../src/model/catalog.ts';
import { filesetKey } from '../../src/model/software.ts';
import { rootLayout } from '../../src/store/layout.ts';
import { readPublished } from '../../src/store/published.ts';
import { flat, type Ran, rows, Site } from '../cli/site.ts';

const LONG = process.env.SWDIST_LONG === '1';
let site: Site;

beforeAll(() => {
  site = new Site();
  for (let n = 0; n < 30; n++) site.write(`src/f${n}`, `content ${n}\n`);
  const product = (tag: string, revision: string) =>
    `product\n tag ${tag}\n revision ${revision}\n fileset\n  tag RUN\n  revision ${revision}\n  directory src=/opt/${tag}\n  file *\n end\nend\n`;
  for (const revision of ['1.0', '2.0']) {
    site.write('psf', ['ONE', 'TWO', 'THREE', 'FOUR'].map((tag) => product(tag, revision)).join(''));
    site.ok('swpackage', '-s', 'psf', '@', `./D${revision}`);
  }
});
afterAll(() => site.strike());
beforeEach(() => {
  rmSync(site.path('R'), { recursive: true, force: true });
  rmSync(site.path('trace'), { force: true });
  mkdirSync(site.path('R'));
});

function ended(child: ChildProcess): Promise<Ran & { milliseconds: number }> {
  let stdout = '';
  let stderr = '';
  const begun = performance.now();
  child.stdout!.on('data', (bytes) => (stdout += bytes));
  child.stderr!.on('data', (bytes) => (stderr += bytes));
  return new Promise((done) => {
    child.on('close', (exit) => done({ exit, stdout, stderr, milliseconds: performance.now() - begun }));
  });
}

/** A command that takes its time over each file and tells of it, once it has placed `files`. */
async function slowly(command: string, words: readonly string[], files: number) {
  const trace = site.path('trace');
  const child = site.start(command, words, { env: { SW_DELAY_MS: '100', SW_TRACE_STEPS: trace } });
  const end = ended(child);
  const placed = () =>
    existsSync(trace)
      ? readFileSync(trace, 'utf8')
          .split('\n')
          .filter((step) => step === 'file').length
      : 0;
  for (let n = 0; n < 3000 && placed() < files; n++) await new Promise((go) => setTimeout(go, 10));
  expect(placed()).toBeGreaterThanOrEqual(files);
  return { child, end };
}

const products = (target: string, ...flags: string[]) =>
  rows(site.ok('swlist', ...flags, '-l', 'product', '@', target)).map((line) => line.split(/\s+/)[0]);

test('two installations at once: the second waits, then goes on', async () => {
  const first = await slowly('swinstall', ['-s', './D1.0', 'ONE', '@', './R'], 5);
  const second = ended(site.start('swinstall', ['-s', './D1.0', 'TWO', '@', './R']));
  const both = await Promise.all([first.end, second]);
  expect(both.map(({ exit, stderr }) => [exit, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(products('./R')).toEqual(['ONE', 'TWO']);
  site.ok('swverify', '-x', 'ipd=true', '*', '@', './R');
});

test('one that shall not wait is refused, and told by whom', async () => {
  const first = await slowly('swinstall', ['-s', './D1.0', 'ONE', '@', './R'], 5);
  first.child.kill('SIGSTOP');
  const ran = site.run('swinstall', ['-s', './D1.0', '-x', 'lock_timeout=0', 'TWO', '@', './R']);
  first.child.kill('SIGCONT');
  const who = `is held by swinstall \\(pid ${first.child.pid}, user [^,]+, since \\d\\d:\\d\\d:\\d\\d\\)\\.`;
  expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringMatching(new RegExp(who))]);
  expect(ran.stderr).toContain('[target_locked]');
  expect((await first.end).exit).toBe(0);
  expect(products('./R')).toEqual(['ONE']);
});

test('a holder that is killed leaves no lock, and the next one recovers', async () => {
  site.ok('swinstall', '-s', './D1.0', 'ONE', '@', './R');
  rmSync(site.path('trace'), { force: true });
  const first = await slowly('swinstall', ['-s', './D2.0', 'ONE', '@', './R'], 3);
  first.child.kill('SIGSTOP');
  const waiting = ended(site.start('swinstall', ['-s', './D1.0', 'TWO', '@', './R']));
  await new Promise((go) => setTimeout(go, 1000));
  first.child.kill('SIGKILL');
  await first.end;
  const next = await waiting;
  expect([next.exit, next.stderr]).toEqual([0, '']);
  expect(flat(next.stdout)).toContain('was undone first');
  expect(products('./R')).toEqual(['ONE', 'TWO']);
  expect(rows(site.ok('swlist', '-l', 'product', 'ONE', '@', './R'))[0]).toMatch(/^ONE\s+1\.0/);
  site.ok('swverify', '-x', 'ipd=true', '*', '@', './R');
});

test('readers never wait and never fail while a writer is at it', { timeout: 300_000 }, async () => {
  site.ok('swinstall', '-s', './D1.0', 'ONE', '@', './R');
  rmSync(site.path('trace'), { force: true });
  const writer = await slowly('swinstall', ['-s', './D2.0', '*', '@', './R'], 1);
  let running = true;
  const end = writer.end.finally(() => (running = false));
  const hands = LONG ? 20 : 4;
  const taken: number[] = [];
  const reader = async () => {
    while (running) {
      const ran = await ended(site.start('swlist', ['-l', 'file', '@', './R']));
      expect([ran.exit, ran.stderr.replace(/^NOTE:.*\n( {9}.*\n)*/, '')]).toEqual([0, '']);
      // Each product is whole in one of its revisions: 30 files and the directory.
      const files = rows(ran.stdout).filter((line) => line.startsWith('ONE.RUN:')).length;
      expect(files).toBe(31);
      taken.push(ran.milliseconds);
    }
  };
  await Promise.all([...Array.from({ length: hands }, reader), end]);
  expect((await end).exit).toBe(0);
  taken.sort((left, right) => left - right);
  const p99 = taken[Math.min(taken.length - 1, Math.floor(taken.length * 0.99))]!;
  process.stdout.write(
    `readers: ${hands} hands, ${taken.length} listings, 0 failures, p99 ${Math.round(p99)} ms (whole commands)\n`,
  );
  expect(taken.length).toBeGreaterThan(hands);
});

test('a reader that holds an old catalog can go on reading it while it is replaced', async () => {
  site.ok('swinstall', '-s', './D1.0', '*', '@', './R');
  const layout = rootLayout(site.path('R'), site.path('R/var/adm/sw'));
  const revisions = (catalog: Catalog) => catalog.products().map((product) => product.attributes.revision);
  const old = readPublished(layout)!.catalog;
  const before = revisions(old);
  site.ok('swinstall', '-s', './D2.0', '*', '@', './R');
  site.ok('swremove', 'FOUR', '@', './R');
  expect(revisions(old)).toEqual(before);
  for (const product of old.products()) {
    for (const fileset of product.filesets) expect(old.files(filesetKey(product.id, fileset.id))).toHaveLength(31);
  }
  expect(revisions(readPublished(layout)!.catalog)).toEqual(['2.0', '2.0', '2.0']);
});

test('an installation from a depot that is being changed is whole in one revision, or refused', async () => {
  rmSync(site.path('S'), { recursive: true, force: true });
  site.ok('swcopy', '-s', './D1.0', '*', '@', './S');
  const copying = await slowly('swcopy', ['-s', './D2.0', '*', '@', './S'], 10);
  const outcomes = new Set<number | null>();
  let running = true;
  const end = copying.end.finally(() => (running = false));
  while (running) {
    rmSync(site.path('R'), { recursive: true, force: true });
    mkdirSync(site.path('R'));
    const ran = await ended(site.start('swinstall', ['-s', './S', 'ONE,r=1.0', 'TWO,r=1.0', '@', './R']));
    outcomes.add(ran.exit);
    expect(ran.stderr).not.toMatch(/internal_error|^\s+at /m);
    if (ran.exit === 0) site.ok('swverify', '*', '@', './R');
    else expect(ran.stderr).toMatch(/ERROR:/);
    await new Promise((go) => setTimeout(go, 200));
  }
  expect((await end).exit).toBe(0);
  expect(outcomes.size).toBeGreaterThan(0);
  site.ok('swverify', '-d', '*', '@', './S');
});
