// The SD text tree: what is written, that it follows every change, and that trees made elsewhere are read.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CatalogOp } from '../../../src/model/change.ts';
import { depotLayout, rootLayout, type StoreLayout } from '../../../src/store/layout.ts';
import { readPublished } from '../../../src/store/published.ts';
import { openStore } from '../../../src/store/store.ts';
import { catalogFromTexts, readTextTree } from '../../../src/store/texttree.ts';
import { pictureOfCatalog } from './picture.ts';
import { product, records } from './scenario.ts';

let anchor: string;
let layout: StoreLayout;

beforeEach(() => {
  anchor = mkdtempSync(join(tmpdir(), 'sd-text-'));
  layout = depotLayout(anchor);
});

afterEach(() => rmSync(anchor, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(layout.textTree, path), 'utf8');

async function change(...ops: CatalogOp[]): Promise<void> {
  const store = await openStore(layout, { create: true, command: 'test', user: 'test', lockTimeout: 5 });
  await store.apply(records('change', ops));
  await store.close();
}

/** The joined INDEX as the files in the directories make it up. */
function joined(own: string, bundles: string[], products: Record<string, string[]>): string {
  const parts = [`${own}/INDEX`, ...bundles.map((id) => `${id}/pfiles/INDEX`)];
  for (const [id, filesets] of Object.entries(products)) {
    parts.push(`${id}/pfiles/INDEX`, ...filesets.map((fileset) => `${id}/${fileset}/INDEX`));
  }
  return parts.map(read).join('');
}

/** As `change`, but the session dies between its commit and the publication. Returns the joined INDEX that it would have written. */
async function killedAfterCommit(...ops: CatalogOp[]): Promise<string> {
  cpSync(anchor, `${anchor}.old`, { recursive: true });
  await change(...ops);
  const wanted = read('INDEX');
  rmSync(`${anchor}.old/.sd/store`, { recursive: true });
  renameSync(join(layout.home, 'store'), `${anchor}.old/.sd/store`);
  rmSync(anchor, { recursive: true });
  renameSync(`${anchor}.old`, anchor);
  expect(read('INDEX')).not.toBe(wanted);
  return wanted;
}

function bundle(id: string, title: string): CatalogOp {
  return {
    op: 'bundle',
    bundle: { id, attributes: { tag: id.split('.')[0]!, title, contents: ['A'], vendor_tag: 'ACME' } },
  };
}

/** What swverify -x ipd=true says; `harm` comes after the opening, which mends what it sees. */
async function troubles(harm = () => {}): Promise<string[]> {
  const store = await openStore(layout, { create: false, command: 'test', user: 'test', lockTimeout: 5 });
  try {
    harm();
    return store.check();
  } finally {
    await store.close();
  }
}

describe('writing', () => {
  test.each<[string, CatalogOp[]]>([
    ['a new bundle with a new product', [...product('B', '1.0', ['/b']), bundle('NEW', 'new')]],
    ['a bundle of another title', [bundle('BUN', 'other words')]],
    ['a bundle dropped', [{ op: 'drop_bundle', id: 'BUN' }]],
    ['a category', [{ op: 'category', category: { attributes: { tag: 'critical', title: 'Critical' } } }]],
    ['attributes of the target', [{ op: 'target', attributes: { layout_version: '1.0', title: 'A depot' } }]],
    ['a vendor of another title', [{ op: 'vendor', vendor: { attributes: { tag: 'ACME', title: 'Emca' } } }]],
  ])('a session killed before its publication: the next one writes %s', async (_, ops) => {
    await change({ op: 'target', attributes: { layout_version: '1.0' } }, ...product('A', '1.0', ['/a']));
    await change(bundle('BUN', 'one'), bundle('BUN.2', 'two'));
    const wanted = await killedAfterCommit(...ops);
    expect(await troubles()).toEqual([]);
    expect(read('INDEX')).toBe(wanted);
    await change(...product('C', '1.0', ['/c']));
    expect(read('INDEX')).toContain('tag C\n');
  });

  test('a text tree that says something else of a bundle than the store is found', async () => {
    await change(...product('A', '1.0', ['/a']), bundle('BUN', 'one'), bundle('BUN.2', 'two'));
    expect(await troubles()).toEqual([]);
    const good = read('INDEX');
    const says = (index: string) => troubles(() => writeFileSync(join(layout.textTree, 'INDEX'), index));
    expect(await says(good.replace('"one"', '"six"'))).toEqual([
      'The text catalog does not say of the bundle "BUN" what the store says.',
    ]);
    expect(await says(good.replace(/^product\n/m, 'bundle\ntag MORE\nproduct\n'))).toEqual([
      'The text catalog has 3 bundles, the store 2.',
    ]);
  });

  test('the joined INDEX is the texts of the others, nothing between, through changes in several sessions', async () => {
    await change({ op: 'target', attributes: { layout_version: '1.0' } }, ...product('B', '1.0', ['/b']));
    await change(...product('A', '1.0', ['/a']), {
      op: 'bundle',
      bundle: { id: 'BUN', attributes: { tag: 'BUN', contents: ['A'] } },
    });
    expect(read('INDEX')).toBe(joined('dfiles', ['BUN'], { B: ['RUN'], A: ['RUN'] }));
    await change(...product('B', '2.0', ['/b']));
    expect(read('INDEX')).toBe(joined('dfiles', ['BUN'], { B: ['RUN'], A: ['RUN'] }));
    expect(read('INDEX')).toContain('revision 2.0');
    await change({ op: 'drop_product', id: 'B' }, { op: 'drop_bundle', id: 'BUN' });
    expect(read('INDEX')).toBe(joined('dfiles', [], { A: ['RUN'] }));
    expect(readdirSync(layout.textTree).sort()).toEqual(['A', 'INDEX', 'dfiles']);
  });

  test('begins with the target, and with the vendor before its product', async () => {
    await change({ op: 'target', attributes: { layout_version: '1.0' } }, ...product('A', '1.0', ['/a']));
    expect(read('dfiles/INDEX')).toMatch(/^distribution\nlayout_version 1.0\n/);
    expect(read('A/pfiles/INDEX')).toMatch(/^vendor\ntag ACME\ntitle "Acme"\nend\nproduct\ntag A\n/);
    expect(read('A/RUN/INFO')).toContain('file\npath /a\ntype f\n');
  });

  test('an IPD has ifiles and the object root', async () => {
    layout = rootLayout(anchor, join(anchor, 'var/adm/sw'));
    await change({ op: 'target', attributes: { tag: 'r' } }, ...product('A', '1.0', []));
    expect(read('ifiles/INDEX')).toMatch(/^root\n/);
    expect(read('INDEX')).toBe(joined('ifiles', [], { A: ['RUN'] }));
  });

  test('control files stand beside INDEX with their mode, and go with their record', async () => {
    await change(...product('A', '1.0', []));
    expect(read('A/pfiles/postinstall')).toBe('echo 1.0\n');
    expect(statSync(join(layout.textTree, 'A/pfiles/postinstall')).mode & 0o777).toBe(0o555);
    expect(read('A/pfiles/INFO')).toContain('path postinstall');
    const bare = product('A', '1.0', []).map((op) =>
      op.op === 'product' ? { ...op, product: { ...op.product, controlFiles: [] } } : op,
    );
    await change(...bare);
    expect(existsSync(join(layout.textTree, 'A/pfiles/postinstall'))).toBe(false);
  });

  test('a fileset that was dropped leaves no directory; what HP keeps there stays', async () => {
    await change(...product('A', '1.0', []), {
      op: 'fileset',
      productId: 'A',
      fileset: { id: 'MAN', attributes: { tag: 'MAN' }, controlFiles: [] },
    });
    writeFileSync(join(layout.textTree, 'A/pfiles/_ACL'), 'acl');
    await change({ op: 'drop_fileset', fileset: 'A/MAN' });
    expect(readdirSync(join(layout.textTree, 'A')).sort()).toEqual(['RUN', 'pfiles']);
    expect(read('A/pfiles/_ACL')).toBe('acl');
  });

  test('a vendor that changed its title is changed in every product', async () => {
    await change(...product('A', '1.0', []), ...product('B', '1.0', []));
    await change({ op: 'vendor', vendor: { attributes: { tag: 'ACME', title: 'New' } } });
    expect(read('INDEX').match(/title "New"/g)).toHaveLength(2);
    expect(read('INDEX')).toBe(joined('dfiles', [], { A: ['RUN'], B: ['RUN'] }));
  });

  test('INDEX edited by hand or lost is written anew, whole', async () => {
    await change(...product('A', '1.0', []), ...product('B', '1.0', []));
    const right = read('INDEX');
    writeFileSync(join(layout.textTree, 'INDEX'), right.replace('tag A', 'tag X'));
    await change(...product('B', '1.0', []));
    expect(read('INDEX')).toBe(right);
    rmSync(layout.textTree, { recursive: true });
    await change(...product('B', '1.0', []));
    expect(read('INDEX')).toBe(right);
    expect(read('INDEX')).toBe(joined('dfiles', [], { A: ['RUN'], B: ['RUN'] }));
  });

  test('no name of a foreign catalog leads out of the tree', async () => {
    await change(...product('..', '1.0', []), ...product('INDEX', '1.0', []));
    expect(readdirSync(anchor).sort()).toEqual(['.sd', 'catalog']);
    // Nor is it taken for good when it is read.
    expect(() => readTextTree(layout)).toThrow('it would lead to another directory');
  });

  test('read back it says the same', async () => {
    await change(...product('A', '1.0', ['/a', '/b c']), ...product('B', '2.0', []));
    const { catalog, findings } = readTextTree(layout)!;
    expect(findings).toEqual([]);
    expect(pictureOfCatalog(catalog)).toEqual(pictureOfCatalog(readPublished(layout)!.catalog));
  });
});

/** A tree from texts by path, as an archive would give them. */
function tree(files: Record<string, string>, kind: 'depot' | 'root' = 'depot') {
  const texts = {
    read: (path: string) => (Object.hasOwn(files, path) ? Buffer.from(files[path]!) : undefined),
    list: () => Object.keys(files),
  };
  return catalogFromTexts(texts, kind);
}

const INFO = 'file\npath /usr/bin/x\ntype f\nmode 755\n';

describe('reading', () => {
  test('nothing is nothing', () => {
    expect(tree({})).toBeUndefined();
    expect(readTextTree(layout)).toBeUndefined();
  });

  test('HP: a control directory that is not the tag', () => {
    const found = tree({
      INDEX: 'distribution\nproduct\ntag P\ncontrol_directory P.2\nfileset\ntag F\ncontrol_directory FF\n',
      'P.2/pfiles/INFO': 'control_file\npath post\ntag postinstall\n',
      'P.2/pfiles/post': 'true',
      'P.2/FF/INFO': INFO,
    })!.catalog;
    expect(found.product('P.2')?.controlFiles.map(({ tag }) => tag)).toEqual(['postinstall']);
    expect(found.controlFile('P.2', 'postinstall')?.toString()).toBe('true');
    expect(found.files('P.2/FF')).toMatchObject([{ path: '/usr/bin/x', mode: 0o755 }]);
    expect(found.owners('/usr/bin/x')).toEqual(['P.2/FF']);
  });

  test('POSIX: one INDEX with a leading blank, texts in files, doubled attributes', () => {
    const found = tree({
      INDEX:
        ' distribution\nproduct\ntag P\nis_locatable true\nis_locatable False\ndescription <description\nfileset\ntag F\n',
      'P/pfiles/INFO': 'control_file\npath description\ntag description\n',
      'P/pfiles/description': 'Long text\n',
      'P/F/INFO': INFO,
    })!;
    expect(found.catalog.product('P')?.attributes.description).toMatch(/^Long text/);
    expect(found.findings.map(({ code }) => code)).toContain('index_doubled_attribute');
    expect(found.catalog.files('P/F')).toHaveLength(1);
  });

  test('without the joined INDEX, or with a damaged one, the others are put together', () => {
    const parts = {
      'dfiles/INDEX': 'distribution\nlayout_version 1.0\n',
      'B/pfiles/INDEX': 'product\ntag B\n',
      'B/F/INDEX': 'fileset\ntag F\n',
      'A/pfiles/INDEX': 'product\ntag A\n',
    };
    const whole = tree(parts)!;
    expect(whole.catalog.products().map(({ id, filesets }) => [id, filesets.length])).toEqual([
      ['A', 0],
      ['B', 1],
    ]);
    const damaged = tree({ ...parts, INDEX: 'product\ntag A\ntitle "never closed\n' })!;
    expect(damaged.catalog.products()).toHaveLength(2);
    expect(damaged.findings.map(({ code }) => code)).toContain('index_damaged');
    expect(() => tree({ INDEX: 'product\ntitle "never closed\n' })).toThrow();
  });

  test('a missing INFO is no file', () => {
    expect(tree({ INDEX: 'product\ntag P\nfileset\ntag F\n' })!.catalog.files('P/F')).toEqual([]);
  });

  test('a link in a foreign tree does not lead out of it', () => {
    const secret = join(anchor, 'secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'INFO'), INFO);
    mkdirSync(join(layout.textTree, 'P'), { recursive: true });
    writeFileSync(join(layout.textTree, 'INDEX'), 'product\ntag P\nfileset\ntag F\n');
    symlinkSync(secret, join(layout.textTree, 'P/F'));
    expect(readTextTree(layout)!.catalog.files('P/F')).toEqual([]);
    rmSync(join(layout.textTree, 'P/F'));
    mkdirSync(join(layout.textTree, 'P/F'));
    symlinkSync(join(secret, 'INFO'), join(layout.textTree, 'P/F/INFO'));
    expect(readTextTree(layout)!.catalog.files('P/F')).toEqual([]);
  });

  test('a depot made elsewhere can be changed: its text becomes our store, and that is told', async () => {
    const files = { INDEX: 'distribution\nproduct\ntag P\nfileset\ntag F\n', 'P/F/INFO': INFO };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(layout.textTree, path)), { recursive: true });
      writeFileSync(join(layout.textTree, path), content);
    }
    const told: string[] = [];
    const store = await openStore(layout, {
      create: false,
      command: 'test',
      user: 'test',
      lockTimeout: 5,
      onRecovered: ({ how }) => told.push(how),
    });
    expect(store.catalog().files('P/F')).toHaveLength(1);
    await store.close();
    expect(told).toEqual(['rebuilt']);
    expect(read('P/F/INDEX')).toBe('fileset\ntag F\n');
  });
});
