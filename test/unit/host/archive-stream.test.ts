import { spawn } from 'node:child_process';
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../../src/host/archive.ts';
import { passingArchive } from '../../../src/host/archive-stream.ts';
import { cksumOf, readContent } from '../../../src/host/digest.ts';
import { Spool } from '../../../src/host/spool.ts';
import { codeOf, noise, program, scratch } from './fixtures.ts';

const directory = scratch();
const tree = join(directory, 'tree');
const pipe = join(directory, 'pipe');

beforeAll(() => {
  mkdirSync(join(tree, 'sub'), { recursive: true });
  writeFileSync(join(tree, 'big'), noise(3_000_000));
  writeFileSync(join(tree, 'sub/file'), 'small');
  writeFileSync(join(tree, 'empty'), '');
  linkSync(join(tree, 'sub/file'), join(tree, 'second-name'));
  program('coreutils', 'mkfifo', [pipe]);
});

function pack(format: string): string {
  const path = join(directory, format);
  const names = program('findutils', 'find', ['.'], { cwd: tree });
  const bytes = ['odc', 'newc', 'crc'].includes(format)
    ? program('cpio', 'cpio', ['-o', '-H', format, '--quiet'], { cwd: tree, input: names })
    : program('tar', 'tar', ['-c', `--format=${format}`, '.'], { cwd: tree });
  writeFileSync(path, bytes);
  return path;
}

/** Path → checksum of what comes down the pipe; `command` writes to it. */
function passed(command: string): Map<string, number> | undefined {
  spawn('sh', ['-c', `${command} > '${pipe}'`]);
  const fd = openSync(pipe, 'r');
  const archive = passingArchive(fd, 'the pipe');
  try {
    const found = new Map<string, number>();
    for (let member = archive?.next(); member !== undefined; member = archive?.next()) {
      const pieces: Buffer[] = [];
      archive!.content(member, (piece) => pieces.push(Buffer.from(piece)));
      if (member.type === 'f') found.set(member.path, cksumOf(Buffer.concat(pieces)));
    }
    return archive && found;
  } finally {
    archive?.close();
    closeSync(fd);
  }
}

/** The same of a file that can be read anywhere: of names without content of their own it knows better. */
function stored(path: string): Map<string, number> {
  const archive = openArchive(path);
  const files = archive.members.filter((member) => member.type === 'f' && member.path !== 'second-name');
  const found = new Map(files.map((member) => [member.path, cksumOf(readContent(archive.content(member)))]));
  archive.close();
  return found;
}

test.each(['ustar', 'pax', 'gnu', 'odc', 'newc', 'crc'])('%s comes by as it lies in a file', (format) => {
  const path = pack(format);
  const came = passed(`cat '${path}'`)!;
  for (const [name, sum] of stored(path)) if (name === 'big' || name === 'empty') expect(came.get(name)).toBe(sum);
  expect(came.get('big')).toBe(cksumOf(readFileSync(join(tree, 'big'))));
});

test.each([
  ['gzip', 'gzip'],
  ['xz -0', 'xz-utils'],
  ['zstd -q', 'zstd'],
  ['bzip2', 'bzip2'],
])('%s is undone as it comes; cut short it is truncated', async (command) => {
  const path = pack('ustar');
  expect(passed(`${command} -c '${path}'`)).toEqual(passed(`cat '${path}'`));
  expect(await codeOf(() => passed(`${command} -c '${path}' | head -c 2000000`))).toBe('archive_truncated');
});

test('what is no archive is none; one that ends early is truncated', async () => {
  expect(passed('echo hello')).toBeUndefined();
  expect(passed('true')).toBeUndefined();
  expect(await codeOf(() => passed(`head -c 100000 '${pack('ustar')}'`))).toBe('archive_truncated');
});

test('without its decoder it names the package to install', () => {
  const path = process.env.PATH;
  const packed = join(directory, 'x.zst');
  writeFileSync(packed, program('zstd', 'zstd', ['-c'], { input: 'x' }));
  const fd = openSync(packed, 'r');
  process.env.PATH = directory;
  try {
    expect(() => passingArchive(fd, 'x')).toThrow(
      expect.objectContaining({ code: 'decoder_missing', data: expect.objectContaining({ package: 'zstd' }) }),
    );
  } finally {
    process.env.PATH = path;
    closeSync(fd);
  }
});

describe('the spool', () => {
  const keep = (spool: Spool, key: string, size: number) =>
    spool.keep(key, size, (write) => write(Buffer.alloc(size, key)));
  const state = (spool: Spool, key: string) => {
    const content = spool.content(key);
    if (content === undefined || content === 'gone') return content;
    const first = readContent(content).toString('latin1', 0, 1);
    if (content.kind === 'region') content.close();
    return first;
  };

  test('keeps its limit: what was read goes first, then the oldest', () => {
    const spool = new Spool(800);
    for (const key of ['a', 'b', 'c', 'd']) keep(spool, key, 200);
    expect(state(spool, 'b')).toBe('b');
    keep(spool, 'e', 200);
    expect(['a', 'b', 'e'].map((key) => state(spool, key))).toEqual(['a', 'gone', 'e']);
    keep(spool, 'f', 200);
    expect(['a', 'c', 'x'].map((key) => state(spool, key))).toEqual(['gone', 'c', undefined]);
    spool.close();
  });

  test('takes what is larger than the limit, and drops nothing that is in use', () => {
    const spool = new Spool(100);
    keep(spool, 'a', 90);
    const held = spool.content('a');
    keep(spool, 'b', 5000);
    expect([typeof held, state(spool, 'a'), state(spool, 'b')]).toEqual(['object', 'a', 'b']);
    keep(spool, 'c', 90);
    expect(state(spool, 'b')).toBe('gone');
    spool.close();
  });
});
