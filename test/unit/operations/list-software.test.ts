// swlist over in-memory catalogs: which rows, in which order (clients.md 1-12; commands.md 5.4, 12; patches.md S01-S11).

import { expect, test } from 'vitest';
import { keywordsOf, type ObjectClass } from '../../../src/definition/keywords.ts';
import type { Catalog } from '../../../src/model/catalog.ts';
import { OWN } from '../../../src/operations/list-attributes.ts';
import { listCatalog } from '../../../src/operations/list-catalog.ts';
import {
  acme,
  catalogOf,
  depot1,
  depot3,
  depotOf,
  depotP,
  installed,
  PATCHES,
  rootOf,
} from '../selection/catalog-builder.ts';
import { names, request, swlist } from './list-fixture.ts';

function shop(): Catalog {
  return catalogOf({
    kind: 'root',
    products: [
      {
        tag: 'Zeta',
        attributes: { revision: '1.0', title: 'Last one', location: '/' },
        filesets: [
          { tag: 'Z-RUN', attributes: { revision: '1.0', title: 'Zeta run', state: 'configured', size: '30' } },
        ],
      },
      {
        tag: 'Alpha',
        attributes: { revision: 'B.11.31', title: 'First one', location: '/', vendor_tag: 'HP' },
        subproducts: { Runtime: ['A-RUN'] },
        controlFiles: [{ tag: 'preinstall', path: 'preinstall' }],
        filesets: [
          {
            tag: 'A-RUN',
            attributes: { revision: 'B.11.31', title: 'Alpha run', state: 'configured', size: '100' },
            files: [
              { path: '/opt/alpha', type: 'd', mode: 0o755 },
              { path: '/opt/alpha/bin', type: 'f', mode: 0o555, cksum: 77, sha256: 'ab12', size: 100 },
            ],
            controlFiles: [{ tag: 'configure', path: 'configure' }],
          },
          { tag: 'A-DOC', attributes: { title: 'Alpha manual', state: 'configured', size: '5' } },
        ],
      },
    ],
    bundles: [{ tag: 'BOX', attributes: { revision: '7', title: 'A box' }, contents: ['Alpha.A-RUN,r=B.11.31'] }],
    categories: [
      { tag: 'critical_patch', attributes: { title: 'Patches that fix system hangs', description: 'They hang.' } },
    ],
    controlFiles: { Alpha: { README: 'Patch Name: none\n' } },
  });
}

test('clients.md 4: bundles, then the products no bundle holds; clients.md 1: two blanks, tag, revision, title', () => {
  expect(swlist(shop()).body.map((line) => line.trimEnd())).toEqual([
    '#',
    '# Bundle(s):',
    '#',
    '',
    '  BOX                   7              A box',
    '#',
    '# Product(s) not contained in a Bundle:',
    '#',
    '',
    '  Zeta                  1.0            Last one',
  ]);
});

test('commands.md 12.3: a section without rows is left out', () => {
  expect(swlist(depotOf(acme())).body.filter((line) => line.startsWith('# '))).toEqual([
    '# Product(s) not contained in a Bundle:',
  ]);
  expect(swlist(depotOf()).whole).toHaveLength(6);
});

test('software_view=products lists every product, a category its bundles only', () => {
  expect(names(swlist(shop(), { options: { software_view: 'products' } }).body)).toEqual(['Alpha', 'Zeta']);
  expect(names(swlist(shop(), { options: { software_view: 'oe' } }).body)).toEqual(['Alpha', 'Zeta']);
});

test('clients.md 5: a name that means nothing is an error and is nowhere in the listing', () => {
  expect(swlist(shop(), { software: ['NOPE'] })).toEqual({
    whole: [],
    body: [],
    errors: ['Software "NOPE" was not found on host "sheldon:/".'],
  });
});

test('clients.md 5: what was found is listed although another name was not', () => {
  const { body, errors } = swlist(shop(), { software: ['NOPE', 'Zeta'], levels: ['product'] });
  expect(names(body)).toEqual(['Zeta']);
  expect(errors).toHaveLength(1);
});

test('a selection that cannot be read is an error of its own', () => {
  expect(swlist(shop(), { software: ['Alpha..X'] }).errors[0]).toContain('cannot be read at column');
});

test('clients.md 6: swlist -a revision -l product NAME gives NAME and REVISION, no title', () => {
  const { whole } = swlist(shop(), { software: ['Alpha'], levels: ['product'], attributes: ['revision'] });
  expect(whole.find((line) => line.includes('Alpha'))!.trimEnd()).toBe('  Alpha                 B.11.31');
});

test('clients.md 7: attribute columns in the order of -a, and only those', () => {
  const { body } = swlist(shop(), {
    levels: ['product'],
    attributes: ['title', 'vendor_tag', 'revision'],
    software: ['Alpha'],
  });
  expect(body.map((line) => line.trim().split(/ {2,}/))).toEqual([['Alpha', 'First one', 'HP', 'B.11.31']]);
});

test('clients.md 8: -l product shows every product once, -l bundle every bundle, wildcards work at that level', () => {
  expect(names(swlist(shop(), { levels: ['product'] }).whole)).toEqual(['Alpha', 'Zeta']);
  expect(names(swlist(shop(), { levels: ['product'], software: ['*'] }).whole)).toEqual(['Alpha', 'Zeta']);
  expect(names(swlist(shop(), { levels: ['bundle'] }).whole)).toEqual(['BOX']);
  expect(names(swlist(shop(), { levels: ['bundle'], software: ['B*X'] }).whole)).toEqual(['BOX']);
  expect(swlist(shop(), { levels: ['bundle'], software: ['Zeta'] }).errors).toHaveLength(1);
});

test('clients.md 9: -l fileset has the product as # line, then PRODUCT.FILESET', () => {
  expect(swlist(shop(), { levels: ['fileset'] }).body.map((line) => line.trimEnd())).toEqual([
    '# Alpha                 B.11.31        First one',
    '  Alpha.A-DOC                          Alpha manual',
    '  Alpha.A-RUN           B.11.31        Alpha run',
    '',
    '# Zeta                  1.0            Last one',
    '  Zeta.Z-RUN            1.0            Zeta run',
  ]);
});

test('clients.md 10: a product alone shows its filesets, a bundle alone its products', () => {
  expect(swlist(shop(), { software: ['Zeta'] }).body.map((line) => line.trimEnd())).toEqual([
    '# Zeta                  1.0            Last one',
    '  Zeta.Z-RUN            1.0            Zeta run',
  ]);
  expect(swlist(shop(), { software: ['BOX'] }).body.map((line) => line.trimEnd())).toEqual([
    '# BOX                   7              A box',
    '  BOX.Alpha             B.11.31        First one',
  ]);
});

test('a subproduct shows its filesets, a fileset its files', () => {
  expect(swlist(shop(), { software: ['Alpha.Runtime'] }).body.map((line) => line.trimEnd())).toEqual([
    '# Alpha.Runtime',
    '  Alpha.A-RUN           B.11.31        Alpha run',
  ]);
  expect(
    swlist(shop(), { software: ['Alpha.A-RUN'] })
      .body.map((line) => line.trimEnd())
      .slice(1),
  ).toEqual([
    '# Alpha.A-RUN                   B.11.31        Alpha run',
    '  Alpha.A-RUN: /opt/alpha',
    '  Alpha.A-RUN: /opt/alpha/bin',
  ]);
});

test('a bundle named at a lower level stands for what it holds', () => {
  expect(swlist(shop(), { software: ['BOX'], levels: ['fileset'] }).body.map((line) => line.trimEnd())).toEqual([
    '# BOX                   7              A box',
    '# BOX.Alpha             B.11.31        First one',
    '  BOX.Alpha.A-RUN       B.11.31        Alpha run',
  ]);
});

test('clients.md 11: -l fileset -a state has the word configured, and only names above it', () => {
  const { whole } = swlist(shop(), { levels: ['fileset'], attributes: ['state'] });
  expect(whole.filter((line) => !/#|configured/.test(line)).join('')).toBe('');
  expect(whole).toContain('# Alpha');
});

test('commands.md 12.6: with -a the line above has the name only', () => {
  const { body } = swlist(shop(), { levels: ['fileset'], attributes: ['revision'], software: ['Zeta'] });
  expect(body.map((line) => line.trimEnd())).toEqual(['# Zeta', '  Zeta.Z-RUN            1.0']);
});

test('clients.md 12: -l file has # lines for product and fileset; a root names the fileset, a depot only the path', () => {
  const depot = swlist(depotOf(acme('2.0', ['MAN'])), { levels: ['file'] });
  expect(depot.body.map((line) => line.trimEnd())).toEqual([
    '# ACME                  2.0',
    '# ACME.MAN              2.0',
    '  /opt/acme/man/tool.1',
  ]);
  expect(swlist(shop(), { levels: ['file'], software: ['Alpha.A-RUN'] }).body.at(-1)).toBe(
    '  Alpha.A-RUN: /opt/alpha/bin',
  );
});

test('-l file -a cksum -a sha256 puts both behind the path', () => {
  const { body } = swlist(shop(), { levels: ['file'], attributes: ['cksum', 'sha256'], software: ['Alpha.A-RUN'] });
  expect(body.at(-1)!.trim().split(/\s+/)).toEqual(['Alpha.A-RUN:', '/opt/alpha/bin', '77', 'ab12']);
});

test('clients.md 13: mod_time is one number, date is text', () => {
  const catalog = depotOf({ tag: 'P', attributes: { mod_time: '992516479' }, filesets: [] });
  const { body } = swlist(catalog, { levels: ['product'], attributes: ['mod_time', 'date'] });
  expect(body[0]).toMatch(/^ {2}P +992516479 +\w{3} Jun 14 \d\d:\d\d:19 2001 $/);
});

test('clients.md 14: a version item decides whether something is found', () => {
  expect(swlist(shop(), { software: ['Alpha,r>=B.11.31'] }).errors).toEqual([]);
  expect(swlist(shop(), { software: ['Alpha,r>=B.11.32'] }).errors).toHaveLength(1);
  const ofFilesets = swlist(shop(), { software: ['Zeta,fr=1.0', 'Zeta,fr=2.0'], levels: ['product'] });
  expect([names(ofFilesets.body), ofFilesets.errors.length]).toEqual([['Zeta'], 1]);
  expect(names(swlist(shop(), { software: ['*'], levels: ['product'] }).body)).toEqual(['Alpha', 'Zeta']);
});

test('commands.md 2.1: software_spec stands in the place of the name, fully qualified', () => {
  const { body } = swlist(shop(), { levels: ['fileset'], attributes: ['software_spec'], software: ['Zeta'] });
  expect(body).toEqual(['# Zeta', '  Zeta.Z-RUN,l=/,r=1.0,a=,v=,fr=1.0,fa=']);
  const depot = swlist(depotOf(acme('2.0', ['RUN'])), { levels: ['product'], attributes: ['software_spec'] });
  expect(depot.body).toEqual(['  ACME,r=2.0,a=HP-UX_B.11.31_IA/PA,v=ACME']);
});

test('-l subproduct; -l bundle -l subproduct -l fileset (-R)', () => {
  expect(names(swlist(shop(), { levels: ['subproduct'] }).body)).toEqual(['Alpha.Runtime']);
  expect(names(swlist(shop(), { levels: ['bundle', 'subproduct', 'fileset'] }).body)).toEqual([
    'BOX',
    'Alpha.Runtime',
    'Alpha.A-DOC',
    'Alpha.A-RUN',
    'Zeta.Z-RUN',
  ]);
});

test('-l control_file lists the scripts of product and filesets', () => {
  expect(swlist(shop(), { levels: ['control_file'], software: ['Alpha'] }).body.map((line) => line.trimEnd())).toEqual([
    '# Alpha                         B.11.31        First one',
    '  Alpha: preinstall',
    '',
    '# Alpha.A-DOC                                  Alpha manual',
    '# Alpha.A-RUN                   B.11.31        Alpha run',
    '  Alpha.A-RUN: configure',
  ]);
});

test('-l category; -a description -l category TAG', () => {
  expect(swlist(shop(), { levels: ['category'] }).body).toEqual([
    '  critical_patch        Patches that fix system hangs ',
  ]);
  const one = swlist(shop(), { levels: ['category'], software: ['critical_patch'], attributes: ['description'] });
  expect(one.body[0]!.trimEnd()).toBe('  critical_patch        They hang.');
  expect(swlist(shop(), { levels: ['category'], software: ['Alpha'] }).errors).toHaveLength(1);
});

test('commands.md 12.9: one_liner; size of a product is the sum of its filesets, of a bundle that of what it holds', () => {
  const options = { one_liner: ['name', 'revision', 'size', 'title'] };
  const { body } = swlist(shop(), { levels: ['bundle', 'product'], options });
  expect(body.map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['BOX', '7', '100', 'A box'],
    ['Alpha', 'B.11.31', '105', 'First one'],
    ['Zeta', '1.0', '30', 'Last one'],
  ]);
});

test('-a readme prints the text kept in README', () => {
  expect(swlist(shop(), { levels: ['product'], software: ['Alpha'], attributes: ['readme'] }).body[0]!.trimEnd()).toBe(
    '  Alpha                 Patch Name: none',
  );
});

test('commands.md 12.7: -v shows stored attributes in their order, then the computed ones; layout 0.8 has older names', () => {
  const { body } = swlist(shop(), { verbose: true, levels: ['product'], software: ['Alpha'] });
  expect(body).toEqual([
    '# Alpha',
    'product',
    'tag Alpha',
    'revision B.11.31',
    'title "First one"',
    'location /',
    'vendor_tag HP',
    'size 105',
    'all_filesets A-RUN A-DOC',
    'readme "Patch Name: none"',
    'software_spec Alpha,l=/,r=B.11.31,a=,v=HP',
  ]);
  const old = swlist(shop(), {
    verbose: true,
    levels: ['product'],
    software: ['Alpha'],
    options: { layout_version: '0.8' },
  });
  expect(old.body).toContain('vendor.tag HP');
});

test('-v with -a shows only those attributes', () => {
  const { body } = swlist(shop(), { verbose: true, levels: ['fileset'], software: ['Zeta'], attributes: ['state'] });
  expect(body).toEqual(['# Zeta', 'product', 'tag Zeta', '# Zeta.Z-RUN', 'fileset', 'tag Z-RUN', 'state configured']);
});

test('create_time_filter hides what was made later', () => {
  const product = (tag: string, create_time: string) => ({ tag, attributes: { create_time }, filesets: [] });
  const catalog = depotOf(product('OLD', '100'), product('NEW', '200'));
  expect(names(swlist(catalog, { levels: ['product'], options: { create_time_filter: 150 } }).body)).toEqual(['OLD']);
});

test.each([
  ['S01', '*,c=patch', ['PD_1', 'PO_1', 'PT_1', 'PT_2', 'PT_3', 'PX_1']],
  ['S02', 'PT_[12]', ['PT_1', 'PT_2']],
  ['S03', '*,c=critical,c=enhancement', ['PT_3']],
  ['S04', '*,c=special_release|enhancement', ['PD_1', 'PT_3', 'PX_1']],
  ['S11', '*,c!=critical', ['ACME', 'PD_1', 'PO_1', 'PT_1', 'PX_1']],
])('%s: swlist -d -l product %s', (_id, spec, expected) => {
  expect(names(swlist(depot1(), { levels: ['product'], software: [spec] }).body)).toEqual(expected);
});

test('S05: a range of revisions', () => {
  const both = depotOf(acme(), ...PATCHES, acme('3.0', ['RUN']));
  const { body } = swlist(both, { levels: ['product'], software: ['ACME,r>=2.0,r<3.0'] });
  expect(body.map((line) => line.trim().split(/\s+/).slice(0, 2))).toEqual([['ACME', '2.0']]);
  expect(names(swlist(depot3(), { levels: ['product'], software: ['ACME,r<3.0'] }).body)).toEqual([]);
});

test('S06-S08: field by field, no patterns but with =, empty parts', () => {
  const version = (revision: string) => ({ tag: 'V', attributes: { revision }, filesets: [{ tag: 'F' }] });
  const two = depotOf(version('B.11.9'), version('B.11.10'));
  expect(swlist(two, { software: ['V,r>=B.11.10'], levels: ['product'] }).body.join()).toMatch(/^ {2}V +B\.11\.10 +$/);
  const one = depotOf(version('B.11.23'));
  expect(swlist(one, { software: ['V,r==B.11.*'] }).errors).toHaveLength(1);
  expect(swlist(one, { software: ['V,r=B.11.*'] }).errors).toEqual([]);
  expect(swlist(depotOf(version('1.0')), { software: ['V,r=1.0,a='] }).errors).toEqual([]);
  expect(swlist(depotOf(version('1.0')), { software: ['V,a=X'] }).errors).toHaveLength(1);
});

test('S09: version items are tested on the leftmost object', () => {
  const depot = catalogOf({
    products: [acme()],
    bundles: [{ tag: 'B', attributes: { revision: '5' }, contents: ['ACME.RUN'] }],
  });
  expect(names(swlist(depot, { software: ['B.ACME.RUN,r=5'], levels: ['fileset'] }).body)).toEqual(['ACME.RUN']);
  expect(swlist(depot, { software: ['B.ACME.RUN,r=2.0'], levels: ['fileset'] }).errors).toHaveLength(1);
});

test('S10: l= tells installed software by its place', () => {
  const root = rootOf(installed(acme()));
  expect(names(swlist(root, { software: ['ACME.RUN,l=/'], levels: ['fileset'] }).body)).toEqual(['ACME.RUN']);
  expect(swlist(root, { software: ['ACME.RUN,l=/alt'], levels: ['fileset'] }).errors).toHaveLength(1);
});

test('patches.md 7.1: -l product -l bundle lists patch products and patch bundles', () => {
  const { body } = swlist(depotP(), { levels: ['product', 'bundle'], software: ['P*'] });
  expect(names(body)).toEqual(['PBUN', 'PD_1', 'PO_1', 'PT_1', 'PT_2', 'PT_3', 'PX_1']);
});

test('rows are made as they are asked for', () => {
  const catalog = shop();
  const read: string[] = [];
  const watched: Catalog = {
    ...catalog,
    products: () => catalog.products(),
    files: (key) => {
      read.push(key);
      return catalog.files(key);
    },
  };
  const { sections } = listCatalog(watched, request({ levels: ['file'] }));
  expect(read).toEqual([]);
  const rows = sections![0]!.rows[Symbol.iterator]();
  expect(rows.next().value).toMatchObject({ role: 'parent', name: 'Alpha' });
  expect(read).toEqual(['Alpha/A-DOC', 'Alpha/A-RUN']);
});

test('what only an object and nothing right below it can have is what the keywords say', () => {
  const known = (kind: ObjectClass) => new Set([...keywordsOf(kind)].map((keyword) => keyword.name));
  for (const [kind, below] of [
    ['bundle', 'product'],
    ['product', 'fileset'],
    ['subproduct', 'fileset'],
  ] as const) {
    expect(OWN[kind], kind).toEqual(new Set([...known(kind)].filter((name) => !known(below).has(name))));
  }
});
