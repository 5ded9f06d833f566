// Real packages of Debian, as dpkg-deb is the judge: at least thirty of them go into a root and out again (issue 9).
// They come from the machine's Debian mirror; where there is none, from what is installed here, packed anew.

import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picture } from './import.ts';
import { rows, Site } from './site.ts';

const LEAST = 30;
/** Set-id programs, sticky directories, hard links, other groups, configuration files, links between libraries. */
const NAMES =
  'adduser base-files base-passwd bsdutils bzip2 cpio dash debianutils diffutils gcc-12-base grep gzip hostname ' +
  'init-system-helpers less libacl1 libattr1 libbz2-1.0 libgcc-s1 liblzma5 libselinux1 libtinfo6 login lsb-release mawk mount ' +
  'ncurses-base ncurses-bin netbase nginx-common sed sensible-utils sysvinit-utils ucf zlib1g';
const DOWNLOADS = join(import.meta.dirname, '../../.scratch/temp/debs');

const site = new Site();
const debs = site.path('debs');
let files: string[] = [];

beforeAll(() => {
  mkdirSync(debs);
  const origin = downloaded() || repacked();
  files = readdirSync(debs).map((name) => join(debs, name));
  console.log(`${files.length} Debian packages ${origin}`);
});
afterAll(() => site.strike());

/** From the mirror, kept in .scratch for the next run. */
function downloaded(): string {
  mkdirSync(DOWNLOADS, { recursive: true });
  const there = () => readdirSync(DOWNLOADS).filter((name) => name.endsWith('.deb'));
  if (there().length < LEAST) {
    for (const name of there()) rmSync(join(DOWNLOADS, name));
    const apt = spawnSync('apt-get', ['-q', 'download', ...available()], {
      cwd: DOWNLOADS,
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (apt.status !== 0) return '';
  }
  if (there().length < LEAST) return '';
  for (const name of there()) execFileSync('cp', [join(DOWNLOADS, name), debs]);
  return 'from the mirror';
}

/** Those of the names that this release has. */
function available(): string[] {
  const known = spawnSync('apt-cache', ['--no-all-versions', 'show', ...NAMES.split(' ')], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return [...new Set([...known.stdout.matchAll(/^Package: (.+)$/gm)].map((match) => match[1]!))];
}

/** What dpkg has installed here, as packages. */
function repacked(): string {
  const list = execFileSync('dpkg-query', ['-W', '-f', ['$', '{Package} $', '{Installed-Size}\\n'].join('')], {
    encoding: 'utf8',
  });
  const small = list.split('\n').flatMap((line) => {
    const [name, size] = line.split(' ');
    return name && Number(size) < 3000 ? [name] : [];
  });
  for (const name of small.slice(0, LEAST + 5)) repack(name);
  return 'made of what is installed here, for there is no Debian mirror';
}

function repack(name: string): void {
  const tree = site.path('tree');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const said = execFileSync('dpkg-query', ['-s', name], { encoding: 'utf8' });
  site.write('tree/DEBIAN/control', said.replace(/^(Status|Conffiles|Config-Version):.*\n(?: .*\n)*/gm, ''));
  const listed = execFileSync('dpkg-query', ['-L', name], { encoding: 'utf8' }).split('\n');
  // Documentation may have been left out; where /lib is a link, what lies below is listed so and stands elsewhere.
  const own = listed.filter(
    (path) => /^\/(etc|opt|usr|var)\b/.test(path) && lstatSync(path, { throwIfNoEntry: false }),
  );
  const packed = execFileSync('tar', ['-cP', '--no-recursion', '-T', '-'], { input: own.join('\n'), maxBuffer: 1e9 });
  execFileSync('tar', ['-x', '-C', tree], { input: packed, stdio: ['pipe', 'pipe', 'ignore'] });
  spawnSync('dpkg-deb', ['-Zgzip', '-z1', '-b', tree, debs], { stdio: 'pipe' });
  rmSync(tree, { recursive: true });
}

describe('thirty packages of Debian', () => {
  test('come and go as dpkg-deb lays them out', () => {
    expect(files.length).toBeGreaterThanOrEqual(LEAST);
    mkdirSync(site.path('R'));
    mkdirSync(site.path('judge'));
    const before = picture(site.path('R'));
    const came = site.run('swinstall', ['-x', 'run_scripts=false', '-s', './debs', '*', '@', './R']);
    expect([came.exit, came.stderr.includes('ERROR')], came.stdout + came.stderr).toEqual([0, false]);
    for (const file of files) execFileSync('dpkg-deb', ['-x', file, site.path('judge')]);
    expect(picture(site.path('R'), ['var/adm'])).toEqual(picture(site.path('judge'), ['var/adm']));

    expect(site.run('swverify', ['-x', 'check_scripts=false', '*', '@', './R']).exit).toBe(0);
    expect(rows(site.run('swlist', ['-l', 'product', '@', './R']).stdout)).toHaveLength(files.length);

    const went = site.run('swremove', ['-x', 'run_scripts=false', '*', '@', './R']);
    expect([went.exit, went.stderr.includes('ERROR')], went.stdout + went.stderr).toEqual([0, false]);
    expect(picture(site.path('R'), ['var/adm/sw'])).toEqual([...before, ...parents(site.path('R'))]);
  });

  test('are copied into a depot of SD, which installs the same', () => {
    const some = files.slice(0, 4);
    mkdirSync(site.path('few'));
    for (const file of some) execFileSync('cp', [file, site.path('few')]);
    mkdirSync(site.path('R2'));
    mkdirSync(site.path('judge2'));
    expect(site.run('swcopy', ['-s', './few', '*', '@', './D']).exit).toBe(0);
    expect(site.run('swverify', ['-d', '*', '@', './D']).exit).toBe(0);
    expect(site.run('swpackage', ['-x', 'media_type=tape', '-s', './few', '-d', './tape']).exit).toBe(0);
    const came = site.run('swinstall', ['-x', 'run_scripts=false', '-s', './tape', '*', '@', './R2']);
    expect(came.exit, came.stderr).toBe(0);
    for (const file of some) execFileSync('dpkg-deb', ['-x', file, site.path('judge2')]);
    expect(picture(site.path('R2'), ['var/adm'])).toEqual(picture(site.path('judge2'), ['var/adm']));
    expect(rows(site.run('swlist', ['-d', '-l', 'product', '@', './D']).stdout)).toEqual(
      rows(site.run('swlist', ['-d', '-l', 'product', '@', './few']).stdout),
    );
    const [version, name] = ['Version', 'Package'].map((field) =>
      execFileSync('dpkg-deb', ['-f', some[0]!, field], { encoding: 'utf8' }).trim(),
    );
    const found = (spec: string) =>
      rows(site.run('swlist', ['-d', '-l', 'product', `${name!.replaceAll('.', '_')},${spec}`, '@', './D']).stdout)
        .length;
    expect([found(`r>${version}~~`), found(`r<${version}~~`)]).toEqual([1, 0]);
  });
});

/** What SD's own directory needs stays with it. */
function parents(root: string): string[] {
  return picture(root, ['var/adm/sw']).filter((line) => /^var(\/adm)? d /.test(line));
}
