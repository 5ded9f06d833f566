// Which patches come along: the selection part of patches.md S12-S34, 8.7 and chapter 3.
import { describe, expect, test } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import {
  acme,
  catalogOf,
  depot1,
  depot3,
  depotOf,
  depotP,
  installed,
  PATCHES,
  PD_1,
  PN_1,
  PT_1,
  PT_2,
  PT_3,
  PX_1,
  patch,
  rootOf,
} from './catalog-builder.ts';
import { choose } from './choosing.ts';

const empty = emptyCatalog('root');
const withAcme = () => rootOf(installed(acme()));
const ACME = ['ACME.RUN', 'ACME.MAN', 'ACME.KRN'];
const PT = (n: number) => [`PT_${n}.RUN`, `PT_${n}.MAN`];

describe('autoselect_patches', () => {
  test('S12 the heads of all chains come, superseded and other versions do not', () => {
    const { names, selection, findings } = choose(depot1(), empty, 'ACME');
    expect(names).toEqual([...ACME, ...PT(3), 'PX_1.RUN', 'PD_1.KRN']);
    expect(findings).toEqual([]);
    expect(selection.entries[3]?.reason).toEqual({
      kind: 'automatic',
      by: 'autoselect_patches',
      base: 'ACME.RUN',
      chain: ['PT_1', 'PT_2', 'PT_3'],
      filter: '*.*',
    });
    expect(selection.entries[0]?.reason).toEqual({ kind: 'asked', spec: 'ACME' });
  });
  test('S13 not with autoselect_patches=false', () => {
    expect(choose(depot1(), empty, 'ACME', { autoselect_patches: false }).names).toEqual(ACME);
  });
  test('S14 but what is named comes', () => {
    expect(choose(depot1(), empty, 'ACME PT_1', { autoselect_patches: false }).names).toEqual([...ACME, ...PT(1)]);
  });
  test('S15 explicit wins in its chain; a requisite on a newer member brings nothing', () => {
    const { names } = choose(depot1(), empty, 'ACME PT_1');
    expect(names).toEqual([...ACME, ...PT(1), 'PX_1.RUN', 'PD_1.KRN']);
  });
  test('S16 only patches of the filesets selected', () => {
    expect(choose(depot1(), empty, 'ACME.MAN').names).toEqual(['ACME.MAN', 'PT_3.MAN']);
  });
  test('S17 patch_filter keeps what passes and lists what fails', () => {
    const { names, out } = choose(depot1(), empty, 'ACME', { patch_filter: '*.*,c=enhancement' });
    expect(names).toEqual([...ACME, ...PT(3), 'PD_1.KRN']);
    expect(out).toEqual({ 'PX_1.RUN': 'PX_1.RUN fails patch_filter *.*,c=enhancement' });
  });
  test('S18 another filter', () => {
    expect(choose(depot1(), empty, 'ACME', { patch_filter: ' *.*,c=special_release' }).names).toEqual([
      ...ACME,
      'PX_1.RUN',
    ]);
  });
  test('S19 no older member stands in for a head that fails', () => {
    const head = patch('PT_2', { RUN: {}, MAN: {} }, { supersedes: ['PT_1'], categories: ['critical'] });
    const { names, out } = choose(depotOf(acme(), PT_1, head), empty, 'ACME', { patch_filter: '*.*,c=defect_repair' });
    expect(names).toEqual(ACME);
    expect(Object.keys(out)).toEqual(PT(2));
  });
  test('an explicit choice in one chain leaves other chains automatic', () => {
    expect(choose(depot1(), empty, 'ACME PX_1').names).toEqual([...ACME, ...PT(3), 'PX_1.RUN', 'PD_1.KRN']);
  });
  test('a chain with gaps: only the immediate predecessor is listed', () => {
    const depot = depotOf(
      acme(),
      patch('A1', { RUN: {} }),
      patch('A2', { RUN: {} }, { supersedes: ['A1'] }),
      patch('A3', { RUN: {} }, { supersedes: ['A2'] }),
    );
    const { names, selection } = choose(depot, empty, 'ACME.RUN');
    expect(names).toEqual(['ACME.RUN', 'A3.RUN']);
    expect(selection.entries[1]?.reason).toMatchObject({ chain: ['A1', 'A2', 'A3'] });
  });
  test('a successor for another version of the base does not hide the head of this one', () => {
    const depot = depotOf(
      acme(),
      PT_1,
      patch('PT_2', { RUN: { ancestor: ['ACME.RUN,fr=3.0'] } }, { supersedes: ['PT_1'] }),
    );
    expect(choose(depot, empty, 'ACME.RUN').names).toEqual(['ACME.RUN', 'PT_1.RUN']);
  });
  test('repeated ancestors are alternatives', () => {
    const depot = depotOf(acme(), patch('PA', { RUN: { ancestor: ['ACME.RUN,fr=1.0', 'ACME.RUN,fr=2.0'] } }));
    expect(choose(depot, empty, 'ACME.RUN').names).toEqual(['ACME.RUN', 'PA.RUN']);
  });
  test('patches that supersede each other in a circle are refused', () => {
    const depot = depotOf(
      acme(),
      patch('C1', { RUN: {} }, { supersedes: ['C2'] }),
      patch('C2', { RUN: {} }, { supersedes: ['C1'] }),
      PX_1,
    );
    const { names, findings, out } = choose(depot, empty, 'ACME.RUN');
    expect(names).toEqual(['ACME.RUN', 'PX_1.RUN']);
    expect(findings).toEqual(['error supersedes_cycle']);
    expect(Object.keys(out).sort()).toEqual(['C1.RUN', 'C2.RUN']);
  });
  test('of two versions of one patch product the newest comes', () => {
    const depot = depotOf(acme(), PX_1, { ...PX_1, attributes: { ...PX_1.attributes, revision: '1.10' } });
    expect(choose(depot, empty, 'ACME.RUN').names).toEqual(['ACME.RUN', 'PX_1.2.RUN']);
  });
  test('8.7.9 the base is installed already: its patches come', () => {
    expect(choose(depot1(), withAcme(), 'ACME.MAN').names).toEqual(['ACME.MAN', 'PT_3.RUN', 'PT_3.MAN']);
  });
  test('8.7.10 a patch dropped with its old base comes again where it matches the new one', () => {
    const both = patch('PB', { RUN: { ancestor: ['ACME.RUN'] } });
    const root = rootOf(installed(acme('2.0', ['RUN'])), installed(both));
    const depot = depotOf(acme('3.0', ['RUN']), both);
    expect(choose(depot, root, 'ACME').names).toEqual(['ACME.RUN', 'PB.RUN']);
    const same = depotOf(acme('2.0', ['RUN']), both);
    expect(choose(same, root, 'ACME').out).toEqual({ 'PB.RUN': 'already installed' });
    expect(choose(same, root, 'ACME', { reinstall: true }).names).toEqual(['ACME.RUN', 'PB.RUN']);
  });
});

describe('patch_match_target', () => {
  const match = { patch_match_target: true };
  test('S20 patches for what the target has', () => {
    const { names, selection } = choose(depotP(), withAcme(), '', match);
    expect(names).toEqual([...PT(3), 'PX_1.RUN', 'PD_1.KRN']);
    expect(selection.entries[0]?.reason).toMatchObject({
      kind: 'automatic',
      by: 'patch_match_target',
      base: 'ACME.RUN',
    });
  });
  test('S21 everything is there: nothing to do, no error', () => {
    const root = rootOf(installed(acme()), installed(PT_3), installed(PX_1), installed(PD_1));
    const { names, findings, out } = choose(depotP(), root, '', match);
    expect(names).toEqual([]);
    expect(findings).toEqual(['note nothing_to_do']);
    expect(out['PT_3.RUN']).toBe('already installed');
  });
  test('S22 with a filter', () => {
    expect(choose(depotP(), withAcme(), '', { ...match, patch_filter: '*.*,c=critical' }).names).toEqual(PT(3));
  });
  test('S23 not together with match_target', () => {
    expect(() => choose(depotP(), withAcme(), '', { ...match, match_target: true })).toThrow(
      expect.objectContaining({ code: 'match_options_exclusive' }),
    );
  });
  test('S24 a named patch passes the filter unseen', () => {
    const { names } = choose(depotP(), withAcme(), 'PX_1', { ...match, patch_filter: '*.*,c=critical' });
    expect(names).toEqual([...PT(3), 'PX_1.RUN']);
  });
  test('a bundle that names a superseded patch beats the automatic choice', () => {
    expect(choose(depotP(), withAcme(), 'PBUN', match).names).toEqual([...PT(2), 'PX_1.RUN', 'PD_1.KRN']);
  });
  test('an installed patch newer than the head of the depot: nothing to do', () => {
    const root = rootOf(installed(acme('2.0', ['RUN', 'MAN'])), installed(PT_3));
    const { findings, out } = choose(depotOf(PT_1, PT_2), root, '', match);
    expect(findings).toEqual(['note nothing_to_do']);
    expect(out).toEqual({
      'PT_2.RUN': 'superseded by installed PT_3.RUN',
      'PT_2.MAN': 'superseded by installed PT_3.MAN',
    });
  });
  test('no patch applies: an error', () => {
    const { findings } = choose(depotOf(PD_1), rootOf(installed(acme('2.0', ['RUN']))), '', match);
    expect(findings).toEqual(['error nothing_selected']);
  });
  test('all patches fail the filter: an error', () => {
    const root = rootOf(installed(acme('2.0', ['KRN'])));
    const { findings } = choose(depotP(), root, '', { ...match, patch_filter: '*.*,c=critical' });
    expect(findings).toEqual(['error nothing_selected']);
  });
  test('a base that is being updated gets the patches of its new version only', () => {
    const depot = depotOf(acme('3.0', ['RUN']), PN_1, ...PATCHES);
    const { names, findings } = choose(depot, withAcme(), 'ACME.RUN', match);
    expect(names).toEqual(['ACME.RUN', 'PN_1.RUN', 'PT_3.MAN', 'PD_1.KRN']);
    expect(findings).toEqual(['note requisite_not_in_source']);
  });
});

describe('siblings', () => {
  const some = () => rootOf(installed(acme('2.0', ['RUN', 'MAN'])));
  test('S25 one fileset of a patch brings the others', () => {
    const { names, selection } = choose(depotP(), some(), 'PT_3.RUN');
    expect(names).toEqual(PT(3));
    expect(selection.entries[1]?.reason).toEqual({ kind: 'sibling', of: 'PT_3.RUN' });
  });
  test('S26 not with allow_split_patches', () => {
    expect(choose(depotP(), some(), 'PT_3.RUN', { allow_split_patches: true }).names).toEqual(['PT_3.RUN']);
  });
  test('a sibling without base stays out', () => {
    expect(choose(depotP(), rootOf(installed(acme('2.0', ['RUN']))), 'PT_3.RUN').names).toEqual(['PT_3.RUN']);
  });
  test('the siblings of a named patch are as explicit as itself', () => {
    expect(choose(depot1(), empty, 'ACME.RUN ACME.MAN PT_1.RUN').names).toEqual([
      'ACME.RUN',
      'ACME.MAN',
      ...PT(1),
      'PX_1.RUN',
    ]);
  });
  test('8.7.2 a sibling superseded by what is chosen stays out, with a NOTE', () => {
    const { names, findings } = choose(depotP(), some(), 'PT_1.RUN PT_3.MAN');
    expect(names).toEqual(['PT_1.RUN', 'PT_3.MAN']);
    expect(findings).toEqual(['note sibling_left_out', 'note sibling_left_out']);
  });
  test('8.7.2 a sibling superseded by what is installed stays out, with a NOTE', () => {
    const root = rootOf(
      installed(acme('2.0', ['RUN', 'MAN'])),
      installed({ ...PT_3, filesets: PT_3.filesets.slice(1) }),
    );
    const { names, findings } = choose(depotP(), root, 'PT_2.RUN');
    expect(names).toEqual(['PT_2.RUN']);
    expect(findings).toEqual(['note sibling_left_out']);
  });
});

describe('named patches', () => {
  test.each([
    ['S27 PT_3 with one base only: analysis sorts it out', rootOf(installed(acme('2.0', ['RUN']))), 'PT_3', PT(3)],
    ['S28 no base', empty, 'PT_1', PT(1)],
    ['S29 wrong ancestor', withAcme(), 'PO_1', ['PO_1.RUN']],
    ['S30 superseded by what is installed', rootOf(installed(acme()), installed(PT_3)), 'PT_2', PT(2)],
    ['S31 superseded in the depot only', withAcme(), 'PT_2', PT(2)],
    ['named twice', withAcme(), 'PT_2 PT_2.RUN', PT(2)],
  ])('%s', (_, root, software, expected) => {
    expect(choose(depotP(), root, software).names).toEqual(expected);
  });
  test('\\* names everything, so nothing is filtered', () => {
    const { names } = choose(depotP(), withAcme(), '*', { patch_filter: '*.*,c=critical' });
    expect(names).toHaveLength(9);
  });
  test('a patch alone does not bring its base', () => {
    expect(choose(depot1(), empty, 'PX_1').names).toEqual(['PX_1.RUN']);
  });
});

describe('dependencies between patches', () => {
  test('S32 the requisite is climbed to the head, and its sibling comes', () => {
    const { names, selection } = choose(depotP(), withAcme(), 'PD_1');
    expect(names).toEqual([...PT(3), 'PD_1.KRN']);
    expect(selection.entries[0]?.reason).toEqual({
      kind: 'requisite',
      relation: 'prerequisite',
      of: 'PD_1.KRN',
      spec: 'PT_2.RUN',
    });
  });
  test('S33 an installed superseder meets it', () => {
    expect(choose(depotP(), rootOf(installed(acme()), installed(PT_3)), 'PD_1').names).toEqual(['PD_1.KRN']);
  });
  test('8.7.5 what the target meets pulls nothing, though the source has newer', () => {
    expect(choose(depotP(), rootOf(installed(acme()), installed(PT_2)), 'PD_1').names).toEqual(['PD_1.KRN']);
  });
  test('S34 an older patch does not; a NOTE says what is missing', () => {
    const root = rootOf(installed(acme()), installed(PT_1));
    const { names, findings, selection } = choose(depotOf(PD_1), root, 'PD_1');
    expect(names).toEqual(['PD_1.KRN']);
    expect(findings).toEqual(['note requisite_not_in_source']);
    expect(selection.findings[0]?.subjects).toContain('PT_2.RUN');
  });
  test('the climb stops at an explicit member', () => {
    const root = withAcme();
    const needsFirst = patch('PE', { KRN: { prerequisites: ['PT_1.RUN'] } });
    const { names } = choose(depotOf(...PATCHES, needsFirst), root, 'PE PT_2');
    expect(names).toEqual([...PT(2), 'PE.KRN']);
  });
  test('an explicit older member forbids it', () => {
    expect(choose(depotP(), withAcme(), 'PD_1 PT_1').names).toEqual([...PT(1), 'PD_1.KRN']);
  });
  test('8.7.12 whoever lists an absent member stands for it', () => {
    expect(choose(depotOf(PT_3, PD_1), withAcme(), 'PD_1').names).toEqual([...PT(3), 'PD_1.KRN']);
  });
  test('8.7.12 of several heads the first in source order, and none when another branch is explicit', () => {
    const depot = depotOf(
      patch('Z1', { RUN: {} }),
      patch('Z3', { RUN: {} }, { supersedes: ['Z1'] }),
      patch('Z2', { RUN: {} }, { supersedes: ['Z1'] }),
      patch('ZD', { KRN: { prerequisites: ['Z1.RUN'] } }),
    );
    expect(choose(depot, withAcme(), 'ZD').names).toEqual(['Z3.RUN', 'ZD.KRN']);
    const branch = depotOf(
      patch('Y1', { RUN: {} }),
      patch('Y2', { RUN: {} }),
      patch('Y3', { RUN: {} }, { supersedes: ['Y1', 'Y2'] }),
      patch('YD', { KRN: { prerequisites: ['Y1.RUN'] } }),
    );
    expect(choose(branch, withAcme(), 'YD').names).toEqual(['Y3.RUN', 'YD.KRN']);
    expect(choose(branch, withAcme(), 'YD Y2').names).toEqual(['Y2.RUN', 'YD.KRN']);
  });
  test('a head for another version of the base is climbed past', () => {
    const later = patch('PT_9', { RUN: { ancestor: ['ACME.RUN,fr=9'] } }, { supersedes: ['PT_1', 'PT_2', 'PT_3'] });
    expect(choose(depotOf(...PATCHES, later), withAcme(), 'PD_1').names).toEqual([...PT(3), 'PD_1.KRN']);
  });
  test('the filter does not judge what a dependency brings', () => {
    const { names } = choose(depot1(), empty, 'ACME.KRN ACME.RUN', { patch_filter: 'PD*.*' });
    expect(names).toEqual(['ACME.RUN', 'ACME.KRN', 'PT_3.RUN', 'PD_1.KRN']);
  });
  test('the base a needed patch stands on may come later in the same session', () => {
    const needs = patch('PE', { KRN: { prerequisites: ['PX_1.RUN', 'ACME.RUN'] } });
    const { names, findings } = choose(depotOf(acme(), PX_1, needs), empty, 'ACME.KRN', { autoselect_patches: true });
    expect(names).toEqual(['ACME.RUN', 'ACME.KRN', 'PX_1.RUN', 'PE.KRN']);
    expect(findings).toEqual([]);
    const plain = choose(depotOf(acme(), PX_1, needs), empty, 'ACME.KRN PE', { autoselect_patches: false });
    expect(plain.names).toEqual(['ACME.RUN', 'ACME.KRN', 'PX_1.RUN', 'PE.KRN']);
  });
  test('autoselect_dependencies=false brings nothing', () => {
    expect(choose(depotP(), withAcme(), 'PD_1', { autoselect_dependencies: 'false' }).names).toEqual(['PD_1.KRN']);
  });
});

describe('patch_filter', () => {
  test('what is no spec is refused', () => {
    expect(() => choose(depot1(), empty, 'ACME', { patch_filter: '*.*, c=x' })).toThrow(
      expect.objectContaining({ code: 'bad_patch_filter' }),
    );
  });
  test('a category nobody has is refused, with the nearest', () => {
    expect(() => choose(depot1(), empty, 'ACME', { patch_filter: '*.*,c=critcal' })).toThrow(
      expect.objectContaining({ code: 'category_unknown', todo: 'Did you mean "critical"?' }),
    );
  });
  test('a category object makes it known, and one known alternative is enough', () => {
    const depot = catalogOf({ products: [acme(), ...PATCHES], categories: [{ tag: 'corruption' }] });
    expect(choose(depot, empty, 'ACME', { patch_filter: '*.*,c=corruption' }).names).toEqual(ACME);
    expect(choose(depot, empty, 'ACME', { patch_filter: '*.*,c=typo|special_release' }).names).toContain('PX_1.RUN');
  });
  test('it is not asked where there is no patch to judge', () => {
    expect(choose(depotOf(acme()), empty, 'ACME', { patch_filter: '*.*,c=critcal' }).names).toEqual(ACME);
  });
  test('other forms: patterns, vendors, a bundle by name', () => {
    expect(choose(depot3(), empty, 'ACME', { patch_filter: 'PN*.*' }).names).toEqual(['ACME.RUN', 'PN_1.RUN']);
    expect(choose(depot3(), empty, 'ACME', { patch_filter: '*.*,v=HP' }).names).toEqual(['ACME.RUN']);
    const bundled = catalogOf({
      products: [acme(), ...PATCHES],
      bundles: [{ tag: 'QPK', attributes: { category_tag: ['special_release'] }, contents: ['PT_3'] }],
    });
    expect(choose(bundled, empty, 'ACME', { patch_filter: 'QPK' }).names).toEqual([...ACME, ...PT(3)]);
    expect(choose(bundled, empty, 'ACME', { patch_filter: '*.*,c=special_release' }).names).toEqual([
      ...ACME,
      'PX_1.RUN',
    ]);
  });
});
