import { closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cksumOf, copyContent, Digests, digestContent, readContent, sha256Of } from '../../../src/host/digest.ts';
import { openRegion } from '../../../src/host/region.ts';
import { bytesContent } from '../../../src/model/content.ts';
import { codeOf, noise, program, scratch } from './fixtures.ts';

const directory = scratch();

function realCksum(bytes: Buffer): number {
  return Number(program('coreutils', 'cksum', [], { input: bytes }).toString().split(' ')[0]);
}

test('known checksums', () => {
  expect(cksumOf(Buffer.from(''))).toBe(4294967295);
  expect(cksumOf(Buffer.from('123456789'))).toBe(930766865);
  expect(sha256Of(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('cksum and sha256 equal the programs for every length around a slice', () => {
  const lengths = [...Array.from({ length: 36 }, (_, i) => i), 255, 256, 257, 65535, 65536, 300_001];
  for (const length of lengths) expect([length, cksumOf(noise(length))]).toEqual([length, realCksum(noise(length))]);
  const bytes = noise(100_003);
  expect(sha256Of(bytes)).toBe(program('coreutils', 'sha256sum', [], { input: bytes }).toString().slice(0, 64));
});

test('pieces of any length give the digests of the whole', () => {
  const bytes = noise(10_000);
  const digests = new Digests();
  for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 7) % 61) {
    digests.update(bytes.subarray(at, at + ((step * 7) % 61 === 0 ? 1 : step)));
  }
  expect(digests.cksum()).toBe(cksumOf(bytes));
  expect(digests.sha256()).toBe(sha256Of(bytes));
});

test('copying a region and bytes writes and digests exactly them', () => {
  const bytes = noise(2_500_000);
  writeFileSync(join(directory, 'in'), bytes);
  const region = { ...openRegion(join(directory, 'in')), position: 100, size: 2_400_000 };
  const wanted = bytes.subarray(100, 2_400_100);
  for (const content of [region, bytesContent(wanted)]) {
    const out = openSync(join(directory, 'out'), 'w');
    const found = copyContent(content, out);
    closeSync(out);
    expect(found).toEqual({ size: 2_400_000, cksum: cksumOf(wanted), sha256: sha256Of(wanted) });
    expect(readFileSync(join(directory, 'out')).equals(wanted)).toBe(true);
    expect(digestContent(content)).toEqual(found);
    expect(readContent(content).equals(wanted)).toBe(true);
  }
  const out = openSync(join(directory, 'out'), 'w');
  expect(copyContent(region, out, { digests: false })).toEqual({ size: 2_400_000 });
  closeSync(out);
  expect(readFileSync(join(directory, 'out')).equals(wanted)).toBe(true);
  region.close();
});

test('a file that became shorter is noticed', async () => {
  writeFileSync(join(directory, 'short'), noise(1000));
  const region = openRegion(join(directory, 'short'));
  truncateSync(join(directory, 'short'), 600);
  expect(await codeOf(() => readContent(region))).toBe('content_truncated');
  region.close();
});
