import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive, type TarWriter, tarWriter } from '../../../src/host/archive.ts';
import { readContent } from '../../../src/host/digest.ts';
import { openRegion } from '../../../src/host/region.ts';
import { bytesContent } from '../../../src/model/content.ts';
import { codeOf, collector, noise, program, scratch } from './fixtures.ts';

const directory = scratch();
const facts = { mode: 0o644, uid: 2, gid: 3, owner: 'bin', group: 'sys', mtime: 1_000_000_000 };

function packed(write: (tar: TarWriter) => void): Buffer {
  const sink = collector();
  const tar = tarWriter(sink);
  write(tar);
  tar.end();
  return sink.all();
}

function everyKind(tar: TarWriter): void {
  tar.directory({ ...facts, path: './catalog', mode: 0o755 });
  tar.file({ ...facts, path: 'catalog/INDEX' }, bytesContent(Buffer.from('depot\n')));
  tar.file({ ...facts, path: 'catalog/empty' }, bytesContent(Buffer.alloc(0)));
  tar.symlink({ ...facts, path: 'catalog/link', link: 'INDEX' });
  tar.hardlink({ ...facts, path: 'catalog/alias', link: 'catalog/INDEX' });
}

test('a plain archive is ustar, in tape records, without `./`, the same every time', () => {
  const bytes = packed(everyKind);
  expect(bytes.length).toBe(10240);
  expect(bytes.toString('latin1', 0, 9)).toBe('catalog/\0');
  expect(bytes.toString('latin1', 257, 265)).toBe('ustar\x0000');
  expect(bytes.equals(packed(everyKind))).toBe(true);
});

test('tar(1) extracts what was written', () => {
  writeFileSync(join(directory, 'a.tar'), packed(everyKind));
  mkdirSync(join(directory, 'out'));
  program('tar', 'tar', ['-xf', join(directory, 'a.tar'), '-C', join(directory, 'out')]);
  expect(readFileSync(join(directory, 'out/catalog/link'), 'utf8')).toBe('depot\n');
  expect(statSync(join(directory, 'out/catalog/alias')).ino).toBe(statSync(join(directory, 'out/catalog/INDEX')).ino);
  expect(statSync(join(directory, 'out/catalog/INDEX')).mtimeMs).toBe(1_000_000_000_000);
  const listing = program('tar', 'tar', ['-tvf', join(directory, 'a.tar')])
    .toString()
    .replace(/ +/g, ' ');
  expect(listing).toContain('-rw-r--r-- bin/sys 6 2001-09-09 01:46 catalog/INDEX\n');
});

/** Paths of every length around the limits of the fields of ustar, with slashes where they hurt. */
const names = [
  ...[98, 99, 100, 101, 155, 156].map((length) => 'n'.repeat(length)),
  ...[90, 99, 100, 101, 150, 154, 155, 156, 200].map((length) => `${'d'.repeat(length)}/${'f'.repeat(60)}`),
  ...[99, 100, 101].map((length) => `dir/${'f'.repeat(length)}`),
  `${'ab/'.repeat(60)}c`,
  `${'ab/'.repeat(120)}c`,
  ...[1, 2, 3, 4, 5, 6, 7].map((length) => `${'ab/'.repeat(329)}${'c'.repeat(length)}`),
  `ü${'é'.repeat(60)}`,
  `é/${'é'.repeat(49)}`,
];

test('names of any length come back, in our reader and in tar(1)', async () => {
  const path = join(directory, 'names.tar');
  writeFileSync(
    path,
    packed((tar) => {
      for (const name of names) tar.file({ ...facts, path: name }, bytesContent(Buffer.from(name)));
      for (const name of names) tar.directory({ ...facts, path: `d/${name}` });
      for (const name of names) tar.symlink({ ...facts, path: 'link', link: name });
    }),
  );
  const archive = await openArchive(path);
  const wanted = [...names, ...names.map((name) => `d/${name}`)];
  expect(archive.members.flatMap((member) => (member.type === 's' ? [] : [member.path]))).toEqual(wanted);
  expect(archive.members.flatMap((member) => member.link ?? [])).toEqual(names);
  expect(
    archive.members.slice(0, names.length).map((member) => readContent(archive.content(member)).toString()),
  ).toEqual(names);
  archive.close();
  const listed = program('tar', 'tar', ['-tf', path, '--quoting-style=literal', '--show-transformed-names']).toString();
  const plain = listed
    .trim()
    .split('\n')
    .map((line) => line.replace(/\/$/, ''));
  expect(plain.filter((line) => line !== 'link')).toEqual(wanted);
});

test('a pax header stands only before a member that needs one', () => {
  const flags = (bytes: Buffer) => [bytes[156], bytes[512 + 156]].map((code) => String.fromCharCode(code!));
  const one = (path: string) => packed((tar) => tar.directory({ ...facts, path }));
  expect(flags(one('é'.repeat(20)))[0]).toBe('5');
  expect(flags(one('x'.repeat(120)))[0]).toBe('x');
});

test('ids, times and sizes beyond ustar come back', async () => {
  const path = join(directory, 'large.tar');
  const large = { ...facts, uid: 4_000_000, gid: 2_097_152, mtime: 99_999_999_999, owner: 'o'.repeat(40) };
  writeFileSync(
    path,
    packed((tar) => tar.file({ ...large, path: 'f' }, bytesContent(Buffer.from('x')))),
  );
  const archive = await openArchive(path);
  expect(archive.members).toMatchObject([
    { path: 'f', uid: 4_000_000, gid: 2_097_152, mtime: 99_999_999_999, owner: 'o'.repeat(40) },
  ]);
  archive.close();
  program('tar', 'tar', ['-tf', path]);
});

test('a file of more than 8 GiB is announced as such, without holding it in memory', () => {
  const path = join(directory, 'huge');
  program('coreutils', 'truncate', ['-s', String(2 ** 33 + 5), path]);
  const region = openRegion(path);
  let start = Buffer.alloc(0);
  const stop = new Error('enough');
  const tar = tarWriter({
    write(bytes) {
      start = Buffer.from(bytes);
      throw stop;
    },
  });
  expect(() => tar.file({ ...facts, path: 'huge' }, region)).toThrow(stop);
  region.close();
  expect(start.toString('latin1', 512, 531)).toBe('19 size=8589934597\n');
});

test('large content passes in few large writes', () => {
  const sink = collector();
  const tar = tarWriter(sink);
  const bytes = noise(3_000_001);
  tar.file({ ...facts, path: 'f' }, bytesContent(bytes));
  tar.end();
  expect(sink.writes()).toBe(3);
  expect(
    sink
      .all()
      .subarray(512, 512 + bytes.length)
      .equals(bytes),
  ).toBe(true);
});

test('an unsafe name is not written', async () => {
  expect(await codeOf(() => packed((tar) => tar.directory({ ...facts, path: '../x' })))).toBe('archive_unsafe_path');
  expect(await codeOf(() => packed((tar) => tar.hardlink({ ...facts, path: 'x', link: '/etc/passwd' })))).toBe(
    'archive_unsafe_path',
  );
});
