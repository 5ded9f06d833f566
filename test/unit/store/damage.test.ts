// A flipped byte in every file, every file missing, a store from a backup: the answer is right, or an error; and mending is loud.

import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../../src/model/catalog.ts';
import { SdError } from '../../../src/model/error.ts';
import { rootLayout } from '../../../src/store/layout.ts';
import { readPublished } from '../../../src/store/published.ts';
import { type OpenOptions, openStore, type Recovery } from '../../../src/store/store.ts';
import { readTextTree } from '../../../src/store/texttree.ts';
import { pictureOfCatalog } from './picture.ts';
import { first, product, records, second } from './scenario.ts';

let root: string;
let home: string;
let told: Recovery[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sd-damage-'));
  home = join(root, 'var/adm/sw/ipd');
  told = [];
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const layout = () => rootLayout(root, join(root, 'var/adm/sw'));

function options(create = false): OpenOptions {
  return { create, command: 'test', user: 'test', lockTimeout: 5, onRecovered: (recovery) => told.push(recovery) };
}

async function session<T>(
  work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
  create = false,
): Promise<T> {
  const store = await openStore(layout(), options(create));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function fill(): Promise<unknown> {
  await session(async (store) => {
    await store.apply(first);
    await store.apply(records('other', product('OTHER', '1.0', ['/opt/other'])));
  }, true);
  return session(async (store) => {
    await store.apply(second);
    return pictureOfCatalog(store.catalog());
  });
}

const look = (): Promise<unknown> => session(async (store) => pictureOfCatalog(store.catalog()));

function files(below: string): string[] {
  const entries = readdirSync(below, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Runs `harm` on a fresh copy of the good admin directory for each file below `part`. */
async function eachFile(
  part: string,
  harm: (path: string) => void,
  check: (path: string) => Promise<void>,
): Promise<void> {
  const admin = join(root, 'var/adm/sw');
  const good = join(root, 'good');
  cpSync(admin, good, { recursive: true });
  for (const path of files(join(admin, part))) {
    rmSync(admin, { recursive: true });
    cpSync(good, admin, { recursive: true });
    told = [];
    harm(path);
    await check(path);
  }
}

function flip(path: string): void {
  const content = readFileSync(path);
  if (content.length === 0) return;
  const at = Math.floor(content.length / 2);
  content[at] = content[at]! ^ 0x55;
  writeFileSync(path, content);
}

/** What a reader gets is right, or it gets an error. */
function readsRightOrRefuses(right: unknown, read: () => Catalog | undefined): void {
  try {
    const catalog = read();
    if (catalog !== undefined) expect(pictureOfCatalog(catalog)).toEqual(right);
  } catch (error) {
    expect(error).toBeInstanceOf(SdError);
    expect((error as SdError).code).toBe('catalog_damaged');
  }
}

describe('the LevelDB store', () => {
  test('a flipped byte in any of its files loses nothing', async () => {
    const right = await fill();
    await eachFile('ipd/store', flip, async (path) => {
      expect({ path, picture: await look() }).toEqual({ path, picture: right });
    });
  });

  test('a flipped byte in the log or in a table is told', async () => {
    await fill();
    const loud: string[] = [];
    await eachFile('ipd/store', flip, async (path) => {
      await look();
      if (told.some(({ how }) => how === 'rebuilt')) loud.push(path.replace(/.*\.|.*\/([A-Z]+).*/, '$1'));
    });
    expect(loud).toContain('log');
    expect(loud).toContain('CURRENT');
  });

  test('any of its files missing loses nothing', async () => {
    const right = await fill();
    await eachFile('ipd/store', rmSync, async (path) => {
      expect({ path, picture: await look() }).toEqual({ path, picture: right });
    });
  });

  test('any of its files cut loses nothing', async () => {
    const right = await fill();
    const cut = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));
    await eachFile('ipd/store', cut, async (path) => {
      expect({ path, picture: await look() }).toEqual({ path, picture: right });
    });
  });

  test('the damaged store is kept', async () => {
    await fill();
    rmSync(join(home, 'store/CURRENT'));
    await look();
    expect(readdirSync(home).filter((name) => name.startsWith('store.damaged-'))).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  test('an older store brought back is rebuilt from what was published', async () => {
    await session((store) => store.apply(first), true);
    cpSync(join(home, 'store'), join(root, 'backup'), { recursive: true });
    const right = await session(async (store) => {
      await store.apply(second);
      return pictureOfCatalog(store.catalog());
    });
    rmSync(join(home, 'store'), { recursive: true });
    renameSync(join(root, 'backup'), join(home, 'store'));
    expect(await look()).toEqual(right);
    expect(told[0]?.what).toContain('generation');
  });

  test('another history of the same length is not taken for this one', async () => {
    const right = await fill();
    cpSync(join(home, 'catalog'), join(root, 'catalog'));
    rmSync(join(home, 'store'), { recursive: true });
    for (const name of ['catalog', 'catalog.1', 'catalog.2']) rmSync(join(home, name), { force: true });
    rmSync(layout().textTree, { recursive: true });
    await session(async (store) => {
      for (let n = 1; n <= 3; n++) await store.apply(records('foreign', product(`F${n}`, '1.0', [])));
    }, true);
    cpSync(join(root, 'catalog'), join(home, 'catalog'));
    expect(await look()).toEqual(right);
    expect(told[0]?.what).toContain('not the one that was published');
  });

  test('lost altogether it is rebuilt from the published catalog', async () => {
    const right = await fill();
    rmSync(join(home, 'store'), { recursive: true });
    expect(await look()).toEqual(right);
    expect(told).toEqual([{ how: 'rebuilt', what: expect.stringContaining('published catalog') }]);
  });

  test('lost with everything beside it, it is rebuilt from the text tree, which knows no saved files', async () => {
    await fill();
    const right = withoutSaves(pictureOfCatalog(readTextTree(layout())!.catalog));
    rmSync(home, { recursive: true });
    expect(withoutSaves(await look())).toEqual(right);
    expect(told).toEqual([{ how: 'rebuilt', what: expect.stringContaining('text tree') }]);
  });

  test('is refused without its marker', async () => {
    await fill();
    rmSync(join(home, 'format'));
    await expect(look()).rejects.toMatchObject({ code: 'store_damaged' });
  });

  test('of a newer form is refused', async () => {
    await fill();
    writeFileSync(join(home, 'format'), 'swdist store 2\n');
    await expect(look()).rejects.toMatchObject({ code: 'store_too_new' });
  });
});

describe('what is published', () => {
  test('a flipped byte in any file gives readers the right answer or an error, and the writer the right answer', async () => {
    const right = await fill();
    await eachFile('ipd', flip, async (path) => {
      readsRightOrRefuses(right, () => readPublished(layout())?.catalog);
      if (!path.endsWith('format')) expect({ path, picture: await look() }).toEqual({ path, picture: right });
    });
  });

  test('missing files are written again by the next session', async () => {
    const right = await fill();
    for (const part of ['ipd/obj', 'products']) {
      await eachFile(part, rmSync, async () => {
        readsRightOrRefuses(right, () => readPublished(layout())?.catalog);
        await look();
        expect(pictureOfCatalog(readPublished(layout())!.catalog)).toEqual(right);
        if (part === 'products')
          expect(readFileSync(join(root, 'var/adm/sw/products/INDEX')).length).toBeGreaterThan(0);
      });
    }
  });

  test('a damaged catalog is told and published again', async () => {
    const right = await fill();
    flip(join(home, 'catalog'));
    expect(() => readPublished(layout())).toThrow(expect.objectContaining({ code: 'catalog_damaged' }));
    await look();
    expect(told).toEqual([{ how: 'rebuilt', what: expect.stringContaining('published catalog') }]);
    expect(pictureOfCatalog(readPublished(layout())!.catalog)).toEqual(right);
  });
});

/** Saved files and the order of what the text tree sorts otherwise. */
function withoutSaves(picture: unknown): unknown {
  return JSON.parse(JSON.stringify(picture, (key, value) => (key === 'saved' ? undefined : value)));
}
