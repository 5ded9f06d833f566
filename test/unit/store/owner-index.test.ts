import { expect, test } from 'vitest';
import { OwnerIndex, pathHash } from '../../../src/store/owner-index.ts';

test('a path hash is a safe integer and differs for near paths', () => {
  const hashes = new Set<number>();
  for (let n = 0; n < 20_000; n++) {
    const hash = pathHash(`/opt/p${n % 7}/f${n}`);
    expect(Number.isSafeInteger(hash)).toBe(true);
    hashes.add(hash);
  }
  expect(hashes.size).toBe(20_000);
});

test('answers alike from memory, folded, and read back', () => {
  const index = new OwnerIndex();
  index.set(3, ['/a', '/b', '/a']);
  index.set(1, ['/b', '/c']);
  const ask = (of: OwnerIndex) => ['/a', '/b', '/c', '/d'].map((path) => of.owners(path));
  const right = [[3], [1, 3], [1], []];
  expect(ask(index)).toEqual(right);
  const bytes = index.bytes();
  expect(ask(index)).toEqual(right);
  expect(ask(OwnerIndex.read(bytes))).toEqual(right);
});

test('follows changes made over a folded index', () => {
  const index = OwnerIndex.read(Buffer.from(new OwnerIndex().bytes()));
  index.set(1, ['/a', '/b']);
  index.set(2, ['/b']);
  index.bytes();
  index.set(1, ['/c']);
  index.set(3, ['/b']);
  index.set(3, []);
  const right = [[], [2], [1]];
  const ask = () => ['/a', '/b', '/c'].map((path) => index.owners(path));
  expect(ask()).toEqual(right);
  index.bytes();
  expect(ask()).toEqual(right);
});

test('the same entries give the same bytes, in whatever order they came', () => {
  const one = new OwnerIndex();
  const other = new OwnerIndex();
  one.set(1, ['/a', '/b']);
  one.set(2, ['/a']);
  other.set(2, ['/a', '/x']);
  other.bytes();
  other.set(1, ['/b', '/a']);
  other.set(2, ['/a']);
  expect(other.bytes().equals(one.bytes())).toBe(true);
});

test('bytes of another form are refused', () => {
  const bytes = new OwnerIndex().bytes();
  expect(() => OwnerIndex.read(bytes.subarray(1))).toThrow();
  expect(() => OwnerIndex.read(Buffer.concat([bytes, Buffer.from('x')]))).toThrow();
});
