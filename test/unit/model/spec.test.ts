// Reading and printing software specifications (patches.md 1.1-1.3, 1.6; commands.md 2.1).
import { expect, test } from 'vitest';
import { SdError } from '../../../src/model/error.ts';
import type { Fileset, Product } from '../../../src/model/software.ts';
import { brief, parseRequisite, parseSpec, printSpec, qualified, unabridged } from '../../../src/model/spec.ts';

test('dotted tags of any depth and repeated items with every operator', () => {
  expect(parseSpec('bun1.bun2.prod.sub1.sub2.fset,r>=1.0,r<2.0,c=a|b,v!=HP,fr==1.0')).toEqual({
    tags: ['bun1', 'bun2', 'prod', 'sub1', 'sub2', 'fset'],
    items: [
      { key: 'r', op: '>=', values: ['1.0'] },
      { key: 'r', op: '<', values: ['2.0'] },
      { key: 'c', op: '=', values: ['a', 'b'] },
      { key: 'v', op: '!=', values: ['HP'] },
      { key: 'fr', op: '==', values: ['1.0'] },
    ],
  });
});

test('empty values stay, as fully qualified specs have them', () => {
  expect(parseSpec('foo.bar,r=1.0,a=,v=').items.slice(1)).toEqual([
    { key: 'a', op: '=', values: [''] },
    { key: 'v', op: '=', values: [''] },
  ]);
});

test('an operator written after the equals sign counts', () => {
  expect(parseSpec('P.F,fr=<A.1.2.10').items).toEqual([{ key: 'fr', op: '<', values: ['A.1.2.10'] }]);
});

test('an integer behind the comma is an instance, in a tag a pattern', () => {
  expect(parseSpec('ACME,[2]')).toEqual({ tags: ['ACME'], items: [], instance: 2 });
  expect(parseSpec('ACME,2').instance).toBe(2);
  // The bracket that a tag leaves open must not end behind the instance.
  const open = parseSpec('[,0');
  expect(open).toEqual({ tags: ['['], items: [], instance: 0 });
  expect(parseSpec(printSpec(open))).toEqual(open);
  expect(parseSpec('PT_[12]')).toEqual({ tags: ['PT_[12]'], items: [] });
  expect(parseSpec('bun[12].bun?.prod.sub*,a=HP-UX').tags).toEqual(['bun[12]', 'bun?', 'prod', 'sub*']);
});

test('brackets hold dots and commas', () => {
  expect(parseSpec('A[.,]B.C,r=1[.,]0')).toEqual({
    tags: ['A[.,]B', 'C'],
    items: [{ key: 'r', op: '=', values: ['1[.,]0'] }],
  });
});

test('what the shell may have left is dropped: one blank at the ends, backslashes before metacharacters', () => {
  expect(parseSpec(' \\*.\\*,c=patch ')).toEqual(parseSpec('*.*,c=patch'));
  expect(parseSpec('V,r\\>=B.11.11')).toEqual(parseSpec('V,r>=B.11.11'));
});

test.each([
  ['', 1],
  ['A..B', 3],
  ['A B', 2],
  ['ACME, r=1', 6],
  ['ACME,\tr=1', 6],
  ['  ACME', 2],
  ['ACME,', 6],
  ['ACME,x=1', 6],
  ['ACME,r=1,nonsense', 10],
  ['ACME,l>=/opt', 6],
  ['./ACME', 1],
  ['A/B', 2],
  ['A|B', 2],
  ['\\*\\*;x', 5],
])('%j is refused at column %i', (text, column) => {
  let error: unknown;
  try {
    parseSpec(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SdError);
  expect(error).toMatchObject({ code: 'bad_spec', data: { spec: text, column } });
});

test('printing gives the text back', () => {
  for (const text of ['*', 'A.B.C,r>=1.0,c=a|b,a=', 'ACME,[2]', '*.*,c!=critical']) {
    expect(printSpec(parseSpec(text))).toBe(text);
  }
});

const product = (attributes: Record<string, string>): Product => ({
  id: 'PHSS_30278',
  attributes: { tag: 'PHSS_30278', ...attributes },
  subproducts: [],
  filesets: [],
  controlFiles: [],
});
const fileset = (attributes: Record<string, string>): Fileset => ({
  id: 'FORT90-PRG',
  attributes: { tag: 'FORT90-PRG', ...attributes },
  controlFiles: [],
});

test('qualified names every part there is, l first and only where there is a location', () => {
  const available = product({ revision: '1.0', architecture: 'HP-UX_B.11.23_IA/PA', vendor_tag: 'HP' });
  const part = fileset({ revision: '1.0', architecture: 'HP-UX_B.11.23_IA/PA' });
  expect(qualified(available, part)).toBe(
    'PHSS_30278.FORT90-PRG,r=1.0,a=HP-UX_B.11.23_IA/PA,v=HP,fr=1.0,fa=HP-UX_B.11.23_IA/PA',
  );
  expect(qualified(product({ revision: '1.0', location: '/' }), fileset({ revision: '2.0' }))).toBe(
    'PHSS_30278.FORT90-PRG,l=/,r=1.0,fr=2.0',
  );
  expect(qualified(available)).toBe('PHSS_30278,r=1.0,a=HP-UX_B.11.23_IA/PA,v=HP');
});

test('unabridged writes r, a and v even when empty', () => {
  expect(unabridged(product({ revision: '1.0', location: '/' }), fileset({ revision: '2.0' }))).toBe(
    'PHSS_30278.FORT90-PRG,l=/,r=1.0,a=,v=,fr=2.0',
  );
  expect(unabridged(product({}))).toBe('PHSS_30278,r=,a=,v=');
});

test('brief is what agent logs print', () => {
  expect(brief(product({ revision: '1.0', location: '/opt/dce', vendor_tag: 'HP' }), fileset({}))).toBe(
    'PHSS_30278.FORT90-PRG,l=/opt/dce,r=1.0',
  );
});

test.each([
  ['ProdA | ProdB | ProdC.F', ['ProdA', 'ProdB', 'ProdC.F']],
  ['A|B', ['A', 'B']],
  ['A.F,r>=1.0|B', ['A.F,r>=1.0', 'B']],
  ['A,c=x|y', ['A,c=x|y']],
  ['A,c=x|y | B,v=p|q', ['A,c=x|y', 'B,v=p|q']],
  ['A|B,c=x|y', ['A', 'B,c=x|y']],
])('requisite %j has the alternatives %j', (text, alternatives) => {
  expect(parseRequisite(text).map(printSpec)).toEqual(alternatives);
});
