// Killed or failed at every durable step, also during the recovery: tree and catalog are together the old ones or the new ones.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rootLayout } from '../../../src/store/layout.ts';
import { readPublished } from '../../../src/store/published.ts';
import { openStore, type Recovery } from '../../../src/store/store.ts';
import { pictureOfCatalog, pictureOfTree } from './picture.ts';

const project = resolve(import.meta.dirname, '../../..');
let work: string;
let driver: string;
let points: string[];
let before: Picture;
let after: Picture;

interface Picture {
  readonly tree: string[];
  readonly catalog: unknown;
}

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'sd-crash-'));
  driver = join(work, 'driver.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'driver.ts')],
    outfile: driver,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['classic-level'],
    define: { SW_TEST_HOOKS: 'true' },
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(join(project, 'package.json'))});`,
    },
  });
  run('base', 'first');
  before = await opened('base').then(({ picture }) => picture);
  copy('base', 'whole');
  const trace = join(work, 'trace');
  run('whole', 'second', { SW_TRACE_STEPS: trace });
  points = readFileSync(trace, 'utf8').trim().split('\n');
  after = await opened('whole').then(({ picture }) => picture);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

function run(name: string, what: string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [driver, join(work, name), what], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

function copy(from: string, to: string): void {
  rmSync(join(work, to), { recursive: true, force: true });
  execFileSync('cp', ['-a', join(work, from), join(work, to)]);
}

async function opened(name: string): Promise<{ picture: Picture; recoveries: Recovery[] }> {
  const root = join(work, name);
  const layout = rootLayout(root, join(root, 'var/adm/sw'));
  const recoveries: Recovery[] = [];
  const store = await openStore(layout, {
    create: true,
    command: 'test',
    user: 'test',
    lockTimeout: 5,
    onRecovered: (recovery) => recoveries.push(recovery),
  });
  const picture = { tree: pictureOfTree(root), catalog: pictureOfCatalog(store.catalog()) };
  await store.close();
  const published = readPublished(layout);
  expect(published?.interrupted ?? false).toBe(false);
  if (published !== undefined) expect(pictureOfCatalog(published.catalog)).toEqual(picture.catalog);
  expect(picture.tree.filter((line) => line.includes('.sw~'))).toEqual([]);
  return { picture, recoveries };
}

/** 'old' or 'new'; anything else fails. */
function which(picture: Picture): 'old' | 'new' {
  const isNew = JSON.stringify(picture.catalog) === JSON.stringify(after.catalog);
  expect(picture).toEqual(isNew ? after : before);
  return isNew ? 'new' : 'old';
}

describe('a transaction killed at every step', () => {
  test('the two releases differ in tree and catalog', () => {
    expect(before.tree).not.toEqual(after.tree);
    expect(before.catalog).not.toEqual(after.catalog);
    expect(points).toEqual(
      expect.arrayContaining(['journal', 'stage', 'file', 'synced', 'swapping', 'swap', 'commit', 'publish']),
    );
  });

  test('is old before the point of no return and new behind it', async () => {
    const turn = points.indexOf('swapping');
    for (let n = 1; n <= points.length; n++) {
      copy('base', 'killed');
      expect(run('killed', 'second', { SW_CRASH_AT: String(n) }).signal).toBe('SIGKILL');
      // Every second time the recovery is killed as well, early or late.
      if (n % 2 === 0) run('killed', 'open', { SW_CRASH_AT: String(1 + (n % 14)) });
      const { picture } = await opened('killed');
      expect(`${n} ${points[n - 1]} ${which(picture)}`).toBe(`${n} ${points[n - 1]} ${n <= turn ? 'old' : 'new'}`);
    }
  });

  test('shows readers the old catalog and the interruption until somebody recovers', async () => {
    copy('base', 'seen');
    run('seen', 'second', { SW_CRASH_AT: String(points.indexOf('commit') + 1) });
    const root = join(work, 'seen');
    const layout = rootLayout(root, join(root, 'var/adm/sw'));
    const published = readPublished(layout)!;
    expect(published.interrupted).toBe(true);
    expect(pictureOfCatalog(published.catalog)).toEqual(before.catalog);
    const { recoveries } = await opened('seen');
    expect(recoveries).toEqual([{ how: 'redone', what: 'install ACME,r=2.0' }]);
  });
});

describe('a transaction that meets a full disk at every step', () => {
  test('undoes itself, or is finished at the next opening', async () => {
    const turn = points.indexOf('swapping');
    for (let n = 1; n <= points.length; n++) {
      copy('base', 'full');
      const { stdout } = run('full', 'second', { SW_FAIL_AT: `${n}:ENOSPC` });
      const tree = pictureOfTree(join(work, 'full'));
      if (stdout === 'not_done') expect(tree).toEqual(before.tree);
      if (stdout === '') expect(tree).toEqual(after.tree);
      const { picture } = await opened('full');
      const state = which(picture);
      const told = stdout === 'not_done' || (stdout !== '' && n < turn) ? 'old' : 'new';
      expect(`${n} ${points[n - 1]} ${stdout} ${state}`).toBe(`${n} ${points[n - 1]} ${stdout} ${told}`);
    }
  });
});

test('nothing but the store and the tree is left behind', () => {
  const home = join(work, 'whole/var/adm/sw/ipd');
  const left = readdirSync(home).filter((name) => !name.startsWith('catalog'));
  expect(left.sort()).toEqual(['format', 'obj', 'store']);
});
