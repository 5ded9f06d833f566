// swlist as a program: streams, exit codes, sources of every kind, read-only use (clients.md 1-16; commands.md 5.4, 12).

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN } from '../programs.ts';

let home: string;
let depot: string;
let tape: string;
let root: string;

const PSF = `
category
  tag critical_patch
  title "Patches that fix system hangs"
  description "They hang."
product
  tag ACME
  revision 2.0
  title "Acme tools"
  fileset
    tag RUN
    revision 2.0
    title "Run time"
    file -m 555 tool /opt/acme/bin/tool
  fileset
    tag MAN
    revision 2.0
    file -m 444 tool.1 /opt/acme/man/tool.1
product
  tag OTHER
  revision 1.0
  title "Another product"
  fileset
    tag FS
    file -m 444 other /opt/other/file
bundle
  tag BOX
  revision 7
  title "A box"
  contents ACME.RUN
product
  tag PT_1
  revision 1.0
  is_patch true
  category_tag critical_patch
  fileset
    tag RUN
    revision 1.0
    title "Cure"
    is_patch true
    ancestor ACME.RUN,fr=2.0
    file -m 555 tool.new /opt/acme/bin/tool
`;

function sw(command: string, ...words: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, HOME: home, SWDIST_DEFAULTS: join(home, 'none'), TZ: 'UTC' };
  return spawnSync(join(BIN, command), words, { cwd: home, env, encoding: 'utf8' });
}

function swlist(...words: string[]): { code: number | null; out: string[]; err: string } {
  const { status, stdout, stderr } = sw('swlist', ...words);
  return { code: status, out: stdout.split('\n').slice(0, -1), err: stderr };
}

/** First words of the lines that are neither comments nor empty. */
function names(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.trim().split(/\s+/)[0]!);
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'swlist-'));
  [depot, tape, root] = [join(home, 'depot'), join(home, 'acme.depot'), join(home, 'root')];
  for (const file of ['tool', 'tool.1', 'tool.new', 'other']) writeFileSync(join(home, file), `${file}\n`);
  writeFileSync(join(home, 'psf'), PSF);
  mkdirSync(root);
  const admin = `admin_directory=${join(home, 'adm')}`;
  const steps: [string, ...string[]][] = [
    ['swpackage', '-x', admin, '-s', 'psf', '-d', depot],
    ['swpackage', '-x', admin, '-s', depot, '-x', 'media_type=tape', '-d', tape, '*'],
    ['swinstall', '-x', admin, '-s', depot, 'BOX', 'ACME', 'OTHER', '@', root],
  ];
  for (const [command, ...words] of steps) {
    const done = sw(command, ...words);
    if (done.status !== 0) throw new Error(`${command}: ${done.stdout}${done.stderr}`);
  }
});

afterAll(() => {
  for (const entry of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const path = join(home, entry);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) chmodSync(path, 0o755);
  }
  rmSync(home, { recursive: true });
});

test('clients.md 2, 3, 4: heading and sections on stdout, nothing on stderr, exit 0', () => {
  const { code, out, err } = swlist('@', root);
  expect([code, err]).toEqual([0, '']);
  expect(out.slice(0, 2).concat(out[3]!)).toEqual([
    '# Initializing...',
    expect.stringMatching(/^# Contacting target "[^".]+"\.\.\.$/),
    expect.stringMatching(new RegExp(`^# Target: {2}[^ ]+:${root}$`)),
  ]);
  expect([out[2], out[4], out[5]]).toEqual(['#', '#', '']);
  expect(names(out)).toEqual(['BOX', 'OTHER', 'PT_1']);
  expect(out.filter((line) => !/^(#|$| {2}\S)/.test(line))).toEqual([]);
});

test.each([
  ['-d', '@', 'DEPOT'],
  ['-s', 'DEPOT'],
  ['-s', './depot'],
  ['-s', 'TAPE'],
  ['-d', '@', 'TAPE'],
  ['-s', 'localhost:DEPOT'],
])('clients.md 15: %s %s %s lists the same software', (...words) => {
  const { code, out } = swlist(
    '-l',
    'product',
    ...words.map((word) => word.replace('DEPOT', depot).replace('TAPE', tape)),
  );
  expect([code, names(out)]).toEqual([0, ['ACME', 'OTHER', 'PT_1']]);
});

test('clients.md 5: not found is exit 1, an ERROR on stderr, two heading lines on stdout', () => {
  const { code, out, err } = swlist('NOPE', '@', root);
  expect([code, out.length, out.join().includes('NOPE')]).toEqual([1, 2, false]);
  expect(err).toMatch(/^ERROR: {3}Software "NOPE" was not found/);
});

test('clients.md 5, 14: what is found is listed, exit 1 for what is not; found by version is exit 0', () => {
  const some = swlist('-l', 'product', 'ACME', 'NOPE', '@', root);
  expect([some.code, names(some.out)]).toEqual([1, ['ACME']]);
  expect(swlist('ACME,r>=2.0', '@', root).code).toBe(0);
  expect(swlist('ACME,r>=2.1', '@', root).code).toBe(1);
});

test('clients.md 16: a missing or foreign source is exit 1, ERROR on stderr, heading on stdout', () => {
  writeFileSync(join(home, 'letter'), 'Dear Sir,\n');
  for (const source of ['./missing', './letter']) {
    const { code, out, err } = swlist('-s', source);
    expect([code, out.length]).toEqual([1, 2]);
    expect(err).toMatch(/^ERROR: /);
  }
});

test('several targets: one heading each; exit 2 when only some could be listed, 1 when none could', () => {
  const both = swlist('-d', '-l', 'product', '@', depot, tape);
  expect([both.code, both.out.filter((line) => line.startsWith('# Target:')).length]).toEqual([0, 2]);
  expect(swlist('-d', '@', depot, './missing').code).toBe(2);
  expect(swlist('-d', '@', './missing', './gone').code).toBe(1);
});

test('clients.md 6, 7, 11, 12: columns of attributes on a real root', () => {
  const revision = swlist('-a', 'revision', '-l', 'product', 'ACME', '@', root).out;
  expect(revision.find((line) => line.includes('ACME'))!.split(/\s+/)).toEqual(['', 'ACME', '2.0', '']);
  const state = swlist('-l', 'fileset', '-a', 'state', '@', root).out.filter((line) => /^ {2}/.test(line));
  expect(state.every((line) => /installed|configured/.test(line))).toBe(true);
  const files = swlist('-l', 'file', '-a', 'cksum', '-a', 'size', 'OTHER', '@', root).out;
  expect(files.at(-1)!.trim().split(/\s+/)).toEqual([
    'OTHER.FS:',
    '/opt/other/file',
    expect.stringMatching(/^\d+$/),
    '6',
  ]);
});

test('-l category, -l patch, -a applied_patches, -R', () => {
  expect(swlist('-l', 'category', '-s', depot).out.at(-1)!.trimEnd()).toBe(
    '  critical_patch        Patches that fix system hangs',
  );
  const patches = swlist('-l', 'patch', '@', root).out;
  expect(patches.filter((line) => line.startsWith('# ACME.RUN')).length).toBe(1);
  expect(patches.at(-1)).toMatch(/^ {2}PT_1\.RUN +1\.0 +Cure +applied/);
  expect(swlist('-a', 'applied_patches', 'ACME.RUN', '@', root).out.slice(-2)).toEqual(['  ACME.RUN', '    PT_1.RUN']);
  expect(names(swlist('-R', '@', root).out)).toEqual(['BOX', 'ACME.MAN', 'ACME.RUN', 'OTHER.FS', 'PT_1.RUN']);
});

test('--owner finds the filesets of a path, through symbolic links too; exit 1 when nobody owns it', () => {
  expect(names(swlist('--owner', '/opt/acme/bin/tool', '@', root).out)).toEqual(['ACME.RUN', 'PT_1.RUN']);
  symlinkSync('/opt/other', join(root, 'link'));
  expect(names(swlist('--owner', '/link/file', '@', root).out)).toEqual(['OTHER.FS']);
  expect(names(swlist('--owner', join('root', 'opt/other/file'), '@', root).out)).toEqual(['OTHER.FS']);
  const nobody = swlist('--owner', '/opt/nothing', '@', root);
  expect([nobody.code, nobody.out.length]).toEqual([1, 2]);
  expect(nobody.err).toMatch(/^ERROR: {3}No fileset/);
});

test('-l depot and -l root: the path is the last word; /, and the root that swinstall registered', () => {
  const admin = `admin_directory=${join(home, 'adm')}`;
  expect(sw('swreg', '-x', admin, '-l', 'depot', depot).status).toBe(0);
  const depots = swlist('-x', admin, '-l', 'depot');
  expect([depots.code, depots.out.length, depots.out.at(-1)]).toEqual([0, 3, `  ${depot}`]);
  expect(swlist('-x', admin, '-l', 'root').out.slice(2)).toEqual(['  /', `  ${root}`]);
  // A depot that is there, but not in the list, is told from a name that is wrong.
  const words = ['-x', 'admin_directory=./nowhere', '-l', 'depot', '@'];
  const unknown = swlist(...words, depot);
  expect([unknown.code, unknown.err.replace(/\s+/g, ' ')]).toEqual([
    0,
    expect.stringContaining(`"${depot}" is not registered`),
  ]);
  expect(swlist(...words, join(home, 'none')).err).toContain('[depot_not_found]');
  // A word that is no path is a host, behind -s as behind @: nobody takes our places for another machine's.
  expect(swlist('-x', admin, '-l', 'depot', '-s', hostname()).out.at(-1)).toBe(`  ${depot}`);
  for (const word of ['-s', '@']) {
    const other = swlist('-x', admin, '-l', 'depot', word, 'otherhost');
    expect([other.code, other.out, other.err]).toEqual([1, [], expect.stringContaining('[remote_not_supported]')]);
  }
  const none = swlist('-x', 'admin_directory=./nowhere', '-l', 'depot');
  expect([none.code, none.out[1]]).toEqual([0, expect.stringMatching(/^# WARNING: No depot was found/)]);
});

test('a listing leaves no trace and needs no write permission', () => {
  const before = snapshot();
  const admin = join(root, 'var/adm/sw');
  for (const folder of readdirSync(admin, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(admin, folder)).isDirectory()) chmodSync(join(admin, folder), 0o555);
  }
  expect(swlist('-l', 'file', '@', root).code).toBe(0);
  expect(swlist('-s', tape).code).toBe(0);
  expect(snapshot()).toEqual(before);
});

function snapshot(): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((path) => `${path} ${statSync(join(home, path), { throwIfNoEntry: false })?.mtimeMs}`)
    .sort();
}

test('an interrupted session waiting on the target is a NOTE on stderr; the listing works', () => {
  const holder = join(root, 'var/adm/sw/ipd/holder');
  const dead = {
    pid: 2 ** 30,
    start: '1',
    host: hostname(),
    user: 'root',
    command: 'swinstall',
    since: 0,
    changing: true,
  };
  writeFileSync(holder, JSON.stringify(dead));
  const { code, out, err } = swlist('-l', 'product', '@', root);
  rmSync(holder);
  expect([code, names(out)]).toEqual([0, ['ACME', 'OTHER', 'PT_1']]);
  expect(err).toMatch(/^NOTE: {4}An interrupted session waits/);
});

test('a reader that goes away is no error', () => {
  const shell = spawnSync('sh', ['-c', `"${join(BIN, 'swlist')}" -l file -s "${depot}" | head -1`], {
    encoding: 'utf8',
  });
  expect([shell.stdout, shell.stderr]).toEqual(['# Initializing...\n', '']);
});

test('a root without any installed software is an empty listing; a depot taken for a root gets a hint', () => {
  mkdirSync(join(home, 'bare'), { recursive: true });
  expect(swlist('@', './bare')).toMatchObject({ code: 0, err: '' });
  expect(swlist('@', depot).err.replace(/\s+/g, ' ')).toContain('is a depot. Use "swlist -d');
});

test('an unknown level is refused with the nearest one', () => {
  const { code, err } = swlist('-l', 'produkt');
  expect([code, err.includes('Did you mean "product"?')]).toEqual([1, true]);
});
