// What swremove, swverify, swconfig and swmodify work on (commands.md 5.3; patches.md 5).
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { EngineOptions } from '../../../src/model/request.ts';
import { selectOnTarget, type TargetInput } from '../../../src/selection/target.ts';
import {
  acme,
  catalogOf,
  depot1,
  installed,
  options,
  PD_1,
  type ProductPart,
  PT_1,
  PT_2,
  PT_3,
  rootOf,
} from './catalog-builder.ts';
import { show, words } from './choosing.ts';

function on(
  target: Catalog,
  software: string,
  verb: TargetInput['verb'] = 'remove',
  changes: Partial<EngineOptions> = {},
) {
  const depot = target.kind === 'depot';
  return show(selectOnTarget({ target, software: words(software), options: options(changes), verb, depot }));
}

const superseded = (by: string) => ({
  RUN: { patch_state: 'superseded', superseded_by: `${by}.RUN` },
  MAN: { patch_state: 'superseded', superseded_by: `${by}.MAN` },
});
const patched = () => rootOf(installed(acme()), installed(PT_1, superseded('PT_2')), installed(PT_2));
const plain = (tag: string, attributes: Record<string, string | string[]> = {}): ProductPart => ({
  tag,
  attributes: { revision: '1.0' },
  filesets: [{ tag: 'F', attributes }],
});

describe('remove', () => {
  test('S47 a patch fileset brings its siblings, unless allow_split_patches=true', () => {
    const root = rootOf(installed(acme()), installed(PT_1));
    const { names, selection } = on(root, 'PT_1.MAN');
    expect(names).toEqual(['PT_1.RUN', 'PT_1.MAN']);
    expect(selection.entries[0]?.reason).toEqual({ kind: 'sibling', of: 'PT_1.MAN' });
    expect(on(root, 'PT_1.MAN', 'remove', { allow_split_patches: true }).names).toEqual(['PT_1.MAN']);
  });
  test('S42 a superseded patch can be named; analysis refuses it', () => {
    expect(on(patched(), 'PT_1').names).toEqual(['PT_1.RUN', 'PT_1.MAN']);
  });
  test('S45 a base takes all its patches along, whatever their state', () => {
    const { names, selection } = on(patched(), 'ACME');
    expect(names).toEqual(['ACME.RUN', 'ACME.MAN', 'ACME.KRN', 'PT_1.RUN', 'PT_1.MAN', 'PT_2.RUN', 'PT_2.MAN']);
    expect(selection.entries[3]?.reason).toEqual({ kind: 'with_base', base: 'ACME.RUN' });
  });
  test('one base fileset takes only the patches on it, not their siblings', () => {
    expect(on(patched(), 'ACME.MAN').names).toEqual(['ACME.MAN', 'PT_1.MAN', 'PT_2.MAN']);
  });
  test('a patch without applied_to is found by its ancestor', () => {
    const root = rootOf(
      installed(acme('2.0', ['RUN'])),
      installed(PT_1, { RUN: { applied_to: '' }, MAN: { applied_to: '' } }),
    );
    expect(on(root, 'ACME').names).toEqual(['ACME.RUN', 'PT_1.RUN']);
  });
  test('dependents with autoselect_dependents, and what goes with those', () => {
    const root = rootOf(
      installed(acme('2.0', ['RUN', 'MAN', 'KRN'])),
      installed(PT_3),
      installed(PD_1),
      plain('USER', { prerequisites: ['ACME.KRN'] }),
    );
    expect(on(root, 'PT_3').names).toEqual(['PT_3.RUN', 'PT_3.MAN']);
    const along = on(root, 'PT_3', 'remove', { autoselect_dependents: true });
    expect(along.names).toEqual(['PT_3.RUN', 'PT_3.MAN', 'PD_1.KRN']);
    expect(along.selection.entries[2]?.reason).toEqual({ kind: 'dependent', of: 'PT_3.RUN' });
    expect(on(root, 'ACME.KRN', 'remove', { autoselect_dependents: true }).names).toEqual([
      'ACME.KRN',
      'PD_1.KRN',
      'USER.F',
    ]);
  });
  test('in a depot patches are ordinary software', () => {
    expect(on(depot1(), 'PT_1.RUN').names).toEqual(['PT_1.RUN']);
    expect(on(depot1(), 'ACME').names).toEqual(['ACME.RUN', 'ACME.MAN', 'ACME.KRN']);
  });
  test('what is not there is told; the rest goes on, or nothing with enforce_selections', () => {
    const { names, findings, selection } = on(patched(), 'NOPE ACME.KRN');
    expect(names).toEqual(['ACME.KRN']);
    expect(findings).toEqual(['error software_not_found']);
    expect(selection.unmatched).toEqual(['NOPE']);
    expect(on(patched(), 'NOPE ACME.KRN', 'remove', { enforce_selections: true }).names).toEqual([]);
  });
  test('no operands: nothing selected', () => {
    expect(on(patched(), '').findings).toEqual(['error nothing_selected']);
  });
  test('location and version narrow down', () => {
    expect(on(patched(), 'ACME.KRN,l=/').names).toEqual(['ACME.KRN']);
    expect(on(patched(), 'ACME.KRN,l=/alt').findings).toEqual(['error software_not_found']);
  });
});

describe('bundles', () => {
  const root = catalogOf({
    kind: 'root',
    products: [plain('A'), plain('B'), plain('C')],
    bundles: [
      { tag: 'B1', contents: ['A', 'B'] },
      { tag: 'B2', contents: ['B', 'C'] },
      { tag: 'OUTER', contents: ['INNER'] },
      { tag: 'INNER', contents: ['C'] },
      { tag: 'STICKY', attributes: { is_sticky: 'true' }, contents: ['A'] },
    ],
  });
  test('what another bundle holds stays', () => {
    const { names, out, findings, selection } = on(root, 'B1 STICKY');
    expect(names).toEqual(['A.F']);
    expect(findings).toEqual(['note held_by_bundle']);
    expect(out).toEqual({ 'B.F': 'also in bundle B2' });
    expect(selection.bundles).toEqual(['B1', 'STICKY']);
  });
  test('unless that is named too, or the product itself', () => {
    expect(on(root, 'B1 B2 STICKY OUTER').names).toEqual(['A.F', 'B.F', 'C.F']);
    expect(on(root, 'B1 B').names).toEqual(['B.F']);
    expect(on(root, 'B1 B A').names).toEqual(['A.F', 'B.F']);
  });
  test('a star removes everything with all records', () => {
    const { names, selection } = on(root, '*');
    expect(names).toEqual(['A.F', 'B.F', 'C.F']);
    expect(selection.bundles).toEqual(['B1', 'B2', 'OUTER', 'INNER', 'STICKY']);
  });
  test('a part of a bundle leaves the record, a nested one stays with the outer', () => {
    expect(on(root, 'B2.C').selection.bundles).toEqual([]);
    expect(on(root, 'INNER').selection.bundles).toEqual([]);
    expect(on(root, 'OUTER B2').selection.bundles).toEqual(['B2', 'OUTER', 'INNER']);
  });
  test('a sticky bundle goes with the last of its contents', () => {
    expect(on(root, 'A').selection.bundles).toEqual(['STICKY']);
    expect(on(root, 'A', 'remove', { autoselect_reference_bundles: false }).selection.bundles).toEqual([]);
  });
  test('other verbs take a bundle whole', () => {
    const { names, selection } = on(root, 'B1', 'modify');
    expect(names).toEqual(['A.F', 'B.F']);
    expect(selection.bundles).toEqual(['B1']);
  });
});

describe('other verbs', () => {
  const root = rootOf(
    plain('A', { prerequisites: ['GONE | B'], exrequisites: ['D'] }),
    plain('B', { corequisites: ['C'] }),
    plain('C'),
    plain('D'),
  );
  test('verify and configure bring what the software needs with autoselect_dependencies=true', () => {
    expect(on(root, 'A', 'verify').names).toEqual(['A.F', 'B.F', 'C.F']);
    expect(on(root, 'A', 'configure').selection.entries[1]?.reason).toEqual({
      kind: 'requisite',
      relation: 'prerequisite',
      of: 'A.F',
      spec: 'GONE | B',
    });
    expect(on(root, 'A', 'verify', { autoselect_dependencies: 'as_needed' }).names).toEqual(['A.F']);
  });
  test('unconfigure brings dependents with autoselect_dependents', () => {
    expect(on(root, 'C', 'unconfigure').names).toEqual(['C.F']);
    expect(on(root, 'C', 'unconfigure', { autoselect_dependents: true }).names).toEqual(['A.F', 'B.F', 'C.F']);
  });
  test('modify takes what is named', () => {
    expect(on(patched(), 'PT_2.RUN', 'modify').names).toEqual(['PT_2.RUN']);
  });
});
