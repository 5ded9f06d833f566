// Parts of src/depot/import that programs do not reach easily: rpm's stripped payload, odd relations, names of archives, machines.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { descriptionOf, parseControl, parseRelations, printRelation } from '../../../src/depot/import/deb-control.ts';
import { triggersOf } from '../../../src/depot/import/deb-scripts.ts';
import { machineAttributes } from '../../../src/depot/import/machines.ts';
import { productTag } from '../../../src/depot/import/names.ts';
import { differing } from '../../../src/depot/import/patches.ts';
import { readRpm } from '../../../src/depot/import/rpm.ts';
import { tarName } from '../../../src/depot/import/tarball.ts';
import { readContent } from '../../../src/host/digest.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sd-import-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the control file', () => {
  test('keeps continued lines, and ends with its paragraph', () => {
    const fields = parseControl('Package: a\nDescription: first\n second\n .\n  third\nTag: x,\n  y\n\nPackage: b\n');
    expect(Object.fromEntries(fields)).toEqual({
      package: 'a',
      description: 'first\nsecond\n.\n third',
      tag: 'x,\n y',
    });
    expect(descriptionOf(fields.get('description')!)).toEqual({ title: 'first', description: 'second\n\n third' });
  });

  test('has relations with versions, alternatives and architectures', () => {
    const field = 'a, b (>= 1:2~x-3)|c(<< 4) [linux-any] <!cross>,\n d:any (= 5), e (> 6), perl:any, ()';
    expect(parseRelations(field)).toEqual([
      [{ name: 'a' }],
      [
        { name: 'b', op: '>=', version: '1:2~x-3' },
        { name: 'c', op: '<', version: '4' },
      ],
      [{ name: 'd', op: '==', version: '5' }],
      [{ name: 'e', op: '>=', version: '6' }],
      [{ name: 'perl' }],
    ]);
    expect(parseRelations(parseRelations(field).flat().map(printRelation).join(', '))).toEqual(
      parseRelations(field)
        .flat()
        .map((each) => [each]),
    );
  });

  test('activates triggers, of which ldconfig is known', () => {
    expect(triggersOf('# x\nactivate-noawait ldconfig\n')).toEqual({ ldconfig: true, leftOut: [] });
    expect(triggersOf('interest /usr/a\ninterest-noawait b')).toEqual({
      ldconfig: false,
      leftOut: ['its triggers (/usr/a, b)'],
    });
  });
});

test.each([
  ['hello-2.12.1.tar.gz', 'hello', '2.12.1', ''],
  ['node-v20.11.0-linux-x64.tar.xz', 'node', '20.11.0', 'linux-x64'],
  ['site_backup.tgz', 'site_backup', '0', ''],
  ['tool-1.0-rc1.tar', 'tool', '1.0-rc1', ''],
  ['go1.22.1.linux-amd64.tar.gz', 'go1.22.1.linux-amd64', '0', ''],
  ['libfoo-3-2.4.tar.zst', 'libfoo', '3-2.4', ''],
])('%s is %s in revision %s', (file, name, revision, architecture) => {
  expect(tarName(`/x/${file}`)).toEqual({ name, revision, architecture });
});

test('names become tags that specifications can hold', () => {
  expect(['libstdc++6', 'python3.11', 'a b,c:d', 'x~y^z', 'a`$(b)'].map(productTag)).toEqual([
    'libstdc++6',
    'python3_11',
    'a_b_c_d',
    'x~y^z',
    'a___b_',
  ]);
});

test('architectures are machines, words that nobody knows stand for themselves', () => {
  const machine = (word: string) => machineAttributes(word).machine_type;
  expect(['all', 'amd64', 'arm64', 'riscv64', '', 'constructor'].map(machine)).toEqual([
    '*',
    'x86_64',
    'aarch64',
    'riscv64',
    '*',
    'constructor',
  ]);
});

test('a patch brings all names of a file together', () => {
  const file = (path: string, sha256: string) => ({ path, type: 'f' as const, sha256, mode: 0o644 });
  const link = (path: string, link_source: string) => ({ path, type: 'h' as const, link_source });
  const base = [file('/a', '1'), link('/b', '/a'), file('/c', '2'), link('/d', '/c'), file('/gone', '3')];
  const newer = [file('/a', '9'), link('/b', '/a'), file('/c', '2'), link('/d', '/c'), link('/e', '/c')];
  const { records, gone } = differing(base, newer);
  expect([records.map(({ path }) => path), gone]).toEqual([['/a', '/b', '/c', '/d', '/e'], ['/gone']]);
  expect(differing(newer, newer).records).toEqual([]);
});

/** An rpm made by hand, with the stripped payload that only packages with huge files have. */
describe('an rpm with a stripped payload', () => {
  type Value = readonly string[] | readonly number[] | Buffer;
  const header = (values: Readonly<Record<number, Value>>): Buffer => {
    const entries: Buffer[] = [];
    const store: Buffer[] = [];
    let at = 0;
    for (const [tag, value] of Object.entries(values)) {
      const numbers = !Buffer.isBuffer(value) && typeof value[0] === 'number';
      while (numbers && at % 4 !== 0) {
        store.push(Buffer.alloc(1));
        at += 1;
      }
      const bytes = Buffer.isBuffer(value)
        ? value
        : Buffer.concat(value.map((each) => (typeof each === 'number' ? int(each) : Buffer.from(`${each}\0`))));
      entries.push(
        Buffer.concat([Number(tag), Buffer.isBuffer(value) ? 7 : numbers ? 4 : 8, at, value.length].map(int)),
      );
      store.push(bytes);
      at += bytes.length;
    }
    return Buffer.concat([Buffer.from('8eade80100000000', 'hex'), int(entries.length), int(at), ...entries, ...store]);
  };
  const int = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const padded = (text: string) => Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '\0'));
  const member = (index: number, body = '') =>
    Buffer.concat([padded(`07070X${index.toString(16).padStart(8, '0')}`), padded(body)]);
  const END = Buffer.from(`070701${'0'.repeat(104)}TRAILER!!!\0`);
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const FILES = [0o040755, 0o100644, 0o100644, 0o120777, 0o100600, 0o100644];
  const write = (payload: Buffer, more: Readonly<Record<number, Value>> = {}): string => {
    const body = gzipSync(payload);
    const main = header({
      1000: ['big'],
      1001: ['1'],
      1002: ['2'],
      1022: ['noarch'],
      1044: ['big-1-2.src.rpm'],
      1028: [0, 5, 5, 1, 0, 7],
      1030: FILES,
      1034: FILES.map(() => 1000),
      1035: ['', sha('hello'), sha('hello'), '', sha(''), ''],
      1036: ['', '', '', 'a', '', ''],
      1037: [0, 0, 0, 0, 0, 64],
      1039: FILES.map(() => 'root'),
      1040: FILES.map(() => 'root'),
      1095: FILES.map(() => 1),
      1096: [1, 2, 2, 3, 4, 5],
      1116: FILES.map((_, i) => (i === 0 ? 0 : 1)),
      1117: ['opt', 'a', 'b', 'l', 'empty', 'ghost'],
      1118: ['/', '/opt/'],
      5011: [8],
      5092: [createHash('sha256').update(body).digest('hex')],
      5093: [8],
      ...more,
    });
    const signature = header({ 273: [createHash('sha256').update(main).digest('hex')] });
    const gap = Buffer.alloc((8 - (signature.length % 8)) % 8);
    const path = join(scratch, 'big.rpm');
    const lead = Buffer.concat([Buffer.from('edabeedb0300', 'hex'), Buffer.alloc(90)]);
    writeFileSync(path, Buffer.concat([lead, signature, gap, main, body]));
    return path;
  };
  const WHOLE = [member(0), member(1), member(2, 'hello'), member(3, 'a'), member(4), END];

  test('has its files by their numbers, content with the last of several names', () => {
    const from = readRpm(write(Buffer.concat(WHOLE)));
    expect([from.name, from.revision, from.order]).toEqual(['big', '1-2', 'rpm']);
    const payload = from.open();
    const records = payload
      .records()
      .map(({ path, type, mode, size, link_source }) => ({ path, type, mode, size, link_source }));
    expect(records).toEqual([
      { path: '/opt', type: 'd', mode: 0o755 },
      { path: '/opt/a', type: 'f', mode: 0o644, size: 5 },
      { path: '/opt/b', type: 'h', mode: 0o644, link_source: '/opt/a' },
      { path: '/opt/l', type: 's', mode: 0o777, link_source: 'a' },
      { path: '/opt/empty', type: 'f', mode: 0o600, size: 0 },
    ]);
    expect(readContent(payload.content('/opt/a')).toString()).toBe('hello');
    payload.close();
  });

  test.each([
    ['names a file it does not list', [...WHOLE.slice(0, 5), member(9), END], 'archive_corrupt'],
    ['ends early', WHOLE.slice(0, 2), 'archive_truncated'],
    ['lacks a file', [...WHOLE.slice(0, 4), END], 'package_damaged'],
    ['holds another content', [...WHOLE.slice(0, 2), member(2, 'hullo'), ...WHOLE.slice(3)], 'package_damaged'],
  ])('is refused where it %s', (_, members, code) => {
    expect(() =>
      readRpm(write(Buffer.concat(members)))
        .open()
        .records(),
    ).toThrow(expect.objectContaining({ code }));
  });

  test('is refused where its header claims what is not there, or names paths that lead out', () => {
    expect(() => readRpm(write(Buffer.concat(WHOLE), { 1118: ['/', '/../opt/'] })).open()).toThrow(
      expect.objectContaining({ code: 'archive_unsafe_path' }),
    );
    const path = write(Buffer.concat(WHOLE));
    writeFileSync(
      path,
      Buffer.concat([
        Buffer.from('edabeedb0300', 'hex'),
        Buffer.alloc(90),
        Buffer.from('8eade80100000000ffffffffffffffff', 'hex'),
      ]),
    );
    expect(() => readRpm(path)).toThrow(expect.objectContaining({ code: 'package_damaged' }));
  });
});
