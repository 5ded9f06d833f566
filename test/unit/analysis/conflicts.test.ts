// Every row of conflicts.ts, paths.ts and the disk space analysis as planInstall applies it.

import { describe, expect, it } from 'vitest';
import { pathTrouble } from '../../../src/analysis/paths.ts';
import type { FileRecord } from '../../../src/model/software.ts';
import { catalogOf, depotOf, installed, type ProductPart, rootOf } from '../selection/catalog-builder.ts';
import { asked, file, install, left, said, steps, type World } from './fixture.ts';

const owning = (tag: string, ...files: FileRecord[]) => ({ tag, filesets: [{ tag: 'F', files }] });
const patching = (tag: string, base: string, ...files: FileRecord[]) => ({
  tag,
  filesets: [{ tag: 'F', attributes: { is_patch: 'true', ancestor: [base] }, files }],
});

async function come(products: ProductPart[], there: ProductPart[] = [], world: World = {}, more = {}) {
  const from = depotOf(...products);
  return install({ from, on: rootOf(...there), selection: asked(from), world, ...more });
}

describe('two products, one path', () => {
  it('refuses the later one when the records differ', async () => {
    const plan = await come([owning('A', file('/x')), owning('B', file('/x', { cksum: 2 }))]);
    expect([steps(plan), left(plan), said(plan)]).toEqual([['install A.F'], ['exclude B.F'], ['error file_conflict']]);
    expect(plan.findings[0]?.text).toContain('its file "/x" is also a file of "A.F,l=/"');
  });
  it('refuses it against an installed one', async () => {
    const plan = await come([owning('B', file('/x', { mode: 0o600 }))], [installed(owning('A', file('/x')))]);
    expect(said(plan)).toEqual(['error file_conflict']);
  });
  it('says one thing of many paths', async () => {
    const many = ['/x', '/y', '/z'];
    const plan = await come([
      owning('A', ...many.map((each) => file(each))),
      owning('B', ...many.map((each) => file(each, { size: 3 }))),
    ]);
    expect(said(plan)).toEqual(['error file_conflict']);
    expect(plan.findings[0]?.text).toContain('There are 2 more such paths.');
  });
  it('lets records alike be shared, and directories', async () => {
    const directory = (mode: number): FileRecord => ({ path: '/d', type: 'd', mode });
    const plan = await come(
      [owning('A', file('/x'), directory(0o755)), owning('B', file('/x'), directory(0o700))],
      [installed(owning('C', file('/x')))],
    );
    expect(said(plan)).toEqual([]);
  });
  it('takes the owner that leaves as gone, and lets the refused one make room', async () => {
    const update = { ...owning('A'), attributes: { revision: '2' } };
    const old = installed({ ...owning('A', file('/x', { cksum: 9 })), attributes: { revision: '1' } });
    expect(said(await come([update, owning('B', file('/x'))], [old]))).toEqual([]);
    const plan = await come([
      owning('A', file('/x')),
      owning('B', file('/x', { cksum: 2 }), file('/y')),
      owning('C', file('/y', { cksum: 3 })),
    ]);
    expect(steps(plan)).toEqual(['install A.F', 'install C.F']);
  });
  it('what falls later with another one no longer holds its paths', async () => {
    const leaning = { tag: 'A', filesets: [{ tag: 'F', attributes: { corequisites: ['B'] }, files: [file('/n')] }] };
    const plan = await come(
      [leaning, owning('B', file('/x', { cksum: 2 })), owning('C', file('/n', { cksum: 3 }))],
      [installed(owning('D', file('/x')))],
    );
    expect([steps(plan), left(plan)]).toEqual([['install C.F'], ['exclude A.F', 'exclude B.F']]);
  });
  it('takes what depends on the refused one along', async () => {
    const needy = { tag: 'C', filesets: [{ tag: 'F', attributes: { prerequisites: ['B'] } }] };
    const plan = await come([owning('A', file('/x')), owning('B', file('/x', { cksum: 2 })), needy]);
    expect(left(plan)).toEqual(['exclude B.F', 'exclude C.F']);
  });
});

describe('patches and their bases share paths', () => {
  const base = owning('A', file('/x'));
  it('with a base that comes, one that is there, and each other', async () => {
    const one = patching('P', 'A.F', file('/x', { cksum: 2 }));
    const two = patching('Q', 'A.F', file('/x', { cksum: 3 }));
    expect(said(await come([base, one, two]))).toEqual([]);
    const there = installed({
      ...one,
      filesets: [
        {
          ...one.filesets[0]!,
          attributes: { ...one.filesets[0]!.attributes, applied_to: 'A.F', patch_state: 'applied' },
        },
      ],
    });
    expect(said(await come([two], [installed(base), there]))).toEqual([]);
  });
  it('but not with other products', async () => {
    const plan = await come(
      [patching('P', 'A.F', file('/y', { cksum: 2 }))],
      [installed(base), installed(owning('B', file('/y')))],
    );
    expect(said(plan)).toEqual(['error file_conflict']);
  });
});

describe('kinds of things', () => {
  const directory: FileRecord = { path: '/x', type: 'd' };
  it.each([
    ['file over directory', file('/x'), 'directory', ['error type_conflict']],
    ['link over directory', { path: '/x', type: 's', link_source: 'y' }, 'directory', ['error type_conflict']],
    ['directory over file', directory, 'file', ['error type_conflict']],
    ['directory over device', directory, 'other', ['error type_conflict']],
    ['directory over link', directory, 'symlink', []],
    ['directory over directory', directory, 'directory', []],
    ['file over file', file('/x'), 'file', []],
    ['file over link', file('/x'), 'symlink', []],
  ] as const)('%s', async (_, record, kind, expected) => {
    expect(said(await come([owning('A', record)], [], { disk: { '/x': kind } }))).toEqual(expected);
  });
  it('a directory may take the place of a file that its own update takes away', async () => {
    const old = installed({ ...owning('A', file('/x')), attributes: { revision: '1' } });
    expect(
      said(await come([{ ...owning('A', directory), attributes: { revision: '2' } }], [old], { disk: { '/x': 1 } })),
    ).toEqual([]);
  });
  it('two that come disagree', async () => {
    expect(said(await come([owning('A', directory), owning('B', file('/x'))]))).toEqual(['error type_conflict']);
    expect(said(await come([owning('A', file('/x')), patching('P', 'A.F', directory)]))).toEqual([
      'error type_conflict',
    ]);
  });
  it('a parent must be a directory: on the disk, at any depth, and among what comes', async () => {
    expect(said(await come([owning('A', file('/a/b/c/d'))], [], { disk: { '/a': 'file' } }))).toEqual([
      'error type_conflict',
    ]);
    expect(said(await come([owning('B', file('/a/b')), owning('A', file('/a'))]))).toEqual(['error type_conflict']);
    expect(
      said(await come([owning('B', file('/a/b')), owning('A', { path: '/a', type: 's', link_source: 'z' })])),
    ).toEqual([]);
  });
  it('a directory must be writable', async () => {
    expect(said(await come([owning('A', file('/ro/x'))], [], { locked: ['/ro'] }))).toEqual(['error not_writable']);
  });
});

describe('archive members', () => {
  const member: FileRecord = { path: '/lib/m.o', type: 'a', archive_path: '/lib/l.a', size: 5 };
  it('need their archive: on the disk, or coming', async () => {
    expect(said(await come([owning('A', member)]))).toEqual(['error archive_missing']);
    expect(said(await come([owning('A', member)], [], { disk: { '/lib/l.a': 100 } }))).toEqual([]);
    expect(said(await come([owning('A', member), owning('B', file('/lib/l.a'))]))).toEqual([]);
    expect(said(await come([owning('A', member)], [], { disk: { '/lib/l.a': 'directory' } }))).toEqual([
      'error archive_missing',
    ]);
  });
  it('need a real archive there', async () => {
    const world = { disk: { '/lib/l.a': 100 }, plain: ['/lib/l.a'] };
    expect(said(await come([owning('A', member)], [], world))).toEqual(['error not_an_ar']);
    expect(said(await come([owning('A', member), owning('B', file('/lib/l.a'))], [], world))).toEqual([]);
  });
});

describe('paths', () => {
  it.each([
    ['/opt/x', undefined],
    ['/var/adm/swx', undefined],
    ['opt/x', 'unsafe_path'],
    ['/opt/../x', 'unsafe_path'],
    ['/opt/./x', 'unsafe_path'],
    ['/opt//x', 'unsafe_path'],
    ['/opt/x/', 'unsafe_path'],
    ['/', 'unsafe_path'],
    ['', 'unsafe_path'],
    ['/a\0b', 'unsafe_path'],
    ['/var/adm/sw', 'reserved_path'],
    ['/var/adm/sw/ipd/x', 'reserved_path'],
  ])('%j: %s', (path, expected) => {
    expect(pathTrouble(file(path), '/var/adm/sw')).toBe(expected);
  });
  it('lets the root and SD’s directory be listed as directories', () => {
    expect(pathTrouble({ path: '/', type: 'd' }, '/var/adm/sw')).toBeUndefined();
    expect(pathTrouble({ path: '/var/adm/sw', type: 'd' }, '/var/adm/sw')).toBeUndefined();
  });
  it('looks at archive and hard link too', () => {
    expect(pathTrouble({ path: '/m.o', type: 'a', archive_path: '../l.a' }, '')).toBe('unsafe_path');
    expect(pathTrouble({ path: '/h', type: 'h', link_source: '/../x' }, '')).toBe('unsafe_path');
    expect(pathTrouble({ path: '/s', type: 's', link_source: '../x' }, '')).toBeUndefined();
  });
  it('refuses on roots and in depots; reserved only on roots', async () => {
    const products: ProductPart[] = [owning('A', file('/../x')), owning('B', file('/var/adm/sw/x'))];
    expect(said(await come(products))).toEqual(['error unsafe_path', 'error reserved_path']);
    expect(said(await come(products, [], {}, { into: 'depot', on: depotOf() }))).toEqual(['error unsafe_path']);
  });
  it('are judged where `,l=` moves them', async () => {
    const from = depotOf({ ...owning('A', file('/opt/a/x')), attributes: { directory: '/opt/a' } });
    const plan = await install({ from, selection: asked(from, { locations: { A: '/var/adm/sw' } }) });
    expect(said(plan)).toEqual(['error reserved_path']);
  });
  it('a fileset whose records cannot be read is refused', async () => {
    const { SdError } = await import('../../../src/model/error.ts');
    const good = depotOf(owning('A', file('/x')), owning('B', file('/y')));
    const from = {
      ...good,
      files: (key: string) => {
        if (key === 'A/F') throw new SdError('catalog_damaged', { what: 'No.' });
        return good.files(key);
      },
    };
    const plan = await install({ from, selection: asked(from) });
    expect([steps(plan), said(plan)]).toEqual([['install B.F'], ['error catalog_damaged']]);
  });
});

describe('disk space', () => {
  const big = owning('A', file('/opt/x', { size: 50_000 }));
  it('a full disk stops everything', async () => {
    const plan = await come([big], [], { free: { '/': 40_000 } });
    expect([plan.products, left(plan), said(plan)]).toEqual([[], ['exclude A.F'], ['error disk_space']]);
    expect(plan.space[0]).toMatchObject({ mount: '/', available: 40_000 });
  });
  it('enforce_dsa=false goes on with a WARNING', async () => {
    const plan = await come([big], [], { free: { '/': 40_000 } }, { options: { enforce_dsa: false } });
    expect([steps(plan), said(plan)]).toEqual([['install A.F'], ['warning disk_space']]);
  });
  it('counts the save area where it is', async () => {
    const patch = patching('P', 'A.F', file('/opt/x', { size: 1000, cksum: 2 }));
    const world: World = { disk: { '/opt/x': 50_000 }, free: { '/': 1e9, '/var': 1e9 } };
    const space = async (options: object) => (await come([patch], [installed(big)], world, { options })).space;
    expect((await space({})).find((use) => use.mount === '/var')?.save).toBe(50_176);
    expect((await space({ patch_save_files: false })).find((use) => use.mount === '/var')?.save).toBe(0);
  });
  it('counts the rewritten archive, declared space and new directories', async () => {
    const member: FileRecord = { path: '/lib/m.o', type: 'a', archive_path: '/lib/l.a', size: 1024 };
    const needed = async (products: ProductPart[]) =>
      (await come(products, [], { disk: { '/lib/l.a': 102_400 }, free: { '/': 1e9, '/var': 1e9 } })).space.find(
        (use) => use.mount === '/',
      )?.needed;
    expect(await needed([owning('A', member)])).toBe(103_424);
    expect(await needed([owning('A', { path: '/d', type: 'd' })])).toBe(1024);
    const from = catalogOf({
      products: [{ tag: 'A', controlFiles: [{ tag: 'space', path: 'space' }], filesets: [{ tag: 'F' }] }],
      controlFiles: { A: { space: '/opt/log 4096\n' } },
    });
    const plan = await install({ from, selection: asked(from), world: { free: { '/': 1e9, '/var': 1e9 } } });
    expect(plan.space.find((use) => use.mount === '/')?.needed).toBe(4096);
  });
  it('a depot takes files as they are stored', async () => {
    const packed = file('/x', { size: 1e6, compression_state: 'compressed', compressed_size: 2048 });
    const plan = await come([owning('A', packed)], [], {}, { into: 'depot', on: depotOf() });
    expect(plan.products[0]?.filesets[0]?.bytes).toBe(2048);
    expect(plan.space[0]!.needed).toBeLessThan(1e5);
  });
});

it('10,000 products with 100,000 files and 5,000 patches are planned in one go', async () => {
  const count = 10_000;
  const products = Array.from({ length: count }, (_, n) => ({
    tag: `P${n}`,
    filesets: [
      {
        tag: 'F',
        attributes: n === 0 ? {} : { prerequisites: [`P${n - 1}.F`] },
        files: Array.from({ length: 10 }, (_, f) => file(`/opt/p${n}/f${f}`)),
      },
    ],
  }));
  const patches = Array.from({ length: count / 2 }, (_, n) =>
    patching(`Q${n}`, `P${n}.F`, file(`/opt/p${n}/f0`, { cksum: 2 })),
  );
  const good = depotOf(...products, ...patches);
  const byId = new Map(good.products().map((each) => [each.id, each]));
  const from = { ...good, product: (id: string) => byId.get(id) };
  const plan = await install({ from, selection: asked(from) });
  expect(said(plan)).toEqual([]);
  expect(plan.products).toHaveLength(count * 1.5);
});
