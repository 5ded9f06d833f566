import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Psf } from '../../../src/definition/psf.ts';
import { parsePsf } from '../../../src/definition/psf.ts';
import { PSF } from '../../samples.ts';

const data = PSF;

function parse(content: string, files: Record<string, string> = {}): Psf {
  return parsePsf(content, {
    file: 'x.psf',
    read: (name) => {
      if (files[name] === undefined) throw new Error(`ENOENT: ${name}`);
      return files[name];
    },
  });
}

/** A PSF around one fileset's lines. */
function inFileset(lines: string, files: Record<string, string> = {}) {
  return parse(`product\n tag P\n fileset\n  tag F\n${lines}\n`, files).products[0]!.filesets[0]!;
}

describe('the sample PSFs', () => {
  const names = readdirSync(data).filter((name) => name.endsWith('.psf'));
  const read = (name: string) =>
    parsePsf(readFileSync(path.join(data, name), 'utf8'), {
      file: name,
      read: (file) => readFileSync(path.join(data, file), 'utf8'),
    });

  it('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
  });

  it.each(names)('%s is read without findings', (name) => {
    expect(read(name).findings).toEqual([]);
  });

  it.each(['bundle', 'patch', 'single'])('%s says the same in both dialects', (name) => {
    expect(withoutPositions(read(`${name}.psf`))).toEqual(withoutPositions(read(`${name}.swbis.psf`)));
  });

  it('widget has its texts, its subproduct and the included file lines', () => {
    const { products, vendors } = read('widget.psf');
    const product = products[0]!;
    expect(product.attributes).toMatchObject({
      title: 'Widget tools',
      description: 'This is a two-line\ndescription kept in a file.\n',
      category_tag: ['samples'],
    });
    expect(product.subproducts[0]?.attributes).toEqual({
      tag: 'Runtime',
      title: 'Things needed to run',
      contents: ['RUN'],
    });
    expect(vendors[0]?.attributes.description).toBe('Example Works makes\nsample software.');
    const doc = product.filesets[1]!;
    expect(doc.attributes.prerequisites).toEqual(['Widget.RUN,r>=1.0']);
    expect(doc.files.slice(1)).toMatchObject([
      { kind: 'file', source: 'NOTES', options: { mode: 0o444 }, position: { file: 'text/docfiles.inc', line: 1 } },
      { kind: 'file', source: 'README', position: { line: 2 } },
    ]);
  });
});

describe('objects', () => {
  it('take attributes before the first keyword as those of the depot', () => {
    const psf = parse('tag DEPOT\ntitle "My depot"\nproduct\ntag P\nfileset\ntag F\n');
    expect(psf.attributes).toEqual({ tag: 'DEPOT', title: 'My depot' });
  });

  it('end where the next begins: vendor without end, fileset without end', () => {
    const psf = parse(
      'depot\nvendor\ntag V\ncategory\ntag C\nend\nproduct\ntag P\nfileset\ntag F\nfileset\ntag G\nproduct\ntag Q\nfileset\ntag F\n',
    );
    expect(psf.vendors).toHaveLength(1);
    expect(psf.categories).toHaveLength(1);
    expect(psf.products.map((product) => product.filesets.length)).toEqual([2, 1]);
  });

  it('take a product script behind the end of a fileset, and a subproduct between filesets', () => {
    const psf = parse(
      'product\ntag P\nfileset\ntag F\nend # F\nsubproduct\ntag S\ncontents F G\nend\npostinstall a\nfileset\ntag G\npreinstall b\nend\nconfigure c\nend #&## product\n',
    );
    const product = psf.products[0]!;
    expect(product.controlFiles.map((each) => each.tag)).toEqual(['postinstall', 'configure']);
    expect(product.filesets[1]!.controlFiles.map((each) => each.tag)).toEqual(['preinstall']);
    expect(product.subproducts[0]!.attributes.contents).toEqual(['F', 'G']);
  });

  it('give a script behind an open subproduct to the product', () => {
    const psf = parse('product\ntag P\nsubproduct\ntag S\ncontents F\nverify v\nfileset\ntag F\n');
    expect(psf.products[0]!.controlFiles.map((each) => each.tag)).toEqual(['verify']);
  });

  it('know where products and filesets stand', () => {
    const product = parse('depot\nend\n\n  product\n tag P\n  fileset\n tag F\n').products[0]!;
    expect(product.position).toEqual({ file: 'x.psf', line: 4, column: 3 });
    expect(product.filesets[0]!.position.line).toBe(6);
  });
});

describe('vendors', () => {
  const vendorOf = (content: string) => parse(content).products[0]!.attributes.vendor_tag;

  it('inside a product are attached to it', () => {
    const psf = parse('product\ntag P\nvendor\ntag V\nend\ntitle T\nfileset\ntag F\n');
    expect(psf.products[0]!.attributes).toMatchObject({ vendor_tag: 'V', title: 'T' });
  });

  it('of layout 0.8 are attached to what follows, of 1.0 only by vendor_tag', () => {
    const rest = 'vendor\ntag V\nend\nproduct\ntag P\nfileset\ntag F\n';
    expect(vendorOf(`depot\nlayout_version 0.8\n${rest}`)).toBe('V');
    expect(vendorOf(`depot\nlayout_version 1.0\n${rest}`)).toBeUndefined();
    expect(vendorOf(rest)).toBeUndefined();
    expect(
      vendorOf('depot\nlayout_version 0.8\nvendor\ntag V\nend\nproduct\nvendor_tag ""\ntag P\nfileset\ntag F\n'),
    ).toBe('');
  });

  it('that nobody defines are noted', () => {
    expect(parse('product\ntag P\nvendor_tag NOBODY\nfileset\ntag F\n').findings).toMatchObject([
      { severity: 'note', code: 'psf_undefined_vendor', text: expect.stringContaining('x.psf:1:1') },
    ]);
  });
});

describe('attributes', () => {
  it('keep vendor-defined keywords, and note them with the nearest known one', () => {
    const psf = parse('product\n  tag P\n  titel Widget\n  change_log a\n  change_log b\n  fileset\n tag F\n');
    expect(psf.products[0]!.attributes).toMatchObject({ titel: 'Widget', change_log: ['a', 'b'] });
    expect(psf.findings[0]).toMatchObject({ severity: 'note', code: 'psf_unknown_keyword' });
    expect(psf.findings[0]!.text).toMatch(/x\.psf:3:3.*titel.*Did you mean "title"/);
    expect(psf.findings[1]!.text).not.toContain('Did you mean');
  });

  it('do not count where the tools make them', () => {
    const psf = parse('product\ntag P\nfileset\ntag F\nsize 7\nstate configured\n');
    expect(psf.products[0]!.filesets[0]!.attributes).toEqual({ tag: 'F' });
    expect(psf.findings.map((each) => each.code)).toEqual(['psf_made_keyword', 'psf_made_keyword']);
  });

  it('gather lists from one line, several lines and repeated keywords', () => {
    const fileset = inFileset(
      'ancestor\n  A.B,fr=1\n  A.B,fr=2\nancestor C.D E.F\nprerequisite X | Y\nprerequisites NAME r>= 1.0\n',
    );
    expect(fileset.attributes).toMatchObject({
      ancestor: ['A.B,fr=1', 'A.B,fr=2', 'C.D', 'E.F'],
      prerequisites: ['X | Y', 'NAME,r>=1.0'],
    });
  });

  it('take any value from a file', () => {
    const psf = parse('product\ntag < tag\ntitle <title\ncategory_tag < cats\nfileset\ntag F\n', {
      tag: 'P\n',
      title: 'T\n',
      cats: 'a\nb\n',
    });
    expect(psf.products[0]!.attributes).toEqual({ tag: 'P', title: 'T', category_tag: ['a', 'b'] });
  });

  it('last one wins, and booleans are written small', () => {
    const fileset = inFileset('title a\ntitle b\nis_kernel TRUE');
    expect(fileset.attributes).toMatchObject({ title: 'b', is_kernel: 'true' });
  });
});

describe('file lines', () => {
  it.each([
    ['directory a=/b', { source: 'a', destination: '/b' }],
    ['directory a = /b', { source: 'a', destination: '/b' }],
    ['directory a /b', { source: 'a', destination: '/b' }],
    ['directory .. =/b', { source: '..', destination: '/b' }],
    ['directory "a=b"=/c', { source: 'a=b', destination: '/c' }],
    ['directory /', { source: '/' }],
  ])('%s', (line, expected) => {
    const [directive] = inFileset(line).files;
    expect(directive).toMatchObject({ kind: 'directory', ...expected });
    if (!('destination' in expected)) expect(directive).not.toHaveProperty('destination');
  });

  it.each([
    ['file *', { kind: 'tree', options: {} }],
    ['file -v -m 4555 *', { kind: 'tree', options: { mode: 0o4555 }, is_volatile: true }],
    ['file            -m 755 name', { source: 'name', options: { mode: 0o755 } }],
    ['file -u 644 a /b', { options: { umask: 0o644 }, source: 'a', destination: '/b' }],
    ['file -o root,0 -g 2 a', { options: { owner: 'root', uid: 0, gid: 2 } }],
    ['file -m0755 -obin a', { options: { mode: 0o755, owner: 'bin' } }],
    ['file -t s ../x /y', { options: { type: 's' }, source: '../x', destination: '/y' }],
    ['file -t a o/new.o /usr/lib/foo.a', { options: { type: 'a' }, source: 'o/new.o', destination: '/usr/lib/foo.a' }],
    ['file "a b" "/c # d"', { source: 'a b', destination: '/c # d' }],
    ['file "*" /star', { kind: 'file', source: '*' }],
    ['file_permissions -u 0222 -o root', { kind: 'permissions', options: { umask: 0o222, owner: 'root' } }],
    ['exclude lib/x', { kind: 'exclude', name: 'lib/x' }],
  ])('%s', (line, expected) => {
    expect(inFileset(line).files).toMatchObject([expected]);
  });

  it('have a long form', () => {
    const fileset = inFileset(
      'file\n  source a\n  path /b\n  mode 0600\n  owner root\n  is_volatile true\n  colour red\nfile\n type a\n source_path n.o\n archive_path /usr/lib/x.a\ntitle T\nis_kernel true',
    );
    expect(fileset.files).toMatchObject([
      {
        kind: 'file',
        source: 'a',
        destination: '/b',
        options: { mode: 0o600, owner: 'root' },
        is_volatile: true,
        extra: { colour: 'red' },
      },
      { source: 'n.o', options: { type: 'a' }, archive_path: '/usr/lib/x.a' },
    ]);
    expect(fileset.attributes).toEqual({ tag: 'F', title: 'T', is_kernel: 'true' });
  });

  it('come from included files in both dialects', () => {
    const files = { inc: 'file a /a\nfile < more\n', more: 'file b /b' };
    for (const line of ['file < inc', 'include <inc']) {
      expect(inFileset(line, files).files.map((each) => 'source' in each && each.source)).toEqual(['a', 'b']);
    }
  });
});

describe('control files', () => {
  it.each([
    ['preinstall scripts/pre', { tag: 'preinstall', source: 'scripts/pre', filename: 'preinstall' }],
    ['control_file scripts/space', { tag: 'space', source: 'scripts/space', filename: 'space' }],
    ['control_file s/x=checkinstall', { tag: 'checkinstall', source: 's/x', filename: 'checkinstall' }],
    ['control_file s/x=checkinstall name', { tag: 'checkinstall', filename: 'name' }],
    ['control_file s/x postinstall', { tag: 'postinstall', source: 's/x' }],
    ['control_file s/postinstall name', { tag: 'postinstall', filename: 'name' }],
    [
      'control_file\n source s/x\n tag checkinstall\n filename y\n interpreter ksh\n',
      { tag: 'checkinstall', source: 's/x', filename: 'y', interpreter: 'ksh' },
    ],
  ])('%s', (line, expected) => {
    expect(inFileset(line).controlFiles).toMatchObject([expected]);
  });
});

function withoutPositions(psf: Psf): unknown {
  return JSON.parse(JSON.stringify({ ...psf, file: '' }, (key, value) => (key === 'position' ? undefined : value)));
}
