// swlist -l patch, superseded patches and --owner (patches.md 7.1, S51, S52).

import { expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { ProductPart } from '../selection/catalog-builder.ts';
import { acme, depot1, depotP, installed, PT_1, PT_2, PX_1, rootOf } from '../selection/catalog-builder.ts';
import { names, swlist } from './list-fixture.ts';

const superseded = { patch_state: 'superseded', superseded_by: ['PT_2.RUN'] };

/** S37: ACME with PT_1 superseded by PT_2; RUN's patches are recorded on the base. */
function s37(): Catalog {
  const base = installed(acme(), { RUN: { title: 'Tools', applied_patches: ['PT_1.RUN', 'PT_2.RUN'] } });
  return rootOf(
    base,
    installed(PT_1, { RUN: superseded, MAN: superseded }),
    installed(PT_2, { RUN: { title: 'Cure' } }),
  );
}

const shown = { show_superseded_patches: true };

test('S51: superseded patch filesets are shown only on demand', () => {
  const asked = { levels: ['fileset' as const], software: ['PT_*'] };
  expect(names(swlist(s37(), asked).body)).toEqual(['PT_2.MAN', 'PT_2.RUN']);
  expect(names(swlist(s37(), { ...asked, options: shown }).body)).toEqual([
    'PT_1.MAN',
    'PT_1.RUN',
    'PT_2.MAN',
    'PT_2.RUN',
  ]);
});

test('S52: a superseded patch is not found although it is named', () => {
  expect(swlist(s37(), { software: ['PT_1'] }).errors).toEqual(['Software "PT_1" was not found on host "sheldon:/".']);
  expect(names(swlist(s37()).body)).toEqual(['ACME', 'PT_2']);
});

test('committed/superseded is hidden too; a product is shown while one of its filesets is active', () => {
  const root = rootOf(installed(acme()), installed(PT_1, { RUN: { patch_state: 'committed/superseded' } }));
  expect(names(swlist(root, { software: ['PT_1'] }).body)).toEqual(['PT_1.MAN']);
  expect(names(swlist(root, { levels: ['product'] }).body)).toEqual(['ACME', 'PT_1']);
});

test('a depot knows no superseded state and hides nothing', () => {
  const odd: ProductPart = { ...PT_1, filesets: [{ tag: 'RUN', attributes: superseded }] };
  expect(names(swlist(rootOf(odd), { levels: ['product'] }).body)).toEqual([]);
  expect(names(swlist(depot1(), { levels: ['product'], software: ['PT_1'] }).body)).toEqual(['PT_1']);
});

test('-l patch: the base fileset as # line, its patches with revision, title and patch_state', () => {
  expect(swlist(s37(), { levels: ['patch'] }).body.map((line) => line.trimEnd())).toEqual([
    '# ACME.MAN              2.0',
    '  PT_2.MAN              1.0                           applied',
    '',
    '# ACME.RUN              2.0            Tools',
    '  PT_2.RUN              1.0            Cure           applied',
  ]);
  const all = swlist(s37(), { levels: ['patch'], options: shown });
  expect(names(all.body)).toEqual(['PT_1.MAN', 'PT_2.MAN', 'PT_1.RUN', 'PT_2.RUN']);
  expect(all.body.find((line) => line.includes('PT_1.RUN'))).toMatch(/ superseded /);
});

test('-l patch PRODUCT: a patch below its own product line, a base with its patches below each fileset', () => {
  expect(swlist(s37(), { levels: ['patch'], software: ['PT_2'] }).body.map((line) => line.trimEnd())).toEqual([
    '# PT_2                  1.0',
    '  PT_2.MAN              1.0                           applied',
    '  PT_2.RUN              1.0            Cure           applied',
  ]);
  const base = swlist(s37(), { levels: ['patch'], software: ['ACME'] }).body;
  expect(base.filter((line) => line.startsWith('# ')).map((line) => line.split(/\s+/)[1])).toEqual([
    'ACME',
    'ACME.MAN',
    'ACME.RUN',
  ]);
  expect(names(base)).toEqual(['PT_2.MAN', 'PT_2.RUN']);
});

test('-l patch in a depot goes by ancestor; a patch without its base stands below its own product', () => {
  const { body } = swlist(depot1(), { levels: ['patch'] });
  const run = body.indexOf(body.find((line) => line.startsWith('# ACME.RUN'))!);
  expect(names(body.slice(run, run + 6))).toEqual(['PT_1.RUN', 'PT_2.RUN', 'PT_3.RUN', 'PX_1.RUN']);
  expect(names(body.slice(run)).at(-1)).toBe('PO_1.RUN');
  expect(names(swlist(depotP(), { levels: ['patch'] }).body)).toHaveLength(9);
});

test('patch_one_liner chooses the columns; -l patch -a applied_to shows the base', () => {
  const { body } = swlist(s37(), { levels: ['patch'], options: { patch_one_liner: ['patch_state', 'revision'] } });
  expect(body[1]!.trim().split(/\s+/)).toEqual(['PT_2.MAN', 'applied', '1.0']);
  const to = swlist(s37(), { levels: ['patch'], software: ['*.*,c=patch'], attributes: ['applied_to'] }).body;
  expect(to.map((line) => line.trimEnd())).toEqual([
    '# PT_2',
    '  PT_2.MAN              ACME.MAN',
    '  PT_2.RUN              ACME.RUN',
  ]);
});

test('clients.md 9: -a applied_patches FILESET prints PRODUCT.FILESET, then one patch a line', () => {
  expect(swlist(s37(), { software: ['ACME.RUN'], attributes: ['applied_patches'] }).body).toEqual([
    '  ACME.RUN',
    '    PT_1.RUN',
    '    PT_2.RUN',
  ]);
});

test('-a superseded_by and -a category_tag stand behind the name', () => {
  const by = swlist(s37(), { levels: ['fileset'], software: ['PT_1'], attributes: ['superseded_by'], options: shown });
  expect(by.body.at(-1)!.trimEnd()).toBe('  PT_1.RUN              PT_2.RUN');
  const tags = swlist(s37(), { levels: ['product'], software: ['PT_2'], attributes: ['category_tag'] });
  expect(tags.body[0]!.trim()).toBe('PT_2                  patch defect_repair critical');
});

test('--owner: base first, then the patches that are active', () => {
  const path = '/opt/acme/bin/tool';
  const withFile = (patch: ProductPart): ProductPart => ({
    ...patch,
    filesets: patch.filesets.map((fileset) =>
      fileset.tag === 'RUN' ? { ...fileset, files: [{ path, type: 'f' }] } : fileset,
    ),
  });
  const root = rootOf(installed(withFile(PX_1)), installed(withFile(PT_1), { RUN: superseded }), installed(acme()));
  expect(names(swlist(root, { owner: path }).body)).toEqual(['ACME.RUN', 'PX_1.RUN']);
  expect(swlist(root, { owner: '/opt/acme' })).toMatchObject({
    whole: [],
    errors: ['No fileset on "sheldon:/" owns the file "/opt/acme".'],
  });
});
