// Compares what a fileset's records say with what is on disk (commands.md 6.5 step 6, patches.md 7.2).
//
//   record             checked
//   f                  there and regular; mode, owner, group; size, mtime and cksum unless volatile
//   d p                there and of that type (a link that leads to the directory will do); mode, owner, group
//   b c                the same, and major and minor
//   s                  there, with its target unless volatile
//   h                  there and one with the file it links to, unless a patch or an edit of a volatile file has parted them
//   a                  the archive has the member, with the record's content
//
// An ordinary user cannot give files away: another owner or group is then told apart from what is wrong.

import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { type Accounts, accountsOf } from '../host/accounts.ts';
import { extractMember } from '../host/ar.ts';
import { shareOut, worthACrew } from '../host/crew.ts';
import type { Read } from '../host/crew-work.ts';
import { cksumOf, type Digested, digestContent } from '../host/digest.ts';
import { deviceNumbers, isOfType, modeText } from '../host/file-type.ts';
import { openRegion } from '../host/region.ts';
import type { RootPaths } from '../host/rootpath.ts';
import { stopPoint } from '../host/signals.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { isPatch, lookUp } from '../model/patches.ts';
import type { EngineOptions } from '../model/request.ts';
import type { FileRecord, FileType } from '../model/software.ts';

export interface FileProblem {
  /** `foreign`: an ordinary user's file that should belong to somebody else. `unread`: it could not be looked at. */
  readonly kind: 'wrong' | 'foreign' | 'unread';
  /** One sentence in SD's words. */
  readonly text: string;
}

/** Where the files are and who looks at them. */
export interface Ground {
  /** Absolute physical path of a record's path. Throws SdError where a parent is no directory. */
  readonly locate: (path: string) => string;
  readonly accounts: Accounts;
  readonly superuser: boolean;
  /** What reading a file ahead has told of it; undefined where it has to be read, and where it is no regular file. */
  readonly digested?: (at: string) => Read | undefined;
  /** Told the bytes that are read for digests. */
  readonly onPiece?: (bytes: number) => void;
  /** True for a path that an installed patch delivers. */
  readonly patched: (path: string) => boolean;
}

/** The files of a root; `catalog` is what is installed there. */
export function installedGround(root: { readonly root: string; readonly paths: RootPaths }, catalog: Catalog): Ground {
  return {
    locate: (path) => join(root.root, root.paths.resolve(path)),
    accounts: accountsOf(root.root),
    superuser: process.geteuid?.() === 0,
    patched: (path) =>
      catalog.owners(path).some((key) => {
        const owner = lookUp(catalog, key);
        return owner !== undefined && isPatch(owner.fileset);
      }),
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

const NOTHING: readonly FileProblem[] = [];

/** Everything wrong with one record, as SD words it; empty when it is right. Never throws for what stands on the disk. */
export function compareFile(record: FileRecord, ground: Ground, options: EngineOptions): readonly FileProblem[] {
  try {
    return record.type === 'a' ? compareMember(record, ground, options) : compareObject(record, ground, options);
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EPERM')) {
      return [{ kind: 'unread', text: `File "${record.path}" could not be looked at.  ${reasonOf(error)}` }];
    }
    // Gone since it was looked at, or below something that is no directory.
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') || (error instanceof SdError && error.code !== 'path_unusable'))
      return [wrong(`File "${record.path}" missing.`)];
    if (error instanceof SdError || hasErrno(error, 'EIO', 'ENXIO', 'ENAMETOOLONG'))
      return [wrong(`File "${record.path}" could not be looked at.  ${reasonOf(error)}`)];
    throw error;
  }
}

function compareObject(record: FileRecord, ground: Ground, options: EngineOptions): readonly FileProblem[] {
  const at = ground.locate(record.path);
  const ahead = record.type === 'f' ? ground.digested?.(at) : undefined;
  if (ahead !== undefined) return compareRegular(record, ahead.found, at, ground, options);
  const found = lstatSync(at, { throwIfNoEntry: false });
  if (!found) return [wrong(`File "${record.path}" missing.`)];
  if (!isOfType(record.type, found)) {
    if (record.type === 'd' && found.isSymbolicLink() && leadsToDirectory(record, ground)) return NOTHING;
    return [wrong(`File "${record.path}" should be a ${TYPE_WORDS[record.type]} but is not.`)];
  }
  if (record.type === 'f') return compareRegular(record, found, at, ground, options);
  const problems: FileProblem[] = [];
  const settled = isSettled(record, options);
  if (record.type === 's') {
    if (settled && record.link_source !== undefined)
      compareText(problems, record, 'link source', record.link_source, readlinkSync(at));
    return problems;
  }
  if (record.type === 'h') {
    if (settled) compareHardLink(problems, record, found, ground);
    return problems;
  }
  if (options.check_permissions) comparePermissions(problems, record, found, ground);
  if (record.type === 'b' || record.type === 'c') compareNumbers(problems, record, found);
  return problems;
}

/** What is looked at of a regular file. */
type Looked = Pick<Stats, 'mode' | 'uid' | 'gid' | 'size' | 'mtimeMs'>;

function compareRegular(
  record: FileRecord,
  found: Looked,
  at: string,
  ground: Ground,
  options: EngineOptions,
): readonly FileProblem[] {
  const problems: FileProblem[] = [];
  if (options.check_permissions) comparePermissions(problems, record, found, ground);
  if (options.check_contents && isSettled(record, options))
    compareContents(problems, record, found, at, ground, options);
  return problems;
}

/** True where the content is nobody's to change. */
function isSettled(record: FileRecord, options: EngineOptions): boolean {
  return record.is_volatile !== true || options.check_volatile;
}

function leadsToDirectory(record: FileRecord, ground: Ground): boolean {
  return lstatSync(ground.locate(`${record.path}/.`), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A patch that replaced one of the two names has parted them, as did an editor that writes a new file. */
function compareHardLink(problems: FileProblem[], record: FileRecord, found: Stats, ground: Ground): void {
  const source = record.link_source;
  if (source === undefined) return;
  const linked = lstatSync(ground.locate(source), { throwIfNoEntry: false });
  if (linked && linked.ino === found.ino && linked.dev === found.dev) return;
  if (ground.patched(source) || ground.patched(record.path)) return;
  problems.push(wrong(`File "${record.path}" should be a hard link to "${source}" but is not.`));
}

function comparePermissions(problems: FileProblem[], record: FileRecord, found: Looked, ground: Ground): void {
  const mode = found.mode & 0o7777;
  if (record.mode !== undefined && record.mode !== mode)
    problems.push(differs(record.path, 'mode', modeText(record.mode), modeText(mode)));
  const { accounts } = ground;
  const kind = ground.superuser ? 'wrong' : 'foreign';
  const uid = expectedId(record.owner, record.uid, accounts.uid);
  if (uid !== undefined && uid !== found.uid)
    problems.push({
      ...differs(record.path, 'owner', named(uid, accounts.user), named(found.uid, accounts.user)),
      kind,
    });
  const gid = expectedId(record.group, record.gid, accounts.gid);
  if (gid !== undefined && gid !== found.gid)
    problems.push({
      ...differs(record.path, 'group', named(gid, accounts.group), named(found.gid, accounts.group)),
      kind,
    });
}

/** The name wins where the root knows it (formats.md 7). */
function expectedId(
  name: string | undefined,
  id: number | undefined,
  idOf: (name: string) => number | undefined,
): number | undefined {
  return (name === undefined ? undefined : idOf(name)) ?? id;
}

function named(id: number, nameOf: (id: number) => string | undefined): string {
  return nameOf(id) ?? String(id);
}

function compareNumbers(problems: FileProblem[], record: FileRecord, found: Stats): void {
  const [major, minor] = deviceNumbers(found.rdev);
  compareText(problems, record, 'major number', record.major, major);
  compareText(problems, record, 'minor number', record.minor, minor);
}

function compareContents(
  problems: FileProblem[],
  record: FileRecord,
  found: Looked,
  at: string,
  ground: Ground,
  options: EngineOptions,
): void {
  if (record.size !== undefined && record.size !== found.size) {
    problems.push(differs(record.path, 'size', `${record.size} bytes`, `${found.size} bytes`));
    return;
  }
  compareText(problems, record, 'mtime', record.mtime, Math.floor(found.mtimeMs / 1000));
  if (!wantsDigests(record, options)) return;
  const digests = ground.digested?.(at)?.digests ?? digestFile(at, ground.onPiece);
  const before = problems.length;
  compareText(problems, record, 'cksum', record.cksum, digests.cksum);
  if (problems.length === before) compareText(problems, record, 'sha256', record.sha256, digests.sha256);
}

/** Bytes that comparing these records reads. */
export function bytesToRead(records: readonly FileRecord[], options: EngineOptions): number {
  if (!options.check_contents) return 0;
  return records.reduce(
    (sum, record) => sum + (record.type === 'f' && wantsDigests(record, options) ? (record.size ?? 0) : 0),
    0,
  );
}

function wantsDigests(record: FileRecord, options: EngineOptions): boolean {
  return options.check_contents_use_cksum && (record.cksum !== undefined || record.sha256 !== undefined);
}

/**
 * The same ground with the digests of these records' files computed ahead, by two threads, where there are many. A file that changes
 * size meanwhile, or cannot be read, is read again when its turn comes.
 */
export async function digestedAhead(
  ground: Ground,
  records: readonly FileRecord[],
  options: EngineOptions,
): Promise<Ground> {
  const wanted = records.filter((record) => record.type === 'f' && wantsDigests(record, options));
  if (!options.check_contents || !worthACrew(wanted.length)) return ground;
  const places = new Map<string, number>();
  for (const record of wanted) {
    const at = located(ground, record);
    if (at !== undefined && !places.has(at)) places.set(at, record.size ?? -1);
  }
  const from = [...places.keys()];
  let told = 0;
  const tell = (result: Results) => {
    for (let done = result(told); done !== undefined; done = result(told)) {
      ground.onPiece?.(done.digests.size);
      told += 1;
    }
  };
  const result = await shareOut({ from, size: Float64Array.from(places.values()) }, stopPoint, tell);
  for (; told < from.length; told += 1) tell(result);
  for (const [n, at] of from.entries()) places.set(at, n);
  return {
    ...ground,
    digested: (at) => {
      const n = places.get(at);
      return n === undefined ? undefined : result(n);
    },
  };
}

/** What is known of file n; undefined before it is. */
type Results = (n: number) => Read | undefined;

/** Undefined where a parent is no directory; the comparison says so. */
function located(ground: Ground, record: FileRecord): string | undefined {
  try {
    return ground.locate(record.path);
  } catch (error) {
    if (error instanceof SdError) return undefined;
    throw error;
  }
}

/** Digests of a regular file, read once. Throws the errno error. */
export function digestFile(path: string, onPiece?: (bytes: number) => void): Digested {
  const content = openRegion(path);
  try {
    return digestContent(content, onPiece);
  } finally {
    content.close();
  }
}

/** The archive looked at last: a patch brings many members into one. */
let archive: { readonly at: string; readonly mtimeMs: number; readonly bytes: Uint8Array } | undefined;

function compareMember(record: FileRecord, ground: Ground, options: EngineOptions): readonly FileProblem[] {
  const path = record.archive_path ?? '';
  const name = basename(record.path);
  const at = ground.locate(path);
  const found = lstatSync(at, { throwIfNoEntry: false });
  if (!found?.isFile()) return [wrong(`Archive "${path}" missing.`)];
  if (archive?.at !== at || archive.mtimeMs !== found.mtimeMs)
    archive = { at, mtimeMs: found.mtimeMs, bytes: readFileSync(at) };
  let member: ReturnType<typeof extractMember>;
  try {
    member = extractMember(archive.bytes, name);
  } catch (error) {
    if (error instanceof SdError) return [wrong(`Archive "${path}" cannot be read.`)];
    throw error;
  }
  if (!member) return [wrong(`Member "${name}" of archive "${path}" missing.`)];
  const problems: FileProblem[] = [];
  if (options.check_contents && record.cksum !== undefined)
    compareText(problems, { path: `${path}(${name})` }, 'cksum', record.cksum, cksumOf(member.data));
  return problems;
}

function compareText(
  problems: FileProblem[],
  record: Pick<FileRecord, 'path'>,
  what: string,
  expected: string | number | undefined,
  actual: string | number,
): void {
  if (expected !== undefined && expected !== actual)
    problems.push(differs(record.path, what, String(expected), String(actual)));
}

function differs(path: string, what: string, expected: string, actual: string): FileProblem {
  return wrong(`File "${path}" should have ${what} "${expected}" but the actual ${what} is "${actual}".`);
}

function wrong(text: string): FileProblem {
  return { kind: 'wrong', text };
}
