// What a spec means in a catalog: patches.md 8.2 (S01-S11) and the readings of A.B.C.
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import { tagOf } from '../../../src/model/software.ts';
import { parseSpec } from '../../../src/model/spec.ts';
import { resolve, resolveBundles, resolveProducts, satisfies } from '../../../src/selection/match.ts';
import { matchesPattern } from '../../../src/selection/wildcards.ts';
import { acme, catalogOf, depot1, depotOf, installed, PN_1, patch, rootOf } from './catalog-builder.ts';

const products = (spec: string, catalog: Catalog) => resolve(parseSpec(spec), catalog).products.map((each) => each.id);
const filesets = (spec: string, catalog: Catalog) => resolve(parseSpec(spec), catalog).filesets;

describe('the scenarios of 8.2', () => {
  test('S01 *,c=patch finds every patch product', () => {
    expect(products('*,c=patch', depot1())).toEqual(['PT_1', 'PT_2', 'PT_3', 'PX_1', 'PD_1', 'PO_1']);
  });
  test('S01 is_patch alone makes the category', () => {
    const depot = depotOf(patch('PQ_1', { RUN: {} }, { attributes: { category_tag: [] } }));
    expect(products('*,c=patch', depot)).toEqual(['PQ_1']);
  });
  test('S02 brackets', () => {
    expect(products('PT_[12]', depot1())).toEqual(['PT_1', 'PT_2']);
    expect(products('PT_[!12]', depot1())).toEqual(['PT_3']);
  });
  test('S03 repeated items are ANDed', () => {
    expect(products('*,c=critical,c=enhancement', depot1())).toEqual(['PT_3']);
  });
  test('S04 | is OR', () => {
    expect(products('*,c=special_release|enhancement', depot1())).toEqual(['PT_3', 'PX_1', 'PD_1']);
  });
  test('S05 a range of revisions', () => {
    const depot = depotOf(acme(), acme('3.0', ['RUN']), PN_1);
    expect(products('ACME,r>=2.0,r<3.0', depot)).toEqual(['ACME']);
    expect(products('ACME,r>=2.0', depot)).toEqual(['ACME', 'ACME.2']);
  });
  const vee = (revision: string) => ({ tag: 'V', attributes: { revision }, filesets: [{ tag: 'F' }] });
  test('S06 fields compare as numbers', () => {
    expect(products('V,r>=B.11.10', depotOf(vee('B.11.9'), vee('B.11.10')))).toEqual(['V.2']);
  });
  test('S07 == knows no patterns, = does', () => {
    const depot = depotOf(vee('B.11.23'));
    expect(products('V,r==B.11.*', depot)).toEqual([]);
    expect(products('V,r=B.11.*', depot)).toEqual(['V']);
    expect(products('V,r!=B.11.2?', depot)).toEqual(['V']);
    expect(products('V,r=B.11', depot)).toEqual([]);
  });
  test('S08 an empty value matches only empty', () => {
    const depot = depotOf(vee('1.0'));
    expect(products('V,r=1.0,a=', depot)).toEqual(['V']);
    expect(products('V,a=X', depot)).toEqual([]);
    expect(products('V,r=', depot)).toEqual([]);
  });
  test('S09 items are tested on the leftmost object', () => {
    const depot = catalogOf({
      products: [acme()],
      bundles: [{ tag: 'B', attributes: { revision: '5' }, contents: ['ACME,r=2.0'] }],
    });
    expect(filesets('B.ACME.RUN,r=5', depot)).toEqual(['ACME/RUN']);
    expect(filesets('B.ACME.RUN,r=2.0', depot)).toEqual([]);
  });
  test('S10 location of installed software', () => {
    const root = rootOf(installed(acme()));
    expect(filesets('ACME.RUN,l=/', root)).toEqual(['ACME/RUN']);
    expect(filesets('ACME.RUN,l=/alt', root)).toEqual([]);
  });
  test('S11 c!= excludes', () => {
    expect(products('*,c!=critical', depot1())).toEqual(['ACME', 'PT_1', 'PX_1', 'PD_1', 'PO_1']);
  });
});

describe('readings', () => {
  const depot = catalogOf({
    products: [
      {
        tag: 'X11',
        attributes: { revision: '1' },
        filesets: [{ tag: 'LIBS' }, { tag: 'BIN', attributes: { revision: '2' } }, { tag: 'MAN' }],
        subproducts: { Runtime: ['Inner', 'BIN'], Inner: ['LIBS'] },
      },
      { tag: 'Outer', filesets: [{ tag: 'X11' }] },
      { tag: 'Empty', filesets: [] },
    ],
    bundles: [
      { tag: 'Outer', contents: ['Deep', 'X11.MAN'] },
      { tag: 'Deep', contents: ['X11.LIBS', 'Outer', 'not a spec'] },
      { tag: 'Wrong', contents: ['X11,r=9'] },
    ],
  });
  test('subproducts nest, and a fileset is reachable without them', () => {
    expect(filesets('X11.Runtime', depot)).toEqual(['X11/LIBS', 'X11/BIN']);
    expect(filesets('X11.Runtime.Inner.LIBS', depot)).toEqual(['X11/LIBS']);
    expect(filesets('X11.Runtime.MAN', depot)).toEqual([]);
    expect(filesets('X11.LIBS', depot)).toEqual(['X11/LIBS']);
    expect(resolve(parseSpec('X11.Run*'), depot).subproducts.map((each) => tagOf(each.subproduct))).toEqual([
      'Runtime',
    ]);
  });
  test('every reading contributes: Outer.X11 is product.fileset and bundle.product', () => {
    expect(filesets('Outer.X11', depot)).toEqual(['X11/LIBS', 'X11/MAN', 'Outer/X11']);
    expect(resolveProducts(parseSpec('Outer.X11'), depot).filesets).toEqual(['Outer/X11']);
    expect(resolveBundles(parseSpec('Outer.X11'), depot).filesets).toEqual(['X11/LIBS', 'X11/MAN']);
  });
  test('bundles nest, circles end, unreadable contents are passed over', () => {
    const outer = resolveBundles(parseSpec('Outer'), depot);
    expect(outer.bundles.map((each) => each.id)).toEqual(['Outer', 'Deep']);
    expect(outer.filesets).toEqual(['X11/LIBS', 'X11/MAN', 'Outer/X11']);
    expect(filesets('Outer.Deep.X11.LIBS', depot)).toEqual(['X11/LIBS']);
  });
  test('a bundle holds only the version its contents name', () => {
    expect(filesets('Wrong', depot)).toEqual([]);
  });
  test('fr and fa are tested on filesets, and a wildcard crosses no dot', () => {
    expect(filesets('X11.*,fr=2', depot)).toEqual(['X11/BIN']);
    expect(filesets('X11,fr=2', depot)).toEqual(['X11/BIN']);
    expect(filesets('X*LIBS', depot)).toEqual([]);
  });
  test('* is every product and bundle, each fileset once', () => {
    const all = resolve(parseSpec('*'), depot);
    expect(all.products.map((each) => each.id)).toEqual(['X11', 'Outer', 'Empty']);
    expect(all.bundles.map((each) => each.id)).toEqual(['Outer', 'Deep', 'Wrong']);
    expect(all.filesets).toEqual(['X11/LIBS', 'X11/BIN', 'X11/MAN', 'Outer/X11']);
  });
  test('the levels named are told', () => {
    expect([...resolve(parseSpec('X11'), depot).explicitLevels]).toEqual(['product']);
    expect([...resolve(parseSpec('X11.Runtime'), depot).explicitLevels]).toEqual(['subproduct']);
    expect([...resolve(parseSpec('X11.BIN'), depot).explicitLevels]).toEqual(['fileset']);
    expect([...resolve(parseSpec('Deep'), depot).explicitLevels]).toEqual(['bundle']);
  });
  test('an instance id tells products of one tag apart', () => {
    expect(products('ACME,[2]', depotOf(acme(), acme('3.0')))).toEqual(['ACME.2']);
    expect(products('ACME,1', depotOf(acme(), acme('3.0')))).toEqual(['ACME']);
  });
});

test.each([
  ['*', '', true],
  ['**', '', true],
  ['?', '', false],
  ['HP-UX*', 'HP-UX_B.11.23_IA/PA', true],
  ['*PA', 'HP-UX_B.11.23_IA/PA', true],
  ['.*', '.hidden', true],
  ['*', '.hidden', true],
  ['{a,b}*', 'a', false],
  ['!a*', 'b', false],
  ['+(a)*', 'aa', false],
  ['#*', '#1', true],
  ['a[!b-d]e', 'aee', true],
  ['a[!b-d]e', 'ace', false],
  ['[', '[', true],
])('pattern %j on %j: %s', (pattern, value, expected) => {
  expect(matchesPattern(pattern, value)).toBe(expected);
});

test('satisfies reads product forms only', () => {
  const product = depotOf(acme()).products()[0]!;
  const run = product.filesets[0]!;
  expect(satisfies('ACME.RUN,fr=2.0,v=ACME', product, run)).toBe(true);
  expect(satisfies('ACME', product, run)).toBe(true);
  expect(satisfies('*.*', product, run)).toBe(true);
  expect(satisfies('ACME.RUN,fr=1.0', product, run)).toBe(false);
  expect(satisfies('ACME.MAN', product, run)).toBe(false);
  expect(satisfies('not readable', product, run)).toBe(false);
});
