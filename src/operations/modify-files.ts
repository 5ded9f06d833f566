// swmodify -P and -x files= (commands.md 5.5): file entries added, read again from the file system, or with -u deleted.
//
//   path that a selected fileset lists     read again there; volatile, revision and vendor-defined attributes stay
//   path nobody selected lists             added to the one fileset that is selected
//   -u                                     taken from the selected filesets that list it; at least one must
//
// On a root the path is read as seen from the root. In a depot the stored file of the fileset is read: the size, checksums and time of an
// entry there become those of the stored file, owner and mode stay the software's.

import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { join, posix } from 'node:path';
import { storagePath } from '../execution/storage.ts';
import { type Accounts, accountsOf } from '../host/accounts.ts';
import { deviceNumbers, typeOf } from '../host/file-type.ts';
import { RootPaths } from '../host/rootpath.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { Placed } from '../model/patches.ts';
import { type FileRecord, type FileType, filesetName } from '../model/software.ts';
import type { Draft } from './modify-draft.ts';
import { digestFile } from './verify-files.ts';

/** Edits the entries of `filesets`. `anchor` is the root or depot. Throws the refusals as SdError. */
export function editFiles(
  draft: Draft,
  filesets: readonly Placed[],
  words: readonly string[],
  how: { readonly undo: boolean; readonly anchor: string },
): void {
  const paths = [...new Set(words.map(installedPath))];
  const listed = new Map(
    filesets.map(({ key }) => [key, new Map(draft.filesOf(key).map((record) => [record.path, record]))]),
  );
  const reader = new Reader(how.anchor, draft.catalog.kind);
  const done = new Map<Placed, { records: FileRecord[]; paths: string[] }>();
  for (const path of paths) {
    const holders = filesets.filter(({ key }) => listed.get(key)!.has(path));
    if (how.undo && holders.length === 0) throw notListed(path);
    if (!how.undo && holders.length === 0 && filesets.length !== 1) throw whichFileset(path);
    for (const placed of holders.length === 0 ? filesets : holders) {
      const edit = done.get(placed) ?? { records: [], paths: [] };
      done.set(placed, edit);
      edit.paths.push(path);
      if (how.undo) draft.dropFile(placed.key, path);
      else edit.records.push(reader.read(placed, path, listed.get(placed.key)!.get(path)));
    }
  }
  for (const [placed, edit] of done) {
    if (!how.undo) draft.putFiles(placed.key, edit.records);
    draft.tell(
      'change',
      { level: 'fileset', ...placed },
      edit.paths.map((path) => `${how.undo ? '-' : '+'}${path}`),
    );
  }
}

function installedPath(word: string): string {
  if (!word.startsWith('/')) {
    throw new SdError('bad_path', {
      what: `The file "${word}" cannot be listed.`,
      because: 'Files are listed by the absolute path they have when they are installed.',
      todo: 'Write the whole path, as seen from the root.',
      data: { path: word },
    });
  }
  const clean = posix.normalize(word);
  return clean === '/' ? clean : clean.replace(/\/+$/, '');
}

/** Looks at files and makes records of them. */
class Reader {
  readonly #anchor: string;
  readonly #kind: 'root' | 'depot';
  readonly #paths: RootPaths;
  readonly #accounts: Accounts;

  constructor(anchor: string, kind: 'root' | 'depot') {
    this.#anchor = anchor;
    this.#kind = kind;
    this.#paths = new RootPaths(anchor);
    this.#accounts = accountsOf(kind === 'root' ? anchor : '/');
  }

  read(placed: Placed, path: string, before: FileRecord | undefined): FileRecord {
    try {
      return this.#kind === 'root' ? this.#installed(path, before) : this.#stored(placed, path, before);
    } catch (error) {
      if (!hasErrno(error, 'EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENOTDIR', 'ENOENT', 'ENAMETOOLONG')) throw error;
      throw unreadable(path, reasonOf(error));
    }
  }

  #installed(path: string, before: FileRecord | undefined): FileRecord {
    const at = join(this.#anchor, this.#paths.resolve(path));
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found) throw unreadable(path, 'It is not there.');
    const type = typeOf(found);
    if (type === undefined) throw unreadable(path, 'It is a socket, which no fileset can hold.');
    const owner = this.#accounts.user(found.uid);
    const group = this.#accounts.group(found.gid);
    const record = {
      ...kept(before),
      path,
      mode: found.mode & 0o7777,
      uid: found.uid,
      gid: found.gid,
      mtime: seconds(found),
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
    };
    if (before?.type === 'h' && type === 'f' && this.#isLinked(found, before))
      return { ...record, type: 'h', link_source: before.link_source! };
    return { ...record, type, ...facts(type, at, found) };
  }

  #isLinked(found: Stats, { link_source }: FileRecord): boolean {
    if (link_source === undefined) return false;
    const linked = lstatSync(join(this.#anchor, this.#paths.resolve(link_source)), { throwIfNoEntry: false });
    return linked?.ino === found.ino && linked.dev === found.dev;
  }

  #stored({ key }: Placed, path: string, before: FileRecord | undefined): FileRecord {
    if (before && before.type !== 'f' && before.type !== 'a')
      throw unreadable(path, 'Only regular files lie in a depot; its catalog alone knows the others.');
    if (before?.compression_state === 'compressed') throw unreadable(path, 'It is stored compressed.');
    const at = join(this.#anchor, storagePath(this.#paths, key, { path, type: 'f' }));
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found?.isFile()) throw unreadable(path, `There is no regular file "${at}".`);
    const owner = this.#accounts.user(found.uid);
    const group = this.#accounts.group(found.gid);
    const own = {
      path,
      type: 'f' as const,
      mode: found.mode & 0o777,
      uid: found.uid,
      gid: found.gid,
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
    };
    return { ...(before ?? own), mtime: seconds(found), ...digestFile(at) };
  }
}

/** What the file system knows of a type beyond mode and owner. */
function facts(type: FileType, at: string, found: Stats): Partial<FileRecord> {
  switch (type) {
    case 'f':
      return digestFile(at);
    case 's':
      return { link_source: readlinkSync(at) };
    case 'b':
    case 'c': {
      const [major, minor] = deviceNumbers(found.rdev);
      return { major, minor };
    }
    default:
      return {};
  }
}

/** What a user or packager has said of the file. */
function kept(before: FileRecord | undefined): Partial<FileRecord> {
  return {
    ...(before?.is_volatile === undefined ? {} : { is_volatile: before.is_volatile }),
    ...(before?.revision === undefined ? {} : { revision: before.revision }),
    ...(before?.extra === undefined ? {} : { extra: before.extra }),
  };
}

function seconds(found: Stats): number {
  return Math.floor(found.mtimeMs / 1000);
}

function unreadable(path: string, because: string): SdError {
  return new SdError('file_unreadable', {
    what: `The file "${path}" cannot be read.`,
    because,
    todo: 'Correct the path, or put the file in its place first; nothing was changed.',
    data: { path },
  });
}

function notListed(path: string): SdError {
  return new SdError('file_not_listed', {
    what: `The file "${path}" cannot be deleted from the catalog.`,
    because: 'No selected fileset lists it.',
    todo: '"swlist -l file" shows what they list; nothing was changed.',
    data: { path },
  });
}

function whichFileset(path: string): SdError {
  return new SdError('which_fileset', {
    what: `The file "${path}" cannot be added.`,
    because: 'No selected fileset lists it, and not exactly one fileset is selected.',
    todo: 'Name the one fileset as PRODUCT.FILESET.',
    data: { path },
  });
}

/** Throws SdError `which_fileset` when something other than filesets is selected for file entries. */
export function requireFilesets(filesets: readonly Placed[], others: readonly string[]): void {
  if (filesets.length > 0 && others.length === 0) return;
  throw new SdError('which_fileset', {
    what: 'Files belong to filesets.',
    because: others.length === 0 ? 'No fileset is selected.' : `"${others[0]}" is none.`,
    todo: `Name filesets as PRODUCT.FILESET${filesets[0] ? `, e.g. "${filesetName(filesets[0].product, filesets[0].fileset)}"` : ''}.`,
  });
}
