// Compares what a fileset's records say with what is on disk (commands.md 6.5 step 6, patches.md 7.2).
//
//   record             checked
//   f                  there and regular; mode, owner, group; size, mtime and cksum unless volatile
//   d s h p b c        there and of that type; a link's target; mode, owner, group (not of a symbolic link)
//   a                  the archive has the member, with the record's content
//   path of a patch    only what no later patch and no active superseder has replaced since
//
// An ordinary user cannot give files away: owner and group are compared only by the superuser.

import { readFileSync, readlinkSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { lstatIn } from '../execution/session.ts';
import { extractMember } from '../host/ar.ts';
import { cksumOf, digestContent } from '../host/digest.ts';
import { openRegion } from '../host/region.ts';
import type { RootPaths } from '../host/rootpath.ts';
import { SdError } from '../model/error.ts';
import type { EngineOptions } from '../model/request.ts';
import type { FileRecord, FileType } from '../model/software.ts';

/** Where the files are: physical path of a record's path, and its lstat. */
export interface Ground {
  readonly lstat: (path: string) => Stats | undefined;
  readonly absolute: (path: string) => string;
  /** Owner and group count (installed software, superuser). */
  readonly owners: boolean;
  /** Stored files of a depot have neither mode nor links to compare. */
  readonly attributes: boolean;
}

/** The files of a root. */
export function installedGround(root: { readonly root: string; readonly paths: RootPaths }): Ground {
  return {
    absolute: (path) => join(root.root, root.paths.resolve(path)),
    lstat: (path) => lstatIn(root, root.paths.resolve(path)),
    owners: process.geteuid?.() === 0,
    attributes: true,
  };
}

const TYPE_WORDS: Record<FileType, string> = {
  a: 'archive member',
  b: 'block device',
  c: 'character device',
  d: 'directory',
  f: 'regular file',
  h: 'hard link',
  p: 'fifo',
  s: 'symbolic link',
};

/** Everything wrong with one record, as SD words it; empty when it is right. */
export function compareFile(record: FileRecord, ground: Ground, options: EngineOptions): string[] {
  if (record.type === 'a') return compareMember(record, ground, options);
  const found = ground.lstat(record.path);
  if (!found) return [`File "${record.path}" missing.`];
  if (!isType(record.type, found)) {
    // A link that leads to the directory (merged /usr) does a directory's work.
    if (record.type === 'd' && found.isSymbolicLink()) return [];
    return [`File "${record.path}" should be a ${TYPE_WORDS[record.type]} but is not.`];
  }
  return [
    ...(record.type === 's' && record.link_source !== undefined ? compareLink(record, ground) : []),
    ...(ground.attributes && options.check_permissions && record.type !== 's'
      ? comparePermissions(record, found, ground)
      : []),
    ...(record.type === 'f' && options.check_contents ? compareContents(record, found, ground, options) : []),
  ];
}

function compareLink(record: FileRecord, ground: Ground): string[] {
  const actual = readlinkSync(ground.absolute(record.path));
  return actual === record.link_source ? [] : [differs(record.path, 'link source', record.link_source!, actual)];
}

function comparePermissions(record: FileRecord, found: Stats, ground: Ground): string[] {
  // A hard link's attributes are those of the file it links to.
  if (record.type === 'h') return [];
  const problems: string[] = [];
  const mode = found.mode & 0o7777;
  if (record.mode !== undefined && record.mode !== mode)
    problems.push(differs(record.path, 'mode', octal(record.mode), octal(mode)));
  if (!ground.owners) return problems;
  if (record.uid !== undefined && record.uid !== found.uid) {
    problems.push(differs(record.path, 'uid', String(record.uid), String(found.uid)));
  }
  if (record.gid !== undefined && record.gid !== found.gid) {
    problems.push(differs(record.path, 'gid', String(record.gid), String(found.gid)));
  }
  return problems;
}

function compareContents(record: FileRecord, found: Stats, ground: Ground, options: EngineOptions): string[] {
  if (record.is_volatile === true && !options.check_volatile) return [];
  if (record.size !== undefined && record.size !== found.size) {
    return [differs(record.path, 'size', `${record.size} bytes`, `${found.size} bytes`)];
  }
  const problems: string[] = [];
  const mtime = Math.floor(found.mtimeMs / 1000);
  if (record.mtime !== undefined && record.mtime !== mtime) {
    problems.push(differs(record.path, 'mtime', String(record.mtime), String(mtime)));
  }
  if (!options.check_contents_use_cksum || record.cksum === undefined) return problems;
  const digests = digestFile(ground.absolute(record.path));
  if (digests.cksum !== record.cksum)
    problems.push(differs(record.path, 'cksum', String(record.cksum), String(digests.cksum)));
  else if (record.sha256 !== undefined && digests.sha256 !== record.sha256) {
    problems.push(differs(record.path, 'sha256', record.sha256, digests.sha256));
  }
  return problems;
}

function digestFile(path: string): { cksum: number; sha256: string } {
  const content = openRegion(path);
  try {
    return digestContent(content);
  } finally {
    content.close();
  }
}

function compareMember(record: FileRecord, ground: Ground, options: EngineOptions): string[] {
  const archive = record.archive_path ?? '';
  const name = basename(record.path);
  if (!ground.lstat(archive)?.isFile()) return [`Archive "${archive}" missing.`];
  try {
    const member = extractMember(readFileSync(ground.absolute(archive)), name);
    if (!member) return [`Member "${name}" of archive "${archive}" missing.`];
    if (!options.check_contents || record.cksum === undefined) return [];
    const cksum = cksumOf(member.data);
    return cksum === record.cksum ? [] : [differs(`${archive}(${name})`, 'cksum', String(record.cksum), String(cksum))];
  } catch (error) {
    if (error instanceof SdError) return [`Archive "${archive}" cannot be read.`];
    throw error;
  }
}

function isType(type: FileType, found: Stats): boolean {
  switch (type) {
    case 'd':
      return found.isDirectory();
    case 's':
      return found.isSymbolicLink();
    case 'p':
      return found.isFIFO();
    case 'b':
      return found.isBlockDevice();
    case 'c':
      return found.isCharacterDevice();
    default:
      return found.isFile();
  }
}

function differs(path: string, what: string, expected: string, actual: string): string {
  return `File "${path}" should have ${what} "${expected}" but the actual ${what} is "${actual}".`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
