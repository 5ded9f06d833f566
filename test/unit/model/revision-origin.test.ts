// The orders of Debian and rpm versions, each against its own program on thousands of generated pairs.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDebian } from '../../../src/model/revision-debian.ts';
import { compareRevisionsOf, revisionOrderOf } from '../../../src/model/revision-order.ts';
import { compareRpm } from '../../../src/model/revision-rpm.ts';

const PAIRS = 1500;

/** Versions near one another, so that every rule decides some pair. */
function pairs(characters: string, epochs: boolean, releases: boolean): [string, string][] {
  const part = fc.array(fc.constantFrom(...characters), { minLength: 0, maxLength: 6 }).map((each) => each.join(''));
  const start = fc.constantFrom('0', '1', '01', '10', '9');
  const epoch = epochs ? fc.constantFrom('', '', '0:', '1:', '2:') : fc.constant('');
  const release = releases ? fc.constantFrom('', '-0', '-1', '-1~a', '-1.1', '-01', '-1a', '-1+b2') : fc.constant('');
  const version = fc.tuple(epoch, start, part, release).map((parts) => parts.join(''));
  // Some are equal but for zeros.
  const pair = fc.oneof(
    fc.tuple(version, version),
    version.map((each): [string, string] => [each, each.replace(/([.~+a])([0-9])/g, '$10$2')]),
  );
  return fc.sample(pair, { numRuns: PAIRS, seed: 9 });
}

const sign = (order: number): number => Math.sign(order);

describe('compareDebian', () => {
  test('gives the answers of dpkg --compare-versions', () => {
    const all = pairs('01a.+~zA9', true, true);
    const script =
      'while [ $# -gt 0 ]; do if dpkg --compare-versions "$1" lt "$2"; then echo -1; elif dpkg --compare-versions "$1" gt "$2"; then echo 1; else echo 0; fi; shift 2; done';
    const some = all.slice(0, 400);
    const said = spawnSync('sh', ['-c', script, 'sh', ...some.flat()], { encoding: 'utf8' });
    expect(said.stderr).toBe('');
    const dpkg = said.stdout.trim().split('\n').map(Number);
    expect(some.map(([a, b]) => [a, b, sign(compareDebian(a, b))])).toEqual(some.map(([a, b], i) => [a, b, dpkg[i]]));
    expect(new Set(dpkg)).toEqual(new Set([-1, 0, 1]));
  });

  test('orders the versions of the manual page', () => {
    const manual = ['~~', '~~a', '~', '', 'a'].map((end) => `1${end}`);
    expect(manual.toReversed().sort(compareDebian)).toEqual(manual);
    expect(compareDebian('1:0', '9')).toBeGreaterThan(0);
    expect(compareDebian('1.0', '1.0-0')).toBe(0);
    expect(compareDebian('123456789012345678901234567890', '123456789012345678901234567891')).toBeLessThan(0);
  });

  test('is a total order', () => {
    const some = [...new Set(pairs('01a.+~', true, true).slice(0, 15).flat())];
    for (const a of some) {
      for (const b of some) {
        expect(sign(compareDebian(a, b))).toBe(0 - sign(compareDebian(b, a)));
        for (const c of some)
          if (compareDebian(a, b) <= 0 && compareDebian(b, c) <= 0) expect(compareDebian(a, c)).toBeLessThanOrEqual(0);
      }
    }
  });
});

describe('compareRpm', () => {
  test('gives the answers of rpm', () => {
    const all = pairs('01a.+~^zA9_', true, false).map(([a, b]): [string, string] => [`${a}-1`, `${b}-1`]);
    const releases = pairs('1a~^.', true, true).map(([a, b]): [string, string] =>
      a.includes('-') && b.includes('-') ? [a, b] : [`${a}-1`, `${b}-2`],
    );
    const both = [...all, ...releases];
    const lua =
      '%{lua: for a in io.lines() do local l, r = a:match("(%S+) (%S+)") io.stderr:write(rpm.vercmp(l, r), " ") end}';
    const said = spawnSync('rpm', ['--eval', lua], {
      input: both.map((pair) => pair.join(' ')).join('\n'),
      encoding: 'utf8',
    });
    const rpm = said.stderr.trim().split(' ').map(Number);
    expect(both.map(([a, b]) => [a, b, sign(compareRpm(a, b))])).toEqual(both.map(([a, b], i) => [a, b, rpm[i]]));
    expect(new Set(rpm)).toEqual(new Set([-1, 0, 1]));
  });

  test('leaves the release aside where one side has none', () => {
    expect(compareRpm('1.0-3', '1.0')).toBe(0);
    expect(compareRpm('1.0-3', '1.0-4')).toBeLessThan(0);
    expect(compareRpm('1.0^git1-1', '1.0-1')).toBeGreaterThan(0);
    expect(compareRpm('1.0~rc1', '1.0')).toBeLessThan(0);
  });
});

describe('the order of an object', () => {
  test('is that of its origin, and of SD where the origins differ', () => {
    const made = (revision: string, revision_order: string) => ({ revision, revision_order });
    expect(compareRevisionsOf(made('1.0~rc1', 'debian'), made('1.0', 'debian'))).toBeLessThan(0);
    expect(compareRevisionsOf(made('1.0~rc1', ''), made('1.0', ''))).toBeGreaterThan(0);
    expect(compareRevisionsOf(made('1.0~rc1', 'debian'), { revision: '1.0' })).toBeGreaterThan(0);
    expect(revisionOrderOf({ revision_order: 'constructor' })('1.0~rc1', '1.0')).toBeGreaterThan(0);
  });
});
