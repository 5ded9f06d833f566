// Questions about dependencies (commands.md 8; patches.md 3.6).
import { expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { FilesetKey } from '../../../src/model/software.ts';
import { parseSpec } from '../../../src/model/spec.ts';
import { brokenBy, meets, type Pool, providersOf, requisitesOf, unmet } from '../../../src/selection/requisites.ts';
import {
  acme,
  catalogOf,
  depotOf,
  installed,
  PD_1,
  type ProductPart,
  PT_1,
  PT_2,
  PT_3,
  patch,
  rootOf,
} from './catalog-builder.ts';

const all = (catalog: Catalog): Pool => [{ catalog, has: () => true }];
const only = (catalog: Catalog, ...keys: FilesetKey[]): Pool => [{ catalog, has: (key) => keys.includes(key) }];
const fileset = (attributes: Record<string, string | string[]>) => ({
  id: 'F',
  attributes: { tag: 'F', ...attributes },
  controlFiles: [],
});
const plain = (tag: string, attributes: Record<string, string | string[]> = {}): ProductPart => ({
  tag,
  attributes: { revision: '1.0' },
  filesets: [{ tag: 'F', attributes }],
});

test('requisites in every spelling a definition may have left', () => {
  const read = requisitesOf(
    fileset({
      prerequisite: 'A',
      prerequisites: ['B | C', 'D', '|', 'E', 'X|Y', 'broken||spec'],
      corequisites: 'F.G,r>=1',
      exrequisite: ['H'],
    }),
  );
  expect(read.map((each) => [each.relation, each.text, each.alternatives.length])).toEqual([
    ['prerequisite', 'A', 1],
    ['prerequisite', 'B | C', 2],
    ['prerequisite', 'D | E', 2],
    ['prerequisite', 'X|Y', 2],
    ['prerequisite', 'broken||spec', 0],
    ['corequisite', 'F.G,r>=1', 1],
    ['exrequisite', 'H', 1],
  ]);
});

test('a fileset, a product, a subproduct or a bundle of what is there', () => {
  const root = catalogOf({
    kind: 'root',
    products: [{ ...acme(), subproducts: { Tools: ['RUN'] } }],
    bundles: [{ tag: 'BUN', contents: ['ACME.MAN'] }],
  });
  for (const text of ['ACME.RUN', 'ACME', 'ACME.Tools', 'BUN', 'ACME,r>=2', 'NOPE | ACME.MAN']) {
    expect(meets(text, all(root))).toBe(true);
  }
  for (const text of ['ACME.RUN,fr>2.0', 'NOPE', 'BUN.ACME.RUN', 'a b']) expect(meets(text, all(root))).toBe(false);
  expect(meets('ACME.RUN', only(root, 'ACME/MAN'))).toBe(false);
});

test('a superseder meets it, never the reverse', () => {
  const root = rootOf(installed(PT_1), installed(PT_2), installed(PT_3));
  expect(meets('PT_1.RUN', only(root, 'PT_3/RUN'))).toBe(true);
  expect(meets('PT_3.RUN', only(root, 'PT_1/RUN', 'PT_2/RUN'))).toBe(false);
  expect(meets('PT_1.RUN', only(root, 'PT_3/MAN'))).toBe(false);
});

test('the superseded patch need not be anywhere', () => {
  const root = rootOf(installed(PT_3));
  expect(meets('PT_2.RUN', all(root))).toBe(true);
  expect(meets('PT_2', all(root))).toBe(true);
  expect(meets('PT_9.RUN', all(root))).toBe(false);
});

test('a superseder of who stands for an absent patch meets it too', () => {
  const next = patch('NEXT', { RUN: {} }, { supersedes: ['PT_3'] });
  const root = rootOf(installed(PT_3), installed(next));
  expect(meets('PT_2.RUN', only(root, 'NEXT/RUN'))).toBe(true);
});

test('supersession known from one catalog holds in the other', () => {
  const depot = depotOf(PT_1, PT_2);
  const root = rootOf(installed(PT_3));
  const pool: Pool = [
    { catalog: root, has: () => true },
    { catalog: depot, has: () => false },
  ];
  expect(providersOf(parseSpec('PT_1.MAN'), pool)).toEqual([{ catalog: root, key: 'PT_3/MAN' }]);
});

test('an exrequisite is unmet when it is there; a superseder of a forbidden patch is not it', () => {
  const root = rootOf(installed(PT_3), installed(acme()));
  const texts = (attributes: Record<string, string | string[]>) =>
    unmet(fileset(attributes), all(root)).map((each) => each.text);
  expect(texts({ exrequisites: ['ACME.RUN', 'NOPE', 'PT_1.RUN'] })).toEqual(['ACME.RUN']);
  expect(texts({ prerequisites: ['ACME.RUN', 'NOPE'], corequisites: ['PT_1.RUN', 'GONE'] })).toEqual(['NOPE', 'GONE']);
});

test('what a removal breaks, once for each requisite', () => {
  const root = rootOf(installed(acme()), installed(PT_3), installed(PD_1));
  const broken = brokenBy(root, ['PT_3/RUN', 'PT_3/MAN']);
  expect(broken).toMatchObject([{ key: 'PD_1/KRN', by: 'PT_3/RUN', requisite: { text: 'PT_2.RUN' } }]);
  expect(brokenBy(root, ['PT_3/RUN', 'PD_1/KRN'])).toEqual([]);
});

test('another provider that stays is enough, and what was unmet before is not counted', () => {
  const root = rootOf(plain('A', { prerequisites: ['B | C', 'NEVER'] }), plain('B'), plain('C'));
  expect(brokenBy(root, ['B/F'])).toEqual([]);
  expect(brokenBy(root, ['B/F', 'C/F'])).toHaveLength(1);
});

test('a dependency on the older patch is still met when the newer goes', () => {
  const root = rootOf(plain('A', { prerequisites: ['PT_1.RUN'] }), installed(PT_1), installed(PT_2));
  expect(brokenBy(root, ['PT_2/RUN'])).toEqual([]);
  expect(brokenBy(root, ['PT_2/RUN', 'PT_1/RUN'])).toHaveLength(1);
});

test('following takes the dependents of dependents', () => {
  const root = rootOf(
    plain('A', { prerequisites: ['B'] }),
    plain('B', { corequisites: ['C'] }),
    plain('C', { prerequisites: ['A'] }),
    plain('D'),
  );
  expect(brokenBy(root, ['C/F'], true).map((each) => each.key)).toEqual(['B/F', 'A/F']);
});
