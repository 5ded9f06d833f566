// What is printed is read back as the same value: INDEX and INFO documents, and the attributes of a PSF.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IndexDocument } from '../../src/definition/index.ts';
import { parseIndex, printIndex } from '../../src/definition/index.ts';
import { parseInfo, printInfo } from '../../src/definition/info.ts';
import { keywordsOf } from '../../src/definition/keywords.ts';
import { printObject } from '../../src/definition/print.ts';
import { parsePsf } from '../../src/definition/psf.ts';
import { type Attributes, type AttributeValue, attributesOf } from '../../src/model/attributes.ts';
import type { ControlFile, FileRecord, FileType } from '../../src/model/software.ts';

const RUNS = { numRuns: 150 };

/** Texts with whatever a scanner could stumble over. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc
    .array(fc.constantFrom(' ', '\n', '\t', '"', '\\', '#', '<', '\r', 'a', 'end', 'file', '=', 'é', '\u00a0'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);
const tag = fc.stringMatching(/^[A-Z][A-Z0-9_-]{0,8}$/);
const spec = fc.constantFrom('A', 'A.B', 'A.B,r>=1.0,v=HP', 'A | B.C,fr=*', 'X.Y,r=,a=,v=', 'P.F,fr=<2');

function valuesFor(name: string, type: string): fc.Arbitrary<AttributeValue> {
  if (type === 'tags') return fc.array(tag, { minLength: 1, maxLength: 3 });
  if (type === 'specs') return fc.array(spec, { minLength: 1, maxLength: 3 });
  return name === 'control_directory' ? tag : anyText;
}

/** Some known keywords of the class, and some vendor-defined ones. */
function bag(
  kind: 'product' | 'fileset' | 'vendor' | 'category' | 'bundle' | 'distribution',
  skip: readonly string[] = [],
): fc.Arbitrary<Attributes> {
  const known = [...keywordsOf(kind)].filter((each) => !skip.includes(each.name));
  const pairs = known.map((each) =>
    fc.option(
      valuesFor(each.name, each.type).map((value) => [each.name, value] as const),
      { nil: undefined },
    ),
  );
  const own = fc.dictionary(
    fc.stringMatching(/^my_[a-z]{1,5}$/),
    fc.oneof(anyText, fc.array(anyText, { minLength: 2, maxLength: 3 })),
    { maxKeys: 3 },
  );
  return fc
    .tuple(fc.tuple(...pairs), own)
    .map(([some, more]) => attributesOf([...some.filter((pair) => pair !== undefined), ...Object.entries(more)]));
}

const named = (kind: 'product' | 'fileset' | 'bundle') =>
  fc
    .tuple(tag, bag(kind, ['tag', 'control_directory']))
    .map(([id, rest]) => ({ id, attributes: { tag: id, control_directory: id, ...rest } }));
const fileset = named('fileset').map((each) => ({ ...each, controlFiles: [] }));
const product = fc
  .tuple(
    named('product'),
    fc.uniqueArray(fileset, { selector: (each) => each.id, maxLength: 3 }),
    fc.array(bag('vendor'), { maxLength: 2 }),
  )
  .map(([top, filesets, subproducts]) => ({
    ...top,
    filesets,
    subproducts: subproducts.map((attributes) => ({ attributes })),
    controlFiles: [],
  }));
const tagged = (kind: 'vendor' | 'category') =>
  fc.tuple(tag, bag(kind, ['tag'])).map(([own, rest]) => ({ attributes: { tag: own, ...rest } }));

const document: fc.Arbitrary<IndexDocument> = fc
  .record({
    object: fc.constantFrom('distribution' as const, 'root' as const),
    attributes: bag('distribution', ['pfiles', 'dfiles']),
    vendors: fc.uniqueArray(tagged('vendor'), { selector: (each) => each.attributes.tag, maxLength: 3 }),
    categories: fc.array(tagged('category'), { maxLength: 2 }),
    bundles: fc.uniqueArray(named('bundle'), { selector: (each) => each.id, maxLength: 2 }),
    products: fc.uniqueArray(product, { selector: (each) => each.id, maxLength: 3 }),
    filesets: fc.constant([]),
  })
  .filter(({ bundles, products }) => !bundles.some((bundle) => products.some((each) => each.id === bundle.id)))
  .map((value) => (value.products[0] && value.vendors[0] ? attach(value, value.vendors[0].attributes.tag) : value));

/** Makes the first product name the first vendor. */
function attach<T extends { products: readonly { attributes: Attributes }[] }>(value: T, vendor: string): T {
  const [first, ...rest] = value.products;
  return { ...value, products: [{ ...first!, attributes: { ...first!.attributes, vendor_tag: vendor } }, ...rest] };
}

it('INDEX: parse ∘ print is the identity (vendors may change places)', () => {
  fc.assert(
    fc.property(document, (value) => {
      const { findings, ...read } = parseIndex(printIndex(value), 'INDEX');
      expect(findings).toEqual([]);
      expect(sorted(read)).toEqual(sorted(value));
      expect(printIndex(read)).toBe(printIndex(value));
    }),
    RUNS,
  );
});

function sorted(value: IndexDocument): unknown {
  const key = (each: { attributes: Attributes }) => String(each.attributes.tag);
  return { ...value, vendors: [...value.vendors].sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

const number = fc.nat();
const name = fc.array(
  anyText.filter((text) => /[^/\0.]/.test(text)).map((text) => text.replace(/[/\0]/g, '_')),
  { minLength: 1, maxLength: 3 },
);
const file: fc.Arbitrary<FileRecord> = fc.record(
  {
    path: name.map((parts) => `/${parts.join('/')}`),
    type: fc.constantFrom<FileType>('a', 'b', 'c', 'd', 'f', 'p', 's'),
    mode: fc.nat(0o7777),
    owner: tag,
    uid: number,
    group: tag,
    gid: number,
    mtime: number,
    size: number,
    cksum: number,
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    link_source: anyText,
    archive_path: name.map((parts) => `/${parts.join('/')}`),
    is_volatile: fc.boolean(),
    major: number,
    minor: number,
    extra: fc
      .dictionary(fc.stringMatching(/^my_[a-z]{1,5}$/), anyText, { minKeys: 1, maxKeys: 2 })
      .map((own) => attributesOf(Object.entries(own))),
  },
  { requiredKeys: ['path', 'type'] },
);
const control: fc.Arbitrary<ControlFile> = fc.record(
  {
    tag,
    path: fc.stringMatching(/^[a-z][a-z.]{0,8}$/),
    interpreter: anyText,
    mode: fc.nat(0o7777),
    mtime: number,
    size: number,
    cksum: number,
  },
  { requiredKeys: ['tag', 'path'] },
);

it('INFO: parse ∘ print is the identity, and the text tells its own size', () => {
  const info = fc.record({
    index: fc.record({ size: number, mtime: number }),
    controlFiles: fc.array(control, { maxLength: 3 }),
    files: fc.array(file, { maxLength: 6 }),
  });
  fc.assert(
    fc.property(info, (value) => {
      const text = printInfo(value);
      expect(parseInfo(text, 'INFO')).toEqual(value);
      expect(text).toContain(`path INFO\nsize ${Buffer.byteLength(text)}\n`);
    }),
    RUNS,
  );
});

it('PSF: attributes printed into one are read back', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const own = fc.dictionary(fc.stringMatching(/^my_[a-z]{1,5}$/), fc.oneof(text, anyText), { maxKeys: 3 });
  const attributes = fc
    .record(
      { tag, description: text, copyright: anyText, category_tag: fc.uniqueArray(tag, { minLength: 1 }) },
      { requiredKeys: ['tag'] },
    )
    .chain((known) => own.map((more) => ({ ...known, ...more }) as Attributes));
  fc.assert(
    fc.property(attributes, (value) => {
      const psf = `${printObject('product', 'product', value)}fileset\ntag F\n`;
      expect(parsePsf(psf, { file: 'psf', read: () => '' }).products[0]!.attributes).toEqual(value);
    }),
    RUNS,
  );
});
