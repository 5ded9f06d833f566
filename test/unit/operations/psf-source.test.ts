import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Depot } from '../../../src/depot/depot.ts';
import { cksumOf, readContent, sha256Of } from '../../../src/host/digest.ts';
import { SdError } from '../../../src/model/error.ts';
import type { FileRecord } from '../../../src/model/software.ts';
import { psfDepot } from '../../../src/operations/psf-source.ts';
import { PSF } from '../../samples.ts';

const data = PSF;

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'psf-source-'));
  write('src/a', 'alpha', 0o640);
  write('src/sub/b', 'beta!', 0o755);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(name: string, content: string, mode = 0o644) {
  const file = path.join(cwd, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
  utimesSync(file, 1_000_000_000.9, 1_000_000_000.9);
}

async function depot(psf: string, followSymlinks = false): Promise<Depot> {
  write('psf', psf);
  return psfDepot('psf', { followSymlinks, cwd });
}

/** A PSF with one fileset of these lines; the product may have attributes of its own. */
const around = (lines: string, product = '') => `product\ntag P\n${product}\nfileset\ntag F\n${lines}\n`;

async function files(
  lines: string,
  options: { product?: string; follow?: boolean } = {},
): Promise<readonly FileRecord[]> {
  return (await depot(around(lines, options.product), options.follow)).catalog.files('P/F');
}

async function paths(lines: string, options: { product?: string; follow?: boolean } = {}) {
  return (await files(lines, options)).map((file) => `${file.type} ${file.path}`);
}

async function failure(lines: string, product = ''): Promise<SdError> {
  try {
    await depot(around(lines, product));
  } catch (error) {
    if (error instanceof SdError) return error;
    throw error;
  }
  throw new Error('no complaint');
}

describe('file lines', () => {
  it('map relative and absolute sources, and take facts from the source', async () => {
    const [a, again, absolute] = await files(`directory src=/opt/x\nfile a\nfile a /etc/a\nfile ${cwd}/src/sub/b`);
    expect(a).toMatchObject({ path: '/opt/x/a', type: 'f', mode: 0o640, size: 5, mtime: 1_000_000_000 });
    expect(a).toMatchObject({ uid: process.getuid!(), gid: process.getgid!() });
    expect(a).toMatchObject({ cksum: cksumOf(Buffer.from('alpha')), sha256: sha256Of(Buffer.from('alpha')) });
    expect(again?.path).toBe('/etc/a');
    expect(absolute?.path).toBe('/opt/x/sub/b');
  });

  it('without a directory are relative to the current one', async () => {
    expect(await paths('file src/a /opt/a\nfile src/a /opt/bin/')).toEqual(['f /opt/a', 'f /opt/bin/a']);
  });

  it('below a lone directory keep their place', async () => {
    expect(await paths(`directory ${cwd}/src\nfile a\ndirectory /\nfile ${cwd}/src/sub/b`)).toEqual([
      `f ${cwd}/src/a`,
      `f ${cwd}/src/sub/b`,
    ]);
  });

  it('of a directory make just that directory', async () => {
    expect(await paths('file -m 0700 src /opt/x\nfile . /opt/y/')).toEqual(['d /opt/x', 'd /opt/y']);
  });

  it('for a path already taken replace it', async () => {
    const found = await files('directory src=/opt\nfile a\nfile sub/b\nfile -v -m 0600 sub/b a');
    expect(found.map((file) => [file.path, file.mode, file.size, file.is_volatile])).toEqual([
      ['/opt/a', 0o600, 5, true],
      ['/opt/sub/b', 0o755, 5, undefined],
    ]);
  });

  it('get content, also through a symbolic link that is followed', async () => {
    symlinkSync('a', path.join(cwd, 'src/link'));
    const source = await depot(around('file -t f src/link /x\nfile src/a "/a b"'));
    for (const file of source.catalog.files('P/F')) {
      const content = source.content('P/F', file);
      expect(readContent(content).toString()).toBe('alpha');
      if (content.kind === 'region') content.close();
    }
    rmSync(path.join(cwd, 'src/a'));
    const [file] = source.catalog.files('P/F');
    expect(() => source.content('P/F', file!)).toThrow(expect.objectContaining({ code: 'content_missing' }));
  });
});

describe('permissions', () => {
  it('come from the line, else file_permissions, else the source', async () => {
    const found = await files(
      'file src/a /1\nfile_permissions -u 022 -o nosuchuser,77 -g 12\nfile src/sub/b /2\nfile -m 0444 -o 5 src/a /3\nfile -u 0111 src/sub/b /4\nfile_permissions -m 0400\nfile src/a /5',
    );
    expect(found.map((file) => file.mode)).toEqual([0o640, 0o755, 0o444, 0o644, 0o400]);
    expect(found[1]).toMatchObject({ owner: 'nosuchuser', uid: 77, gid: 12 });
    expect(found[1]).not.toHaveProperty('group');
    expect(found[2]).toMatchObject({ uid: 5, gid: 12 });
    expect(found[2]).not.toHaveProperty('owner');
    expect(found[4]).toMatchObject({ uid: process.getuid!() });
  });

  it('says which names have no id here, each once; one with an id of its own is known', async () => {
    const lines = 'file_permissions -o nobodys -g nogroups\nfile src/a /opt/a\nfile src/sub/b /opt/b';
    const { findings } = await depot(
      around(`${lines}\nfile -o other,77 -g bin src/a /opt/c\nfile -o root -g 5 src/a /d`),
    );
    expect(findings.map(({ code, text }) => [code, text])).toEqual([
      ['psf_unknown_account', expect.stringMatching(/^psf:7:1: .*user "nobodys".* without a uid\.$/)],
      ['psf_unknown_account', expect.stringMatching(/^psf:7:1: .*group "nogroups".* without a gid\.$/)],
    ]);
  });

  it('find the id of a name on this machine', async () => {
    const [file] = await files('file -o root src/a /a');
    expect(file).toMatchObject({ owner: 'root', uid: 0 });
  });
});

describe('file *', () => {
  it('takes all below, dot files and odd names too, parents first', async () => {
    for (const name of ['.dot', 'sub/.x/y', 'new\nline', 'back\\slash', 'sub-z', '[b]*']) write(`src/${name}`, 'x');
    expect(await paths('directory src=/opt/x\nfile *')).toEqual([
      'd /opt/x',
      'f /opt/x/.dot',
      'f /opt/x/[b]*',
      'f /opt/x/a',
      'f /opt/x/back\\slash',
      'f /opt/x/new\nline',
      'd /opt/x/sub',
      'f /opt/x/sub-z',
      'd /opt/x/sub/.x',
      'f /opt/x/sub/.x/y',
      'f /opt/x/sub/b',
    ]);
  });

  it('never brings / itself', async () => {
    expect(await paths('directory src=/\nfile *')).toEqual(['f /a', 'd /sub', 'f /sub/b']);
  });

  it('packs links as links, and what they lead to with follow_symlinks', async () => {
    mkdirSync(path.join(cwd, 'other'));
    write('other/o', 'other');
    symlinkSync('../other', path.join(cwd, 'src/dir'));
    symlinkSync('../src', path.join(cwd, 'other/back'));
    symlinkSync('a', path.join(cwd, 'src/file'));
    const plain = await files('directory src=/x\nfile *');
    expect(plain.find((file) => file.path === '/x/file')).toMatchObject({ type: 's', link_source: 'a', mode: 0o777 });
    expect(plain.map((file) => file.path)).not.toContain('/x/dir/o');
    const followed = await paths('directory src=/x\nfile *', { follow: true });
    expect(followed).toEqual([
      'd /x',
      'f /x/a',
      'd /x/dir',
      'd /x/dir/back',
      'f /x/dir/o',
      'f /x/file',
      'd /x/sub',
      'f /x/sub/b',
    ]);
  });
});

describe('types', () => {
  it('d needs no source', async () => {
    const found = await files(
      'file -t d /opt/new\nfile -t d -m 0700 /opt/own\nfile -t d src/sub /opt/like\ndirectory src=/opt\nfile -t d sub\nfile -t d none',
    );
    expect(found.map((file) => [file.type, file.path, file.mode])).toEqual([
      ['d', '/opt/new', 0o755],
      ['d', '/opt/own', 0o700],
      ['d', '/opt/like', 0o755],
      ['d', '/opt/sub', 0o755],
      ['d', '/opt/none', 0o755],
    ]);
    expect(found[0]).toMatchObject({ uid: 0, gid: 0, owner: 'root' });
  });

  it('s points where it is told, existing or not', async () => {
    const found = await files('file -t s ../nowhere /opt/l\ndirectory src=/opt\nfile -t s a m');
    expect(found).toMatchObject([
      { type: 's', path: '/opt/l', link_source: '../nowhere' },
      { type: 's', path: '/opt/m', link_source: 'a' },
    ]);
  });

  it('h shares the attributes of a file of the fileset, which may come later', async () => {
    const found = await files('directory src=/opt\nfile -t h a /opt/h\nfile -m 0500 a');
    expect(found[0]).toMatchObject({
      type: 'h',
      path: '/opt/h',
      link_source: '/opt/a',
      mode: 0o500,
      mtime: 1_000_000_000,
    });
    expect((await failure('file -t h /opt/none /opt/h')).code).toBe('psf_link_source');
  });

  it('a is recorded beside its archive', async () => {
    write('obj/new.o', 'object');
    const source = await depot(around('file -t a obj/new.o /usr/lib/foo.a'));
    expect(source.catalog.product('P')!.filesets[0]!.attributes.size).toBe('6');
    expect(await files('file -t a obj/new.o /usr/lib/foo.a')).toMatchObject([
      {
        type: 'a',
        path: '/usr/lib/new.o',
        archive_path: '/usr/lib/foo.a',
        size: 6,
        cksum: cksumOf(Buffer.from('object')),
      },
    ]);
    expect(await files('file\n type a\n source_path obj/new.o\n archive_path /usr/lib/foo.a')).toMatchObject([
      { type: 'a', path: '/usr/lib/new.o', archive_path: '/usr/lib/foo.a' },
    ]);
  });

  it('a of one name go into two archives from paths of their own, and replace each other in one', async () => {
    write('obj/a', 'newer');
    const long = 'file\n type a\n source src/a\n path /lib/y/a\n archive_path /lib/y.a';
    expect(await files(`file -t a src/a /lib/x.a\nfile -t a -m 0400 obj/a /lib/x.a\n${long}`)).toMatchObject([
      { path: '/lib/a', archive_path: '/lib/x.a', mode: 0o400 },
      { path: '/lib/y/a', archive_path: '/lib/y.a' },
    ]);
  });

  it('d and s may have something below', async () => {
    expect(await paths('file -t s b /x\nfile -t d /y\nfile src/a /x/a\nfile src/a /y/a')).toHaveLength(4);
  });

  it('names of one inode are files of their own', async () => {
    linkSync(path.join(cwd, 'src/a'), path.join(cwd, 'src/a2'));
    expect(await paths('directory src=/x\nfile a\nfile a2')).toEqual(['f /x/a', 'f /x/a2']);
  });
});

describe('exclude and lone directories', () => {
  it('exclude takes out a file, and all below a directory', async () => {
    expect(await paths('directory src=/x\nfile *\nexclude sub')).toEqual(['d /x', 'f /x/a']);
    expect(await paths('directory src=/x\nfile *\nexclude /x/a')).toEqual(['d /x', 'd /x/sub', 'f /x/sub/b']);
    expect((await depot(around('directory src=/x\nexclude a'))).findings).toMatchObject([
      { code: 'psf_exclude_nothing' },
    ]);
  });

  it('a lone directory with no file line stands for itself', async () => {
    expect(await paths(`directory /usr/no/such\ndirectory ${cwd}/src\ndirectory src=/x\nfile a`)).toEqual([
      'd /usr/no/such',
      `d ${cwd}/src`,
      'f /x/a',
    ]);
  });
});

describe('complaints name code and line', () => {
  it.each([
    ['source_missing', 'file nowhere /x', 6],
    ['source_missing', 'directory nowhere=/x', 6],
    ['source_missing', 'postinstall nowhere', 6],
    ['psf_not_a_directory', 'directory src/a=/x', 6],
    ['psf_no_directory', 'file *', 6],
    ['psf_no_destination', 'file src/a', 6],
    ['psf_no_destination', 'directory src=/x\nfile /etc/passwd', 7],
    ['psf_no_destination', 'directory src\nfile a', 7],
    ['psf_file_type', 'file -t f src /x', 6],
    ['psf_file_type', 'file /dev/null /x', 6],
    ['psf_file_type', 'file -t a src /x.a', 6],
    ['psf_below_file', 'file src/a /x/y/z\nfile src/a /x', 6],
    ['psf_below_file', 'file src/a /x\nfile -t d /x/y', 7],
    ['psf_member_taken', 'file -t a src/a /lib/x.a\nfile -t a src/a /lib/y.a', 7],
  ])('%s: %s', async (code, lines, line) => {
    const error = await failure(lines);
    expect(error.code).toBe(code);
    expect(error.data).toMatchObject({ file: 'psf', line });
  });

  it.each([
    ['control_file src/a=x INDEX', 6],
    ['control_file src/a=INFO', 6],
    ['control_file src/a=x same\ncontrol_file src/sub/b=y same', 7],
    ['preinstall src/a\ncontrol_file src/sub/b=x preinstall', 7],
  ])('psf_control_name: %s', async (lines, line) => {
    expect(await failure(lines)).toMatchObject({ code: 'psf_control_name', data: { line } });
  });

  it('a readme is not replaced by a control file', async () => {
    const error = await failure('', 'readme hello\ncontrol_file src/a=README');
    expect(error).toMatchObject({ code: 'psf_control_name', data: { line: 4 } });
  });

  it('one control file may have several tags, and a later of one tag replaces the earlier', async () => {
    const lines =
      'control_file src/a=x same\ncontrol_file src/a=y same\ncontrol_file src/a=z\ncontrol_file src/sub/b=z';
    const { catalog } = await depot(around(lines));
    expect(catalog.product('P')!.filesets[0]!.controlFiles).toMatchObject([
      { tag: 'x', path: 'same' },
      { tag: 'y', path: 'same' },
      { tag: 'z', path: 'z' },
    ]);
    expect(catalog.controlFile('P/F', 'z')?.toString()).toBe('beta!');
  });

  it('a mapping outside of the product directory is refused, a file line is not', async () => {
    expect((await failure('directory src=/opt/pq', 'directory /opt/p')).code).toBe('psf_outside_directory');
    expect(
      await paths('directory src=/opt/p/q\nfile a\nfile a /usr/bin/a', { product: 'directory /opt/p' }),
    ).toHaveLength(2);
  });

  it('a socket is refused', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(path.join(cwd, 'src/socket'), done));
    try {
      expect((await failure('directory src=/x\nfile *')).code).toBe('psf_file_type');
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  it('a PSF that is not there', async () => {
    await expect(psfDepot('none', { followSymlinks: false, cwd })).rejects.toMatchObject({ code: 'psf_not_found' });
  });
});

describe('objects', () => {
  it('have the defaults that swpackage adds', async () => {
    write('script', '#!/bin/sh\nexit 0\n');
    const source = await depot(
      around('preinstall script\ncontrol_file script=space\nfile src/a /opt/a', 'readme "Read me"'),
    );
    const { catalog } = source;
    expect(catalog.attributes).toMatchObject({ data_model_revision: '2.40' });
    const product = catalog.product('P')!;
    expect(product.attributes).toMatchObject({
      title: 'P',
      directory: '/',
      machine_type: '*',
      os_version: '*',
      is_patch: 'false',
      instance_id: '1',
      control_directory: 'P',
      all_filesets: ['F'],
      data_model_revision: '2.40',
    });
    expect(Number(product.attributes.create_time)).toBeGreaterThan(1.7e9);
    expect(product.attributes).not.toHaveProperty('readme');
    expect(product.controlFiles).toMatchObject([{ tag: 'README', path: 'README', size: 8 }]);
    expect(catalog.controlFile('P', 'README')?.toString()).toBe('Read me\n');
    const fileset = product.filesets[0]!;
    expect(fileset.attributes).toMatchObject({
      title: 'F',
      state: 'available',
      is_sparse: 'false',
      size: String(5 + 17 + 17),
      os_name: '*',
    });
    expect(fileset.controlFiles).toMatchObject([
      { tag: 'preinstall', mode: 0o555, size: 17 },
      { tag: 'space', mode: 0o444, cksum: cksumOf(Buffer.from('#!/bin/sh\nexit 0\n')) },
    ]);
    expect(catalog.controlFile('P/F', 'preinstall')?.toString()).toContain('exit 0');
    expect(catalog.controlFile('P/F', 'none')).toBeUndefined();
    expect(catalog.owners('/opt/a')).toEqual(['P/F']);
    expect(catalog.owners('/opt/b')).toEqual([]);
  });

  it('of patches have the category patch, each by its own flag, and are sparse', async () => {
    const source = await depot(
      'product\ntag P\nis_patch true\ncategory_tag mine\nfileset\ntag F\nis_patch true\nancestor A.B\nend\nfileset\ntag G\nis_patch true\nis_sparse false\nancestor A.C\nend\nfileset\ntag H\n',
    );
    const product = source.catalog.product('P')!;
    expect(product.attributes.category_tag).toEqual(['patch', 'mine']);
    expect(product.filesets.map(({ attributes }) => [attributes.category_tag, attributes.is_sparse])).toEqual([
      [['patch'], 'true'],
      [['patch'], 'false'],
      [undefined, 'false'],
    ]);
  });

  it('of one tag get ids of their own', async () => {
    const source = await depot(
      'bundle\ntag P\ncontents P\nend\nproduct\ntag P\nrevision 1\nfileset\ntag F\narchitecture a\nfile src/a /1\nend\nfileset\ntag F\narchitecture b\nfile src/a /2\nend\nend\nproduct\ntag P\nrevision 2\nfileset\ntag F\n',
    );
    const { catalog } = source;
    expect(catalog.products().map((product) => [product.id, product.attributes.instance_id])).toEqual([
      ['P', '1'],
      ['P.2', '2'],
    ]);
    expect(catalog.bundles().map((bundle) => bundle.id)).toEqual(['P.3']);
    expect(catalog.product('P')!.filesets.map((fileset) => fileset.id)).toEqual(['F', 'F.2']);
    expect(catalog.product('P')!.attributes.all_filesets).toEqual(['F']);
    expect(catalog.files('P/F.2').map((file) => file.path)).toEqual(['/2']);
  });
});

describe('the sample PSFs', () => {
  const read = (psf: string) => psfDepot(psf, { followSymlinks: false, cwd: data });

  /** What swbis found for the same PSF (shared/data/swbis), by path. */
  it.each(['bundle', 'patch', 'single', 'svc', 'widget'])('%s gives the same files in both dialects', async (name) => {
    const [hp, swbis] = await Promise.all([read(`${name}.psf`), read(`${name}.swbis.psf`)]);
    for (const product of hp.catalog.products()) {
      for (const fileset of product.filesets) {
        const key = `${product.id}/${fileset.id}`;
        const found = (source: Depot) =>
          source.catalog.files(key).map(({ mtime, ...rest }) => (rest.type === 'f' ? { ...rest, mtime } : rest));
        expect(found(swbis)).toEqual(found(hp));
      }
    }
    expect(hp.findings).toEqual([]);
  });

  it('svc has the checksums that swbis computed', async () => {
    const { catalog } = await read('svc.psf');
    const sums = catalog
      .files('Svc/SVC-RUN')
      .filter((file) => file.type === 'f')
      .map((file) => [file.path, file.cksum, file.size]);
    expect(sums).toEqual([
      ['/opt/svc/sbin/svcd', 430330631, 37],
      ['/opt/svc/etc/svc.conf', 2210653846, 10],
      ['/opt/svc/etc/empty.flag', 4294967295, 0],
    ]);
    expect(catalog.controlFile('Svc', 'request')).toEqual(readFileSync(path.join(data, 'scripts/request')));
  });
});
