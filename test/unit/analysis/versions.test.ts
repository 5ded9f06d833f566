// Every row of the tables in versions.ts, compatibility.ts and identity.ts.

import { describe, expect, it } from 'vitest';
import { Identities } from '../../../src/analysis/identity.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import { catalogOf, depotOf, installed, type ProductPart, rootOf } from '../selection/catalog-builder.ts';
import { asked, install, left, said, steps } from './fixture.ts';

type More = Record<string, AttributeValue>;

/** Product P with filesets F and G; `product` and `fileset` add attributes. */
const software = (revision: string, product: More = {}, fileset: More = {}) => ({
  tag: 'P',
  attributes: { revision, ...product },
  filesets: [{ tag: 'F', attributes: { revision, ...fileset } }, { tag: 'G' }],
});
const onlyF = (part: ReturnType<typeof software>) => ({ ...part, filesets: part.filesets.slice(0, 1) });
const at = (location: string, part: ReturnType<typeof software>) => {
  const there = installed(part);
  return { ...there, attributes: { ...there.attributes, location } };
};

async function judged(
  from: ReturnType<typeof software>,
  there: ReturnType<typeof installed> | undefined,
  options: Parameters<typeof install>[0]['options'] = {},
  more: Parameters<typeof asked>[1] = {},
) {
  const source = depotOf(onlyF(from));
  const on = there ? rootOf(there) : undefined;
  const plan = await install({ from: source, ...(on ? { on } : {}), selection: asked(source, more), options });
  return { plan, steps: steps(plan), left: left(plan), said: said(plan) };
}

describe('versions on a root', () => {
  const there = (revision: string, product: More = {}, fileset: More = {}) =>
    installed(software(revision, product, fileset));
  it('nothing there: install', async () => {
    expect((await judged(software('1'), undefined)).steps).toEqual(['install P.F']);
  });
  it('product there, fileset not: install', async () => {
    const only = installed({ tag: 'P', attributes: { revision: '1' }, filesets: [{ tag: 'G' }] });
    expect((await judged(software('1'), only)).steps).toEqual(['install P.F']);
  });
  it('the same: skip with the NOTE of SD', async () => {
    const result = await judged(software('1'), there('1'));
    expect(result.left).toEqual(['skip P.F']);
    expect(result.plan.findings[0]?.text).toBe(
      'The fileset "P.F,l=/,r=1" is already installed.  If you wish to reinstall this fileset, change the "reinstall" option to "true".',
    );
    expect(result.plan.findings[0]?.severity).toBe('note');
  });
  it('the same with reinstall=true: reinstall what was named, and nothing else', async () => {
    expect((await judged(software('1'), there('1'), { reinstall: true })).steps).toEqual(['reinstall P.F']);
    const entries = [
      { key: 'P/F', reason: { kind: 'requisite', relation: 'prerequisite', of: 'X', spec: 'P' } as const },
    ];
    const along = await judged(software('1'), there('1'), { reinstall: true }, { entries });
    expect(along.left).toEqual(['skip P.F']);
    expect(along.said).toEqual([]);
  });
  it.each(['corrupt', 'transient'])('%s: loaded again whatever the options say', async (state) => {
    expect((await judged(software('1'), there('1', {}, { state }))).steps).toEqual(['reinstall P.F']);
  });
  it('older there: update, by the fields of the revision', async () => {
    expect((await judged(software('1.10'), there('1.9'))).steps).toEqual(['update P.F']);
  });
  it('newer there: ERROR, or WARNING and downdate', async () => {
    const refused = await judged(software('1'), there('2'));
    expect([refused.steps, refused.left, refused.said]).toEqual([[], ['exclude P.F'], ['error downdate']]);
    const allowed = await judged(software('1'), there('2'), { allow_downdate: true });
    expect([allowed.steps, allowed.said]).toEqual([['downdate P.F'], ['warning downdate']]);
  });
  it('the product decides where the filesets are equal', async () => {
    const same = { revision: '5' };
    expect((await judged(software('2', {}, same), there('1', {}, same))).steps).toEqual(['update P.F']);
    expect((await judged(software('1', {}, same), there('2', {}, same))).said).toEqual(['error downdate']);
  });
  it('another architecture: update', async () => {
    expect((await judged(software('1', { architecture: 'B' }), there('1', { architecture: 'A' }))).steps).toEqual([
      'update P.F',
    ]);
  });
  it('another location: ERROR, or WARNING and new_version with an id of its own', async () => {
    const refused = await judged(software('1'), at('/other', software('1')));
    expect([refused.left, refused.said]).toEqual([['exclude P.F'], ['error multiple_versions']]);
    const allowed = await judged(software('1'), at('/other', software('1')), { allow_multiple_versions: true });
    expect([allowed.steps, allowed.said]).toEqual([['new_version P.F'], ['warning multiple_versions']]);
    expect(allowed.plan.products[0]).toMatchObject({ id: 'P', targetId: 'P.2', location: '/' });
  });
  it('`,l=` names the place: what is there counts', async () => {
    const result = await judged(software('2'), at('/other', software('1')), {}, { locations: { P: '/other' } });
    expect(result.steps).toEqual(['update P.F']);
    expect(result.plan.products[0]).toMatchObject({ targetId: 'P', location: '/other' });
  });
  it('is_locatable=false: ERROR, or WARNING with enforce_locatable=false', async () => {
    const fixed = software('1', { is_locatable: 'false' });
    const more = { locations: { P: '/other' } };
    expect((await judged(fixed, undefined, {}, more)).said).toEqual(['error not_locatable']);
    const allowed = await judged(fixed, undefined, { enforce_locatable: false }, more);
    expect([allowed.steps, allowed.said]).toEqual([['install P.F'], ['warning not_locatable']]);
    expect((await judged(fixed, undefined)).said).toEqual([]);
  });
  it('two versions of one product cannot both come', async () => {
    const source = depotOf(onlyF(software('1')), onlyF(software('2')));
    const plan = await install({ from: source, selection: asked(source) });
    expect([steps(plan), said(plan)]).toEqual([['install P.F'], ['error ambiguous_version']]);
  });
});

describe('versions in a depot', () => {
  const copied = async (from: ReturnType<typeof software>, there: ReturnType<typeof software>, options = {}) => {
    const source = depotOf(from);
    return install({ from: source, on: depotOf(there), selection: asked(source), options, into: 'depot' });
  };
  it('not there: copy; another revision of the product is another product', async () => {
    const plan = await copied(software('2'), software('1'));
    expect(steps(plan)).toEqual(['copy P.F', 'copy P.G']);
    expect(plan.products[0]?.targetId).toBe('P.2');
    expect(plan.verb).toBe('copy');
  });
  it('the same: skip with a NOTE, or recopy', async () => {
    const plan = await copied(software('1'), software('1'));
    expect([left(plan), said(plan)]).toEqual([
      ['skip P.F', 'skip P.G'],
      ['note already_copied', 'note already_copied'],
    ]);
    expect(steps(await copied(software('1'), software('1'), { recopy: true }))).toEqual(['recopy P.F', 'recopy P.G']);
  });
  it('corrupt, or another revision of the fileset: recopy', async () => {
    expect(steps(await copied(software('1'), software('1', {}, { state: 'corrupt' })))).toEqual(['recopy P.F']);
    expect(steps(await copied(software('1', {}, { revision: '7' }), software('1')))).toEqual(['recopy P.F']);
  });
  it('filesets the source no longer has go only with remove_obsolete_filesets=true', async () => {
    const drops = async (options: object) =>
      (await copied(onlyF(software('1')), software('1'), { recopy: true, ...options })).products[0]?.drops;
    expect(await drops({})).toEqual([]);
    expect(await drops({ remove_obsolete_filesets: true })).toEqual(['P/G']);
  });
  it('asks neither machine nor scripts', async () => {
    const source = depotOf(software('1', { os_name: 'HP-UX' }));
    expect(said(await install({ from: source, into: 'depot', selection: asked(source) }))).toEqual([]);
  });
});

describe('compatibility', () => {
  const onMachine = async (product: More, fileset: More = {}, options = {}) =>
    judged(software('1', product, fileset), undefined, options);
  it.each([
    [{}],
    [{ os_name: '*', os_release: '' }],
    [{ os_name: 'Lin*' }],
    [{ os_name: 'HP-UX|Linux' }],
    [{ machine_type: '9000/7*|x86_64' }],
  ])('%j fits', async (attributes) => {
    expect((await onMachine(attributes)).said).toEqual([]);
  });
  it.each([[{ os_name: 'HP-UX' }], [{ os_release: '?.11.*' }], [{ os_version: 'A' }], [{ machine_type: 'ia64*' }]])(
    '%j does not fit',
    async (attributes) => {
      const refused = await onMachine(attributes);
      expect([refused.steps, refused.left, refused.said]).toEqual([[], ['exclude P.F'], ['error incompatible']]);
      expect(refused.plan.findings[0]?.msgid).toBe(140167);
      const allowed = await onMachine(attributes, {}, { allow_incompatible: true });
      expect([allowed.steps, allowed.said]).toEqual([['install P.F'], ['warning incompatible']]);
    },
  );
  it('a fileset may not fit alone', async () => {
    const source = depotOf(software('1', {}, { machine_type: 'ia64' }));
    const plan = await install({ from: source, selection: asked(source) });
    expect([steps(plan), said(plan)]).toEqual([['install P.G'], ['error incompatible']]);
  });
  it('tells of a product once', async () => {
    const source = depotOf(software('1', { os_name: 'HP-UX' }));
    expect(said(await install({ from: source, selection: asked(source) }))).toEqual(['error incompatible']);
  });
  it('software packed for several machines: what does not fit is left with a NOTE', async () => {
    const variants = {
      tag: 'P',
      filesets: ['ia64', 'x86_64'].map((machine_type, place) => ({
        tag: 'F',
        id: place === 0 ? 'F' : 'F.2',
        attributes: { machine_type, architecture: machine_type },
      })),
    };
    const source = depotOf(variants);
    const plan = await install({ from: source, selection: asked(source), options: { allow_incompatible: true } });
    expect(plan.products.flatMap((each) => each.filesets.map((fileset) => fileset.key))).toEqual(['P/F.2']);
    expect(said(plan)).toEqual(['note incompatible']);
  });
  it('takes a patch out whole', async () => {
    const parts = ['F', 'G'].map((tag) => ({
      tag,
      attributes: { is_patch: 'true', ancestor: [`B.${tag}`], ...(tag === 'F' ? { os_name: 'HP-UX' } : {}) },
    }));
    const source = depotOf({ tag: 'P', filesets: parts });
    const on = rootOf(installed({ tag: 'B', filesets: [{ tag: 'F' }, { tag: 'G' }] }));
    expect(left(await install({ from: source, on, selection: asked(source) }))).toEqual(['exclude P.F', 'exclude P.G']);
  });
});

describe('identities', () => {
  const [first] = depotOf(software('1')).products();
  it('gives the tag, then the first free number; the same software always the same', () => {
    const target = catalogOf({
      kind: 'depot',
      products: [software('1')],
      bundles: [{ tag: 'P', id: 'P.2', contents: [] }],
    });
    const identities = new Identities(target, 'depot');
    const [second] = depotOf(software('2')).products();
    expect(identities.product(first!)).toMatchObject({ id: 'P', present: { id: 'P' } });
    expect(identities.product(second!)).toEqual({ id: 'P.3' });
    expect(identities.product(second!)).toEqual({ id: 'P.3' });
  });
  it('a root knows a product by tag and location only', () => {
    const identities = new Identities(rootOf(installed(software('1'))), 'root');
    const [second] = depotOf(software('2', { vendor_tag: 'V' })).products();
    expect(identities.product(second!).id).toBe('P');
    expect(identities.product(second!, '/opt/x').id).toBe('P.2');
  });
  it.each(['architecture', 'vendor_tag', 'revision'])('a depot parts products by %s', (word) => {
    const identities = new Identities(depotOf(software('1')), 'depot');
    const [other] = depotOf(software('1', { [word]: 'other' })).products();
    expect(identities.product(other!).id).toBe('P.2');
  });
  it.each(['catalog', '.sd', 'swagent.log', 'swlock'])('keeps away from %s of the depot itself', (tag) => {
    const [odd] = depotOf({ tag, filesets: [] }).products();
    expect(new Identities(depotOf(), 'depot').product(odd!).id).toBe(`${tag}.2`);
  });
  it('parts filesets of one tag by architecture, and follows a lone one that changed it', () => {
    const fileset = (id: string, architecture: string) => ({ tag: 'F', id, attributes: { architecture } });
    const two = depotOf({ tag: 'P', filesets: [fileset('F', '32'), fileset('F.2', '64')] });
    const place = (target: ProductPart, source: ReturnType<typeof depotOf>) => {
      const identities = new Identities(depotOf(target), 'root');
      const product = source.products()[0]!;
      return product.filesets.map((each) => identities.fileset(identities.product(product), product, each).key);
    };
    expect(place({ tag: 'P', filesets: [fileset('F', '64')] }, two)).toEqual(['P/F.2', 'P/F']);
    const one = depotOf({ tag: 'P', filesets: [fileset('F', 'new')] });
    expect(place({ tag: 'P', filesets: [fileset('F', 'old')] }, one)).toEqual(['P/F']);
    expect(place({ tag: 'P', filesets: [] }, two)).toEqual(['P/F', 'P/F.2']);
  });
});
