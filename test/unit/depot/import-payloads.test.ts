// Which payloads stay unpacked (src/depot/import/open-payloads.ts).

import { expect, test } from 'vitest';
import { OpenPayloads } from '../../../src/depot/import/open-payloads.ts';
import type { OriginPackage } from '../../../src/depot/import/origin.ts';

const GIB = 1024 ** 3;

/** A package of this many bytes that notes when it is opened and closed. */
function fake(name: string, size: number, log: string[]): OriginPackage {
  const open = () => {
    log.push(`open ${name}`);
    return {
      size,
      records: () => [{ path: '/a', type: 'f' as const }],
      content: () => ({ kind: 'region' as const, fd: 0, position: 0, size, close: () => undefined }),
      close: () => log.push(`close ${name}`),
    };
  };
  return { name, open } as unknown as OriginPackage;
}

test('the least recently used go when there are too many bytes, but never one that is being read', () => {
  const log: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => fake(name, GIB / 2, log)) as [
    OriginPackage,
    OriginPackage,
    OriginPackage,
  ];
  const payloads = new OpenPayloads();
  const reading = payloads.content(a, '/a');
  payloads.records(b);
  payloads.records(c);
  expect(log).toEqual(['open a', 'open b', 'open c', 'close b']);
  if (reading.kind === 'region') reading.close();
  payloads.content(b, '/a');
  expect(log.slice(4)).toEqual(['open b', 'close a']);
  payloads.records(a);
  expect(log.slice(6), 'records are kept').toEqual([]);
  payloads.close();
  expect(log.slice(6)).toEqual(['close c', 'close b']);
});

test('nor do more than a session may have files open', () => {
  const log: string[] = [];
  const payloads = new OpenPayloads();
  for (let n = 0; n < 300; n++) payloads.records(fake(String(n), 1, log));
  expect(log.filter((line) => line.startsWith('close'))).toEqual(Array.from({ length: 100 }, (_, n) => `close ${n}`));
  payloads.close();
});
