import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Archive, openArchive } from '../../../src/host/archive.ts';
import { cksumOf, readContent } from '../../../src/host/digest.ts';
import { hasSwbis, SWBIS } from '../../samples.ts';
import { codeOf, noise, program, scratch } from './fixtures.ts';

const directory = scratch();
const tree = join(directory, 'tree');
const deep = `${'long-directory-name/'.repeat(9)}end`;

beforeAll(() => {
  mkdirSync(join(tree, deep), { recursive: true });
  writeFileSync(join(tree, 'empty'), '');
  writeFileSync(join(tree, 'big'), noise(200_000));
  writeFileSync(join(tree, deep, 'file'), 'deep');
  writeFileSync(join(tree, 'ünïcode'), 'letters');
  linkSync(join(tree, 'big'), join(tree, 'second-name'));
  symlinkSync('../target with blanks', join(tree, 'link'));
  symlinkSync('x'.repeat(150), join(tree, 'long-link'));
  for (const name of ['empty', 'big', 'ünïcode']) utimesSync(join(tree, name), 1_000_000_000, 1_000_000_000);
});

/** `type path size link checksum` of each member, for comparison over formats. */
async function listing(path: string): Promise<string[]> {
  const archive = await openArchive(path);
  const lines = archive.members.map((member) => lineOf(archive, member));
  archive.close();
  return lines.sort();
}

function lineOf(archive: Archive, member: Archive['members'][number]): string {
  const content = 'fh'.includes(member.type) ? cksumOf(readContent(archive.content(member))) : '-';
  const type = member.type === 'h' ? 'f' : member.type;
  return `${type} ${member.path} ${member.type === 's' ? member.link : ''} ${content}`;
}

function pack(format: string, out: string): string {
  const path = join(directory, out);
  const names = program('findutils', 'find', ['.'], { cwd: tree });
  if (['odc', 'newc', 'crc'].includes(format)) {
    writeFileSync(path, program('cpio', 'cpio', ['-o', '-H', format, '--quiet'], { cwd: tree, input: names }));
  } else program('tar', 'tar', ['-c', `--format=${format}`, '-f', path, '.'], { cwd: tree });
  return path;
}

test.each(['ustar', 'pax', 'gnu', 'odc', 'newc', 'crc'])(
  '%s archives of the real programs have the tree in them',
  async (format) => {
    // ustar cannot hold a link target of more than 100 bytes.
    if (format === 'ustar') {
      cpSync(tree, join(directory, 'short'), { recursive: true, verbatimSymlinks: true });
      program('coreutils', 'rm', [join(directory, 'short/long-link')]);
      program('tar', 'tar', ['-c', '--format=ustar', '-f', join(directory, 'ustar.tar'), '.'], {
        cwd: join(directory, 'short'),
      });
    } else pack(format, `${format}.tar`);
    const archive = await openArchive(join(directory, `${format}.tar`));
    expect(archive.format).toBe(format);
    archive.close();
    const wanted = [
      `d ${deep}  -`,
      `f ${deep}/file  ${cksumOf(Buffer.from('deep'))}`,
      `f big  ${cksumOf(noise(200_000))}`,
      `f second-name  ${cksumOf(noise(200_000))}`,
      'f empty  4294967295',
      `f ünïcode  ${cksumOf(Buffer.from('letters'))}`,
      's link ../target with blanks -',
      ...(format === 'ustar' ? [] : [`s long-link ${'x'.repeat(150)} -`]),
    ];
    const found = await listing(join(directory, `${format}.tar`));
    expect(found.filter((line) => !line.startsWith('d long') || line.includes('/end '))).toEqual(wanted.sort());
  },
);

test('owner, mode and time come from the headers', async () => {
  const path = join(directory, 'facts.tar');
  const facts = ['--owner=adm:777', '--group=sys:888', '--mode=4751', '--mtime=@1234567890'];
  for (const format of ['ustar', 'gnu', 'pax']) {
    program('tar', 'tar', ['-c', `--format=${format}`, ...facts, '-f', path, 'empty'], { cwd: tree });
    const archive = await openArchive(path);
    expect(archive.members).toMatchObject([
      { path: 'empty', type: 'f', mode: 0o4751, uid: 777, gid: 888, owner: 'adm', group: 'sys', mtime: 1234567890 },
    ]);
    archive.close();
  }
});

test('of two names of one file, cpio gives a file and a link', async () => {
  const archive = await openArchive(pack('newc', 'links.cpio'));
  const names = archive.members.filter((member) => ['big', 'second-name'].includes(member.path));
  expect(names.map((member) => [member.type, member.size])).toEqual([
    ['f', 200_000],
    ['h', 0],
  ]);
  expect(names[1]!.link).toBe(names[0]!.path);
  archive.close();
});

test.each(hasSwbis ? readdirSync(SWBIS).filter((name) => /\.(tar|cpio|gz)$/.test(name)) : [])(
  '%s lists as the real program lists it',
  async (name) => {
    const path = join(SWBIS, name);
    const said = name.endsWith('.cpio')
      ? program('cpio', 'cpio', ['-it', '--quiet'], { input: readFileSync(path) })
      : program('tar', 'tar', ['-tf', path]);
    const wanted = said
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\.\//, '').replace(/\/$/, ''));
    const archive = await openArchive(path);
    expect(archive.members.map((member) => member.path)).toEqual(wanted.filter((path) => path !== '' && path !== '.'));
    for (const member of archive.members.filter((each) => each.path.endsWith('/INDEX'))) {
      expect(readContent(archive.content(member)).toString()).toMatch(/distribution|product|fileset|bundle/);
    }
    archive.close();
  },
);

test.runIf(hasSwbis)('one package in three containers is the same package', async () => {
  const [tar, odc, newc] = await Promise.all(
    ['bundle.ustar.tar', 'bundle.odc.cpio', 'bundle.newc.cpio'].map((name) => listing(join(SWBIS, name))),
  );
  // The INDEX names the container the package was made for.
  const withoutIndex = (lines: string[] | undefined) => lines!.filter((line) => !line.includes('/catalog/INDEX '));
  expect(withoutIndex(odc)).toEqual(withoutIndex(tar));
  expect(withoutIndex(newc)).toEqual(withoutIndex(tar));
  expect(withoutIndex(tar).length).toBe(tar!.length - 1);
});

test.each([
  ['gzip', 'gzip'],
  ['xz', 'xz-utils'],
  ['zstd', 'zstd'],
  ['bzip2', 'bzip2'],
])('%s is recognised by its magic number; cut short it is truncated', async (name, debian) => {
  const plain = pack('gnu', 'plain.tar');
  const packed = program(debian, name, ['-c'], { input: readFileSync(plain) });
  writeFileSync(join(directory, 'packed'), packed);
  expect(await listing(join(directory, 'packed'))).toEqual(await listing(plain));
  writeFileSync(join(directory, 'cut'), packed.subarray(0, packed.length - 1000));
  expect(await codeOf(() => openArchive(join(directory, 'cut')))).toBe('archive_truncated');
});

test('without its decoder a compressed archive names the package to install', async () => {
  writeFileSync(join(directory, 'x.xz'), program('xz-utils', 'xz', ['-c'], { input: 'x' }));
  const path = process.env.PATH;
  process.env.PATH = directory;
  try {
    expect(() => openArchive(join(directory, 'x.xz'))).toThrow(
      expect.objectContaining({ code: 'decoder_missing', data: expect.objectContaining({ package: 'xz-utils' }) }),
    );
  } finally {
    process.env.PATH = path;
  }
});

test.runIf(hasSwbis)('nothing is left behind in the temporary directory', async () => {
  const place = join(directory, 'tmp');
  mkdirSync(place);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = place;
  try {
    const archive = await openArchive(join(SWBIS, 'widget.ustar.tar.gz'));
    expect(readdirSync(place)).toEqual([]);
    archive.close();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

test.runIf(hasSwbis)('descriptors are given back, also after a failure', async () => {
  writeFileSync(join(directory, 'nonsense'), 'nothing');
  const before = readdirSync('/proc/self/fd').length;
  for (const name of ['widget.ustar.tar.gz', 'bundle.odc.cpio']) (await openArchive(join(SWBIS, name))).close();
  await codeOf(() => openArchive(join(directory, 'nonsense')));
  await codeOf(() => openArchive(directory));
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});
