// Scenarios S42-S50 of patches.md 8 as far as analysis decides them; the tables of remove.ts, rollback.ts, commit.ts.

import { describe, expect, it } from 'vitest';
import {
  acme,
  catalogOf,
  depotP,
  installed,
  PD_1,
  PT_1,
  PT_2,
  PT_3,
  PX_1,
  patch,
  rootOf,
} from '../selection/catalog-builder.ts';
import { commit, left, planned, remove, said, steps } from './fixture.ts';

const base = installed(acme());
const under = (by: string, state = 'superseded') => ({
  RUN: { patch_state: state, superseded_by: `${by}.RUN` },
  MAN: { patch_state: state, superseded_by: `${by}.MAN` },
});
const committed = { RUN: { patch_state: 'committed' }, MAN: { patch_state: 'committed' } };
/** PT_2 over PT_1. */
const two = rootOf(base, installed(PT_1, under('PT_2')), installed(PT_2));
/** PT_3 over PT_2 over PT_1. */
const three = rootOf(base, installed(PT_1, under('PT_2')), installed(PT_2, under('PT_3')), installed(PT_3));

describe('rolling patches back', () => {
  it('S42: not while a superseder is installed', async () => {
    const plan = await remove({ on: two, software: ['PT_1'] });
    expect(plan.products).toEqual([]);
    expect(left(plan)).toEqual(['exclude PT_1.MAN', 'exclude PT_1.RUN']);
    expect(said(plan)).toEqual(['error patch_superseded', 'error patch_superseded']);
    expect(plan.findings.map((each) => each.text)).toContain(
      'The patch fileset "PT_1.RUN,l=/,r=1.0" cannot be removed because it has been superseded by "PT_2.RUN,l=/,r=1.0".  Remove the superseding patch first.',
    );
  });
  it('S43: the newest goes and the one below becomes active', async () => {
    const plan = await remove({ on: two, software: ['PT_2'] });
    expect([...steps(plan)].sort()).toEqual(['rollback PT_2.MAN', 'rollback PT_2.RUN']);
    expect(planned(plan, 'PT_2.RUN').revives).toEqual(['PT_1/RUN']);
    expect(planned(plan, 'PT_2.MAN').revives).toEqual(['PT_1/MAN']);
  });
  it('superseded and superseder in one command: newest first, whatever the order of operands', async () => {
    const plan = await remove({ on: three, software: ['PT_1', 'PT_3', 'PT_2'] });
    expect(plan.products.map((each) => each.tag)).toEqual(['PT_3', 'PT_2', 'PT_1']);
    expect(said(plan)).toEqual([]);
    expect(planned(plan, 'PT_3.RUN').revives).toEqual(['PT_2/RUN']);
    expect(planned(plan, 'PT_2.RUN').revives).toEqual(['PT_1/RUN']);
    expect(planned(plan, 'PT_1.RUN').revives).toBeUndefined();
  });
  it('every superseder has to go', async () => {
    expect(said(await remove({ on: three, software: ['PT_1', 'PT_2'] }))).toEqual(
      Array(4).fill('error patch_superseded'),
    );
  });
  it('S44: not when committed', async () => {
    const plan = await remove({ on: rootOf(base, installed(PT_1, committed)), software: ['PT_1'] });
    expect([plan.products, said(plan)]).toEqual([[], ['error patch_committed', 'error patch_committed']]);
    expect(plan.findings[0]?.text).toContain(
      'because its rollback files are not available (patch_state is committed).',
    );
  });
  it('a revived one may be committed; then it goes no further', async () => {
    const on = rootOf(base, installed(PT_1, under('PT_2', 'committed/superseded')), installed(PT_2));
    expect(planned(await remove({ on, software: ['PT_2'] }), 'PT_2.RUN').revives).toEqual(['PT_1/RUN']);
    expect(said(await remove({ on, software: ['PT_1', 'PT_2'] }))).toContain('error patch_committed');
  });
  it('not when a saved file is lost', async () => {
    const saved = [{ path: '/opt/acme/bin/tool', existed: true, save: 'PT_1/RUN/opt/acme/bin/tool' }];
    const one = installed(PT_1);
    const on = rootOf(base, {
      ...one,
      filesets: one.filesets.map((each) => (each.tag === 'RUN' ? { ...each, saved } : each)),
    });
    expect(steps(await remove({ on, software: ['PT_1'] }))).toHaveLength(2);
    const plan = await remove({ on, software: ['PT_1'], world: { lostSaves: [saved[0]!.save] } });
    expect([plan.products, said(plan)]).toEqual([[], ['error saved_file_missing']]);
  });
  it('8.7.8: of two superseders one goes: the patch stays superseded and names the other', async () => {
    const a = patch('PA', { RUN: {} }, { supersedes: ['PT_1'] });
    const b = patch('PB', { RUN: {} }, { supersedes: ['PT_1'] });
    const on = rootOf(
      base,
      installed(PT_1, { RUN: { patch_state: 'superseded', superseded_by: 'PA.RUN' } }),
      installed(a),
      installed(b),
    );
    const first = planned(await remove({ on, software: ['PA'] }), 'PA.RUN');
    expect([first.revives, first.hands_over]).toEqual([undefined, [{ patch: 'PT_1/RUN', to: 'PB/RUN' }]]);
    const other = planned(await remove({ on, software: ['PB'] }), 'PB.RUN');
    expect([other.revives, other.hands_over]).toEqual([undefined, undefined]);
  });
  it('S47: siblings go together', async () => {
    const plan = await remove({ on: rootOf(base, installed(PT_1)), software: ['PT_1.RUN'] });
    expect([...steps(plan)].sort()).toEqual(['rollback PT_1.MAN', 'rollback PT_1.RUN']);
  });
  it('8.7.6: one refused, nothing goes', async () => {
    const plan = await remove({
      on: rootOf(base, installed(PT_1, under('PT_2')), installed(PT_2), installed(PX_1)),
      software: ['PX_1', 'PT_1'],
    });
    expect([plan.products, plan.bundles]).toEqual([[], []]);
    expect(left(plan)).toContain('exclude PX_1.RUN');
  });
});

describe('removing bases', () => {
  it('S45: patches go with their base, committed and superseded ones too, before it', async () => {
    const on = rootOf(base, installed(PT_1, under('PT_2', 'committed/superseded')), installed(PT_2, committed));
    const plan = await remove({ on, software: ['ACME'] });
    expect(plan.products.map((each) => each.tag)).toEqual(['PT_2', 'PT_1', 'ACME']);
    expect(steps(plan).every((each) => each.startsWith('remove '))).toBe(true);
    expect(said(plan)).toEqual([]);
    expect(planned(plan, 'PT_2.RUN').reason).toEqual({ kind: 'with_base', base: 'ACME.RUN' });
  });
  it('adds the patches that selection did not', async () => {
    const { planRemove } = await import('../../../src/analysis/remove.ts');
    const { viewsOf } = await import('./fixture.ts');
    const { options } = await import('../selection/catalog-builder.ts');
    const selection = {
      entries: [{ key: 'ACME/RUN', reason: { kind: 'asked', spec: 'ACME.RUN' } as const }],
      excluded: [],
      bundles: [],
      unmatched: [],
      locations: {},
      findings: [],
    };
    const plan = await planRemove({
      target: two,
      selection,
      options: options(),
      depot: false,
      targetPath: '/alt',
      views: viewsOf(),
    });
    expect(steps(plan)).toEqual(['remove PT_2.RUN', 'remove PT_1.RUN', 'remove ACME.RUN']);
  });
  it('a patch product may lose one fileset to its base and keep the other', async () => {
    const plan = await remove({ on: rootOf(base, installed(PT_1)), software: ['ACME.RUN'] });
    expect(steps(plan)).toEqual(['remove PT_1.RUN', 'remove ACME.RUN']);
  });
});

describe('dependents', () => {
  const on = rootOf(base, installed(PT_3), installed(PD_1));
  it('S46: what stays would miss something', async () => {
    const plan = await remove({ on, software: ['PT_3'] });
    expect([plan.products, said(plan)]).toEqual([[], ['error dependents']]);
    expect(plan.findings[0]?.subjects).toEqual(['PT_3.RUN,l=/,r=1.0', 'PD_1.KRN,l=/,r=1.0']);
  });
  it('enforce_dependencies=false: a WARNING', async () => {
    const plan = await remove({ on, software: ['PT_3'], options: { enforce_dependencies: false } });
    expect([steps(plan).length, said(plan)]).toEqual([2, ['warning dependents']]);
  });
  it('autoselect_dependents=true: dependents go first', async () => {
    const plan = await remove({ on, software: ['PT_3'], options: { autoselect_dependents: true } });
    expect(plan.products.map((each) => each.tag)).toEqual(['PD_1', 'PT_3']);
  });
  it('the predecessor that comes back does not meet a dependency on its superseder, nor is it needed for one on itself', async () => {
    const needs = (spec: string) => patch('PN', { RUN: { prerequisites: [spec] } });
    const chain = (spec: string) =>
      rootOf(base, installed(PT_1, under('PT_2')), installed(PT_2), installed(needs(spec)));
    expect(said(await remove({ on: chain('PT_2.RUN'), software: ['PT_2'] }))).toEqual(['error dependents']);
    expect(said(await remove({ on: chain('PT_1.RUN'), software: ['PT_2'] }))).toEqual([]);
  });
  it('circles go together', async () => {
    const part = (tag: string, needs: string) =>
      installed({ tag, filesets: [{ tag: 'F', attributes: { prerequisites: [needs] } }] });
    const plan = await remove({ on: rootOf(part('A', 'B'), part('B', 'A')), software: ['A', 'B'] });
    expect(steps(plan)).toHaveLength(2);
    expect(said(plan)).toEqual([]);
  });
});

describe('removing from a depot', () => {
  it('knows none of these rules', async () => {
    const plan = await remove({ on: depotP(), software: ['PT_1', 'PT_2'], depot: true });
    expect(steps(plan)).toEqual(['remove PT_1.RUN', 'remove PT_1.MAN', 'remove PT_2.RUN', 'remove PT_2.MAN']);
    expect(said(plan)).toEqual([]);
  });
  it('takes the bundles along that selection named', async () => {
    expect((await remove({ on: depotP(), software: ['PBUN'], depot: true })).bundles).toEqual(['PBUN']);
  });
});

describe('committing', () => {
  it('S48: what was named, and what was saved', () => {
    const one = installed(PT_1);
    const saved = [
      { path: '/t', existed: true, save: 'PT_1/RUN/t', record: { path: '/t', type: 'f', size: 77 } as const },
    ];
    const plan = commit(
      rootOf(base, { ...one, filesets: one.filesets.map((each) => (each.tag === 'RUN' ? { ...each, saved } : each)) }),
      'PT_1',
    );
    expect(plan.verb).toBe('modify');
    expect(steps(plan)).toEqual(['commit PT_1.RUN', 'commit PT_1.MAN']);
    expect(planned(plan, 'PT_1.RUN')).toMatchObject({ bytes: 77, files: 1 });
  });
  it('S49: and what it supersedes', () => {
    const plan = commit(two, 'PT_2');
    expect([...steps(plan)].sort()).toEqual([
      'commit PT_1.MAN',
      'commit PT_1.RUN',
      'commit PT_2.MAN',
      'commit PT_2.RUN',
    ]);
    expect(planned(plan, 'PT_1.RUN').reason).toEqual({ kind: 'superseded', by: 'PT_2.RUN' });
  });
  it('S50: never upwards', () => {
    expect(steps(commit(two, 'PT_1'))).toEqual(['commit PT_1.RUN', 'commit PT_1.MAN']);
  });
  it('leaves the committed and what is no patch', () => {
    const plan = commit(rootOf(base, installed(PT_1, committed)), 'PT_1', 'ACME.RUN');
    expect(plan.products).toEqual([]);
    expect(plan.left.map((each) => `${each.name} ${each.because}`).sort()).toEqual([
      'ACME.RUN not a patch',
      'PT_1.MAN already committed',
      'PT_1.RUN already committed',
    ]);
    expect(plan.findings).toEqual([]);
  });
  it('reaches below a committed patch to what is not committed yet', () => {
    const on = rootOf(base, installed(PT_1, under('PT_2')), installed(PT_2, committed));
    expect([...steps(commit(on, 'PT_2'))].sort()).toEqual(['commit PT_1.MAN', 'commit PT_1.RUN']);
  });
});

it('a plan says which generation it was made for', async () => {
  const on = catalogOf({ kind: 'root', generation: 9, products: [base] });
  expect((await remove({ on, software: ['ACME'] })).generation).toBe(9);
});
