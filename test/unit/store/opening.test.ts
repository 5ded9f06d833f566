// Who may open a store, who waits, who is told what.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processStart } from '../../../src/store/holder.ts';
import { rootLayout } from '../../../src/store/layout.ts';
import { readPublished } from '../../../src/store/published.ts';
import { openStore } from '../../../src/store/store.ts';
import { first, place, product, records } from './scenario.ts';

let root: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  // Not below the tests' own directory, which others than its owner may not enter.
  root = mkdtempSync('/tmp/sd-open-');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const layout = (at = root) => rootLayout(at, join(at, 'var/adm/sw'));
const home = () => layout().home;
const open = (lockTimeout = 0, at = root) =>
  openStore(layout(at), { create: true, command: 'swinstall', user: 'me@here', lockTimeout });

/** Another process that opens the store and keeps it until its standard input ends. */
async function otherProcess(): Promise<ChildProcess> {
  const project = resolve(import.meta.dirname, '../../..');
  const file = join(root, 'holder.mjs');
  await build({
    stdin: {
      contents: `
        import { openStore } from '${project}/src/store/store.ts';
        const store = await openStore(${JSON.stringify(layout())}, { create: true, command: 'swremove', user: 'you', lockTimeout: 0 });
        process.stdout.write('held');
        process.stdin.on('end', () => store.close()).resume();`,
      resolveDir: project,
      loader: 'ts',
    },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['classic-level'],
    define: { SW_TEST_HOOKS: 'false' },
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire('${project}/package.json');`,
    },
  });
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((held) => child.stdout!.once('data', held));
  return child;
}

test('another process is refused and named', async () => {
  const other = await otherProcess();
  await expect(open()).rejects.toMatchObject({
    code: 'target_locked',
    because: expect.stringMatching(
      new RegExp(`held by swremove \\(pid ${other.pid}, user you, since \\d\\d:\\d\\d:\\d\\d\\)`),
    ),
  });
});

test('a session waits for the other one to end', async () => {
  const other = await otherProcess();
  const waiting = open(30);
  other.stdin!.end();
  const store = await waiting;
  await store.close();
});

test('a killed process leaves no lock', async () => {
  const other = await otherProcess();
  const gone = new Promise((exit) => other.once('exit', exit));
  other.kill('SIGKILL');
  await gone;
  await (await open()).close();
});

test('the same process is refused without losing its own lock, by whatever name', async () => {
  const store = await open();
  const other = `${root}-link`;
  symlinkSync(root, other);
  try {
    await expect(open()).rejects.toMatchObject({ code: 'target_locked' });
    await expect(open(0, other)).rejects.toMatchObject({ code: 'target_locked' });
    await expect(otherProcessIsRefused()).resolves.toBe(true);
  } finally {
    rmSync(other);
    await store.close();
  }
});

async function otherProcessIsRefused(): Promise<boolean> {
  const started = otherProcess().then(() => false);
  const child = await new Promise<ChildProcess>((found) => {
    const look = setInterval(() => {
      const last = children.at(-1);
      if (last === undefined) return;
      clearInterval(look);
      found(last);
    }, 20);
  });
  return Promise.race([started, new Promise<boolean>((exit) => child.once('exit', (code) => exit(code !== 0)))]);
}

test('a closed store may be opened again, one that failed to open too', async () => {
  await (await open()).close();
  rmSync(join(home(), 'format'));
  await expect(open()).rejects.toMatchObject({ code: 'store_damaged' });
  writeFileSync(join(home(), 'format'), 'swdist store 1\n');
  await (await open()).close();
});

test('nothing is made where nothing is to be created', async () => {
  const options = { create: false, command: 'swremove', user: 'me', lockTimeout: 0 };
  await expect(openStore(layout(), options)).rejects.toMatchObject({ code: 'store_missing' });
  expect(existsSync(join(root, 'var'))).toBe(false);
});

test('others may read the catalog, nobody else the store', async () => {
  const store = await open();
  await store.apply(first);
  await store.close();
  const mode = (path: string) => statSync(join(home(), path)).mode & 0o777;
  expect([mode('.'), mode('store'), mode('catalog'), mode('obj')]).toEqual([0o755, 0o700, 0o644, 0o755]);
});

test('an ordinary user is refused in words', async () => {
  await (await open()).close();
  chmodSync(root, 0o755);
  const asUser = process.getuid!() === 0;
  if (asUser) process.seteuid!(65534);
  else chmodSync(home(), 0o555);
  try {
    await expect(open()).rejects.toMatchObject({ code: 'no_permission' });
  } finally {
    if (asUser) process.seteuid!(0);
    else chmodSync(home(), 0o755);
  }
  if (asUser) {
    chmodSync(root, 0o700);
    process.seteuid!(65534);
    try {
      await expect(open()).rejects.toMatchObject({ code: 'no_permission' });
    } finally {
      process.seteuid!(0);
    }
  }
});

test('a session that changes files is seen as interrupted only when its process is gone', async () => {
  const store = await open();
  await store.apply({ label: 'x', files: [place('f', 'x')], change: () => product('A', '1.0', []) });
  await store.publish();
  expect(readPublished(layout())!.interrupted).toBe(false);
  const holder = JSON.parse(readFileSync(join(home(), 'holder'), 'utf8'));
  expect(holder).toMatchObject({
    pid: process.pid,
    start: processStart(process.pid),
    host: hostname(),
    changing: true,
  });
  await store.close();
  expect(existsSync(join(home(), 'holder'))).toBe(false);
  writeFileSync(join(home(), 'holder'), JSON.stringify({ ...holder, start: '1' }));
  expect(readPublished(layout())!.interrupted).toBe(true);
  writeFileSync(join(home(), 'holder'), JSON.stringify({ ...holder, start: '1', host: 'elsewhere' }));
  expect(readPublished(layout())!.interrupted).toBe(false);
});

test('a commit is published within the session, and always at its end', async () => {
  const store = await open();
  await store.apply(records('x', product('A', '1.0', [])));
  expect(readPublished(layout())!.catalog.generation).toBe(1);
  for (let n = 0; n < 5; n++) await store.apply(records('x', product(`B${n}`, '1.0', [])));
  await store.close();
  expect(readPublished(layout())!.catalog.generation).toBe(6);
});

test('a catalog of an older form is written again without a word; one of a newer form is not touched', async () => {
  const store = await open();
  await store.apply(records('x', product('A', '1.0', [])));
  await store.close();
  const file = join(home(), 'catalog');
  const text = readFileSync(file, 'utf8');
  const recovered: unknown[] = [];
  const again = () =>
    openStore(layout(), {
      create: false,
      command: 'swinstall',
      user: 'me@here',
      lockTimeout: 0,
      onRecovered: (what) => recovered.push(what),
    });
  writeFileSync(file, text.replace('"fmt":2', '"fmt":1'));
  await (await again()).close();
  expect([readFileSync(file, 'utf8'), recovered]).toEqual([text, []]);
  writeFileSync(file, text.replace('"fmt":2', '"fmt":3'));
  await expect(again()).rejects.toMatchObject({ code: 'catalog_too_new' });
  expect(readFileSync(file, 'utf8')).toBe(text.replace('"fmt":2', '"fmt":3'));
});
