// Printing and parsing a software_spec are inverses, whatever the spec.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SoftwareSpec, VersionItem } from '../../src/model/spec.ts';
import { parseSpec, printSpec } from '../../src/model/spec.ts';

const tag = fc.stringMatching(/^[A-Za-z0-9*?][A-Za-z0-9_*?+-]{0,8}$/);
const value = fc.stringMatching(/^[A-Za-z0-9*?_./:-]{0,10}$/);
const item: fc.Arbitrary<VersionItem> = fc.oneof(
  fc.record({
    key: fc.constantFrom('r', 'a', 'v', 'c', 'fr', 'fa'),
    op: fc.constantFrom('=', '==', '!=', '<', '<=', '>', '>='),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key: fc.constantFrom('q', 'l'), op: fc.constant('=' as const), values: fc.tuple(value) }),
);
const tags = fc.array(tag, { minLength: 1, maxLength: 6 });
const spec: fc.Arbitrary<SoftwareSpec> = fc.oneof(
  fc.record({ tags, items: fc.array(item, { maxLength: 5 }) }),
  fc.record({ tags, items: fc.constant([]), instance: fc.nat() }),
);

test('parse(print(spec)) is the spec', () => {
  fc.assert(
    fc.property(spec, (given) => {
      expect(parseSpec(printSpec(given))).toEqual(given);
    }),
  );
});

test('any text either parses to something that prints and parses to the same, or is refused with a column inside it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      let read: SoftwareSpec;
      try {
        read = parseSpec(text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad_spec' });
        const { column } = (error as { data: { column: number } }).data;
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual(text.length + 1);
        return;
      }
      expect(parseSpec(printSpec(read))).toEqual(read);
    }),
  );
});
