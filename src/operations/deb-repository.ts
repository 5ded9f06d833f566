// Package repositories of .deb files: a directory whose sub-directories each hold packages, and the index apt reads, `Packages` and
// `Packages.gz` (other-systems.md B.2 QU6, QU9). The files are the truth: people add and take away packages by hand and index anew.
// Promise: an index is replaced whole; a file that is no package is named, never skipped in silence.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeFileDurably } from '../host/durable.ts';
import { askProgram } from '../host/program.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { compareDebian } from '../model/revision-debian.ts';

/** One package file of a repository. */
export interface DebFile {
  readonly package: string;
  readonly version: string;
  readonly architecture: string;
  /** Absolute path. */
  readonly file: string;
  /** The sub-directory it is in. */
  readonly directory: string;
  /** Of a sub-directory that is an SD depot the directory of its product; '' elsewhere. */
  readonly product: string;
  /** Its paragraph of the index, without Filename, Size and digests. */
  readonly control: string;
}

/** What is wrong with a repository: two versions of one package in one sub-directory, or a file that is no (whole) package. */
export interface RepositoryTrouble {
  readonly kind: 'duplicate' | 'stray';
  readonly directory: string;
  /** Whole sentence. */
  readonly text: string;
}

/** Indexes and logs that may lie beside packages. */
const BESIDE = /^(Packages|Packages\.gz|Release|InRelease|Release\.gpg|index\.json|swagent\.log|README.*)$/;

/** Names of the sub-directories, sorted. Throws SdError `repository_missing`. */
function repositoryDirectories(repository: string): string[] {
  try {
    const entries = readdirSync(repository, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    throw new SdError('repository_missing', {
      what: `The package repository "${repository}" cannot be read.`,
      because: reasonOf(error),
      todo: 'Check the root the command works on.',
      data: { repository },
      cause: error,
    });
  }
}

/**
 * Every package file below the repository, read with dpkg-deb, in order of directory and path; other files become troubles.
 * Throws SdError `repository_missing`, `program_missing`.
 */
export function scanRepository(repository: string): { packages: DebFile[]; troubles: RepositoryTrouble[] } {
  const packages: DebFile[] = [];
  const troubles: RepositoryTrouble[] = [];
  for (const directory of repositoryDirectories(repository)) {
    const base = join(repository, directory);
    // A directory that is an SD depot keeps its catalog beside the packages.
    const depot = readdirSync(base).includes('.sd');
    for (const file of filesBelow(base, depot)) {
      const name = file.slice(base.length + 1);
      const found = name.endsWith('.deb') ? readDeb(file) : undefined;
      const product = depot ? name.slice(0, name.indexOf('/')) : '';
      if (found !== undefined) packages.push({ ...found, directory, product });
      else if (name.endsWith('.deb')) troubles.push(stray(directory, name, 'is damaged'));
      else if (!depot && !BESIDE.test(name)) troubles.push(stray(directory, name, 'is no package'));
    }
  }
  return { packages, troubles };
}

function stray(directory: string, name: string, what: string): RepositoryTrouble {
  return { kind: 'stray', directory, text: `"${join(directory, name)}" ${what}.` };
}

/** Package files below a directory that dpkg-deb cannot read, sorted. Throws SdError `program_missing`. */
export function damagedPackages(directory: string): string[] {
  return filesBelow(directory, false).filter((file) => file.endsWith('.deb') && readDeb(file) === undefined);
}

/**
 * Packages that a sub-directory holds more than once: in several versions, or one version in several files. Products of a depot follow
 * each other and may bring a package again; one product may not.
 */
export function duplicatesIn(packages: readonly DebFile[]): RepositoryTrouble[] {
  const groups = new Map<string, DebFile[]>();
  for (const each of packages) {
    const key = `${each.directory}\0${each.product}\0${each.package}\0${each.architecture}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (others.length === 0) return [];
    const versions = group.map((each) => each.version).sort(compareDebian);
    const text = `"${first!.directory}" holds ${first!.package} ${group.length} times: ${versions.join(', ')}.`;
    return [{ kind: 'duplicate', directory: first!.directory, text } as const];
  });
}

/** The newest file of a package, or the one of exactly `version`; undefined where there is none. */
export function newest(packages: readonly DebFile[], name: string, version?: string): DebFile | undefined {
  const named = packages.filter((each) => each.package === name && (version === undefined || each.version === version));
  return named.sort((left, right) => compareDebian(right.version, left.version))[0];
}

/** Writes the index of every sub-directory anew; one without packages loses its index. Answers how many packages each has. */
export function indexRepository(repository: string): { directory: string; packages: number }[] {
  const { packages } = scanRepository(repository);
  return repositoryDirectories(repository).flatMap((directory) => {
    const base = join(repository, directory);
    const mine = packages.filter((each) => each.directory === directory);
    if (mine.length === 0) {
      for (const name of ['Packages', 'Packages.gz']) rmSync(join(base, name), { force: true });
      return [];
    }
    const text = `${mine.map((each) => paragraph(each, base)).join('\n\n')}\n`;
    writeFileDurably(join(base, 'Packages'), text, 0o644);
    writeFileDurably(join(base, 'Packages.gz'), gzipSync(text), 0o644);
    return [{ directory, packages: mine.length }];
  });
}

function paragraph(deb: DebFile, base: string): string {
  const bytes = readFileSync(deb.file);
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
  return [
    deb.control,
    `Filename: ./${deb.file.slice(base.length + 1)}`,
    `Size: ${bytes.length}`,
    `MD5sum: ${digest('md5')}`,
    `SHA256: ${digest('sha256')}`,
  ].join('\n');
}

/** Packages that were read already, by path, size and time: a job looks at the repository again and again. */
const known = new Map<string, ReadDeb | undefined>();

type ReadDeb = Omit<DebFile, 'directory' | 'product'>;

function readDeb(file: string): ReadDeb | undefined {
  const { size, mtimeMs, ino } = statSync(file);
  const key = [file, size, mtimeMs, ino].join('\0');
  if (!known.has(key)) known.set(key, askDeb(file));
  return known.get(key);
}

/** Name and version of one package file; undefined for one that dpkg-deb cannot read. */
function askDeb(file: string): ReadDeb | undefined {
  let control: string;
  try {
    control = askProgram(['dpkg-deb', '-f', file]).trimEnd();
  } catch (error) {
    if (error instanceof SdError && error.code === 'program_failed') return undefined;
    throw error;
  }
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'mi').exec(control)?.[1] ?? '';
  return {
    package: field('Package'),
    version: field('Version'),
    architecture: field('Architecture'),
    file,
    control,
  };
}

/** Regular files, sorted; of a depot only its software, not its catalog. */
function filesBelow(directory: string, depot: boolean): string[] {
  const skipped = depot ? ['.sd', 'catalog'] : [];
  return readdirSync(directory)
    .filter((name) => !skipped.includes(name))
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      const stats = statOf(path);
      if (stats?.isDirectory()) return filesBelow(path, false);
      return stats?.isFile() ? [path] : [];
    });
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    // A link that leads nowhere.
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
