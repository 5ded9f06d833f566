import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInfo, printInfo } from '../../../src/definition/info.ts';
import type { FileRecord } from '../../../src/model/software.ts';
import { hasSwbis, SWBIS } from '../../samples.ts';
import { membersOf } from './tar-members.ts';

/** After formats.md 11; the sizes are those of the text itself. */
const HP = `control_file
path INDEX
size 132
mode 0444
mtime 1569482953
tag INDEX
control_file
path INFO
size 290
mode 0444
mtime 1569482953
tag INFO
file
path /usr/bin/helloworld
type f
size 30
cksum 123456789
mode 0755
uid 0
gid 3
mtime 1568653167
file
path /usr/bin/hw
type s
link_source helloworld
`;

describe("HP's form", () => {
  it('is read', () => {
    expect(parseInfo(HP, 'INFO')).toEqual({
      index: { size: 132, mtime: 1569482953 },
      controlFiles: [],
      files: [
        {
          path: '/usr/bin/helloworld',
          type: 'f',
          size: 30,
          cksum: 123456789,
          mode: 0o755,
          uid: 0,
          gid: 3,
          mtime: 1568653167,
        },
        { path: '/usr/bin/hw', type: 's', link_source: 'helloworld' },
      ],
    });
  });

  it('is printed with its own size, whatever number of digits that has', () => {
    for (const files of [0, 1, 5, 9, 10, 80, 90, 99, 1000].map((count) =>
      Array.from({ length: count }, (_, i) => file(`/a${i}`)),
    )) {
      const text = printInfo({ index: { size: 1, mtime: 2 }, controlFiles: [], files });
      expect(Number(/path INFO\nsize (\d+)\n/.exec(text)![1])).toBe(Buffer.byteLength(text));
    }
    expect(Number(/path INFO\nsize (\d+)\n/.exec(printInfo(parseInfo(HP, 'INFO')))![1])).toBe(HP.length);
    expect(printInfo(parseInfo(HP, 'INFO'))).toBe(HP);
  });

  it('of a catalog without files is 138 bytes, as in a real depot (formats.md 11)', () => {
    expect(printInfo({ index: { size: 250, mtime: 1569482953 }, controlFiles: [], files: [] })).toHaveLength(138);
  });

  it('tells scripts with interpreter and result', () => {
    const script = {
      tag: 'configure',
      path: 'configure',
      mode: 0o555,
      mtime: 7,
      size: 9,
      cksum: 3,
      interpreter: 'ksh',
      result: 'success',
    } as const;
    const text = printInfo({ controlFiles: [script], files: [] });
    expect(text).toMatch(/^control_file\npath configure\nsize 9\nmode 0555\nmtime 7\ntag configure\n/);
    expect(parseInfo(text, 'INFO').controlFiles).toEqual([script]);
  });
});

describe('paths', () => {
  it.each([
    '/a b',
    '/ a',
    '/a ',
    '/a"b',
    '/"',
    '/a\\b',
    '/a\\"',
    '/a #b',
    '/#',
    '/a\nb',
    '/a\tb\t',
    '/ä€😀',
    '/a\r',
    '/a\u00a0',
    '/<x',
    '/a\u2028',
  ])('%j survive writing and reading', (name) => {
    const document = {
      controlFiles: [],
      files: [file(name), { ...file('/l'), type: 's' as const, link_source: name.slice(1) }],
    };
    expect(parseInfo(printInfo(document), 'INFO')).toEqual(document);
  });

  it('are absolute, normalised and without a slash at the end', () => {
    const paths = ['/opt/x/', '//opt//x', 'opt/x', '/opt/./x', '/opt/y/../x', '/'];
    const text = paths.map((each) => `file\npath ${each}\ntype d\n`).join('');
    expect(parseInfo(text, 'INFO').files.map((each) => each.path)).toEqual([...Array(5).fill('/opt/x'), '/']);
  });
});

it('a mode that holds the file type too is cut to its permission bits', () => {
  expect(parseInfo('file\npath /a\ntype f\nmode 104755\n', 'INFO').files[0]?.mode).toBe(0o4755);
});

describe.runIf(hasSwbis)('swbis', () => {
  it('padded sizes, modes without zero, slashes behind directories', () => {
    const info = membersOf(path.join(SWBIS, 'single.sha1.ustar.tar')).get('catalog/Single/ALL/INFO')!.toString();
    const { controlFiles, files } = parseInfo(info, 'INFO');
    expect(controlFiles).toEqual([
      { tag: 'configure', path: 'configure', mode: 0o644, mtime: 1768478400, size: 109 },
      { tag: 'unconfigure', path: 'unconfigure', mode: 0o644, mtime: 1768478400, size: 113 },
    ]);
    expect(files[0]).toMatchObject({ path: '/opt/single/bin', type: 'd', mode: 0o755 });
    expect(files[2]).toMatchObject({ cksum: 3578216450, extra: { md5sum: 'a641fde49061e865c02eea9276c008d7' } });
    expect(files[3]).toMatchObject({ mode: 0o600, is_volatile: true });
    expect(parseInfo(printInfo({ controlFiles, files }), 'INFO')).toEqual({ controlFiles, files });
  });

  it('links with link_source before path', () => {
    const info = membersOf(path.join(SWBIS, 'svc.ustar.tar')).get('catalog/Svc/SVC-RUN/INFO')!.toString();
    const links = parseInfo(info, 'INFO').files.filter((each) => each.link_source);
    expect(links.map((each) => [each.type, each.path, each.link_source])).toEqual([
      ['s', '/usr/sbin/svcd', '/opt/svc/sbin/svcd'],
      ['h', '/opt/svc/sbin/svcd2', '/opt/svc/sbin/svcd'],
    ]);
  });
});

describe('damage', () => {
  it.each([
    ['info_missing_value', 'file\ntype f\n', 1],
    ['info_missing_value', 'file\npath /a\n', 1],
    ['info_missing_value', 'control_file\nsize 3\n', 1],
    ['info_bad_value', 'file\npath /a\ntype x\n', 3],
    ['info_bad_value', 'file\npath /a\ntype f\nsize 1x\n', 4],
    ['info_bad_value', 'file\npath /a\ntype f\nmode 0888\n', 4],
    ['info_syntax', 'path /a\n', 1],
    ['info_syntax', 'file\npath "/a\n', 2],
  ])('%s: %j', (code, text, line) => {
    expect(() => parseInfo(text, 'INFO')).toThrow(
      expect.objectContaining({ code, data: expect.objectContaining({ line }) }),
    );
  });
});

function file(name: string): FileRecord {
  return { path: name, type: 'f', size: 1 };
}
