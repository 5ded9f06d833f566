import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  holderOf,
  hostName,
  isWritable,
  mountOf,
  mountPoints,
  space,
  uname,
  userName,
} from '../../../src/host/machine.ts';
import { program, scratch } from './fixtures.ts';

const directory = scratch();

test('names equal what the programs say', () => {
  const said = (...words: string[]) => program('coreutils', 'uname', words).toString().trim();
  expect(uname()).toEqual({ sysname: said('-s'), release: said('-r'), version: said('-v'), machine: said('-m') });
  expect(hostName()).toBe(said('-n').split('.')[0]);
  expect(userName()).toBe(program('coreutils', 'id', ['-un']).toString().trim());
});

test('mount and space of a path that is still to be made are those df tells', () => {
  const said = program('coreutils', 'stat', ['-f', '-c', '%b %S', directory]).toString().trim();
  const [blocks, blockSize] = said.split(' ').map(Number);
  const found = space(join(directory, 'not/yet/made'));
  expect(found.total).toBe(blocks! * blockSize!);
  expect(found.mount).toBe(program('coreutils', 'stat', ['-c', '%m', directory]).toString().trim());
  expect(found.blockSize).toBe(blockSize);
  expect(found.available).toBeLessThanOrEqual(found.free);
  expect(found.available).toBeGreaterThan(0);
  expect(mountOf('/proc/self')).toBe('/proc');
});

test('a link to another file system belongs there', () => {
  symlinkSync('/proc', join(directory, 'elsewhere'));
  expect(mountOf(join(directory, 'elsewhere/nothing'))).toBe('/proc');
});

test('mount points: escapes, and whole components only', () => {
  const text =
    '22 1 8:1 / / rw - ext4 /dev/a rw\n30 22 8:2 / /mnt/my\\040disk rw - ext4 /dev/b rw\n31 22 8:3 / /mnt rw - ext4 /dev/c rw\n';
  const mounts = mountPoints(text);
  expect(mounts).toEqual(['/', '/mnt/my disk', '/mnt']);
  expect(holderOf('/mnt/my disk/x', mounts)).toBe('/mnt/my disk');
  expect(holderOf('/mnt/my diskette', mounts)).toBe('/mnt');
  expect(holderOf('/mntx', mounts)).toBe('/');
});

test('writable: our directories and what can be made there, nothing below a file', () => {
  mkdirSync(join(directory, 'mine'));
  expect(isWritable(join(directory, 'mine/new/deep'))).toBe(true);
  writeFileSync(join(directory, 'mine/file'), '');
  expect(isWritable(join(directory, 'mine/file'))).toBe(true);
  expect(isWritable(join(directory, 'mine/file/below'))).toBe(false);
});
