// Large loads are copied by two threads (src/host/crew.ts): the same results, the same errors, and the same undoing as by one.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { flat, Site } from './site.ts';

const FILES = 1500;
const CONTENT = 'x'.repeat(3000);

let site: Site;

beforeAll(() => {
  site = new Site();
  for (let n = 0; n < FILES; n++) site.write(`src/d${n % 20}/f${n}`, `${n} ${CONTENT}`);
  site.write(
    'many.psf',
    'product\n tag MANY\n revision 1.0\n fileset\n  tag RUN\n  revision 1.0\n  directory src=/opt/many\n  file *\n end\nend\n',
  );
  site.ok('swpackage', '-s', 'many.psf', '@', './D');
});
afterAll(() => site.strike());
beforeEach(() => rmSync(site.path('R'), { recursive: true, force: true }));

const install = (depot = './D') => ['-s', depot, 'MANY', '@', './R'];
const same = () => execFileSync('diff', ['-rq', site.path('src'), site.path('R/opt/many')], { encoding: 'utf8' });

test('every file arrives and is verified; where there are two processors the second thread took part', () => {
  const trace = site.path('trace');
  const ran = site.run('swinstall', install(), { env: { SW_TRACE_STEPS: trace } });
  expect([ran.exit, ran.stderr]).toEqual([0, '']);
  expect(same()).toBe('');
  // The crash points of files copied one by one, of which a crew has none.
  expect(
    readFileSync(trace, 'utf8')
      .split('\n')
      .filter((step) => step === 'file'),
  ).toHaveLength(availableParallelism() > 1 ? 0 : FILES);
  site.ok('swverify', '-x', 'ipd=true', 'MANY', '@', './R');
});

test('a file that has changed since is found by swverify, by content alone', () => {
  site.ok('swinstall', ...install());
  const path = site.path('R/opt/many/d7/f1487');
  const { mtime } = { mtime: new Date(1_000_000_000_000) };
  writeFileSync(path, `1487 ${CONTENT.replace('x', 'y')}`);
  utimesSync(path, mtime, mtime);
  const ran = site.run('swverify', ['-x', 'check_permissions=false', 'MANY', '@', './R']);
  expect(ran.exit).toBe(1);
  expect(flat(ran.stderr)).toContain('File "/opt/many/d7/f1487" should have cksum');
});

test('mode, owner and time of files that were read ahead are judged too, and what is no file any more', () => {
  site.ok('swinstall', ...install());
  const at = (file: string) => site.path('R/opt/many', file);
  chmodSync(at('d1/f1'), 0o600);
  utimesSync(at('d2/f2'), 1_000_000_000, 1_000_000_000);
  const root = process.getuid?.() === 0;
  if (root) chownSync(at('d3/f3'), 12, 34);
  rmSync(at('d4/f4'));
  symlinkSync('f24', at('d4/f4'));
  rmSync(at('d5/f5'));
  const ran = site.run('swverify', ['MANY', '@', './R']);
  const said = flat(ran.stderr);
  expect(ran.exit).toBe(1);
  expect(said).toContain('File "/opt/many/d1/f1" should have mode "0644" but the actual mode is "0600".');
  expect(said).toMatch(/File "\/opt\/many\/d2\/f2" should have mtime "\d+" but the actual mtime is "1000000000"/);
  if (root)
    expect(said).toMatch(
      /File "\/opt\/many\/d3\/f3" should have owner [\s\S]*File "\/opt\/many\/d3\/f3" should have group/,
    );
  expect(said).toContain('File "/opt/many/d4/f4" should be a regular file but is not.');
  expect(said).toContain('File "/opt/many/d5/f5" missing.');
  expect(said.match(/\[file_differs\]/g)).toHaveLength(root ? 6 : 4);
});

test.each([
  ['changed', (path: string) => writeFileSync(path, `9 ${CONTENT.replace('x', 'y')}`), 'content_mismatch'],
  ['cut', (path: string) => writeFileSync(path, 'short'), 'content_mismatch'],
  ['gone', (path: string) => rmSync(path), 'content_missing'],
])('a stored file that is %s stops the load and nothing stays', (_, spoil, code) => {
  execFileSync('cp', ['-a', site.path('D'), site.path('Spoilt')]);
  spoil(site.path('Spoilt/MANY/RUN/opt/many/d9/f9'));
  const ran = site.run('swinstall', install('./Spoilt'));
  rmSync(site.path('Spoilt'), { recursive: true });
  expect(ran.exit).toBe(1);
  expect(flat(ran.stderr)).toContain(`[${code}]`);
  expect(existsSync(site.path('R/opt'))).toBe(false);
});

test('killed while both copy, the root is empty or whole at the next command', async () => {
  for (const wait of [1, 20, 60, 100]) {
    rmSync(site.path('R'), { recursive: true, force: true });
    const child = site.start('swinstall', install());
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (child.exitCode === null && !existsSync(site.path('R/opt/many'))) await sleep(2);
    await sleep(wait);
    child.kill('SIGKILL');
    await ended;
    // Recovery is the next changing command's.
    site.run('swmodify', ['-x', 'patch_commit=true', 'NONE', '@', './R']);
    const listed = site.run('swlist', ['-l', 'product', 'MANY', '@', './R']);
    if (listed.exit === 0) expect(same()).toBe('');
    else expect(existsSync(site.path('R/opt')) ? readdirSync(site.path('R/opt')) : []).toEqual([]);
  }
});

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
