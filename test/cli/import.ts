// What the tests of imported packages share: making packages with dpkg-deb and rpmbuild, and telling what a tree holds.

import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Site, sha256 } from './site.ts';

/** A Debian package: control fields, files of the tree by absolute path, other files of the control part. */
export interface Deb {
  readonly fields: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly control?: Readonly<Record<string, string>>;
  /** Does more with the tree. */
  readonly shape?: (tree: string) => void;
  readonly options?: readonly string[];
}

/** Builds `<site>/<path>`, and answers its absolute path. */
export function makeDeb(
  site: Site,
  path: string,
  { fields, files = {}, control = {}, shape, options = [] }: Deb,
): string {
  const tree = `${path}.tree`;
  const all = { Architecture: 'all', Maintainer: 'A <a@b.invalid>', Description: 'made by a test', ...fields };
  const text = Object.entries(all).map(([name, value]) => `${name}: ${value}\n`);
  site.write(`${tree}/DEBIAN/control`, text.join(''), 0o644);
  for (const [name, content] of Object.entries(control)) {
    site.write(`${tree}/DEBIAN/${name}`, content, /inst$|rm$/.test(name) ? 0o755 : 0o644);
  }
  for (const [file, content] of Object.entries(files)) site.write(tree + file, content, 0o644);
  shape?.(site.path(tree));
  execFileSync('chmod', ['-R', 'go-w', site.path(tree)]);
  execFileSync('dpkg-deb', ['--root-owner-group', ...options, '-b', site.path(tree), site.path(path)], {
    stdio: 'pipe',
  });
  return site.path(path);
}

/** Builds the spec file's packages and answers the path of the one for `name`; `payload` as rpm's macro `_binary_payload`. */
export function makeRpm(site: Site, place: string, spec: string, payload = 'w3.zstdio'): string {
  const top = site.path(place);
  mkdirSync(top, { recursive: true });
  const file = site.write(
    `${place}/test.spec`,
    `%global __os_install_post %{nil}\n%global debug_package %{nil}\n${spec}`,
  );
  const defines = [`_topdir ${top}`, `_binary_payload ${payload}`, `_tmppath ${top}/tmp`];
  const words = defines.flatMap((each) => ['--define', each]);
  const built = spawnSync('rpmbuild', ['-bb', ...words, file], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  const found = readdirSync(join(top, 'RPMS'), { recursive: true, encoding: 'utf8' }).filter((each) =>
    each.endsWith('.rpm'),
  );
  return join(top, 'RPMS', found[0]!);
}

/** Each object of a tree but those below `without` (paths from its top), as a line; times of directories are everyone's. */
export function picture(tree: string, without: readonly string[] = []): string[] {
  const lines: string[] = [];
  const inodes = new Map<number, string>();
  const walk = (at: string) => {
    for (const name of readdirSync(join(tree, at)).sort()) {
      const path = join(at, name);
      if (without.includes(path)) continue;
      const stats = lstatSync(join(tree, path));
      const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 's' : stats.isFile() ? 'f' : 'other';
      const mode = (stats.mode & 0o7777).toString(8);
      const facts = [path, kind, mode, stats.uid, stats.gid];
      if (kind === 's') facts.push(readlinkSync(join(tree, path)));
      if (kind === 'f') {
        const first = inodes.get(stats.ino) ?? path;
        inodes.set(stats.ino, first);
        facts.push(Math.floor(stats.mtimeMs / 1000), stats.nlink, first, sha256(join(tree, path)));
      }
      lines.push(facts.join(' '));
      if (kind === 'd') walk(path);
    }
  };
  walk('');
  return lines;
}

/** Lays a shell with its libraries into a root, so that scripts can run inside it. */
export function giveShell(root: string): void {
  const libraries = execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const file of ['/bin/sh', ...libraries]) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    execFileSync('cp', ['-L', file, join(root, file)]);
  }
}

/** A file with one byte changed, at `position` from its end where that is negative. */
export function spoiled(path: string, position: number): Buffer {
  const bytes = readFileSync(path);
  const at = position < 0 ? bytes.length + position : position;
  bytes[at] = bytes[at]! ^ 0x55;
  return bytes;
}
