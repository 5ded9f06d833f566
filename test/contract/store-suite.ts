// What every implementation of a store must do, whatever it is built upon. `make` gives a way to open a store on a fresh target.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/model/catalog.ts';
import type { CatalogOp } from '../../src/model/change.ts';
import type { Store } from '../../src/store/store.ts';
import { pictureOfCatalog, pictureOfTree } from '../unit/store/picture.ts';
import { bytes, directory, first, place, plain, product, records, second } from '../unit/store/scenario.ts';

/** One implementation: opens a store whose anchor is `anchor`, and reads its catalog without opening it. */
export interface StoreMaker {
  open(anchor: string): Promise<Store>;
  read(anchor: string): Catalog | undefined;
}

export function storeSuite(name: string, maker: StoreMaker): void {
  describe(`store on ${name}`, () => {
    let anchor: string;
    let store: Store;

    beforeEach(async () => {
      anchor = mkdtempSync(join(tmpdir(), 'sd-store-'));
      store = await maker.open(anchor);
    });

    afterEach(async () => {
      await store.close();
      rmSync(anchor, { recursive: true, force: true });
    });

    const change = (...ops: CatalogOp[]) => store.apply(records('change', ops));
    const reopen = async () => {
      await store.close();
      store = await maker.open(anchor);
    };

    test('shows each commit at once, after reopening and to readers alike', async () => {
      await store.apply(first);
      await store.apply(second);
      const live = pictureOfCatalog(store.catalog());
      await reopen();
      expect(pictureOfCatalog(store.catalog())).toEqual(live);
      await store.close();
      expect(pictureOfCatalog(maker.read(anchor)!)).toEqual(live);
    });

    test('counts its generations', async () => {
      expect(store.catalog().generation).toBe(0);
      await change(...product('A', '1.0', []));
      await change(...product('A', '2.0', []));
      expect(store.catalog().generation).toBe(2);
      await reopen();
      expect(store.catalog().generation).toBe(2);
    });

    test('keeps the order of arrival, also of a product that is put again', async () => {
      for (const id of ['C', 'A', 'B']) await change(...product(id, '1.0', []));
      await change(...product('C', '2.0', []));
      const ids = () =>
        store
          .catalog()
          .products()
          .map(({ id }) => id);
      expect(ids()).toEqual(['C', 'A', 'B']);
      await change({ op: 'drop_product', id: 'C' }, ...product('C', '3.0', []));
      expect(ids()).toEqual(['A', 'B', 'C']);
      await reopen();
      expect(ids()).toEqual(['A', 'B', 'C']);
    });

    test('keeps file records in order, replaces them in place and drops them', async () => {
      const paths = Array.from({ length: 700 }, (_, n) => `/opt/f${700 - n}`);
      await change(...product('A', '1.0', paths));
      await change({
        op: 'files',
        fileset: 'A/RUN',
        put: [
          { path: '/opt/f1', type: 'f', size: 99 },
          { path: '/new', type: 'd' },
        ],
        drop: ['/opt/f700'],
      });
      const rows = store.catalog().files('A/RUN');
      expect(rows.map(({ path }) => path)).toEqual([...paths.slice(1), '/new']);
      expect(rows[698]).toEqual({ path: '/opt/f1', type: 'f', size: 99 });
      await reopen();
      expect(store.catalog().files('A/RUN')).toEqual(rows);
    });

    test('gives back every attribute of a file record', async () => {
      const record = {
        path: '/a\tb\n%c',
        type: 'f' as const,
        mode: 0o4755,
        owner: 'bin',
        uid: 0,
        group: 'sys',
        gid: 3,
        mtime: 5,
        size: 0,
        cksum: 4294967295,
        sha256: 'ab',
        is_volatile: false,
        revision: '1',
        compression_state: 'compressed' as const,
        compressed_cksum: 7,
        extra: { x: ['1', '2'] },
      };
      await change(...product('A', '1.0', []), { op: 'files', fileset: 'A/RUN', put: [record] });
      expect(store.catalog().files('A/RUN')).toEqual([record]);
      expect(store.catalog().owners(record.path)).toEqual(['A/RUN']);
    });

    test('knows the owners of a path through puts, changes and drops', async () => {
      await change(...product('A', '1.0', ['/both', '/a']), ...product('B', '1.0', ['/both']));
      expect(store.catalog().owners('/both')).toEqual(['A/RUN', 'B/RUN']);
      await change({ op: 'files', fileset: 'A/RUN', put: [], drop: ['/both'] });
      expect(store.catalog().owners('/both')).toEqual(['B/RUN']);
      await reopen();
      expect(store.catalog().owners('/both')).toEqual(['B/RUN']);
      await change({ op: 'drop_product', id: 'B' });
      expect(store.catalog().owners('/both')).toEqual([]);
      expect(store.catalog().owners('/a')).toEqual(['A/RUN']);
    });

    test('drops a product with everything that hangs on it', async () => {
      await store.apply(first);
      await store.apply(second);
      await change({ op: 'drop_product', id: 'ACME' });
      await change(...product('ACME', '3.0', []).filter(({ op }) => op !== 'control_file' && op !== 'files'));
      const catalog = store.catalog();
      expect(catalog.files('ACME/RUN')).toEqual([]);
      expect(catalog.saved('ACME/RUN')).toEqual([]);
      expect(catalog.controlFile('ACME', 'postinstall')).toBeUndefined();
    });

    test('keeps bundles, categories, vendors, target attributes and made directories', async () => {
      await change(
        { op: 'target', attributes: { layout_version: '1.0' } },
        { op: 'bundle', bundle: { id: 'BUN', attributes: { tag: 'BUN', contents: ['A.RUN'] } } },
        { op: 'category', category: { attributes: { tag: 'critical', revision: '1' } } },
        { op: 'category', category: { attributes: { tag: 'critical', revision: '2' } } },
        { op: 'category', category: { attributes: { tag: 'gone' } } },
        { op: 'drop_category', tag: 'gone' },
        { op: 'made_directory', path: '/opt/x y' },
        { op: 'made_directory', path: '/opt/z' },
        { op: 'drop_made_directory', path: '/opt/z' },
      );
      const check = (catalog: Catalog) => {
        expect(catalog.attributes).toEqual({ layout_version: '1.0' });
        expect(catalog.bundles()).toEqual([{ id: 'BUN', attributes: { tag: 'BUN', contents: ['A.RUN'] } }]);
        expect(catalog.categories()).toEqual([{ attributes: { tag: 'critical', revision: '2' } }]);
        expect([catalog.madeDirectory('/opt/x y'), catalog.madeDirectory('/opt/z')]).toEqual([true, false]);
      };
      check(store.catalog());
      await store.close();
      check(maker.read(anchor)!);
      store = await maker.open(anchor);
      await change({ op: 'drop_bundle', id: 'BUN' });
      expect(store.catalog().bundles()).toEqual([]);
    });

    test('tells what it found while copying, in time for the catalog', async () => {
      let found: unknown;
      await store.apply({
        label: 'x',
        files: [place('f', 'hello')],
        change: (staged) => {
          found = staged.get('f');
          return [];
        },
      });
      expect(found).toEqual({
        size: 5,
        cksum: 3287646509,
        sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      });
    });

    const refusals: [string, () => Parameters<Store['apply']>[0], string][] = [
      [
        'content that is not what was expected',
        () => ({
          label: 'x',
          files: [directory('d'), place('d/f', 'abc', { expect: { cksum: 1 } })],
          change: () => [],
        }),
        'content_mismatch',
      ],
      [
        'a directory with content where a file shall be',
        () => ({ label: 'x', files: [place('full', 'x')], change: () => [] }),
        'directory_in_the_way',
      ],
      [
        'a file where a directory shall be',
        () => ({ label: 'x', files: [directory('full/file')], change: () => [] }),
        'file_in_the_way',
      ],
      [
        'a file below a file of the same transaction',
        () => ({ label: 'x', files: [directory('a'), place('a/b/c', 'y'), place('a', 'x')], change: () => [] }),
        'file_in_the_way',
      ],
      [
        'a missing parent',
        () => ({ label: 'x', files: [place('g', 'x'), place('no/f', 'x')], change: () => [] }),
        'not_done',
      ],
      [
        'a missing directory to save into',
        () => ({ label: 'x', files: [place('keep', 'x', { save: 'no/keep' })], change: () => [] }),
        'not_done',
      ],
    ];

    test.each(refusals)('undoes everything for %s, and goes on', async (_, transaction, code) => {
      mkdirSync(join(anchor, 'full'));
      writeFileSync(join(anchor, 'full/file'), 'x');
      writeFileSync(join(anchor, 'keep'), 'old');
      const before = pictureOfTree(anchor);
      await expect(store.apply(transaction())).rejects.toMatchObject({ code });
      expect(pictureOfTree(anchor)).toEqual(before);
      await store.apply(first);
      expect(store.catalog().products()).toHaveLength(1);
    });

    test('undoes everything when the change cannot be told', async () => {
      const before = pictureOfTree(anchor);
      const change = () => {
        throw new Error('no');
      };
      await expect(store.apply({ label: 'x', files: [directory('d'), place('d/f', 'x')], change })).rejects.toThrow(
        'no',
      );
      expect(pictureOfTree(anchor)).toEqual(before);
      expect(store.catalog().generation).toBe(0);
    });

    test('replaces by rename, so that the saved link keeps the old content', async () => {
      writeFileSync(join(anchor, 'f'), 'old');
      const inode = statSync(join(anchor, 'f')).ino;
      await store.apply({
        label: 'x',
        files: [directory('save'), place('f', 'new', { save: 'save/f' })],
        change: () => [],
      });
      expect(readFileSync(join(anchor, 'f'), 'utf8')).toBe('new');
      expect(readFileSync(join(anchor, 'save/f'), 'utf8')).toBe('old');
      expect(statSync(join(anchor, 'save/f')).ino).toBe(inode);
    });

    test('copies instead where asked to, with the attributes of the old file', async () => {
      writeFileSync(join(anchor, 'f'), 'old', { mode: 0o600 });
      const before = statSync(join(anchor, 'f'));
      await store.apply({
        label: 'x',
        files: [directory('save'), place('f', 'new', { save: 'save/f', copySave: true })],
        change: () => [],
      });
      const saved = statSync(join(anchor, 'save/f'));
      expect(saved.ino).not.toBe(before.ino);
      expect([saved.mode, Math.floor(saved.mtimeMs)]).toEqual([before.mode, Math.floor(before.mtimeMs)]);
    });

    test('links hard links of the transaction to each other in any order', async () => {
      await store.apply({
        label: 'x',
        files: [{ step: 'hardlink', path: 'b', to: 'a' }, { step: 'hardlink', path: 'c', to: 'b' }, place('a', 'x')],
        change: () => [],
      });
      expect(new Set(['a', 'b', 'c'].map((name) => statSync(join(anchor, name)).ino)).size).toBe(1);
    });

    test('restores a link of what is there already, and leaves no stage behind', async () => {
      await store.apply({ label: 'x', files: [place('from', 'x')], change: () => [] });
      const restore = { label: 'x', files: [{ step: 'restore' as const, path: 'to', from: 'from' }], change: () => [] };
      await store.apply(restore);
      await store.apply(restore);
      expect(pictureOfTree(anchor).filter((line) => !line.startsWith('.'))).toHaveLength(2);
      expect(pictureOfTree(anchor).filter((line) => line.includes('sw~'))).toEqual([]);
    });

    test('places a path that several steps name as the last one says, in a new directory too', async () => {
      const files = (path: string) => [
        place(`${path}/f`, 'one', { as: { ...plain, mode: 0o600 } }),
        place(`${path}/f`, 'two'),
        { step: 'hardlink' as const, path: `${path}/twin`, to: `${path}/f` },
        { step: 'symlink' as const, path: `${path}/link`, to: 'one', as: plain },
        { step: 'symlink' as const, path: `${path}/link`, to: 'f', as: plain },
      ];
      mkdirSync(join(anchor, 'there'));
      await store.apply({
        label: 'x',
        files: [directory('there'), ...files('there'), directory('new'), ...files('new')],
        change: () => [],
      });
      const below = (path: string) =>
        pictureOfTree(anchor).flatMap((line) => (line.startsWith(path) ? [line.slice(path.length)] : []));
      expect(below('new/')).toEqual([' 755', 'f 644 1000000000 x2 two', 'link -> f', 'twin 644 1000000000 x2 two']);
      expect(below('there/')).toEqual(below('new/'));
    });

    test('gives directories their time after everything else', async () => {
      await store.apply({
        label: 'x',
        files: [directory('d'), directory('d/e'), place('d/e/f', 'x')],
        change: () => [],
      });
      expect([statSync(join(anchor, 'd')).mtimeMs, statSync(join(anchor, 'd/e')).mtimeMs]).toEqual([
        1_000_000_001_000, 1_000_000_001_000,
      ]);
    });

    test('closes every content it asked for, also when it fails', async () => {
      let open = 0;
      const content = () => {
        open += 1;
        return { kind: 'region' as const, fd: -1, position: 0, size: 5, close: () => (open -= 1) };
      };
      const files = [{ step: 'place' as const, path: 'f', content, as: plain }];
      await expect(store.apply({ label: 'x', files, change: () => [] })).rejects.toThrow();
      expect(open).toBe(0);
    });

    test('tells of each file staged or removed', async () => {
      const told: [string, number][] = [];
      const files = [place('f', 'four'), { step: 'remove' as const, path: 'nothing' }];
      await store.apply({ label: 'x', files, change: () => [], onFile: (step, size) => told.push([step.path, size]) });
      expect(told).toEqual([
        ['f', 4],
        ['nothing', 0],
      ]);
    });

    test('remembers scripts that never ended, until they are acknowledged', async () => {
      await store.scriptStarted('A/RUN', 'postinstall');
      await store.scriptStarted('A', 'preinstall');
      await store.scriptEnded('A', 'preinstall', 0);
      expect(store.interruptedScripts()).toEqual([]);
      await reopen();
      expect(store.interruptedScripts()).toMatchObject([{ owner: 'A/RUN', tag: 'postinstall' }]);
      await store.scriptEnded('A/RUN', 'postinstall', 1);
      expect(store.interruptedScripts()).toEqual([]);
      await reopen();
      expect(store.interruptedScripts()).toEqual([]);
    });

    test('refuses what its catalog cannot hold, before anything is done', async () => {
      const orphan: CatalogOp = { op: 'files', fileset: 'NO/RUN', put: [] };
      await expect(store.apply({ label: 'x', files: [place('f', 'x')], change: () => [orphan] })).rejects.toThrow('NO');
      expect(pictureOfTree(anchor).filter((line) => !line.startsWith('.'))).toEqual([]);
    });

    test('takes content that lies in memory', async () => {
      await store.apply({
        label: 'x',
        files: [{ step: 'place', path: 'm', content: bytes('m'), as: { ...plain, mode: 0o4711 } }],
        change: () => [],
      });
      expect(statSync(join(anchor, 'm')).mode & 0o7777).toBe(0o4711);
    });
  });
}
