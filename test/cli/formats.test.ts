// Issue 2, acceptance: what other people's programs find in our depots: the order of a serial depot (formats.md 13) and the text tree of a
// directory depot (formats.md 9-11), both read here by rules of this file alone.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PSF } from '../samples.ts';
import { below, cksum, rows, Site } from './site.ts';

let site: Site;

beforeAll(() => {
  site = new Site();
  for (const name of ['bundle', 'svc', 'single', 'widget']) {
    const words = ['-s', `${name}.psf`, '@', site.path('D')];
    expect(site.run('swpackage', words, { cwd: PSF }).exit).toBe(0);
  }
  site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './D.depot');
});
afterAll(() => site.strike());

interface Found {
  readonly product: string;
  readonly filesets: readonly string[];
}

/** Control directories in the order of catalog/INDEX. */
function objectsOf(index: string): Found[] {
  const found: { product: string; filesets: string[] }[] = [];
  let kind = '';
  for (const line of index.split('\n')) {
    if (/^(distribution|media|vendor|category|bundle|product|subproduct|fileset|end)$/.test(line)) kind = line;
    const directory = /^control_directory (\S+)$/.exec(line)?.[1];
    if (directory === undefined) continue;
    // Bundles have a directory of their own with an INDEX, as in the installed database (formats.md 9).
    if (kind === 'product' || kind === 'bundle') found.push({ product: directory, filesets: [] });
    if (kind === 'fileset') found.at(-1)!.filesets.push(directory);
  }
  return found;
}

test('catalog/INDEX is the INDEX files one behind the other, nothing between', () => {
  const catalog = site.path('D/catalog');
  const text = (path: string) => readFileSync(join(catalog, path), 'utf8');
  const objects = objectsOf(text('INDEX'));
  expect(objects.map((each) => each.product).sort()).toEqual(['Gadget', 'Single', 'Svc', 'Widget', 'WidgetBundle']);
  const parts = objects.flatMap(({ product, filesets }) => [
    text(`${product}/pfiles/INDEX`),
    ...filesets.map((fileset) => text(`${product}/${fileset}/INDEX`)),
  ]);
  expect(text('INDEX')).toBe(text('dfiles/INDEX') + parts.join(''));
  const named = [...objects.map((each) => each.product), 'dfiles'].sort();
  const directories = readdirSync(catalog, { withFileTypes: true }).filter((each) => each.isDirectory());
  expect(directories.map((each) => each.name).sort(), 'nothing is there that INDEX does not name').toEqual(named);
});

/** Records of an INFO file. */
function recordsOf(info: string): Map<string, string>[] {
  const records: Map<string, string>[] = [];
  for (const line of info.split('\n')) {
    if (/^(file|control_file)$/.test(line)) records.push(new Map([['class', line]]));
    const [, keyword, value] = /^([a-z_0-9]+) (.*)$/.exec(line) ?? [];
    if (keyword) records.at(-1)!.set(keyword, value!.replace(/^"(.*)"$/, '$1'));
  }
  return records;
}

test('INFO begins with INDEX and itself, each with its true size, and names every control file and every stored file', () => {
  const depot = site.path('D');
  const infos = below(join(depot, 'catalog')).filter((path) => path.endsWith('/INFO'));
  expect(infos.length).toBeGreaterThan(8);
  for (const path of infos) {
    const directory = join(depot, 'catalog', path, '..');
    const records = recordsOf(readFileSync(join(depot, 'catalog', path), 'utf8'));
    expect(records.slice(0, 2).map((each) => each.get('path'))).toEqual(['INDEX', 'INFO']);
    const controls = records.filter((each) => each.get('class') === 'control_file');
    expect(controls.map((each) => each.get('path')).sort()).toEqual(readdirSync(directory).sort());
    for (const control of controls) {
      expect(Number(control.get('size')), `${path} ${control.get('path')}`).toBe(
        statSync(join(directory, control.get('path')!)).size,
      );
    }
    for (const file of records.filter((each) => each.get('class') === 'file' && each.get('type') === 'f')) {
      const stored = join(depot, path.replace(/\/INFO$/, ''), file.get('path')!);
      expect([file.get('cksum'), file.get('size')], stored).toEqual(cksum(stored));
      expect(file.get('mode')).toMatch(/^0[0-7]{3,4}$/);
    }
  }
});

test('tar tf of a serial depot: catalog/INDEX, dfiles, each product and its filesets, then the contents by fileset', () => {
  const members = execFileSync('tar', ['tf', site.path('D.depot')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(members.filter((name) => /^\.?\/|\.\.|_ACL|swlock|^\.sd/.test(name))).toEqual([]);
  const files = members.filter((name) => !name.endsWith('/'));
  expect(files.slice(0, 3)).toEqual(['catalog/INDEX', 'catalog/dfiles/INDEX', 'catalog/dfiles/INFO']);
  const index = execFileSync('tar', ['xOf', site.path('D.depot'), 'catalog/INDEX'], { encoding: 'utf8' });
  const order = objectsOf(index).flatMap(({ product, filesets }) => [
    `catalog/${product}/pfiles`,
    ...filesets.map((each) => `catalog/${product}/${each}`),
  ]);
  const runs = (names: readonly string[]) => names.filter((name, n) => name !== names[n - 1]);
  const catalog = files.filter((name) => name.startsWith('catalog/'));
  expect(files.slice(0, catalog.length), 'the whole catalog comes first').toEqual(catalog);
  const folders = runs(catalog.slice(3).map((name) => name.split('/').slice(0, 3).join('/')));
  expect(folders.filter((name) => order.includes(name))).toEqual(order);
  for (const folder of order) {
    const inside = catalog.filter((name) => name.startsWith(`${folder}/`));
    expect(inside.slice(0, 2), folder).toEqual([`${folder}/INDEX`, `${folder}/INFO`]);
  }
  expect(catalog).toContain('catalog/Widget/pfiles/README');
  const contents = runs(files.slice(catalog.length).map((name) => name.split('/').slice(0, 2).join('/')));
  const filled = order.filter((name) => !name.endsWith('/pfiles')).map((name) => name.replace('catalog/', ''));
  expect(contents, 'filesets grouped, in order of the catalog').toEqual(filled);
});

test('a serial depot unpacked by tar(1) is a directory depot that others can make; it lists and installs the same', () => {
  mkdirSync(site.path('U'));
  mkdirSync(site.path('R'));
  execFileSync('tar', ['xf', site.path('D.depot'), '-C', site.path('U')]);
  const list = (depot: string) => rows(site.ok('swlist', '-l', 'file', '-a', 'cksum', '-a', 'size', '-s', depot));
  expect(list('./U')).toEqual(list('./D'));
  site.ok('swinstall', '-s', './U', 'Single', '@', './R');
  expect(readFileSync(site.path('R/opt/single/bin/widget'))).toEqual(readFileSync(join(PSF, 'src/widget/bin/widget')));
});

test.each([
  ['a pipe', ['-d', '|gzip -c > piped.depot.gz'], 'piped.depot.gz'],
  ['a pipe through cat', ['-d', '|cat > piped.depot'], 'piped.depot'],
  ['target_type=tape', ['-x', 'target_type=tape', '-d', './old.depot'], 'old.depot'],
  ['media_type=tape behind @', ['-xmedia_type=tape', '@./new.depot'], 'new.depot'],
])('swpackage writes one stream to %s', (_, words, file) => {
  site.ok('swpackage', '-s', './D', 'Single', ...words);
  const bytes = readFileSync(site.path(file));
  const stream = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  expect(stream.length % 512).toBe(0);
  const names = execFileSync('tar', ['tf', '-'], { input: stream, encoding: 'utf8' }).trim().split('\n');
  expect(names[0]).toBe('catalog/INDEX');
  expect(names.some((name) => name.startsWith('Widget'))).toBe(false);
  expect(rows(site.ok('swlist', '-l', 'product', '-s', `./${file}`))).toEqual([
    expect.stringMatching(/^Single +1\.0 +One product, one fileset$/),
  ]);
});

test('swpackage -d |command that fails is an error of swpackage', () => {
  const ran = site.run('swpackage', ['-s', './D', '-x', 'media_type=tape', '-d', '|cat >/dev/null; exit 3', 'Single']);
  expect([ran.exit, /^ERROR: .*3/ms.test(ran.stderr)]).toEqual([1, true]);
});
