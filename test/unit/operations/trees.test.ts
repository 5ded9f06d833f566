// Whole directories and archives moved about, and programs that are not there.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askProgram, runProgram } from '../../../src/host/program.ts';
import { fanOut } from '../../../src/operations/fan-out.ts';
import { packDirectory } from '../../../src/operations/pack.ts';
import { copyOnce, readLines, replaceTree, writeText } from '../../../src/operations/trees.ts';
import { archiveMembers, archiveText, unpackArchive } from '../../../src/operations/unpack.ts';

let top: string;
const at = (...parts: string[]) => join(top, ...parts);
const code = (word: string) => expect.objectContaining({ code: word });
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'sd-trees-'));
  writeText(at('from/a/file'), 'text');
  chmodSync(at('from/a/file'), 0o640);
  symlinkSync('file', at('from/a/link'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

it('copies once, and replaces whole; a copy that was cut off is begun anew', async () => {
  mkdirSync(at('to.new/rest'), { recursive: true });
  await copyOnce(at('from'), at('to'));
  expect([
    statSync(at('to/a/file')).mode & 0o777,
    lstatSync(at('to/a/link')).isSymbolicLink(),
    existsSync(at('to/rest')),
  ]).toEqual([0o640, true, false]);
  writeFileSync(at('from/a/file'), 'newer');
  await copyOnce(at('from'), at('to'));
  expect(readFileSync(at('to/a/file'), 'utf8')).toBe('text');
  writeText(at('to/gone'), '');
  await replaceTree(at('from'), at('to'));
  expect([readFileSync(at('to/a/file'), 'utf8'), existsSync(at('to/gone')), existsSync(at('to.old'))]).toEqual([
    'newer',
    false,
    false,
  ]);
  await expect(copyOnce(at('nowhere'), at('x'))).rejects.toThrow(code('not_copied'));
  expect(existsSync(at('x.new'))).toBe(false);
});

it('reads lines without blanks and comments', () => {
  writeText(at('list'), ' one \n\n# two\nthree');
  expect([readLines(at('list')), readLines(at('none')), readLines(at('from'))]).toEqual([
    ['one', 'three'],
    undefined,
    undefined,
  ]);
});

it('packs and unpacks: modes, links, the same bytes each time', async () => {
  await packDirectory(top, 'from', at('one.tar.gz'));
  await packDirectory(top, 'from', at('two.tar.gz'));
  expect((await archiveMembers(at('one.tar.gz'))).map(({ path }) => path)).toEqual([
    'from',
    'from/a',
    'from/a/file',
    'from/a/link',
  ]);
  expect([await archiveText(at('one.tar.gz'), 'from/a/file'), await archiveText(at('one.tar.gz'), 'from/a')]).toEqual([
    'text',
    undefined,
  ]);
  mkdirSync(at('out'));
  await unpackArchive(at('one.tar.gz'), at('out'));
  expect([statSync(at('out/from/a/file')).mode & 0o777, readFileSync(at('out/from/a/link'), 'utf8')]).toEqual([
    0o640,
    'text',
  ]);
  await expect(packDirectory(top, 'nowhere', at('three.tar.gz'))).rejects.toThrow(code('not_packed'));
  expect([existsSync(at('three.tar.gz')), existsSync(at('three.tar.gz.new'))]).toEqual([false, false]);
  await expect(unpackArchive(at('none'), at('out'))).rejects.toThrow(code('archive_not_found'));
});

it('runs programs: status, signals, a time limit, and what is missing', async () => {
  const lines: string[] = [];
  writeText(at('in'), 'fed\n');
  expect(
    await runProgram(['sh', '-c', 'cat; echo err >&2; exit 4'], {
      input: at('in'),
      onLine: (line) => lines.push(line),
    }),
  ).toBe(4);
  expect(lines.sort()).toEqual(['err', 'fed']);
  expect(await runProgram(['sh', '-c', 'kill -15 $$'])).toBe(143);
  expect(await runProgram(['sh', '-c', 'sleep 60 & wait'], { limit: 50 })).toBe(137);
  await expect(runProgram([at('no-such')])).rejects.toThrow(code('program_missing'));
  await expect(runProgram([at('from/a/file')])).rejects.toThrow(code('script_not_started'));
  expect(() => askProgram(['dpkg-deb', '-f', at('in')])).toThrow(code('program_failed'));
});

it('works on so many at a time, and keeps their order', async () => {
  let now = 0;
  let most = 0;
  const work = async (item: number) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    if (item === 7) throw new Error('seven');
    return item * 2;
  };
  expect(await fanOut([1, 2, 3, 4, 5], 2, work)).toEqual([2, 4, 6, 8, 10]);
  expect(most).toBe(2);
  await expect(fanOut([6, 7, 8], 2, work)).rejects.toThrow('seven');
  expect([now, await fanOut([], 3, work)]).toEqual([0, []]);
});
