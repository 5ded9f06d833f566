// The order laws of revisions. Transitivity is promised where each place holds either digits in all revisions or letters in all
// (patches.md 1.4 compares a number with a word as text, which no order survives).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareRevisions } from '../../src/model/revision.ts';

const any = fc
  .array(fc.stringMatching(/^[0-9A-Za-z_]{0,4}$/), { minLength: 1, maxLength: 4 })
  .map((fields) => fields.join('.'));
const number = fc.stringMatching(/^0{0,2}[0-9]{1,3}$/);
const word = fc.stringMatching(/^[A-C][0-9a-b]{0,2}$/);
const shaped = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }).chain((shape) => {
  const one = fc
    .tuple(fc.integer({ min: 1, max: shape.length }), ...shape.map((digits) => (digits ? number : word)))
    .map(([length, ...fields]) => fields.slice(0, length).join('.'));
  return fc.tuple(one, one, one);
});

test('a revision equals itself, and swapping sides turns the sign', () => {
  fc.assert(
    fc.property(any, any, (a, b) => {
      expect(compareRevisions(a, a)).toBe(0);
      expect(Math.sign(compareRevisions(a, b)) + Math.sign(compareRevisions(b, a))).toBe(0);
    }),
  );
});

test('the order is transitive, equality included', () => {
  fc.assert(
    fc.property(shaped, ([a, b, c]) => {
      const [low, middle, high] = [a, b, c].sort(compareRevisions) as [string, string, string];
      expect(compareRevisions(low, middle)).toBeLessThanOrEqual(0);
      expect(compareRevisions(middle, high)).toBeLessThanOrEqual(0);
      expect(compareRevisions(low, high)).toBeLessThanOrEqual(0);
      if (compareRevisions(a, b) === 0)
        expect(Math.sign(compareRevisions(a, c))).toBe(Math.sign(compareRevisions(b, c)));
    }),
    { numRuns: 1000 },
  );
});

test('a longer revision is newer than its beginning', () => {
  fc.assert(
    fc.property(any, any, (a, b) => {
      expect(compareRevisions(a, `${a}.${b}`)).toBeLessThan(0);
    }),
  );
});
