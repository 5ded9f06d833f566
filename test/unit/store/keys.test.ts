// Keys and values: the codec holds to ipd/schema.json, and gives back what it was given.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CatalogOp } from '../../../src/model/change.ts';
import { ChangeEncoder } from '../../../src/store/change-encoder.ts';
import {
  decodeGeneration,
  decodeRows,
  encodeGeneration,
  encodeRows,
  encodeSingle,
  fromKey,
  keyPart,
  keyPath,
  keys,
  sequenceOf,
} from '../../../src/store/keys.ts';
import { EMPTY_LEDGER, enter } from '../../../src/store/ledger.ts';
import { importOps } from '../../../src/store/rebuild.ts';
import { Records } from '../../../src/store/records.ts';
import { readTextTree } from '../../../src/store/texttree.ts';
import { product, second } from './scenario.ts';
import { validate } from './schema.ts';

const ipd = resolve(import.meta.dirname, '../../../ipd');
const schema = JSON.parse(readFileSync(join(ipd, 'schema.json'), 'utf8'));

/** Complaints of the schema about a pair. */
function complaints([key, value]: readonly [string, string | undefined]): string[] {
  if (value === undefined) return [];
  const kind = key.startsWith('m/') ? key : key[0]!;
  const rule = schema.properties[kind];
  return rule === undefined
    ? [`no schema for ${key}`]
    : validate(schema, rule, JSON.parse(value)).map((text) => `${key} ${text}`);
}

function encode(ops: readonly CatalogOp[]): ChangeEncoder {
  return new ChangeEncoder(new Records(), () => undefined).encode(ops);
}

const everything: CatalogOp[] = [
  { op: 'target', attributes: { tag: 'x', number: ['1', '2'] } },
  { op: 'category', category: { attributes: { tag: 'c' } } },
  { op: 'bundle', bundle: { id: 'B', attributes: { tag: 'B' } } },
  { op: 'made_directory', path: '/opt/with blank' },
  ...product(
    'ACME',
    '1.0',
    Array.from({ length: 600 }, (_, n) => `/f${n}`),
  ),
  ...second.change(new Map([['opt/acme/prog', { size: 3, cksum: 4294967295, sha256: 'ab' }]])),
  {
    op: 'saved',
    fileset: 'ACME/RUN',
    saved: [
      { path: '/a', existed: false },
      {
        path: '/b',
        base: 'X/Y',
        record: { path: '/b', type: 'f' },
        existed: true,
        save: 'p/q/b',
        archive: { path: '/lib.a', member: 'o.o', hadMember: true },
      },
    ],
  },
];

describe('the codec holds to ipd/schema.json', () => {
  test('for every kind of data pair', () => {
    const { pairs } = encode(everything);
    expect(new Set([...pairs.keys()].map((key) => key[0]))).toEqual(new Set('mvcbdpfrsk'));
    expect([...pairs].flatMap(complaints)).toEqual([]);
  });

  test('for ledger entries and script notes', () => {
    const { pairs, products } = encode(everything);
    const { bookkeeping } = enter(EMPTY_LEDGER, pairs, products, () => undefined);
    expect(bookkeeping.flatMap(complaints)).toEqual([]);
    expect(complaints(['i/A/x', encodeSingle({ owner: 'A', tag: 'x', started: 1 })])).toEqual([]);
  });

  test('for the seed', () => {
    const layout = { kind: 'root' as const, anchor: '/', home: '/nowhere', textTree: join(ipd, 'seed/products') };
    const { catalog, findings } = readTextTree(layout)!;
    expect(findings).toEqual([]);
    expect(catalog.products().map(({ id }) => id)).toEqual(['CALC', 'PHSS_0001']);
    expect([...encode(importOps(catalog)).pairs].flatMap(complaints)).toEqual([]);
  });

  test('and the schema refuses what is wrong', () => {
    expect(complaints(['p/A', '[1,0,{},[],[]]'])).not.toEqual([]);
    expect(complaints(['r/A/B/000000', '[1,["relative","f"]]'])).not.toEqual([]);
    expect(complaints(['b/B', '[2,1,{}]'])).not.toEqual([]);
    expect(complaints(['i/A/x', '[1,{"owner":"A","tag":"x","started":1,"more":1}]'])).not.toEqual([]);
  });
});

test('every key of the README is one the codec makes', () => {
  const readme = readFileSync(join(ipd, 'README.md'), 'utf8');
  const documented = [...readme.matchAll(/^\| (`[a-z]+\/[^|]*)\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([a-z])p?\//g)].map(([, kind]) => kind!),
  );
  expect(new Set(documented)).toEqual(new Set('mvcbpfrskdgij'));
});

test('parts of keys keep apart, whatever they hold', () => {
  for (const text of ['plain', 'a/b', '100%', 'a\tb\nc', '%2f', '']) expect(fromKey(keyPart(text))).toBe(text);
  for (const text of ['/a b', '/100%', '/a\tb\n%0a']) expect(fromKey(keyPath(text))).toBe(text);
  expect(keys.control('A', 'x')).not.toBe(keys.control('A/x', ''));
  expect(keyPart('a/b')).not.toContain('/');
});

test('rows are cut into chunks and keep their order', () => {
  const records = Array.from({ length: 513 }, (_, n) => ({ path: `/${n}`, type: 'f' as const, size: n }));
  const chunks = encodeRows(records);
  expect(chunks).toHaveLength(3);
  expect(chunks.flatMap(decodeRows)).toEqual(records);
});

test('values of another form are refused', () => {
  expect(() => decodeRows('[2]')).toThrow();
  expect(() => sequenceOf('[2,1,{}]')).toThrow();
  expect(decodeGeneration(encodeGeneration({ chain: 'x', sum: 1, count: 2, products: null }))).toEqual({
    chain: 'x',
    sum: 1,
    count: 2,
    products: null,
  });
});
