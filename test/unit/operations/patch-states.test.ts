// Which patch_state is right (patches.md 6.2 -s, 6.4 -p), row by row of the table in patch-states.ts.

import { expect, test } from 'vitest';
import type { SavedFile } from '../../../src/model/catalog.ts';
import { wrongStates } from '../../../src/operations/patch-states.ts';
import { catalogOf, type ProductPart } from '../selection/catalog-builder.ts';

type Attributes = Record<string, string | readonly string[]>;

const SAVED: readonly SavedFile[] = [{ path: '/tool', existed: true, save: 'P1/RUN/tool' }];

function patch(tag: string, more: Attributes, saved: readonly SavedFile[] = []): ProductPart {
  const attributes = { is_patch: 'true', ancestor: ['ACME.RUN'], applied_to: ['ACME.RUN'], ...more };
  const files = [{ type: 'f' as const, path: '/tool' }];
  return { tag, attributes: {}, filesets: [{ tag: 'RUN', attributes, files, saved }] };
}

function wrong(products: readonly ProductPart[], hasSaved = true) {
  const catalog = catalogOf({ kind: 'root', products });
  return wrongStates(catalog, () => hasSaved).map(({ placed, should, supersededBy }) => [
    placed.product.id,
    should,
    supersededBy,
  ]);
}

const APPLIED = { patch_state: 'applied' };
const P2 = patch('P2', { ...APPLIED, supersedes: ['P1.RUN'] });

test('right states are left alone', () => {
  const by = { superseded_by: ['P2.RUN'] };
  expect(wrong([patch('P1', { patch_state: 'superseded', ...by }), P2])).toEqual([]);
  expect(wrong([patch('P1', { patch_state: 'committed/superseded', ...by }), P2])).toEqual([]);
  expect(wrong([patch('P1', { patch_state: 'committed' })])).toEqual([]);
});

test('superseded by the list of an installed patch, and not by one on another base', () => {
  expect(wrong([patch('P1', APPLIED), P2])).toEqual([['P1', 'superseded', 'P2.RUN']]);
  expect(wrong([patch('P1', { patch_state: 'committed' }), P2])).toEqual([['P1', 'committed/superseded', 'P2.RUN']]);
  const elsewhere = patch('P2', { ...APPLIED, supersedes: ['P1.RUN'], applied_to: ['OTHER.RUN'] });
  expect(wrong([patch('P1', APPLIED), elsewhere])).toEqual([]);
});

test('the nearest superseder is named', () => {
  const P3 = patch('P3', { ...APPLIED, supersedes: ['P1.RUN', 'P2.RUN'] });
  const second = patch('P2', { patch_state: 'superseded', superseded_by: ['P3.RUN'], supersedes: ['P1.RUN'] });
  expect(wrong([patch('P1', APPLIED), second, P3])).toEqual([['P1', 'superseded', 'P2.RUN']]);
});

test('what superseded_by names is believed while it is installed, as in a chain with a gap', () => {
  const by = { patch_state: 'superseded', superseded_by: ['P3.RUN'] };
  expect(wrong([patch('P1', by), patch('P3', APPLIED)])).toEqual([]);
  expect(wrong([patch('P1', by)])).toEqual([['P1', 'applied', '']]);
  expect(wrong([patch('P1', { ...by, patch_state: 'committed/superseded' })])).toEqual([['P1', 'committed', '']]);
});

test('a superseded_by that names an older patch is what is wrong', () => {
  const second = patch('P2', { patch_state: 'superseded', superseded_by: ['P1.RUN'], supersedes: ['P1.RUN'] });
  const first = patch('P1', { patch_state: 'superseded', superseded_by: ['P2.RUN'] });
  expect(wrong([first, second])).toEqual([['P2', 'applied', '']]);
});

test('committed when a saved file is gone, and not because there is none', () => {
  expect(wrong([patch('P1', APPLIED, SAVED)], false)).toEqual([['P1', 'committed', '']]);
  expect(wrong([patch('P1', APPLIED, SAVED)], true)).toEqual([]);
  expect(wrong([patch('P1', APPLIED)], false)).toEqual([]);
});

test('a state that cannot be read is told from what was saved', () => {
  expect(wrong([patch('P1', { patch_state: 'nonsense' }, SAVED)])).toEqual([['P1', 'applied', '']]);
  expect(wrong([patch('P1', {})])).toEqual([['P1', 'committed', '']]);
});

test('each is told in one sentence', () => {
  const texts = (products: readonly ProductPart[]) =>
    wrongStates(catalogOf({ kind: 'root', products }), () => true).map((each) => each.text);
  expect(texts([patch('P1', APPLIED), P2])).toEqual([
    'P1.RUN has the patch_state "applied" and should have "superseded" (superseded by P2.RUN).',
  ]);
  expect(texts([patch('P1', { patch_state: 'superseded' }), P2])).toEqual([
    'P1.RUN has superseded_by "" and should have "P2.RUN".',
  ]);
});
