// Archives that are broken or mean harm.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive } from '../../../src/host/archive.ts';
import { readContent } from '../../../src/host/digest.ts';
import { hasSwbis, SWBIS } from '../../samples.ts';
import { codeOf, program, scratch } from './fixtures.ts';

const directory = scratch();
const END = Buffer.alloc(1024);

interface Raw {
  name?: string;
  type?: string;
  size?: number;
  link?: string;
  body?: string;
  magic?: string;
}

/** One member, header written by hand. */
function member({
  name = 'file',
  type = '0',
  body = '',
  size = Buffer.byteLength(body),
  link = '',
  magic = 'ustar\x0000',
}: Raw): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\x000000000\x000000000\x00', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\x0000000000000\x00        ${type}`, 124);
  header.write(link, 157);
  header.write(magic, 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148);
  return Buffer.concat([header, Buffer.from(body), Buffer.alloc((512 - (Buffer.byteLength(body) % 512)) % 512)]);
}

function pax(keyword: string, value: string): Buffer {
  const rest = ` ${keyword}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return member({ name: 'PaxHeader', type: 'x', body: `${length}${rest}` });
}

function saved(...parts: Buffer[]): string {
  const path = join(directory, 'archive');
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

async function codeOfArchive(...parts: Buffer[]): Promise<string> {
  return await codeOf(async () => (await openArchive(saved(...parts))).close());
}

/** One odc member. */
function odc({
  name = 'file',
  size = 0,
  mode = 0o100644,
  body = '',
}: {
  name?: string;
  size?: number;
  mode?: number;
  body?: string;
}): Buffer {
  const digits = (value: number, width: number) => value.toString(8).padStart(width, '0');
  const fields = [0, 1, mode, 0, 0, 1, 0].map((value) => digits(value, 6)).join('');
  const length = digits(Buffer.byteLength(name) + 1, 6);
  return Buffer.from(`070707${fields}${digits(0, 11)}${length}${digits(size || body.length, 11)}${name}\0${body}`);
}

test.each(['../x', 'a/../../x', 'a/..', '/etc/passwd', ''])(
  'the name "%s" is refused in tar and cpio',
  async (name) => {
    expect(await codeOfArchive(member({ name }), END)).toBe('archive_unsafe_path');
    expect(await codeOfArchive(odc({ name }), odc({ name: 'TRAILER!!!' }))).toBe('archive_unsafe_path');
  },
);

test('unsafe names hide in no extension', async () => {
  expect(await codeOfArchive(pax('path', '/etc/passwd'), member({}), END)).toBe('archive_unsafe_path');
  expect(await codeOfArchive(pax('path', 'a\0b'), member({}), END)).toBe('archive_unsafe_path');
  expect(await codeOfArchive(member({ type: 'L', body: '../x\0' }), member({}), END)).toBe('archive_unsafe_path');
  expect(await codeOfArchive(pax('linkpath', '../x'), member({ type: '1', link: 'ok' }), END)).toBe(
    'archive_unsafe_path',
  );
  expect(await codeOfArchive(odc({ name: 'a\0b' }), odc({ name: 'TRAILER!!!' }))).toBe('archive_unsafe_path');
});

test('`./` is stripped, the directory itself passed over, `.` and double slashes fall away', async () => {
  const archive = await openArchive(
    saved(member({ name: './', type: '5' }), member({ name: './a//b/./c' }), member({ name: 'dir/', type: '5' }), END),
  );
  expect(archive.members.map(({ path, type }) => `${type} ${path}`)).toEqual(['f a/b/c', 'd dir']);
  archive.close();
});

test('a message shows no control characters of a name', async () => {
  expect(() => openArchive(saved(member({ name: '../\u001b[2Jx' }), END))).toThrow('../\\u{1b}[2Jx');
});

test.runIf(hasSwbis)('an archive cut anywhere is truncated, never read as less', async () => {
  const whole = readFileSync(join(SWBIS, 'widget.ustar.tar'));
  const cpio = readFileSync(join(SWBIS, 'bundle.newc.cpio'));
  const codes = new Set<string>();
  const end = cpio.indexOf('TRAILER!!!');
  // The last two blocks are the end mark; one of them is enough.
  for (let length = 512; length <= whole.length - 1024; length += 217)
    codes.add(await codeOfArchive(whole.subarray(0, length)));
  for (let length = 6; length < end; length += 61) codes.add(await codeOfArchive(cpio.subarray(0, length)));
  expect([...codes]).toEqual(['archive_truncated']);
});

test('sizes are believed only as far as the file goes', async () => {
  expect(await codeOfArchive(member({ size: 0o77777777777 }), END)).toBe('archive_truncated');
  expect(await codeOfArchive(pax('size', '999999999999'), member({}), END)).toBe('archive_truncated');
  expect(await codeOfArchive(pax('size', '-5'), member({}), END)).toBe('archive_corrupt');
  expect(await codeOfArchive(pax('size', 'many'), member({}), END)).toBe('archive_corrupt');
  expect(await codeOfArchive(member({ type: 'x', size: 0o77777777777 }), END)).toBe('archive_corrupt');
  expect(await codeOfArchive(odc({ size: 0o7777777777 }), odc({ name: 'TRAILER!!!' }))).toBe('archive_truncated');
});

test('a flipped bit in a header is found', async () => {
  const bytes = Buffer.concat([member({ body: 'x' }), member({ name: 'second' }), END]);
  bytes[1024 + 105]! ^= 1;
  expect(await codeOfArchive(bytes)).toBe('archive_corrupt');
  expect(await codeOfArchive(odc({}), Buffer.from('garbage'.repeat(30)))).toBe('archive_corrupt');
  const nonOctal = odc({});
  nonOctal.write('9', 20);
  expect(await codeOfArchive(nonOctal, odc({ name: 'TRAILER!!!' }))).toBe('archive_corrupt');
});

test('broken extended headers are corrupt', async () => {
  for (const body of ['8 path=x\n', 'x path=a\n', '12 path=abcd', '10 pathabc\n', '99999999999 a=b\n']) {
    expect([body, await codeOfArchive(member({ type: 'x', body }), member({}), END)]).toEqual([
      body,
      'archive_corrupt',
    ]);
  }
});

test('sparse members and volumes are not misread as plain ones', async () => {
  const path = join(directory, 'sparse.tar');
  program('coreutils', 'truncate', ['-s', '1M', join(directory, 'holes')]);
  for (const format of ['gnu', 'pax']) {
    program('tar', 'tar', ['-cS', `--format=${format}`, '-f', path, 'holes'], { cwd: directory });
    expect(await codeOf(() => openArchive(path))).toBe('archive_unsupported');
  }
  expect(await codeOfArchive(member({ type: 'M', body: 'x' }), END)).toBe('archive_unsupported');
});

test('what is no archive is told so', async () => {
  expect(await codeOfArchive(Buffer.alloc(0))).toBe('not_an_archive');
  expect(await codeOfArchive(Buffer.from('#!/bin/sh\n'))).toBe('not_an_archive');
  expect(await codeOfArchive(Buffer.alloc(5000, 'x'))).toBe('not_an_archive');
  expect(await codeOfArchive(Buffer.alloc(100))).toBe('not_an_archive');
  expect(await codeOf(() => openArchive(directory))).toBe('not_an_archive');
});

test('what follows the end mark is not looked at', async () => {
  const archive = await openArchive(saved(member({ body: 'x' }), END, member({ name: '/etc/passwd' })));
  expect(archive.members.map((each) => each.path)).toEqual(['file']);
  archive.close();
});

test('old tar without a magic, and a hard link with the size of its file, are read', async () => {
  const archive = await openArchive(
    saved(
      member({ name: 'old', body: 'content', magic: '' }),
      member({ name: 'dir/', magic: '' }),
      member({ name: 'alias', type: '1', link: './old', size: 7 }),
      member({ name: 'next' }),
      END,
    ),
  );
  expect(archive.members.map(({ path, type, size }) => [path, type, size])).toEqual([
    ['old', 'f', 7],
    ['dir', 'd', 0],
    ['alias', 'h', 0],
    ['next', 'f', 0],
  ]);
  expect(readContent(archive.content(archive.members[2]!)).toString()).toBe('content');
  archive.close();
});

test('a hard link to nothing, or to itself, has no content', async () => {
  const archive = await openArchive(
    saved(member({ name: 'a', type: '1', link: 'absent' }), member({ name: 'b', type: '1', link: 'b' }), END),
  );
  for (const each of archive.members) expect(await codeOf(() => archive.content(each))).toBe('archive_corrupt');
  archive.close();
});

test('a pax header counts for one member, a global one for all but their names', async () => {
  const global = member({ name: 'g', type: 'g', body: '13 mtime=42\n'.replace('13', '12') });
  const archive = await openArchive(
    saved(
      global,
      pax('path', 'renamed'),
      pax('uid', '3000000'),
      member({ name: 'first' }),
      member({ name: 'second' }),
      END,
    ),
  );
  expect(archive.format).toBe('pax');
  expect(archive.members.map(({ path, uid, mtime }) => [path, uid, mtime])).toEqual([
    ['renamed', 3000000, 42],
    ['second', 0, 42],
  ]);
  archive.close();
});

test('cpio: one inode number with two contents stays two files', async () => {
  const first = odc({ name: 'a', body: 'one' });
  const second = odc({ name: 'b', body: 'other' });
  for (const each of [first, second]) each.write('000002', 36);
  const archive = await openArchive(saved(first, second, odc({ name: 'TRAILER!!!' })));
  expect(archive.members.map((each) => readContent(archive.content(each)).toString())).toEqual(['one', 'other']);
  archive.close();
});
