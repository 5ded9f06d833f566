// The questions of cleanup, show_patches and check_patches (patches.md 6.2-6.4), on catalogs in memory.

import { expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import { tagOf } from '../../../src/model/software.ts';
import * as facts from '../../../src/operations/patch-facts.ts';
import { catalogOf, type ProductPart } from '../selection/catalog-builder.ts';

type Attributes = Record<string, string | readonly string[]>;

/** A patch product on fileset RUN of ACME; `more` goes to its fileset. */
function patch(tag: string, more: Attributes = {}, product: Attributes = {}): ProductPart {
  const attributes = { revision: '1.0', is_patch: 'true', ancestor: ['ACME.RUN'], applied_to: ['ACME.RUN'], ...more };
  return { tag, attributes: { is_patch: 'true', ...product }, filesets: [{ tag: 'RUN', attributes }] };
}

function base(applied: readonly string[] = [], tags = ['RUN']): ProductPart {
  const filesets = tags.map((tag) => ({ tag, attributes: { applied_patches: applied } }));
  return { tag: 'ACME', attributes: {}, filesets };
}

const superseded = (by: string, state = 'superseded') => ({ patch_state: state, superseded_by: [`${by}.RUN`] });
const root = (...products: ProductPart[]) => catalogOf({ kind: 'root', products });
const depot = (...products: ProductPart[]) => catalogOf({ kind: 'depot', products });
const pairs = (catalog: Catalog) => facts.supersededPatches(catalog).map(({ product, by }) => [tagOf(product), ...by]);

test('on a root the states decide: superseded in either form, by what superseded_by names; committed is active', () => {
  const catalog = root(
    base(),
    patch('P1', superseded('P2')),
    patch('P2', superseded('P3', 'committed/superseded')),
    patch('P3', { patch_state: 'committed', supersedes: ['P1', 'P2'] }),
  );
  expect(pairs(catalog)).toEqual([
    ['P1', 'P2'],
    ['P2', 'P3'],
  ]);
  expect(facts.activePatches(catalog).map(tagOf)).toEqual(['P3']);
});

test('in a depot the supersedes lists decide, and the nearest superseder is named whatever the order', () => {
  const catalog = depot(patch('P3', { supersedes: ['P1', 'P2'] }), patch('P2', { supersedes: ['P1'] }), patch('P1'));
  expect(pairs(catalog)).toEqual([
    ['P2', 'P3'],
    ['P1', 'P2'],
  ]);
  expect(facts.activePatches(catalog).map(tagOf)).toEqual(['P3']);
});

test('patches that supersede one another in a circle are all active: none may be thrown away', () => {
  const catalog = depot(patch('P1', { supersedes: ['P2'] }), patch('P2', { supersedes: ['P1'] }));
  expect(pairs(catalog)).toEqual([]);
});

test('a product with one active fileset is active, and not superseded', () => {
  const half: ProductPart = {
    ...patch('P1'),
    filesets: [
      { tag: 'RUN', attributes: { is_patch: 'true', ...superseded('P2') } },
      { tag: 'MAN', attributes: { is_patch: 'true', patch_state: 'applied' } },
    ],
  };
  const catalog = root(half, patch('P2', { patch_state: 'applied' }));
  expect(pairs(catalog)).toEqual([]);
  expect(facts.activePatches(catalog).map(tagOf)).toEqual(['P1', 'P2']);
});

test('times superseded are the patches above; committed ones are not listed; a circle ends', () => {
  const chain = root(
    patch('P1', superseded('P2')),
    patch('P2', superseded('P3', 'committed/superseded')),
    patch('P3', superseded('P4')),
    patch('P4', { patch_state: 'applied' }),
  );
  const counted = (times: number) =>
    facts.committablePatches(chain, times).map(({ product, times: count }) => [tagOf(product), count]);
  expect(counted(1)).toEqual([
    ['P1', 3],
    ['P3', 1],
  ]);
  expect(counted(2)).toEqual([['P1', 3]]);
  expect(counted(4)).toEqual([]);
  const circle = root(patch('P1', superseded('P2')), patch('P2', superseded('P1')));
  expect(facts.committablePatches(circle, 1).map((each) => each.times)).toEqual([1, 1]);
});

test('dependents name what goes as pre- or corequisite, directly or not; an exrequisite does not count', () => {
  const catalog = depot(
    patch('P1'),
    patch('A', { prerequisites: ['P1.RUN'] }),
    patch('B', { corequisites: ['A'] }),
    patch('C', { exrequisites: ['P1.RUN'] }),
    patch('D', { prerequisites: ['P[12].RUN,r>=1.0'] }),
    patch('E', { prerequisites: ['P1.MAN'] }),
  );
  const [first] = catalog.products();
  const named = facts.namingOneOf(catalog, [first!]);
  expect(named.map(({ product, names }) => [tagOf(product), names])).toEqual([
    ['A', 'P1'],
    ['B', 'A'],
  ]);
});

test('a requisite written as a pattern counts too', () => {
  const catalog = depot(patch('P1'), patch('D', { prerequisites: ['P[12].RUN'] }));
  expect(facts.namingOneOf(catalog, [catalog.products()[0]!]).map(({ product }) => tagOf(product))).toEqual(['D']);
});

test('filesets without the attributes of a patch: by name, by product, and patches without an ancestor', () => {
  const plain = (tag: string, attributes: Attributes = {}): ProductPart => ({
    tag,
    attributes,
    filesets: [{ tag: 'F' }],
  });
  const catalog = root(
    plain('PHCO_1'),
    plain('PHXX_1'),
    plain('Q', { is_patch: 'true' }),
    patch('P1', { ancestor: [] }),
    patch('P2'),
  );
  expect(facts.lackingAttributes(catalog)).toEqual([
    { name: 'PHCO_1.F', lacks: 'is_patch' },
    { name: 'Q.F', lacks: 'is_patch' },
    { name: 'P1.RUN', lacks: 'ancestor' },
  ]);
});

test('a base that does not list a patch does not know it', () => {
  const catalog = root(base(['P1.RUN']), patch('P1'), patch('P2'), patch('P3', { applied_to: ['GONE.RUN,fa=x'] }));
  expect(facts.unknownToBase(catalog)).toEqual([
    { name: 'P2.RUN', base: 'ACME.RUN' },
    { name: 'P3.RUN', base: 'GONE.RUN' },
  ]);
});

test('a fileset of an active patch is missing when its base is there and nothing supersedes it', () => {
  const all = { all_filesets: ['RUN MAN KRN'] };
  const bases = base([], ['RUN', 'MAN']);
  const active = { patch_state: 'applied' };
  const missing = (...products: ProductPart[]) => facts.missingFilesets(root(bases, ...products));
  expect(missing(patch('P1', active, all))).toEqual([{ patch: 'P1', fileset: 'MAN' }]);
  expect(missing(patch('P1', superseded('P2'), all), patch('P2', active))).toEqual([]);
  expect(missing(patch('P1', active, all), patch('P2', { ...active, supersedes: ['P1.MAN,fr=*'] }))).toEqual([]);
});
