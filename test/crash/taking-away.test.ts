// An IPD or a depot that its session takes away again, while another session comes: the second one goes on, whatever step the first has
// reached, and what it made stays. Killed at any of these steps, the first leaves nothing that stops the next.

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Ran, rows, Site } from '../cli/site.ts';

interface Case {
  readonly name: string;
  readonly target: string;
  readonly flags: readonly string[];
  /** Makes what there is before. */
  readonly given: () => void;
  /** The session that takes away; its exit code. */
  readonly first: readonly [string, ...string[]];
  readonly exit: number;
  /** The session that comes meanwhile. */
  readonly second: readonly [string, ...string[]];
}

const CASES: readonly Case[] = [
  {
    name: 'a new root whose installation failed',
    target: './R',
    flags: [],
    given: () => undefined,
    first: ['swinstall', '-s', './D', 'BAD', '@', './R'],
    exit: 1,
    second: ['swinstall', '-s', './D', 'GOOD', '@', './R'],
  },
  {
    name: 'the last product of a depot',
    target: './C',
    flags: ['-d'],
    given: () => site.ok('swcopy', '-s', './D', 'GOOD', '@', './C'),
    first: ['swremove', '-d', 'GOOD', '@', './C'],
    exit: 0,
    second: ['swcopy', '-s', './D', 'GOOD', '@', './C'],
  },
];

/** What setAside and discard (src/store) pass: before the text goes, before the store goes, both gone, the lock free. */
const STEPS = [1, 2, 3, 4];
/** Those at which the first session still has what the second one waits for. */
const HELD = 2;

let site: Site;
const children: ChildProcess[] = [];

beforeAll(() => {
  site = new Site();
  site.write('src/file', 'content\n');
  const product = (tag: string) =>
    `product\n tag ${tag}\n revision 1.0\n fileset\n  tag RUN\n  revision 1.0\n  file src/file /opt/${tag}\n end\nend\n`;
  site.write('psf', product('GOOD') + product('BAD'));
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.write('D/BAD/RUN/opt/BAD', 'not what the catalog says\n');
});
afterAll(() => site.strike());
beforeEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const each of ['R', 'C', 'trace', 'waiting']) rmSync(site.path(each), { recursive: true, force: true });
  mkdirSync(site.path('R'));
});

function start(words: readonly string[], env: Record<string, string>) {
  const [command, ...rest] = words;
  const child = site.start(command!, rest, { env });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (bytes) => (stdout += bytes));
  child.stderr!.on('data', (bytes) => (stderr += bytes));
  const end = new Promise<Ran>((done) => child.on('close', (exit) => done({ exit, stdout, stderr })));
  return { child, end };
}

const steps = (trace: string) =>
  existsSync(site.path(trace)) ? readFileSync(site.path(trace), 'utf8').trim().split('\n') : [];

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((go) => setTimeout(go, 10));
}

const products = ({ target, flags }: Case) =>
  rows(site.ok('swlist', ...flags, '-l', 'product', '@', target)).map((line) => line.split(/\s+/)[0]);

/** At which point of the whole session its n-th step of taking away is. */
function pointOf({ given, first, exit }: Case, n: number): number {
  given();
  const [command, ...words] = first;
  expect(site.run(command, words, { env: { SW_TRACE_STEPS: site.path('trace') } }).exit).toBe(exit);
  const all = steps('trace');
  rmSync(site.path('trace'));
  const points = all.flatMap((name, at) => (name === 'discard' ? [at + 1] : []));
  expect(points).toHaveLength(STEPS.length);
  return points[n - 1]!;
}

describe.each(CASES)('$name', (each) => {
  test.each(STEPS)('a second session at step %i goes on, and what it made stays', { timeout: 120_000 }, async (n) => {
    const at = String(pointOf(each, n));
    each.given();
    const first = start(each.first, { SW_STOP_AT: at, SW_TRACE_STEPS: site.path('trace') });
    await until(() => steps('trace').filter((name) => name === 'discard').length === n);
    const second = start(each.second, { SW_TRACE_STEPS: site.path('waiting') });
    if (n <= HELD) await until(() => steps('waiting').includes('waiting'));
    else await second.end;
    // It stops itself just behind the trace.
    await until(() => /^\d+ \(.*\) T /.test(readFileSync(`/proc/${first.child.pid}/stat`, 'utf8')));
    first.child.kill('SIGCONT');
    expect((await first.end).exit).toBe(each.exit);
    expect(await second.end).toMatchObject({ exit: 0, stderr: '' });
    expect(products(each)).toEqual(['GOOD']);
    site.ok('swverify', ...each.flags, '-x', 'ipd=true', '*', '@', each.target);
  });

  test.each(STEPS)('killed at step %i', (n) => {
    each.given();
    const [command, ...words] = each.first;
    expect(site.run(command, words, { env: { SW_CRASH_ON: `discard:${n}` } }).exit).toBe(null);
    const [again, ...others] = each.second;
    site.ok(again, ...others);
    expect(products(each)).toEqual(['GOOD']);
    site.ok('swverify', ...each.flags, '-x', 'ipd=true', '*', '@', each.target);
    const beside = each.flags.length > 0 ? each.target : `${each.target}/var/adm/sw`;
    expect(readdirSync(site.path(beside)).filter((name) => name.startsWith('.sd-'))).toEqual([]);
  });
});

test('what a session killed while it made an IPD leaves counts as nothing', () => {
  const install = (env: Record<string, string>) =>
    site.run('swinstall', ['-s', './D', 'GOOD', '@', './R'], { env }).exit;
  expect(install({ SW_TRACE_STEPS: site.path('trace') })).toBe(0);
  const all = steps('trace');
  // The last file before there is a store is its marker.
  const marker = all.slice(0, all.indexOf('created')).filter((name) => name === 'rename').length;
  rmSync(site.path('R'), { recursive: true });
  mkdirSync(site.path('R'));
  expect(install({ SW_CRASH_ON: `rename:${marker}` })).toBe(null);
  expect(readdirSync(site.path('R/var/adm/sw/ipd'))).toEqual([expect.stringMatching(/^\.sd-new\.\d+$/)]);
  expect(site.run('swverify', ['-F', '*', '@', './R']).stderr).toContain('[software_not_found]');
  expect(install({})).toBe(0);
  expect(readdirSync(site.path('R/var/adm/sw/ipd')).filter((name) => name.startsWith('.sd-'))).toEqual([]);
});
