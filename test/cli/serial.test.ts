// Issue 9, point 1: serial depots as they come: from a pipe without a copy of the whole, in several volumes with names or with a question at
// a terminal, in every container and compression, out of order, and with parts missing.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN } from '../programs.ts';
import { hasSwbis, SWBIS } from '../samples.ts';
import { below, flat, found, type Ran, rows, Site, sha256 } from './site.ts';

const FILESETS = ['F1', 'F2', 'F3'];
const BYTES = 900_000;
let site: Site;

beforeAll(() => {
  site = new Site();
  // Nothing that gzip makes smaller.
  for (const name of FILESETS) execFileSync('sh', ['-c', `head -c ${BYTES} /dev/urandom > ${site.path(name)}`]);
  const fileset = (name: string) => ` fileset\n  tag ${name}\n  file ${name} /opt/${name}\n`;
  site.write('psf', `product\n tag P\n revision 1.0\n${FILESETS.map(fileset).join('')}`);
  site.write('other', 'product\n tag Q\n revision 1.0\n fileset\n  tag F1\n  file psf /opt/psf\n');
  site.ok('swpackage', '-s', 'psf', '@', './D');
  site.ok('swpackage', '-s', 'other', '@', './D');
  site.ok('swpackage', '-s', './D', '-x', 'media_type=tape', '@', './D.depot');
  mkdirSync(site.path('U'));
  execFileSync('tar', ['xf', site.path('D.depot'), '-C', site.path('U')]);
});
afterAll(() => site.strike());

/** A command line of the shell, with our commands in its PATH and TMPDIR below the site. */
function shell(line: string, env: Readonly<Record<string, string>> = {}): Ran {
  mkdirSync(site.path('tmp'), { recursive: true });
  const words = {
    PATH: `${site.path('bin')}:${process.env.PATH}`,
    HOME: site.home,
    TMPDIR: site.path('tmp'),
    TZ: 'UTC',
    ...env,
  };
  for (const name of ['swinstall', 'swcopy', 'swlist', 'swpackage']) {
    if (!existsSync(site.path('bin', name)))
      site.write(`bin/${name}`, `#!/bin/sh\nexec '${process.execPath}' '${join(BIN, name)}' "$@"\n`, 0o755);
  }
  const how = { cwd: site.home, env: { ...words, SWDIST_DEFAULTS: site.path('defaults') }, encoding: 'utf8' as const };
  const ran = spawnSync('bash', ['-o', 'pipefail', '-c', line], { ...how, timeout: 60_000 });
  return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** An environment whose PATH leads to our commands and these programs alone. */
function having(...programs: string[]): Record<string, string> {
  rmSync(site.path('few'), { recursive: true, force: true });
  for (const name of programs) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    site.write(`few/${name}`, `#!/bin/sh\nexec ${path} "$@"\n`, 0o755);
  }
  return { PATH: `${site.path('bin')}:${site.path('few')}` };
}

function freshRoot(name = 'R'): string {
  rmSync(site.path(name), { recursive: true, force: true });
  mkdirSync(site.path(name));
  return site.path(name);
}

const installed = (root: string) => (existsSync(join(root, 'opt')) ? readdirSync(join(root, 'opt')) : []);

describe('from a pipe', () => {
  test.each([
    ['plain', 'cat D.depot | swinstall -s - P @ ./R'],
    ['gzip', 'gzip -c D.depot | swinstall -s - P @ ./R'],
    ['xz', 'xz -0 -c D.depot | swinstall -s - P @ ./R'],
    ['zstd', 'zstd -qc D.depot | swinstall -s - P @ ./R'],
    ['bzip2', 'bzip2 -c D.depot | swinstall -s - P @ ./R'],
    ['a file on standard input', 'swinstall -s - P @ ./R < D.depot'],
    ['a named pipe', 'swinstall -s <(cat D.depot) P @ ./R'],
    [
      'cpio of all kinds: newc',
      '(cd U && find catalog/INDEX catalog P Q -type f | cpio -o -H newc --quiet) | swinstall -s - P @ ./R',
    ],
    [
      'cpio of all kinds: odc',
      '(cd U && find catalog/INDEX catalog P Q -type f | cpio -o -H odc --quiet) | swinstall -s - P @ ./R',
    ],
    [
      'cpio of all kinds: crc',
      '(cd U && find catalog/INDEX catalog P Q -type f | cpio -o -H crc --quiet) | swinstall -s - P @ ./R',
    ],
    ['pax', 'tar c --format=pax -C U catalog P Q | swinstall -s - P @ ./R'],
  ])('%s', (_, line) => {
    const root = freshRoot();
    const ran = shell(line);
    expect([ran.exit, ran.stderr]).toEqual([0, expect.not.stringContaining('ERROR')]);
    expect(installed(root)).toEqual(FILESETS);
    for (const name of FILESETS) expect(sha256(join(root, 'opt', name))).toBe(sha256(site.path(name)));
    expect(readdirSync(site.path('tmp')), 'nothing is left behind').toEqual([]);
  });

  test('who lists needs no more than the catalog; who copies gets all', () => {
    expect(rows(shell('cat D.depot | swlist -l fileset -s -').stdout)).toHaveLength(4);
    expect(shell("cat D.depot | swcopy -s - '*' @ ./copied").exit).toBe(0);
    expect(below(site.path('copied/P'))).toEqual(below(site.path('D/P')));
    expect(shell("swpackage -s D -xmedia_type=tape -d '|swpackage -s - -xmedia_type=tape @ ./through'").exit).toBe(0);
    expect(sha256(site.path('through'))).toBe(sha256(site.path('D.depot')));
  });

  test('one that is cut short is refused, and the root stays as it was', () => {
    const root = freshRoot();
    const ran = shell('head -c 1000000 D.depot | swinstall -s - P @ ./R');
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[archive_truncated]')]);
    expect(installed(root)).toEqual([]);
  });

  test('it serves one target; what is no archive, and nothing at all, is said', () => {
    freshRoot();
    freshRoot('R2');
    const twice = shell('cat D.depot | swinstall -s - Q @ ./R ./R2');
    expect([twice.exit, flat(twice.stderr)]).toEqual([2, expect.stringContaining('[source_read_once]')]);
    for (const line of ['echo hello | swlist -s -', 'true | swlist -s -']) {
      const ran = shell(line);
      expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[not_a_depot]')]);
    }
  });

  test('a missing decoder names its Debian package', () => {
    shell('zstd -qc D.depot > D.zst');
    const few = having('bash', 'cat', 'sh', 'mkfifo');
    for (const line of ['cat D.zst | swlist -s -', 'swlist -s ./D.zst']) {
      const ran = shell(line, few);
      expect([ran.exit, flat(ran.stderr)], line).toEqual([1, expect.stringContaining('Debian package "zstd"')]);
      expect(flat(ran.stderr)).toContain('[decoder_missing]');
    }
  });

  test('without mkfifo no pipe is made, and nothing is written', () => {
    const ran = shell("swpackage -s ./D -x media_type=tape @ '|cat >copy'", having('bash', 'cat', 'sh'));
    expect([ran.exit, flat(ran.stderr)]).toEqual([
      1,
      expect.stringMatching(/Could not make a pipe\. .*The program "mkfifo" of the Debian package.*\[pipe_failed\]/),
    ]);
    expect(existsSync(site.path('copy'))).toBe(false);
  });
});

describe('several volumes', () => {
  beforeAll(() => {
    site.ok('swpackage', '-s', './D', '-xmedia_type=tape', '-xmedia_capacity=1', '@', './t1', './t2', './t3');
  });

  test('names on the command line, in any order; a directory made of them is that of the whole', () => {
    const root = freshRoot();
    site.ok('swinstall', '-s', './t1', '-s', './t3', '-s', './t2', 'P', '@', './R');
    expect(installed(root)).toEqual(FILESETS);
    const copy = ['-x', 'preserve_create_time=true', '*'];
    site.ok('swcopy', '-s', './t1', '-s', './t2', '-s', './t3', ...copy, '@', './joined');
    site.ok('swcopy', '-s', './D', ...copy, '@', './whole');
    for (const path of below(site.path('whole/catalog'), /^dfiles|^INDEX$/).filter((name) => /INDEX$|INFO$/.test(name)))
      expect(site.read(`joined/catalog/${path}`), path).toBe(site.read(`whole/catalog/${path}`));
  });

  test('a pipe may be the first of them', () => {
    const root = freshRoot();
    expect(shell('cat t1 | swinstall -s - -s ./t2 -s ./t3 P @ ./R').exit).toBe(0);
    expect(installed(root)).toEqual(FILESETS);
  });

  test.each([
    ['volume_missing', ['-s', './t1', '-s', './t2']],
    ['volume_wrong', ['-s', './t2', '-s', './t1']],
    ['volume_wrong', ['-s', './t1', '-s', './t1', '-s', './t3']],
    ['volume_wrong', ['-s', './t1', '-s', './D.depot', '-s', './t3']],
  ])('%s: %s', (code, words) => {
    const root = freshRoot();
    const ran = site.run('swinstall', [...words, 'P', '@', './R']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining(`[${code}]`)]);
    expect(installed(root)).toEqual([]);
  });

  test.each([
    ['swcopy', ['-s', './D', '-s', './t1', '*'], '"\\S*/D" is none'],
    ['swinstall', ['-s', './D.depot', '-s', './D', 'P'], '"\\S*/D.depot" has 1'],
    ['swcopy', ['-s', './t1', '-s', './t2', '-s', './t3', '-s', './D.depot', '*'], '"\\S*/t1" has 3'],
    ['swpackage', ['-s', './one.psf', '-s', './nowhere.psf'], '"\\S*/one.psf" is none'],
  ])('%s: a source that is no volume of the first is refused, not left out: %j', (command, words, why) => {
    site.write('one.psf', 'product\n tag H\n fileset\n  tag F\n  file one.psf /opt/psf\n');
    const ran = site.run(command, [...words, '@', './more']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringMatching(`${why}\\. .*\\[bad_source\\]`)]);
    expect(existsSync(site.path('more/catalog'))).toBe(false);
  });

  test('too few names to write to, and a fileset that is larger than a volume: nothing is written', () => {
    const write = (capacity: string) =>
      site.run('swpackage', ['-s', './D', '-xmedia_type=tape', `-xmedia_capacity=${capacity}`, '@', './n1', './n2']);
    expect(flat(write('1').stderr)).toContain('[volume_missing]');
    execFileSync('sh', ['-c', `head -c 1100000 /dev/zero > ${site.path('huge')}`]);
    site.write('hugepsf', 'product\n tag H\n revision 1\n fileset\n  tag F\n  file huge /opt/huge\n');
    const ran = site.run('swpackage', ['-s', 'hugepsf', '-xmedia_type=tape', '-xmedia_capacity=1', '@', './n1']);
    const said = 'The fileset "H.F" does not fit on one volume.';
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining(said)]);
    // "See the above output" stands below it.
    expect(flat(ran.stderr)).toMatch(/\[fileset_too_large\]\nERROR: Package Phase had errors\./);
    expect(readdirSync(site.home).filter((name) => /n[12]/.test(name))).toEqual([]);
    const directory = site.run('swpackage', ['-s', './D', '@', './n1', './n2']);
    expect([directory.exit, flat(directory.stderr)]).toEqual([1, expect.stringContaining('[bad_target]')]);
  });

  /** Runs a line at a terminal, with what will be typed there. */
  function atTerminal(line: string, answers: readonly string[]): Ran {
    return shell(`printf '${answers.join('\\n')}\\n' | script -qec "${line}" /dev/null`);
  }

  test('at a terminal the next volume is asked for, writing and reading; "quit" stops', () => {
    const write = atTerminal('swpackage -s D -xmedia_type=tape -xmedia_capacity=1 @ ./q1 ./q2', ['./q3']);
    expect([write.exit, write.stdout]).toEqual([0, expect.stringContaining('Volume 3 is needed.')]);
    for (const n of [1, 2, 3]) expect(sha256(site.path(`q${n}`))).toBe(sha256(site.path(`t${n}`)));
    const root = freshRoot();
    const read = atTerminal('swinstall -s ./t1 -s ./t2 P @ ./R', ['./t3']);
    expect([read.exit, installed(root)]).toEqual([0, FILESETS]);
    const quit = atTerminal('swinstall -s ./t1 -s ./t2 P @ ./R2', ['quit']);
    expect([quit.exit, quit.stdout]).toEqual([1, expect.stringContaining('volume_missing')]);
  });
});

describe('what breaks the rules', () => {
  const pack = (name: string, ...paths: string[]) =>
    execFileSync('tar', ['cf', site.path(name), '-C', site.path('U'), ...paths]);

  test.each(['swinstall --json -s ./bad P @ ./R', 'cat bad | swinstall --json -s - P @ ./R'])(
    'contents before the catalog: a WARNING says it, and all can be installed: %s',
    (line) => {
      pack('bad', 'P', 'Q', 'catalog');
      const root = freshRoot();
      const ran = shell(line);
      expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringContaining('not in the order of a serial depot')]);
      expect(found(ran, 'archive_order')).toContain('stands before "catalog/INDEX". It is read all the same');
      expect(installed(root)).toEqual(FILESETS);
    },
  );

  test('a part of the catalog behind the contents is found, also in a pipe', () => {
    pack(
      'late',
      'catalog/INDEX',
      'catalog/dfiles',
      'catalog/P/pfiles',
      'catalog/P/F1',
      'catalog/P/F2',
      'P',
      'catalog/P/F3',
      'catalog/Q',
      'Q',
    );
    const root = freshRoot();
    const ran = shell('cat late | swinstall -s - P @ ./R');
    expect([ran.exit, flat(ran.stderr)]).toEqual([0, expect.stringContaining('not in the order of a serial depot')]);
    expect(installed(root)).toEqual(FILESETS);
  });

  test('a fileset without INFO, one without a file: each named in an ERROR, the rest is installed, exit 1', () => {
    pack('part', '--exclude=catalog/P/F1/INFO', '--exclude=P/F2/opt/F2', 'catalog', 'P', 'Q');
    const root = freshRoot();
    const ran = site.run('swinstall', ['-s', './part', '*', '@', './R']);
    const said = flat(ran.stderr);
    expect([ran.exit, said]).toEqual([1, expect.stringContaining('"P.F1" is not whole')]);
    expect(said).toContain('"P.F2" is not whole');
    expect(installed(root)).toEqual(['F3', 'psf']);
    expect(site.run('swinstall', ['-s', './part', 'P.F1', '@', './R']).exit).toBe(1);
    expect(installed(root)).toEqual(['F3', 'psf']);
  });

  test('a directory depot of text alone, whose INFO is missing, installs nothing empty', () => {
    execFileSync('cp', ['-r', site.path('U'), site.path('T')]);
    rmSync(site.path('T/catalog/P/F1/INFO'));
    const root = freshRoot();
    const ran = site.run('swinstall', ['-s', './T', 'P', '@', './R']);
    expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[fileset_incomplete]')]);
    expect(installed(root)).toEqual(['F2', 'F3']);
    expect(rows(site.ok('swlist', '-l', 'fileset', '@', './R')).join(' ')).not.toContain('P.F1');
  });

  test.runIf(hasSwbis)('archives of another implementation come by as they lie', () => {
    for (const name of ['bundle.newc.cpio', 'bundle.odc.cpio', 'widget.ustar.tar.gz', 'svc.ustar.tar']) {
      const file = join(SWBIS, name);
      const lying = site.run('swlist', ['-l', 'file', '-s', file]);
      expect(rows(shell(`cat '${file}' | swlist -l file -s -`).stdout)).toEqual(rows(lying.stdout));
    }
  });

  test('compressed files on a tape, and both ways at once, are refused', () => {
    for (const words of [
      ['-xcompress_files=true', '-xmedia_type=tape', '@', './no'],
      ['-xcompress_files=true', '-xuncompress_files=true', '@', './no'],
    ]) {
      const ran = site.run('swpackage', ['-s', './D', ...words]);
      expect([ran.exit, flat(ran.stderr)]).toEqual([1, expect.stringContaining('[compression_conflict]')]);
    }
    expect(existsSync(site.path('no'))).toBe(false);
  });
});

test('a large file cannot be compressed without gzip: the depot stays as it was', () => {
  site.ok('swcopy', '-s', './D', 'Q', '@', './C');
  const before = below(site.path('C'), /log$|^\.sd\/store/);
  site.write('large', '');
  truncateSync(site.path('large'), 33 * 1024 * 1024);
  site.write('large.psf', 'product\n tag L\n revision 1.0\n fileset\n  tag F\n  file large /opt/large\n');
  const ran = shell('swpackage -x compress_files=true -s large.psf @ ./C', having('bash', 'sh'));
  expect([ran.exit, flat(ran.stderr)]).toEqual([
    1,
    expect.stringMatching(
      /could not be compressed .*gzip says: .*Install the Debian package "gzip".*\[compression_failed\]/,
    ),
  ]);
  expect(below(site.path('C'), /log$|^\.sd\/store/)).toEqual(before);
});

test('a command that takes the stream gets all of it', () => {
  expect(shell("swpackage -s D -d '|cat > piped'").exit).toBe(0);
  expect(readFileSync(site.path('piped')).equals(readFileSync(site.path('D.depot')))).toBe(true);
});
