// The table of check-scripts.ts, run through planInstall and planRemove.

import { describe, expect, it } from 'vitest';
import type { ScriptCall } from '../../../src/analysis/views.ts';
import { depotOf, installed, rootOf } from '../selection/catalog-builder.ts';
import { asked, install, left, planned, remove, said, steps } from './fixture.ts';

const script = (tag: string) => [{ tag, path: tag }];
const product = (tag: string, more: Record<string, string | string[]> = {}, check = 'checkinstall') => ({
  tag,
  attributes: { revision: '1' },
  controlFiles: script(check),
  filesets: ['F', 'G'].map((name) => ({
    tag: name,
    attributes: { revision: '1', ...more },
    controlFiles: script(check),
  })),
});

async function checked(exits: Record<string, number>, options = {}, more: Record<string, string | string[]> = {}) {
  const from = depotOf(product('P', more));
  const on = rootOf(installed({ tag: 'B', filesets: [{ tag: 'F' }] }));
  const ran: ScriptCall[] = [];
  const prefixed = Object.fromEntries(Object.entries(exits).map(([name, exit]) => [`checkinstall ${name}`, exit]));
  const plan = await install({ from, on, selection: asked(from), options, world: { exits: prefixed, ran } });
  return { plan, steps: steps(plan), said: said(plan), ran: ran.map((call) => call.name) };
}
const patch = { is_patch: 'true', ancestor: ['B.F'] };

describe('checkinstall', () => {
  it('0: product first, then its filesets, with what the script has to know', async () => {
    const result = await checked({});
    expect(result.ran).toEqual(['P', 'P.F', 'P.G']);
    expect(result.said).toEqual([]);
    const ran: ScriptCall[] = [];
    const from = depotOf(product('P'));
    await install({ from, selection: asked(from), world: { ran } });
    expect(ran[1]).toEqual({
      tag: 'checkinstall',
      level: 'fileset',
      owner: 'P/F',
      name: 'P.F',
      spec: 'P.F,l=/,r=1,fr=1',
      location: '/',
    });
    expect(ran[0]).toMatchObject({ level: 'product', owner: 'P', name: 'P' });
  });
  it('1 of a fileset: that one is refused', async () => {
    const result = await checked({ 'P.F': 1 });
    expect([result.steps, result.said]).toEqual([['install P.G'], ['error check_script']]);
    expect(result.plan.findings[0]?.text).toContain('The "checkinstall" script for "P.F" failed (exit code "1").');
  });
  it('1 of a product: all its filesets are, and run nothing', async () => {
    const result = await checked({ P: 1 });
    expect([result.steps, result.said, result.ran]).toEqual([[], ['error check_script'], ['P']]);
  });
  it('1 of a patch fileset takes the patch whole', async () => {
    expect((await checked({ 'P.F': 1 }, {}, patch)).steps).toEqual([]);
    expect((await checked({ 'P.F': 1 }, { allow_split_patches: true }, patch)).steps).toEqual(['install P.G']);
  });
  it('enforce_scripts=false: a WARNING, and it comes', async () => {
    const result = await checked({ P: 1, 'P.F': 77 }, { enforce_scripts: false });
    expect([result.steps, result.said]).toEqual([
      ['install P.F', 'install P.G'],
      ['warning check_script', 'warning check_script'],
    ]);
  });
  it('2: a WARNING, and it comes', async () => {
    const result = await checked({ P: 2, 'P.F': 2 });
    expect([result.steps.length, result.said]).toEqual([2, ['warning check_script', 'warning check_script']]);
  });
  it('3: a patch fileset is left out alone with a NOTE, a patch product whole; anything else fails', async () => {
    const one = await checked({ 'P.F': 3 }, {}, patch);
    expect([one.steps, one.said]).toEqual([['install P.G'], ['note check_script']]);
    expect((await checked({ P: 3 }, {}, patch)).said).toEqual(['note check_script']);
    expect((await checked({ 'P.F': 3 })).said).toEqual(['error check_script']);
  });
  it('12: a fileset wants a reboot, a product fails', async () => {
    const { plan } = await checked({ 'P.F': 12 });
    expect(planned(plan, 'P.F').isReboot).toBe(true);
    expect(planned(plan, 'P.G').isReboot).toBeUndefined();
    expect((await checked({ P: 12 })).said).toEqual(['error check_script']);
  });
  it('run_scripts=false: nothing runs', async () => {
    expect((await checked({ P: 1 }, { run_scripts: false })).ran).toEqual([]);
  });
  it('brings back what the refused one was to replace, and with it what that excludes', async () => {
    const next = {
      tag: 'B',
      attributes: { revision: '2' },
      filesets: [{ tag: 'F', controlFiles: script('checkinstall') }],
    };
    const from = depotOf({ tag: 'X', filesets: [{ tag: 'F', attributes: { exrequisites: ['B,r=1'] } }] }, next);
    const on = rootOf(installed({ tag: 'B', attributes: { revision: '1' }, filesets: [{ tag: 'F' }] }));
    const wish = { from, on, selection: asked(from) };
    expect(steps(await install(wish))).toEqual(['install X.F', 'update B.F']);
    const plan = await install({ ...wish, world: { exits: { 'checkinstall B.F': 1 } } });
    expect(left(plan)).toEqual(['exclude B.F', 'exclude X.F']);
  });
  it('takes what depends on the refused one along, before its own script runs', async () => {
    const needy = {
      ...product('Q'),
      filesets: [{ tag: 'F', attributes: { prerequisites: ['P.F'] }, controlFiles: script('checkinstall') }],
    };
    const from = depotOf(needy, product('P'));
    const ran: ScriptCall[] = [];
    const plan = await install({ from, selection: asked(from), world: { exits: { 'checkinstall P.F': 1 }, ran } });
    expect(left(plan)).toEqual(['exclude P.F', 'exclude Q.F']);
    expect(ran.map((call) => call.name)).toEqual(['P', 'P.F', 'P.G']);
  });
});

describe('checkremove', () => {
  const going = async (exits: Record<string, number>, options = {}) => {
    const ran: ScriptCall[] = [];
    const on = rootOf(installed(product('P', {}, 'checkremove')), installed({ tag: 'Q', filesets: [{ tag: 'F' }] }));
    const plan = await remove({ on, software: ['P', 'Q'], options, world: { exits, ran } });
    return { plan, ran: ran.map((call) => `${call.level} ${call.owner}`) };
  };
  it('a failure keeps everything', async () => {
    const { plan, ran } = await going({ 'checkremove P.F': 1 });
    expect([plan.products, said(plan)]).toEqual([[], ['error check_script']]);
    expect([...ran].sort()).toEqual(['fileset P/F', 'fileset P/G', 'product P']);
    expect(ran[0]).toBe('product P');
  });
  it('a warning, enforce_scripts=false and run_scripts=false do not', async () => {
    expect(said((await going({ 'checkremove P': 2 })).plan)).toEqual(['warning check_script']);
    const forced = await going({ 'checkremove P': 1 }, { enforce_scripts: false });
    expect([forced.plan.products.length, said(forced.plan)]).toEqual([2, ['warning check_script']]);
    expect((await going({ 'checkremove P': 1 }, { run_scripts: false })).ran).toEqual([]);
  });
});
