import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { fsyncFile, syncFileSystem, writeFileAtomically, writeFileDurably } from '../../../src/host/durable.ts';
import { codeOf, scratch } from './fixtures.ts';

const directory = scratch();
const durable = join(import.meta.dirname, '../../../src/host/durable.ts');
const tested = join(directory, 'tested.mjs');
const shipped = join(directory, 'shipped.mjs');

/** A program that replaces the file `f` in its working directory by "new"; once with test points, once as it ships. */
beforeAll(() => {
  const contents = `import { writeFileDurably } from ${JSON.stringify(durable)}; writeFileDurably('f', 'new', 0o640);`;
  for (const [outfile, hooks] of [
    [tested, 'true'],
    [shipped, 'false'],
  ] as const) {
    buildSync({
      stdin: { contents, resolveDir: directory },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      minifySyntax: true,
      define: { SW_TEST_HOOKS: hooks },
    });
  }
});

function run(file: string, at: string, env: Record<string, string>) {
  mkdirSync(at);
  writeFileSync(join(at, 'f'), 'old');
  const result = spawnSync(process.execPath, [file], { cwd: at, env: { ...process.env, ...env }, encoding: 'utf8' });
  return {
    ...result,
    content: readFileSync(join(at, 'f'), 'utf8'),
    names: readdirSync(at).filter((name) => name !== 'f'),
  };
}

test('writes and replaces with exactly the mode asked for', () => {
  const path = join(directory, 'plain');
  const umask = process.umask(0o077);
  try {
    writeFileDurably(path, Buffer.from('one'), 0o664);
    expect([readFileSync(path, 'utf8'), lstatSync(path).mode & 0o7777]).toEqual(['one', 0o664]);
    writeFileAtomically(path, 'two', 0o600);
    expect([readFileSync(path, 'utf8'), lstatSync(path).mode & 0o7777]).toEqual(['two', 0o600]);
  } finally {
    process.umask(umask);
  }
  fsyncFile(path);
  expect(readdirSync(directory).filter((name) => name.includes('sd-new'))).toEqual([]);
});

test('a symbolic link is replaced and its target left alone', () => {
  writeFileSync(join(directory, 'target'), 'mine');
  symlinkSync('target', join(directory, 'link'));
  writeFileDurably(join(directory, 'link'), 'x', 0o644);
  expect(lstatSync(join(directory, 'link')).isFile()).toBe(true);
  expect(readFileSync(join(directory, 'target'), 'utf8')).toBe('mine');
});

test('what a killed process of our id left is overwritten', () => {
  writeFileSync(join(directory, `.sd-new.${process.pid}`), 'a long rest of an earlier attempt');
  writeFileDurably(join(directory, 'again'), 'short', 0o644);
  expect(readFileSync(join(directory, 'again'), 'utf8')).toBe('short');
});

test('killed at any point the file is old or new, whole', () => {
  const seen: string[] = [];
  for (let n = 1; n <= 4; n++) {
    const result = run(tested, join(directory, `crash${n}`), { SW_CRASH_AT: String(n) });
    seen.push(`${result.signal} ${result.content}`);
  }
  expect(seen).toEqual(['SIGKILL old', 'SIGKILL old', 'SIGKILL new', 'null new']);
});

test('a failure is reported and leaves the old file and nothing else', () => {
  const result = run(tested, join(directory, 'fail'), { SW_FAIL_AT: '2:ENOSPC' });
  expect(result.status).toBe(1);
  expect(result.stderr).toContain('ENOSPC');
  expect([result.content, result.names]).toEqual(['old', []]);
});

test('steps are traced', () => {
  const trace = join(directory, 'trace');
  run(tested, join(directory, 'traced'), { SW_TRACE_STEPS: trace });
  expect(readFileSync(trace, 'utf8')).toBe('write\nrename\nwritten\n');
});

test('the shipped build has no test points', () => {
  expect(readFileSync(tested, 'utf8')).toContain('SW_CRASH_AT');
  expect(readFileSync(shipped, 'utf8')).not.toMatch(/SW_[A-Z]/);
  expect(run(shipped, join(directory, 'ship'), { SW_CRASH_AT: '1' }).content).toBe('new');
});

test('a file system is synced, a failure is told, an old `sync` still does', async () => {
  syncFileSystem(directory);
  expect(await codeOf(() => syncFileSystem(join(directory, 'nowhere')))).toBe('sync_failed');
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const path = process.env.PATH;
  try {
    process.env.PATH = bin;
    expect(await codeOf(() => syncFileSystem(directory))).toBe('sync_missing');
    writeFileSync(
      join(bin, 'sync'),
      `#!/bin/sh\n[ $# = 0 ] || { echo "unknown option" >&2; exit 1; }\necho done >${bin}/synced\n`,
    );
    chmodSync(join(bin, 'sync'), 0o755);
    syncFileSystem(directory);
    expect(readFileSync(join(bin, 'synced'), 'utf8')).toBe('done\n');
  } finally {
    process.env.PATH = path;
  }
});
