import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isInside, RootPaths, resolveInRoot, safeName } from '../../../src/host/rootpath.ts';
import { codeOf, scratch } from './fixtures.ts';

const root = scratch();
mkdirSync(join(root, 'usr/lib'), { recursive: true });
mkdirSync(join(root, 'opt/app'), { recursive: true });
writeFileSync(join(root, 'file'), '');
symlinkSync('usr/lib', join(root, 'lib'));
symlinkSync('/opt/app', join(root, 'usr/app'));
symlinkSync('../../../../../../opt', join(root, 'usr/up'));
symlinkSync('/usr/up/app', join(root, 'opt/app/chain'));
symlinkSync('loop2', join(root, 'loop1'));
symlinkSync('loop1', join(root, 'loop2'));
symlinkSync('/not/there', join(root, 'dangling'));
symlinkSync('/../../etc', join(root, 'outward'));

test.each([
  ['/usr/lib/x', 'usr/lib/x'],
  ['usr//lib/./x/', 'usr/lib/x'],
  ['/', ''],
  ['', ''],
  ['/x', 'x'],
  ['/lib/x', 'usr/lib/x'],
  ['/usr/app/x', 'opt/app/x'],
  ['/usr/up/x', 'opt/x'],
  ['/opt/app/chain/chain/x', 'opt/app/x'],
  ['/outward/passwd', 'etc/passwd'],
  ['/../../etc/x', 'etc/x'],
  ['/usr/app/../x', 'opt/x'],
  ['/usr/lib/..', 'usr'],
  ['/dangling/x', 'not/there/x'],
  ['/no/such/../dir/x', 'no/dir/x'],
])('%s is %s', (path, physical) => {
  expect(resolveInRoot(root, path)).toBe(physical);
});

test('the last component is not followed', () => {
  expect(resolveInRoot(root, '/lib')).toBe('lib');
  expect(resolveInRoot(root, '/loop1')).toBe('loop1');
  expect(resolveInRoot(root, '/lib/')).toBe('lib');
});

test('loops, files as directories and impossible names are refused', async () => {
  expect(await codeOf(() => resolveInRoot(root, '/loop1/x'))).toBe('path_loop');
  expect(await codeOf(() => resolveInRoot(root, '/file/x'))).toBe('path_not_directory');
  expect(await codeOf(() => resolveInRoot(root, `/${'n'.repeat(300)}/x`))).toBe('path_unusable');
  expect(await codeOf(() => resolveInRoot(root, '/a\0b/x'))).toBe('path_unusable');
});

test('a directory is looked at once, and anew after forget', () => {
  const paths = new RootPaths(root);
  mkdirSync(join(root, 'moving'));
  expect(paths.resolve('/moving/a')).toBe('moving/a');
  renameSync(join(root, 'moving'), join(root, 'moved'));
  symlinkSync('moved', join(root, 'moving'));
  expect(paths.resolve('/moving/b')).toBe('moving/b');
  paths.forget();
  expect(paths.resolve('/moving/b')).toBe('moved/b');
  rmSync(join(root, 'moving'));
});

test('fifty thousand files in two directories need no further look', () => {
  const paths = new RootPaths(root);
  mkdirSync(join(root, 'many'));
  paths.resolve('/many/one/first');
  rmSync(join(root, 'many'), { recursive: true });
  // A look would now lead elsewhere.
  symlinkSync('opt', join(root, 'many'));
  for (let i = 0; i < 50_000; i++) paths.resolve(`/many/one/${i}`);
  expect(paths.resolve('/many/one/last')).toBe('many/one/last');
  expect(paths.resolve('/many/two/first')).toBe('many/two/first');
  rmSync(join(root, 'many'));
});

test('isInside goes by whole components', () => {
  expect(isInside('/a/b', '/a/b')).toBe(true);
  expect(isInside('/a/b/', '/a/b/c')).toBe(true);
  expect(isInside('/', '/x')).toBe(true);
  expect(isInside('/a/b', '/a/bc')).toBe(false);
  expect(isInside('/a/b', '/a/b/../c')).toBe(false);
});

test('safeName shows what a terminal would obey', () => {
  expect(safeName('a\nb\tc\u001b[31m\u202e\u0085é')).toBe('a\\nb\\tc\\u{1b}[31m\\u{202e}\\u{85}é');
});
