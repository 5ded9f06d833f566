// The published catalog as readers see it: products are found without reading the others, and are the same however they are found.

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CatalogOp } from '../../../src/model/change.ts';
import { tagOf } from '../../../src/model/software.ts';
import { readCatalogFile } from '../../../src/store/catalog-file.ts';
import { rootLayout } from '../../../src/store/layout.ts';
import { readProductPairs, readPublished } from '../../../src/store/published.ts';
import { openStore } from '../../../src/store/store.ts';
import { product, records } from './scenario.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'published-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const layout = () => rootLayout(root, join(root, 'adm'));
const catalog = () => readPublished(layout())!.catalog;

async function publish(...ops: CatalogOp[]): Promise<void> {
  const store = await openStore(layout(), { create: true, command: 'test', user: 'me', lockTimeout: 0 });
  await store.apply(records('all', ops));
  await store.close();
}

/** Of the same tag as another, with a title that is the tag of a third, and quotes and line breaks where they hurt. */
function odd(id: string, attributes: Record<string, string | string[]>): CatalogOp[] {
  const [vendor, first, ...others] = product(id, '1.0', [`/opt/${id}`]);
  const given = first as Extract<CatalogOp, { op: 'product' }>;
  return [vendor!, { ...given, product: { ...given.product, attributes } }, ...others];
}

test('products of a tag are found without reading the others, and are the same objects afterwards', async () => {
  await publish(
    ...odd('A', { tag: 'A', revision: '1.0', title: 'B' }),
    ...odd('B', { tag: 'B', revision: '2.0' }),
    ...odd('A.2', { tag: 'A', revision: 'A', title: 'says "A",\nand\tmore' }),
  );
  const found = catalog();
  expect(found.tagged!('A')!.map(({ id }) => id)).toEqual(['A', 'A.2']);
  expect(found.tagged!('B')!.map(({ id }) => id)).toEqual(['B']);
  expect(found.tagged!('C')).toEqual([]);
  const [one, two] = found.tagged!('A')!;
  expect([two!.shown, two!.attributes.title]).toEqual([
    { tag: 'A', revision: 'A', title: 'says "A",\nand\tmore' },
    'says "A",\nand\tmore',
  ]);
  expect(found.products()[0]).toBe(one);
  expect(found.product('A.2')).toBe(two);
  expect({ ...one! }).not.toHaveProperty('shown');
});

test('where an attribute is no plain text, all products have to be looked at', async () => {
  await publish(...odd('A', { tag: 'A', title: ['two', 'lines'] }), ...odd('B', { tag: 'B', revision: '1' }));
  const found = catalog();
  expect(found.tagged!('B')).toBeUndefined();
  expect(found.products().map((each) => [tagOf(each), each.shown === undefined])).toEqual([
    ['A', true],
    ['B', false],
  ]);
});

test('the owner of a path is found by one line; few questions or many give the same answer', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `P${n}`);
  await publish(...ids.flatMap((id) => product(id, '1.0', [`/opt/${id}`, '/shared'])));
  const one = catalog();
  expect(one.owners('/opt/P7')).toEqual(['P7/RUN']);
  expect(ids.map((id) => one.owners(`/opt/${id}`))).toEqual(ids.map((id) => [`${id}/RUN`]));
  expect(catalog().owners('/shared')).toEqual(ids.map((id) => `${id}/RUN`));
});

test('many products are read together: their own objects are not needed for it', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `P${n}`);
  await publish(...ids.flatMap((id) => product(id, '1.0', [`/opt/${id}`])));
  const found = catalog();
  const objects = join(layout().home, 'obj');
  const [header] = readFileSync(join(layout().home, 'catalog'), 'utf8').split('\n');
  const { records: together } = JSON.parse(header!) as { records: string };
  expect(found.files('P3/RUN').map(({ path }) => path)).toEqual(['/opt/P3']);
  for (const name of readdirSync(objects)) if (name !== together) rmSync(join(objects, name));
  expect(found.products().map(({ filesets }) => filesets.map(tagOf).join())).toEqual(ids.map(() => 'RUN'));
});

test('a byte flipped anywhere in the catalog is seen, in its first line too', async () => {
  await publish(...product('A', '1.0', ['/opt/A']));
  const file = join(layout().home, 'catalog');
  const good = readFileSync(file);
  const { owners, records: together, chain } = JSON.parse(good.toString().split('\n')[0]!) as Record<string, string>;
  for (const words of [owners!, together!, chain!, '"gen":', '"A"', 'm/next']) {
    const bytes = Buffer.from(good);
    const at = bytes.indexOf(words) + words.length - 1;
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(file, bytes);
    expect(() => readPublished(layout()), words).toThrow(/The published catalog .* cannot be used/);
  }
  writeFileSync(file, good);
  expect(catalog().products()).toHaveLength(1);
});

test('objects that a power cut emptied before they were published are written again', async () => {
  const { home, textTree } = layout();
  await publish(...product('A', '1.0', ['/opt/A']));
  const files = [join(home, 'catalog'), join(textTree, 'INDEX')];
  const before = files.map((file) => readFileSync(file));
  const known = new Set(readdirSync(join(home, 'obj')));
  await publish(...product('B', '1.0', ['/opt/B']));
  // Committed, and the files of its publication are there by name only.
  for (const [n, file] of files.entries()) writeFileSync(file, before[n]!);
  const cut = readdirSync(join(home, 'obj')).filter((name) => !known.has(name));
  for (const name of cut) writeFileSync(join(home, 'obj', name), '');
  expect(cut).toHaveLength(3);
  const store = await openStore(layout(), { create: false, command: 'test', user: 'me', lockTimeout: 0 });
  await store.close();
  expect(revisions()).toEqual(['A 1.0', 'B 1.0']);
  expect(catalog().files('B/RUN')).toHaveLength(1);
});

/** Product → the object that the catalog names for it. */
function objectsOf(): Record<string, string> {
  const [, ...lines] = readFileSync(join(layout().home, 'catalog'), 'utf8').trimEnd().split('\n');
  return Object.fromEntries(lines.filter((line) => line.startsWith('[')).map((line) => JSON.parse(line).slice(0, 2)));
}

const textOf = (object: string | undefined) => readFileSync(join(layout().home, 'obj', object!), 'utf8');
const revisions = () =>
  catalog()
    .products()
    .map(({ id, attributes }) => `${id} ${attributes.revision}`);

test('small products that are published together share an object; whoever leaves it takes the others along', async () => {
  const big = product(
    'BIG',
    '1.0',
    Array.from({ length: 5000 }, (_, n) => `/opt/big/a-rather-long-name-${n}`),
  );
  await publish(...['P1', 'P2', 'P3'].flatMap((id) => product(id, '1.0', [`/opt/${id}`])), ...big);
  const before = objectsOf();
  expect(before.P1).toBe(before.P3);
  expect(before.BIG).not.toBe(before.P1);

  await publish({ op: 'drop_product', id: 'P2' });
  const without = objectsOf();
  expect(without.P1).toBe(without.P3);
  expect(textOf(without.P1)).not.toContain('P2');
  expect(without.BIG).toBe(before.BIG);

  await publish(...product('P3', '2.0', ['/opt/P3/new']), ...product('P10', '1.0', ['/opt/P10']));
  expect(revisions()).toEqual(['P1 1.0', 'P3 2.0', 'BIG 1.0', 'P10 1.0']);
  expect(textOf(objectsOf().P1)).not.toContain('/opt/P3"');
  for (const [id, path] of [
    ['P1', '/opt/P1'],
    ['P3', '/opt/P3/new'],
    ['P10', '/opt/P10'],
  ] as const)
    expect(
      catalog()
        .files(`${id}/RUN`)
        .map((each) => each.path),
    ).toEqual([path]);

  rmSync(join(layout().home, 'store'), { recursive: true });
  const store = await openStore(layout(), { create: false, command: 'test', user: 'me', lockTimeout: 0 });
  const rebuilt = store.catalog();
  const paths = rebuilt.products().map(({ id }) => rebuilt.files(`${id}/RUN`).length);
  await store.close();
  expect(paths).toEqual([1, 1, 5000, 1]);
});

test('an object that leaves the catalog stays for those who read the old one, however old it is', async () => {
  const objects = join(layout().home, 'obj');
  const yesterday = Date.now() / 1000 - 86_400;
  await publish(...product('P1', '1.0', ['/opt/P1']));
  const before = objectsOf().P1!;
  for (const name of readdirSync(objects)) utimesSync(join(objects, name), yesterday, yesterday);
  await publish(...product('P1', '2.0', ['/opt/P1']));
  // So many that none of the earlier catalogs that are kept names it.
  for (const id of ['P2', 'P3', 'P4', 'P5']) await publish(...product(id, '1.0', [`/opt/${id}`]));
  expect(readdirSync(objects)).toContain(before);
  utimesSync(join(objects, before), yesterday, yesterday);
  await publish(...product('P6', '1.0', ['/opt/P6']));
  expect(readdirSync(objects)).not.toContain(before);
});

test('what of a shared object no catalog line names is not brought back', async () => {
  await publish(...product('P1', '1.0', ['/opt/P1']), ...product('P2', '1.0', ['/opt/P2']));
  const path = join(layout().home, 'catalog');
  const [head, ...lines] = readFileSync(path, 'utf8').split('\n');
  const body = lines.filter((line) => !line.startsWith('["P2"')).join('\n');
  const header = head!.replace(/,"sha256":"\w{64}"\}$/, '}');
  const hash = createHash('sha256').update(`${header}\n${body}`).digest('hex');
  writeFileSync(path, `${header.slice(0, -1)},"sha256":"${hash}"}\n${body}`);
  expect(Array.from(readProductPairs(layout().home, readCatalogFile(layout().home)!), ([key]) => key)).toEqual([
    'p/P1',
    'k/P1/postinstall',
    'f/P1/RUN',
    'r/P1/RUN/000000',
  ]);
});
