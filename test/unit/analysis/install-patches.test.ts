// Scenarios S12-S47 of patches.md 8 as far as analysis decides them, and the tables of patches.ts, requisites.ts, ending.ts.

import { describe, expect, it } from 'vitest';
import {
  acme,
  catalogOf,
  depot0,
  depot1,
  depot3,
  depotOf,
  depotP,
  installed,
  PATCHES,
  PD_1,
  PO_1,
  type ProductPart,
  PT_1,
  PT_2,
  PT_3,
  PX_1,
  patch,
  rootOf,
} from '../selection/catalog-builder.ts';
import { asked, install, left, planned, said, steps } from './fixture.ts';

const base = installed(acme());
const onAcme = (...patches: ProductPart[]) => rootOf(base, ...patches);
const superseded = (by: string) => ({
  RUN: { patch_state: 'superseded', superseded_by: `${by}.RUN` },
  MAN: { patch_state: 'superseded', superseded_by: `${by}.MAN` },
});

describe('automatic patches', () => {
  it('S12: base first, then its heads', async () => {
    const plan = await install({ from: depot1(), software: ['ACME'] });
    expect(steps(plan)).toEqual([
      'install ACME.RUN',
      'install ACME.MAN',
      'install ACME.KRN',
      'install PT_3.RUN',
      'install PT_3.MAN',
      'install PX_1.RUN',
      'install PD_1.KRN',
    ]);
    expect(said(plan)).toEqual([]);
    expect(planned(plan, 'PT_3.RUN').patch).toEqual({ base: 'ACME/RUN', supersedes: [], save: true });
  });
  it('S14: an explicit patch with its base', async () => {
    const plan = await install({ from: depot1(), software: ['ACME', 'PT_1'], options: { autoselect_patches: false } });
    expect(steps(plan)).toEqual([
      'install ACME.RUN',
      'install ACME.MAN',
      'install ACME.KRN',
      'install PT_1.RUN',
      'install PT_1.MAN',
    ]);
  });
  it('S15: a dependency that meets an older explicit member fails, and that patch only', async () => {
    const plan = await install({ from: depot1(), software: ['ACME', 'PT_1'] });
    expect(steps(plan)).toContain('install PT_1.RUN');
    expect(steps(plan)).toContain('install PX_1.RUN');
    expect(left(plan)).toEqual(['exclude PD_1.KRN']);
    expect(plan.findings.map((each) => [each.severity, each.msgid])).toEqual([
      ['error', 140154],
      ['error', 140151],
    ]);
    expect(plan.findings[0]?.text).toBe(
      'The prerequisite "PT_2.RUN" for fileset "PD_1.KRN,l=/,r=1.0" cannot be successfully resolved.',
    );
    expect(plan.findings[1]?.text).toBe(
      'The dependencies for fileset "PD_1.KRN,l=/,r=1.0" cannot be resolved (see previous lines).',
    );
  });
});

describe('patches and their bases', () => {
  it('S27: a fileset without base is left with a NOTE while its sibling has one', async () => {
    const plan = await install({
      from: depotP(),
      on: rootOf(installed(acme('2.0', ['RUN']))),
      selection: asked(depotOf(PT_3)),
    });
    expect(steps(plan)).toEqual(['install PT_3.RUN']);
    expect(left(plan)).toEqual(['exclude PT_3.MAN']);
    expect(said(plan)).toEqual(['note base_not_installed']);
  });
  it('S28: no base at all is an ERROR', async () => {
    const plan = await install({ from: depotP(), selection: asked(depotOf(PT_1)) });
    expect(plan.products).toEqual([]);
    expect(left(plan)).toEqual(['exclude PT_1.MAN', 'exclude PT_1.RUN']);
    expect(said(plan)).toContain('error base_not_installed');
    expect(plan.findings.at(-1)?.text).toMatch(
      /^The patch fileset "PT_1\.(RUN|MAN),l=\/,r=1\.0" cannot be installed because its base fileset is not installed\. {2}Patch fileset/,
    );
  });
  it('S29: another version of the base is no base', async () => {
    const plan = await install({ from: depotP(), on: onAcme(), selection: asked(depotOf(PO_1)) });
    expect(said(plan)).toEqual(['error base_not_installed']);
    expect(plan.findings[0]?.text).toMatch(/ {2}Installed is "ACME\.RUN,l=\/,r=2\.0"\.$/);
  });
  it('a patch for the old version only is left with a NOTE when its base is updated', async () => {
    const from = depotOf(acme('3.0'), PT_1);
    const plan = await install({ from, on: onAcme(), selection: asked(from) });
    expect(steps(plan)).toEqual(['update ACME.RUN', 'update ACME.MAN', 'update ACME.KRN']);
    expect(said(plan)).toEqual(['note base_updated', 'note base_updated']);
    expect(plan.findings[0]?.text).toContain(
      'because its base fileset "ACME.RUN,l=/,r=2.0" is being updated in this session.',
    );
  });
  it('a base that is refused takes its patches along', async () => {
    const needy = acme();
    const run = { ...needy.filesets[0]!, attributes: { ...needy.filesets[0]!.attributes, prerequisites: ['MISSING'] } };
    const from = depotOf({ ...needy, filesets: [run, ...needy.filesets.slice(1)] }, PT_1);
    const plan = await install({ from, selection: asked(from) });
    expect(left(plan)).toEqual(['exclude ACME.RUN', 'exclude PT_1.RUN']);
    expect(said(plan)).toContain('note base_not_installed');
  });
  it('a corrupt base is none', async () => {
    const on = rootOf(installed(acme(), { RUN: { state: 'corrupt' } }));
    const plan = await install({ from: depotP(), on, selection: asked(depotOf(PX_1)) });
    expect(said(plan)).toEqual(['error base_not_installed']);
    expect(plan.findings[0]?.text).toMatch(/Installed is "ACME\.RUN,l=\/,r=2\.0", in the state corrupt\.$/);
  });
  it('goes where its base is', async () => {
    const on = rootOf({ ...base, attributes: { ...base.attributes, location: '/opt/here' } });
    const plan = await install({
      from: depotP(),
      on,
      selection: asked(depotOf(PX_1)),
      world: { disk: { '/opt/acme/lib/libacme.a': 1 } },
    });
    expect(plan.products[0]?.location).toBe('/opt/here');
  });
});

describe('patches and their superseders', () => {
  it('S30: a named patch is refused when a superseder is installed', async () => {
    const plan = await install({ from: depotP(), on: onAcme(installed(PT_3)), selection: asked(depotOf(PT_2)) });
    expect(plan.products).toEqual([]);
    expect(said(plan)).toEqual(['error patch_superseded', 'note patch_split']);
    expect(plan.findings[0]?.text).toBe(
      'The patch fileset "PT_2.RUN,l=/,r=1.0" cannot be installed because it has been superseded by the installed patch fileset "PT_3.RUN,l=/,r=1.0".',
    );
  });
  it('an unnamed one is left silently', async () => {
    const selection = asked(depotOf(PT_2));
    const entries = selection.entries.map((each) => ({ ...each, reason: { kind: 'sibling', of: 'X' } as const }));
    const plan = await install({ from: depotP(), on: onAcme(installed(PT_3)), selection: { ...selection, entries } });
    expect(plan.products).toEqual([]);
    expect(said(plan).filter((each) => each.startsWith('error'))).toEqual([]);
  });
  it('supersession counts through what is nowhere installed', async () => {
    const direct = patch('PT_9', { RUN: {} }, { supersedes: ['PT_2'] });
    const plan = await install({ from: depotP(), on: onAcme(installed(direct)), selection: asked(depotOf(PT_1)) });
    expect(said(plan)).toContain('error patch_superseded');
  });
  it('S31: a superseder in the depot only is none', async () => {
    const plan = await install({ from: depotP(), on: onAcme(), software: ['PT_2'] });
    expect(steps(plan)).toEqual(['install PT_2.RUN', 'install PT_2.MAN']);
    expect(said(plan)).toEqual([]);
  });
  it('S37: says which installed patches become superseded', async () => {
    const plan = await install({ from: depotP(), on: onAcme(installed(PT_1)), software: ['PT_2'] });
    expect(planned(plan, 'PT_2.RUN').patch).toEqual({ base: 'ACME/RUN', supersedes: ['PT_1/RUN'], save: true });
  });
  it('names those already superseded too, oldest first', async () => {
    const on = onAcme(installed(PT_1, superseded('PT_2')), installed(PT_2));
    const plan = await install({ from: depotP(), on, software: ['PT_3'] });
    expect(planned(plan, 'PT_3.MAN').patch?.supersedes).toEqual(['PT_1/MAN', 'PT_2/MAN']);
  });
  it('S36: patch_save_files=false saves nothing', async () => {
    const plan = await install({
      from: depotP(),
      on: onAcme(),
      software: ['PT_1'],
      options: { patch_save_files: false },
    });
    expect(planned(plan, 'PT_1.RUN').patch?.save).toBe(false);
  });
  it('two members of one chain: older first, whatever the source order', async () => {
    const from = depotOf(PT_2, PT_1);
    const plan = await install({ from, on: onAcme(), selection: asked(from) });
    expect(steps(plan)).toEqual(['install PT_1.RUN', 'install PT_1.MAN', 'install PT_2.RUN', 'install PT_2.MAN']);
    expect(planned(plan, 'PT_2.RUN').patch?.supersedes).toEqual(['PT_1/RUN']);
    expect(planned(plan, 'PT_1.RUN').patch?.supersedes).toEqual([]);
  });
  it('8.7.7: a patch is refused whole, unless allow_split_patches=true', async () => {
    const on = onAcme(installed({ ...PT_3, filesets: PT_3.filesets.slice(0, 1) }));
    const whole = await install({ from: depotP(), on, selection: asked(depotOf(PT_2)) });
    expect(left(whole)).toEqual(['exclude PT_2.MAN', 'exclude PT_2.RUN']);
    const split = await install({
      from: depotP(),
      on,
      selection: asked(depotOf(PT_2)),
      options: { allow_split_patches: true },
    });
    expect(steps(split)).toEqual(['install PT_2.MAN']);
  });
});

describe('dependencies', () => {
  it('S33: an installed superseder meets a prerequisite', async () => {
    const plan = await install({ from: depotP(), on: onAcme(installed(PT_3)), software: ['PD_1'] });
    expect(steps(plan)).toEqual(['install PD_1.KRN']);
    expect(said(plan)).toEqual([]);
  });
  it('S34: an installed predecessor does not', async () => {
    const plan = await install({ from: depotOf(PD_1), on: onAcme(installed(PT_1)), software: ['PD_1'] });
    expect(plan.products).toEqual([]);
    expect(said(plan)).toEqual(['error requisite_unmet', 'error dependencies_unmet']);
  });
  it('enforce_dependencies=false: the same words as WARNING, and it comes', async () => {
    const plan = await install({
      from: depotOf(PD_1),
      on: onAcme(installed(PT_1)),
      software: ['PD_1'],
      options: { enforce_dependencies: false },
    });
    expect(steps(plan)).toEqual(['install PD_1.KRN']);
    expect(said(plan)).toEqual(['warning requisite_unmet', 'warning dependencies_unmet']);
  });
  it('S59: a depot asks for dependencies too, but not for bases', async () => {
    const wish = { from: depotOf(PD_1), into: 'depot', selection: asked(depotOf(PD_1)) } as const;
    expect(said(await install(wish))).toEqual(['error requisite_unmet', 'error dependencies_unmet']);
    const plan = await install({ ...wish, options: { enforce_dependencies: false } });
    expect(steps(plan)).toEqual(['copy PD_1.KRN']);
    expect(planned(plan, 'PD_1.KRN').patch).toBeUndefined();
  });
  it('S58: a patch is copied without its base', async () => {
    expect(steps(await install({ from: depotP(), into: 'depot', software: ['PT_1'] }))).toEqual([
      'copy PT_1.RUN',
      'copy PT_1.MAN',
    ]);
  });
  it('falls with what it needs, through several steps', async () => {
    const part = (tag: string, needs: string) => ({
      tag,
      filesets: [{ tag: 'F', attributes: { prerequisites: [needs] } }],
    });
    const from = depotOf(part('A', 'B.F'), part('B', 'C.F'), part('C', 'GONE'));
    const plan = await install({ from, selection: asked(from) });
    expect(plan.products).toEqual([]);
    expect(said(plan).filter((each) => each.endsWith('dependencies_unmet'))).toHaveLength(3);
  });
  it('circles are legal, and keep the order of the source', async () => {
    const part = (tag: string, needs: string) => ({
      tag,
      filesets: [{ tag: 'F', attributes: { prerequisites: [needs] } }],
    });
    const from = depotOf(part('A', 'B.F'), part('B', 'A.F'));
    expect(steps(await install({ from, selection: asked(from) }))).toEqual(['install A.F', 'install B.F']);
  });
  it('takes any alternative; a corequisite is needed but gives no order', async () => {
    const from = depotOf(
      { tag: 'A', filesets: [{ tag: 'F', attributes: { prerequisites: ['NONE | C'], corequisites: ['B'] } }] },
      { tag: 'B', filesets: [{ tag: 'F' }] },
      { tag: 'C', filesets: [{ tag: 'F' }] },
    );
    expect(steps(await install({ from, selection: asked(from) }))).toEqual([
      'install C.F',
      'install A.F',
      'install B.F',
    ]);
    const alone = depotOf({ tag: 'A', filesets: [{ tag: 'F', attributes: { corequisites: ['B'] } }] });
    expect((await install({ from: alone, selection: asked(alone) })).findings[0]?.text).toContain(
      'The corequisite "B"',
    );
  });
  it('exrequisite: refused by what is there or comes, not by itself', async () => {
    const from = depotOf({
      tag: 'A',
      attributes: { revision: '2' },
      filesets: [{ tag: 'F', attributes: { exrequisites: ['A', 'B'] } }],
    });
    expect(steps(await install({ from, selection: asked(from) }))).toEqual(['install A.F']);
    const on = rootOf(installed({ tag: 'B', filesets: [{ tag: 'F' }] }));
    const plan = await install({ from, on, selection: asked(from) });
    expect(plan.findings[0]?.text).toContain('The exrequisite "B" for fileset "A.F,l=/,r=2"');
    expect(left(plan)).toEqual(['exclude A.F']);
  });
  it('corrupt software meets nothing', async () => {
    const from = depotOf({ tag: 'A', filesets: [{ tag: 'F', attributes: { prerequisites: ['B'] } }] });
    const on = rootOf(installed({ tag: 'B', filesets: [{ tag: 'F', attributes: { state: 'corrupt' } }] }));
    expect(said(await install({ from, on, selection: asked(from) }))).toContain('error dependencies_unmet');
  });
  it('what an update takes away meets nothing', async () => {
    const from = depotOf(
      { tag: 'A', filesets: [{ tag: 'F', attributes: { prerequisites: ['B,r=1'] } }] },
      { tag: 'B', attributes: { revision: '2' }, filesets: [{ tag: 'F' }] },
    );
    const on = rootOf(installed({ tag: 'B', attributes: { revision: '1' }, filesets: [{ tag: 'F' }] }));
    const plan = await install({ from, on, selection: asked(from) });
    expect(steps(plan)).toEqual(['update B.F']);
    expect(left(plan)).toEqual(['exclude A.F']);
  });
});

describe('updating and reinstalling a base', () => {
  it('S40: drops its patches and obsolete filesets, and applies what matches the new version', async () => {
    const on = onAcme(installed(PT_1));
    const plan = await install({ from: depot3(), on, software: ['ACME'] });
    expect(steps(plan)).toEqual(['update ACME.RUN', 'install PN_1.RUN']);
    expect([...plan.products[0]!.drops].sort()).toEqual(['ACME/KRN', 'ACME/MAN', 'PT_1/MAN', 'PT_1/RUN']);
    expect(planned(plan, 'PN_1.RUN').patch).toEqual({ base: 'ACME/RUN', supersedes: [], save: true });
  });
  it('a fileset that the new version still has is not obsolete for not being selected', async () => {
    const from = depotOf(acme('3.0'));
    const selection = asked(from);
    const plan = await install({
      from,
      on: onAcme(),
      selection: { ...selection, entries: selection.entries.slice(0, 1) },
    });
    expect(plan.products[0]?.drops).toEqual([]);
  });
  it('8.7.10: a dropped patch that matches again is new again', async () => {
    const from = depot1();
    const on = onAcme(installed(PT_3), installed(PX_1));
    const plan = await install({ from, on, selection: asked(depotOf(acme(), PT_3)), options: { reinstall: true } });
    expect(steps(plan)).toEqual([
      'reinstall ACME.RUN',
      'reinstall ACME.MAN',
      'reinstall ACME.KRN',
      'install PT_3.RUN',
      'install PT_3.MAN',
    ]);
    expect([...plan.products[0]!.drops].sort()).toEqual(['PT_3/MAN', 'PT_3/RUN', 'PX_1/RUN']);
    expect(planned(plan, 'PT_3.RUN').patch?.supersedes).toEqual([]);
  });
  it('a dropped superseder no longer supersedes', async () => {
    const plan = await install({
      from: depot1(),
      on: onAcme(installed(PT_3)),
      selection: asked(depotOf(acme(), PT_1)),
      options: { reinstall: true },
    });
    expect(steps(plan)).toContain('install PT_1.RUN');
  });
  it('what was to be dropped stays when its base is refused', async () => {
    const run = acme().filesets[0]!;
    const needy = { ...acme(), filesets: [{ ...run, attributes: { ...run.attributes, prerequisites: ['MISSING'] } }] };
    const from = depotOf(needy, PX_1);
    const plan = await install({
      from,
      on: onAcme(installed(PX_1)),
      selection: asked(from),
      options: { reinstall: true },
    });
    expect(plan.products).toEqual([]);
    expect(left(plan)).toEqual(['exclude ACME.RUN', 'skip PX_1.RUN']);
  });
  it('8.7.9: an installed base is skipped, its patches still come', async () => {
    const plan = await install({ from: depot1(), on: onAcme(), software: ['ACME'] });
    expect(left(plan)).toEqual(['skip ACME.KRN', 'skip ACME.MAN', 'skip ACME.RUN']);
    expect(steps(plan)).toContain('install PT_3.RUN');
    expect(said(plan).every((each) => each === 'note already_installed')).toBe(true);
  });
});

describe('patches already installed', () => {
  it('S41: skipped with a NOTE', async () => {
    const plan = await install({ from: depotP(), on: onAcme(installed(PT_1)), software: ['PT_1'] });
    expect(left(plan)).toEqual(['skip PT_1.MAN', 'skip PT_1.RUN']);
    expect(said(plan)).toEqual(['note already_installed', 'note already_installed']);
  });
  it('8.7.4: an installed superseded one is skipped, with reinstall=true too', async () => {
    const on = onAcme(installed(PT_1, superseded('PT_2')), installed(PT_2));
    const plan = await install({ from: depotP(), on, selection: asked(depotOf(PT_1)), options: { reinstall: true } });
    expect(plan.products).toEqual([]);
    expect(said(plan)).toEqual(['note patch_superseded', 'note patch_superseded']);
  });
  it('an active one is reloaded with reinstall=true; a committed one stays committed', async () => {
    const on = onAcme(installed(PT_3, { MAN: { patch_state: 'committed' } }));
    const plan = await install({ from: depotP(), on, selection: asked(depotOf(PT_3)), options: { reinstall: true } });
    expect(steps(plan)).toEqual(['reinstall PT_3.RUN', 'reinstall PT_3.MAN']);
    expect(planned(plan, 'PT_3.RUN').patch?.save).toBe(true);
    expect(planned(plan, 'PT_3.MAN').patch?.save).toBe(false);
  });
  it('S21: match finds everything there: nothing to load, no error', async () => {
    const on = onAcme(installed(PT_3), installed(PX_1), installed(PD_1));
    const plan = await install({ from: depotP(), on, options: { patch_match_target: true } });
    expect(plan.products).toEqual([]);
    expect(said(plan).filter((each) => each.startsWith('error'))).toEqual([]);
  });
});

describe('order', () => {
  it('puts bases before patches even where a base needs its patch', async () => {
    const from = depotOf(patch('P', { F: { ancestor: ['B.F'] } }), {
      tag: 'B',
      filesets: [{ tag: 'F', attributes: { prerequisites: ['P'] } }],
    });
    expect(steps(await install({ from, selection: asked(from) }))).toEqual(['install B.F', 'install P.F']);
  });
  it('loads kernel products first on `/`, and only there', async () => {
    const kernel = { tag: 'K', filesets: [{ tag: 'F', attributes: { is_kernel: 'true', prerequisites: ['C'] } }] };
    const from = depotOf({ tag: 'A', filesets: [{ tag: 'F' }] }, kernel, { tag: 'C', filesets: [{ tag: 'F' }] });
    const wish = { from, selection: asked(from) };
    expect(steps(await install({ ...wish, targetPath: '/' }))).toEqual(['install C.F', 'install K.F', 'install A.F']);
    expect(steps(await install(wish))).toEqual(['install A.F', 'install C.F', 'install K.F']);
  });
  it('orders filesets within a product', async () => {
    const from = depotOf({
      tag: 'A',
      filesets: [{ tag: 'X', attributes: { prerequisites: ['A.Y'] } }, { tag: 'Y' }],
    });
    const plan = await install({ from, selection: asked(from) });
    expect(steps(plan)).toEqual(['install A.Y', 'install A.X']);
    expect(plan.products).toHaveLength(1);
  });
  it('is copied in the same order: bases before their patches', async () => {
    const from = depotOf(...PATCHES.slice(0, 1), acme());
    expect(steps(await install({ from, into: 'depot', selection: asked(from) }))[0]).toBe('copy ACME.RUN');
  });
});

describe('the plan', () => {
  it('is plain JSON, carries the generation and the bundles', async () => {
    const from = catalogOf({ products: [acme()], bundles: [{ tag: 'B', contents: ['ACME'] }] });
    const on = catalogOf({ kind: 'root', generation: 7 });
    const plan = await install({ from, on, software: ['B'] });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan).toMatchObject({ verb: 'install', generation: 7, target: '/alt', bundles: ['B'] });
    expect(planned(plan, 'ACME.RUN')).toMatchObject({
      bytes: 202,
      files: 3,
      spec: expect.stringContaining('ACME.RUN,l=/,r=2.0,'),
    });
    expect(planned(plan, 'ACME.KRN').isKernel).toBe(true);
  });
  it('S23 and friends are for selection: an empty selection plans nothing', async () => {
    const plan = await install({ from: depot0(), selection: asked(depot0(), { entries: [] }) });
    expect(plan.products).toEqual([]);
    expect(plan.findings).toEqual([]);
  });
});
