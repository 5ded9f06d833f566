import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extractMember, readAr, removeMember, replaceMember } from '../../../src/host/ar.ts';
import { codeOf, noise, program, scratch } from './fixtures.ts';

const directory = scratch();
const LONG = 'a_member_with_a_long_name.o';
const facts = { mtime: 1_000_000_000, uid: 2, gid: 3, mode: 0o600 };

function ar(...args: string[]): Buffer {
  return program('binutils', 'ar', args, { cwd: directory });
}

/** A library of real objects, each defining one symbol, made by the real programs. */
function library(name: string, members: string[], how = 'rcU'): Buffer {
  for (const member of members) {
    const symbol = `sym_${member.replace(/\W/g, '_')}`;
    program('binutils', 'as', ['-o', join(directory, member), '-'], {
      input: `.globl ${symbol}\n${symbol}: .long 1\n`,
    });
  }
  ar('rc', 'scratch.a', ...members);
  ar(how, name, ...members);
  return readFileSync(join(directory, name));
}

function saved(bytes: Uint8Array): string {
  writeFileSync(join(directory, 'changed.a'), bytes);
  return 'changed.a';
}

function armap(bytes: Uint8Array): string {
  const said = program('binutils', 'nm', ['--print-armap', saved(bytes)], { cwd: directory }).toString();
  return said.slice(0, said.indexOf('\n\n', said.indexOf('index:')));
}

const original = library('original.a', ['one.o', LONG, 'two.o', 'three_fifteen.o']);

test('members are those ar lists, with their content', () => {
  const members = readAr(original);
  expect(members.map((member) => member.name).join('\n')).toBe(ar('t', 'original.a').toString().trim());
  for (const member of members) {
    expect(Buffer.from(member.data).equals(readFileSync(join(directory, member.name)))).toBe(true);
    expect(member.mode & 0o777).toBe(0o644);
  }
  expect(extractMember(original, 'none.o')).toBeUndefined();
});

test.each(['one.o', LONG, 'three_fifteen.o'])(
  'replacing %s and putting it back gives the identical archive',
  (name) => {
    const old = extractMember(original, name)!;
    for (const size of [0, 1, 777, 20_000]) {
      const content = noise(size);
      const changed = replaceMember(original, name, content, facts);
      expect(program('binutils', 'ar', ['p', saved(changed), name], { cwd: directory }).equals(content)).toBe(true);
      expect(extractMember(changed, name)).toMatchObject({ mtime: 1_000_000_000, uid: 2, gid: 3 });
      expect(readAr(changed).map((member) => member.name)).toEqual(readAr(original).map((member) => member.name));
      expect(
        Buffer.from(replaceMember(changed, name, old.data, { ...old, mode: old.mode & 0o7777 })).equals(original),
      ).toBe(true);
    }
  },
);

test.each(['new.o', 'another_long_member_name.o', 'another_long_member_name_.o', 'fifteen_bytes.o'])(
  'adding %s and removing it gives the identical archive',
  (name) => {
    for (const library of [original, Buffer.from('!<arch>\n')]) {
      const added = replaceMember(library, name, noise(33), facts);
      const listed = program('binutils', 'ar', ['tv', saved(added)], { cwd: directory })
        .toString()
        .trim()
        .split('\n')
        .at(-1);
      expect(listed).toMatch(new RegExp(`^rw------- 2/3 +33 Sep  9 01:46 2001 ${name}$`));
      expect(program('binutils', 'ar', ['p', saved(added), name], { cwd: directory }).equals(noise(33))).toBe(true);
      expect(Buffer.from(removeMember(added, name)).equals(library)).toBe(true);
    }
  },
);

test('the symbol index still leads to the right members', () => {
  const changed = replaceMember(original, 'one.o', readFileSync(join(directory, LONG)), facts);
  expect(armap(replaceMember(original, 'one.o', noise(5000), facts))).toBe(armap(original));
  expect(armap(changed)).toBe(armap(original));
  expect(armap(replaceMember(original, 'added_with_a_long_name.o', noise(10), facts))).toBe(armap(original));
});

test('removing a member takes its symbols out of the index, as ar does', () => {
  const removed = removeMember(original, 'two.o');
  expect(armap(original)).toContain('sym_two_o in two.o');
  expect(armap(removed)).not.toContain('two');
  writeFileSync(join(directory, 'peer.a'), original);
  ar('dU', 'peer.a', 'two.o');
  expect(armap(removed)).toBe(armap(readFileSync(join(directory, 'peer.a'))));
  expect(removeMember(removed, 'two.o')).toBe(removed);
});

test('a long name that others share the table with can go', () => {
  const two = library('long.a', [LONG, 'the_second_long_member.o']);
  const rest = removeMember(two, LONG);
  expect(program('binutils', 'ar', ['t', saved(rest)], { cwd: directory }).toString()).toBe(
    'the_second_long_member.o\n',
  );
});

test('a long name that two members bear stays while one of them does', () => {
  const one = replaceMember(Buffer.from('!<arch>\n'), LONG, noise(4), facts);
  const both = Buffer.concat([one, one.subarray(one.length - 64)]);
  expect(readAr(both).map((member) => member.name)).toEqual([LONG, LONG]);
  expect(Buffer.from(removeMember(both, LONG)).equals(one)).toBe(true);
});

test('deterministic archives keep their style of mode', () => {
  const plain = library('deterministic.a', ['one.o'], 'rcD');
  const old = extractMember(plain, 'one.o')!;
  const changed = replaceMember(plain, 'one.o', noise(9), facts);
  expect(Buffer.from(replaceMember(changed, 'one.o', old.data, old)).equals(plain)).toBe(true);
});

test('an index with 64-bit offsets is led after too', () => {
  const offsets = Buffer.alloc(16);
  offsets.writeBigUInt64BE(1n, 0);
  offsets.writeBigUInt64BE(BigInt(8 + 60 + 22), 8);
  const index = Buffer.concat([offsets, Buffer.from('symb\0\0')]);
  const header = Buffer.from(
    `${'/SYM64/'.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'0'.padEnd(8)}${'22'.padEnd(10)}\`\n`,
  );
  const wide = Buffer.concat([Buffer.from('!<arch>\n'), header, index]);
  const first = replaceMember(
    replaceMember(wide.subarray(0, 8), 'a.o', noise(3), facts),
    'b.o',
    noise(4),
    facts,
  ).subarray(8);
  const both = Buffer.concat([wide, first]);
  both.writeBigUInt64BE(BigInt(90 + 60 + 4), 8 + 60 + 8);
  const changed = Buffer.from(replaceMember(both, 'a.o', noise(101), facts));
  expect(Number(changed.readBigUInt64BE(8 + 60 + 8))).toBe(90 + 60 + 102);
});

test('other files and broken archives are refused', async () => {
  expect(await codeOf(() => readAr(Buffer.from('#!/bin/sh\n')))).toBe('not_an_ar');
  expect(await codeOf(() => readAr(Buffer.alloc(0)))).toBe('not_an_ar');
  expect(await codeOf(() => readAr(Buffer.from('!<thin>\n')))).toBe('not_an_ar');
  expect(readAr(Buffer.from('!<arch>\n'))).toEqual([]);
  expect(await codeOf(() => readAr(original.subarray(0, original.length - 7)))).toBe('ar_corrupt');
  expect(await codeOf(() => readAr(original.subarray(0, 100)))).toBe('ar_corrupt');
  expect(await codeOf(() => readAr(original.subarray(0, 40)))).toBe('ar_corrupt');
});
