import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Depot } from '../../../src/depot/depot.ts';
import { openDepot } from '../../../src/depot/open.ts';
import { text } from '../../../src/model/attributes.ts';
import type { SdEvent } from '../../../src/model/events.ts';
import { copy } from '../../../src/operations/copy.ts';
import { remove } from '../../../src/operations/remove.ts';
import { options } from '../selection/catalog-builder.ts';
import { fill, scratch, snapshot, storedTexts } from './filling.ts';
import { type BuiltProduct, filesetWith, memoryDepot } from './memory-depot.ts';

const APP: BuiltProduct = {
  tag: 'APP',
  attributes: { revision: '1.0', architecture: 'any', vendor_tag: 'V', category_tag: ['tools'] },
  filesets: [
    filesetWith('RUN', {
      '/opt/app/bin/app': 'app 1\n',
      '/opt/app/secret': { type: 's', link_source: '/etc/shadow' },
      '/opt/app': { type: 'd', mode: 0o700 },
      '/opt/app/älter name': 'blank and umlaut\n',
    }),
    filesetWith('DOC', { '/opt/app/doc/readme': 'read me\n' }, { scripts: { configure: '#!/bin/sh\n' } }),
  ],
};
const APP2: BuiltProduct = {
  ...APP,
  id: 'APP.2',
  attributes: { ...APP.attributes, revision: '2.0' },
  filesets: [filesetWith('RUN', { '/opt/app/bin/app': 'app 2\n' })],
};

const context = { command: 'swcopy', user: 'root@test', host: 'test' };

async function swcopy(
  source: string,
  target: string,
  software: string[],
  more: Parameters<typeof options>[0] = {},
  preview = false,
) {
  const events: SdEvent[] = [];
  const admin_directory = join(scratch(), 'adm');
  const request = { context, options: options({ admin_directory, ...more }), software, preview, source, target };
  const outcome = await copy(request, (event) => events.push(event));
  return { outcome, events, codes: outcome.findings.map((finding) => finding.code) };
}

async function swremove(target: string, software: string[], more: Parameters<typeof options>[0] = {}) {
  const admin_directory = join(scratch(), 'adm');
  return remove(
    { context, options: options({ admin_directory, ...more }), software, preview: false, target, depot: true },
    () => {},
  );
}

async function reading<T>(path: string, look: (depot: Depot) => T): Promise<T> {
  const depot = await openDepot(path);
  try {
    return look(depot);
  } finally {
    depot.close();
  }
}

async function filled(...products: BuiltProduct[]): Promise<string> {
  const depot = join(scratch(), 'source');
  expect((await fill(depot, memoryDepot(products))).findings).toEqual([]);
  return depot;
}

describe('swcopy', () => {
  it('copies a depot whole: stored files, records with digests, control files', async () => {
    const source = await filled(APP);
    const target = join(scratch(), 'a', 'b');
    const { outcome, events } = await swcopy(source, target, ['*']);
    expect(outcome).toMatchObject({ exitCode: 0, findings: [] });
    expect(storedTexts(target)).toEqual({
      'APP/RUN/opt/app/bin/app': 'app 1\n',
      'APP/RUN/opt/app/älter name': 'blank and umlaut\n',
      'APP/DOC/opt/app/doc/readme': 'read me\n',
    });
    await reading(target, ({ catalog }) => {
      expect(catalog.files('APP/RUN').map((file) => file.type)).toEqual(['f', 's', 'd', 'f']);
      expect(catalog.files('APP/RUN')[0]).toMatchObject({ size: 6, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(catalog.controlFile('APP/DOC', 'configure')?.toString()).toBe('#!/bin/sh\n');
      const [run] = catalog.product('APP')!.filesets;
      expect(text(run!.attributes, 'state')).toBe('available');
    });
    expect(events).toContainEqual({ type: 'registered', path: target, level: 'depot', on: true });
    expect(events.at(-1)).toMatchObject({ type: 'session.end', ok: true });
  });

  it('registers a new depot only once and only when asked', async () => {
    const source = await filled(APP);
    const target = join(scratch(), 'target');
    const quiet = await swcopy(source, target, ['*'], { register_new_depot: false });
    expect(quiet.events.some((event) => event.type === 'registered')).toBe(false);
    const again = await swcopy(source, target, ['*'], { recopy: true });
    expect(again.events.some((event) => event.type === 'registered')).toBe(false);
  });

  it('merges filesets of one product and remembers all it was defined with', async () => {
    const source = await filled(APP);
    const target = join(scratch(), 'target');
    await swcopy(source, target, ['APP.DOC']);
    await reading(target, ({ catalog }) => {
      expect(catalog.product('APP')!.filesets.map((fileset) => fileset.id)).toEqual(['DOC']);
      expect(text(catalog.product('APP')!.attributes, 'all_filesets')).toBe('RUN DOC');
    });
    await swcopy(source, target, ['APP.RUN']);
    await reading(target, ({ catalog }) => {
      expect(catalog.product('APP')!.filesets.map((fileset) => fileset.id)).toEqual(['DOC', 'RUN']);
      expect(catalog.products()).toHaveLength(1);
    });
  });

  it('keeps versions of one tag side by side under instance numbers', async () => {
    const target = join(scratch(), 'target');
    await swcopy(await filled(APP), target, ['*']);
    await swcopy(await filled(APP2), target, ['*']);
    await reading(target, ({ catalog }) => {
      const ids = catalog
        .products()
        .map(({ id, attributes }) => [id, text(attributes, 'control_directory'), text(attributes, 'instance_id')]);
      expect(ids).toEqual([
        ['APP', 'APP', '1'],
        ['APP.2', 'APP.2', '2'],
      ]);
    });
    expect(storedTexts(target)['APP.2/RUN/opt/app/bin/app']).toBe('app 2\n');
  });

  it('leaves what is there alone, and copies it again with recopy', async () => {
    const source = await filled(APP);
    const target = join(scratch(), 'target');
    await swcopy(source, target, ['*']);
    writeFileSync(join(target, 'APP/RUN/opt/app/bin/app'), 'harm\n');
    expect((await swcopy(source, target, ['*'])).outcome.exitCode).toBe(0);
    expect(storedTexts(target)['APP/RUN/opt/app/bin/app']).toBe('harm\n');
    await swcopy(source, target, ['*'], { recopy: true });
    expect(storedTexts(target)['APP/RUN/opt/app/bin/app']).toBe('app 1\n');
  });

  it('drops stored files that a recopied fileset no longer has, and the directories this empties', async () => {
    const target = join(scratch(), 'target');
    await swcopy(await filled(APP), target, ['*']);
    const slim = {
      ...APP,
      filesets: [filesetWith('RUN', { '/opt/app/älter name': 'new\n' }), filesetWith('DOC', { '/etc/doc': 'moved\n' })],
    };
    await swcopy(await filled(slim), target, ['*'], { recopy: true });
    expect(storedTexts(target)).toEqual({ 'APP/RUN/opt/app/älter name': 'new\n', 'APP/DOC/etc/doc': 'moved\n' });
    expect(existsSync(join(target, 'APP/RUN/opt/app/bin'))).toBe(false);
    expect(existsSync(join(target, 'APP/DOC/opt'))).toBe(false);
    await reading(target, ({ catalog }) => expect(catalog.controlFile('APP/DOC', 'configure')).toBeUndefined());
  });

  it('stores files readable for the owner, never setuid', async () => {
    const modes = { '/a': { type: 'f', mode: 0o4111 }, '/b': { type: 'f', mode: 0 } } as const;
    const built = filesetWith('RUN', { '/a': 'a', '/b': 'b' });
    const fileset = { ...built, files: built.files.map((file) => ({ ...file, mode: modes[file.path as '/a'].mode })) };
    const target = await filled({ ...APP, filesets: [fileset] });
    expect(['a', 'b'].map((name) => statSync(join(target, 'APP/RUN', name)).mode & 0o7777)).toEqual([0o511, 0o400]);
    await reading(target, ({ catalog }) =>
      expect(catalog.files('APP/RUN').map((file) => file.mode)).toEqual([0o4111, 0]),
    );
  });

  it('packages every category of its source, the higher revision of two', async () => {
    const categories = (revision: string) => [
      { tag: 'tools', attributes: { revision, title: `tools ${revision}` } },
      { tag: 'unused', attributes: { revision, title: 'named by no product' } },
    ];
    const depots = ['2.0', '10.0', '3.0'].map((revision) =>
      memoryDepot([{ ...APP, attributes: { ...APP.attributes, revision } }], { categories: categories(revision) }),
    );
    const target = join(scratch(), 'target');
    for (const depot of depots) await fill(target, depot);
    await reading(target, ({ catalog }) => {
      expect(catalog.categories().map((category) => text(category.attributes, 'title'))).toEqual([
        'tools 10.0',
        'named by no product',
      ]);
    });
  });

  it('brings the bundle that was asked for', async () => {
    const source = join(scratch(), 'source');
    await fill(
      source,
      memoryDepot([APP, APP2], {
        bundles: [{ tag: 'ALL', attributes: { revision: '1' }, contents: ['APP.RUN,r=1.0'] }],
      }),
    );
    const target = join(scratch(), 'target');
    await swcopy(source, target, ['ALL']);
    await reading(target, ({ catalog }) => {
      expect(catalog.bundles().map((bundle) => bundle.id)).toEqual(['ALL']);
      expect(catalog.product('APP')!.filesets.map((fileset) => fileset.id)).toEqual(['RUN']);
    });
  });

  it('previews without writing anything', async () => {
    const source = await filled(APP);
    const place = scratch();
    const { outcome } = await swcopy(source, join(place, 'new'), ['*'], {}, true);
    expect(outcome.plan?.products).toHaveLength(1);
    expect(existsSync(join(place, 'new'))).toBe(false);
    await swcopy(source, join(place, 'old'), ['APP.RUN']);
    const before = snapshot(place);
    await swcopy(source, join(place, 'old'), ['*'], {}, true);
    expect(snapshot(place)).toEqual(before);
  });

  it.each([
    ['content_mismatch', (file: string) => writeFileSync(file, 'APP 1\n')],
    ['content_mismatch', (file: string) => writeFileSync(file, 'longer than before\n')],
    ['content_missing', (file: string) => rmSync(file)],
  ])('leaves no trace when the source is damaged: %s', async (code, damage) => {
    const source = await filled(APP);
    damage(join(source, 'APP/RUN/opt/app/bin/app'));
    const place = scratch();
    const { outcome, codes } = await swcopy(source, join(place, 'deep', 'target'), ['*']);
    expect(outcome.exitCode).toBe(1);
    expect(codes).toContain(code);
    expect(snapshot(place)).toEqual({});
  });

  it.each([
    ['depot_not_found', 'no-such'],
    ['not_a_depot', 'empty'],
    ['not_a_depot', 'file'],
    ['remote_not_supported', 'elsewhere:/depot'],
  ])('refuses a source: %s %s', async (code, name) => {
    const place = scratch();
    mkdirSync(join(place, 'empty'));
    writeFileSync(join(place, 'file'), 'no archive');
    const before = snapshot(place);
    const source = name.includes(':') ? name : join(place, name);
    const { outcome, codes } = await swcopy(source, join(place, 'target'), ['*']);
    expect(outcome.exitCode).toBe(1);
    expect(codes).toEqual([code]);
    expect(snapshot(place)).toEqual(before);
  });

  it('refuses a target that holds something else, or is missing with create_target_path=false', async () => {
    const source = await filled(APP);
    const place = scratch();
    mkdirSync(join(place, 'home'));
    writeFileSync(join(place, 'home', 'letter'), 'dear');
    expect((await swcopy(source, join(place, 'home'), ['*'])).codes).toEqual(['not_a_depot']);
    expect((await swcopy(source, join(place, 'home', 'letter'), ['*'])).codes).toEqual(['not_a_depot']);
    expect((await swcopy(source, join(place, 'new'), ['*'], { create_target_path: false })).codes).toEqual([
      'target_missing',
    ]);
    expect(snapshot(place)).toEqual({ home: expect.any(String), 'home/letter': expect.stringContaining('dear') });
  });

  it('takes over a depot that was made elsewhere', async () => {
    const target = await filled(APP);
    rmSync(join(target, '.sd'), { recursive: true });
    await swcopy(await filled(APP2), target, ['*']);
    await reading(target, ({ catalog }) => {
      expect(catalog.generation).toBeGreaterThan(0);
      expect(catalog.products().map((product) => product.id)).toEqual(['APP', 'APP.2']);
      expect(catalog.files('APP/RUN')).toHaveLength(4);
    });
  });

  it('writes through no symbolic link out of the depot', async () => {
    const target = await filled(APP2);
    const outside = scratch();
    rmSync(join(target, 'APP/RUN/opt'), { recursive: true });
    symlinkSync(outside, join(target, 'APP/RUN/opt'));
    await swcopy(await filled(APP2), target, ['*'], { recopy: true });
    expect(snapshot(outside)).toEqual({});
  });
});

describe('swremove -d', () => {
  it('removes a fileset with its stored files and keeps the rest', async () => {
    const depot = await filled(APP, APP2);
    expect((await swremove(depot, ['APP.DOC'])).exitCode).toBe(0);
    expect(Object.keys(storedTexts(depot)).sort()).toEqual([
      'APP.2/RUN/opt/app/bin/app',
      'APP/RUN/opt/app/bin/app',
      'APP/RUN/opt/app/älter name',
    ]);
    expect(existsSync(join(depot, 'APP/DOC'))).toBe(false);
    await reading(depot, ({ catalog }) => {
      expect(catalog.product('APP')!.filesets.map((fileset) => fileset.id)).toEqual(['RUN']);
    });
  });

  it('takes the catalog of an empty depot away, the directory stays', async () => {
    const depot = await filled(APP);
    expect((await swremove(depot, ['*'], { remove_empty_depot: false })).exitCode).toBe(0);
    expect(existsSync(join(depot, 'catalog'))).toBe(true);
    await swcopy(await filled(APP), depot, ['*']);
    expect((await swremove(depot, ['*'])).exitCode).toBe(0);
    expect(snapshot(depot)).toEqual({});
  });
});
