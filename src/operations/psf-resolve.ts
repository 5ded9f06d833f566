// The file directives of one PSF fileset → its file records and where their content lies (formats.md 7; patches.md 4.3).
// Promise: the file system is looked at once, content is not read; every complaint names the line of the PSF.
// Not added: directories that no line names, parents of files.

import type { Stats } from 'node:fs';
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, join, posix, resolve } from 'node:path';
import type { Position } from '../definition/complaint.ts';
import { complaint, printPosition } from '../definition/complaint.ts';
import type { FileDirective, FileOptions, PsfFileset } from '../definition/psf.ts';
import type { Accounts } from '../host/accounts.ts';
import { packagedTime } from '../host/source-date.ts';
import { reasonOf } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { FileRecord, FileType } from '../model/software.ts';
import { treeBelow } from './psf-tree.ts';

/** A record, and the physical path of its content for types f and a. */
export interface PackagedFile {
  readonly record: FileRecord;
  readonly source?: string;
  readonly position: Position;
}

export interface Surroundings {
  /** Relative sources start here. */
  readonly cwd: string;
  readonly followSymlinks: boolean;
  readonly accounts: Accounts;
  /** Seconds since 1970, for objects made without a source. */
  readonly now: number;
  readonly findings: Finding[];
}

type FileLine = Extract<FileDirective, { kind: 'file' }>;
/** What `file` and `file *` lines share. */
interface Wishes {
  readonly options: FileOptions;
  readonly is_volatile: boolean;
  readonly position: Position;
  readonly extra?: Pick<FileRecord, 'revision' | 'extra'>;
  /** The destination ends in a slash: it is the directory that takes the file. */
  readonly into?: boolean;
}

interface Mapping {
  readonly source: string;
  readonly destination: string | undefined;
  /** `directory PATH` alone: without a file line after it, it stands for the directory itself. */
  readonly alone: boolean;
  used: boolean;
  readonly position: Position;
}

/**
 * Files of one fileset in the order written; a later line for the same path takes the place of an earlier one. `directory` is the
 * product's attribute. Throws SdError `source_missing`, `psf_not_a_directory`, `psf_outside_directory`, `psf_no_directory`,
 * `psf_no_destination`, `psf_file_type`, `psf_link_source`, `psf_below_file`, `psf_member_taken`.
 */
export function resolveFiles(fileset: PsfFileset, directory: string, surroundings: Surroundings): PackagedFile[] {
  const resolver = new Resolver(directory, surroundings);
  for (const directive of fileset.files) resolver.take(directive);
  return resolver.finish();
}

class Resolver {
  readonly #productDirectory: string;
  readonly #around: Surroundings;
  readonly #files = new Map<string, PackagedFile>();
  #defaults: FileOptions = {};
  #mapping: Mapping | undefined;

  constructor(productDirectory: string, around: Surroundings) {
    this.#productDirectory = cleanPath(productDirectory);
    this.#around = around;
  }

  take(directive: FileDirective): void {
    switch (directive.kind) {
      case 'permissions':
        this.#defaults = directive.options;
        return;
      case 'directory':
        this.#leaveMapping();
        this.#mapping = this.#map(directive);
        return;
      case 'tree':
        this.#tree(directive);
        return;
      case 'file':
        this.#file(directive);
        return;
      case 'exclude':
        this.#exclude(directive.name, directive.position);
    }
  }

  finish(): PackagedFile[] {
    this.#leaveMapping();
    for (const file of this.#files.values()) this.#refuseBelowFile(file);
    return [...this.#files.values()].map((file) => (file.record.type === 'h' ? this.#hardLink(file) : file));
  }

  /** Nothing lies below a file; what lies below a link is where the link leads. */
  #refuseBelowFile({ record, position }: PackagedFile): void {
    for (let above = posix.dirname(record.path); above !== '/'; above = posix.dirname(above)) {
      const parent = this.#files.get(above);
      if (parent === undefined || parent.record.type === 'd' || parent.record.type === 's') continue;
      throw complaint(
        'psf_below_file',
        position,
        `"${record.path}" cannot lie below "${above}".`,
        `That is a file of the same fileset, packaged at ${printPosition(parent.position)}.`,
        'Correct one of the two destinations.',
      );
    }
  }

  #map({ source, destination, position }: Extract<FileDirective, { kind: 'directory' }>): Mapping {
    const from = resolve(this.#around.cwd, source);
    const alone = destination === undefined && source.startsWith('/');
    const to = destination === undefined ? (alone ? from : undefined) : cleanPath(destination);
    if (destination !== undefined && !isInside(to!, this.#productDirectory)) {
      throw complaint(
        'psf_outside_directory',
        position,
        `The destination "${to}" lies outside of the product's directory "${this.#productDirectory}".`,
      );
    }
    if (!alone && !this.#stat(from, position, true).isDirectory()) {
      throw complaint('psf_not_a_directory', position, `The source "${from}" is not a directory.`);
    }
    return { source: from, destination: to, alone, used: false, position };
  }

  #leaveMapping(): void {
    const mapping = this.#mapping;
    if (!mapping?.alone || mapping.used || mapping.source === '/') return;
    const stats = statSync(mapping.source, { throwIfNoEntry: false });
    this.#add(mapping.source, 'd', { options: {}, is_volatile: false, position: mapping.position }, stats);
  }

  /** `file *`: the mapped directory and all below it. Not `/` itself: no package should set the mode of a root directory. */
  #tree(directive: Extract<FileDirective, { kind: 'tree' }>): void {
    const mapping = this.#mapping;
    if (mapping?.destination === undefined) {
      throw complaint(
        'psf_no_directory',
        directive.position,
        '"file *" needs a directory.',
        '',
        'Put "directory SOURCE=DESTINATION" before it.',
      );
    }
    mapping.used = true;
    if (mapping.alone) this.#stat(mapping.source, mapping.position, true);
    const names = ['', ...treeBelow(mapping.source, this.#around.followSymlinks)];
    for (const name of mapping.destination === '/' ? names.slice(1) : names) {
      const path = name === '' ? mapping.destination : join(mapping.destination, name);
      this.#fromDisk(name === '' ? mapping.source : `${mapping.source}/${name}`, path, directive, name === '');
    }
  }

  #file(line: FileLine): void {
    if (this.#mapping) this.#mapping.used = true;
    const type = line.options.type ?? this.#defaults.type;
    const wishes: Wishes = {
      ...line,
      into: line.destination?.endsWith('/') ?? false,
      extra: { ...(line.revision && { revision: line.revision }), ...(line.extra && { extra: line.extra }) },
    };
    if (type === 's' && line.destination !== undefined) {
      this.#add(this.#destination(line), 's', wishes, undefined, { link_source: line.source });
    } else if (type === 'h') {
      this.#add(this.#destination(line), 'h', wishes, undefined, {
        link_source: this.#installedPath(line.source, line.position),
      });
    } else if (type === 'd' && line.destination === undefined) {
      this.#bareDirectory(line, wishes);
    } else if (type === 'a') {
      this.#member(line, wishes);
    } else {
      const source = this.#source(line.source);
      this.#fromDisk(source, this.#destination(line), wishes, type === 'f' || type === 'd', type);
    }
  }

  /** `-t d path` need not exist; a relative one takes the attributes of the mapped source if that is there. */
  #bareDirectory(line: FileLine, wishes: Wishes): void {
    const path = line.source.startsWith('/') ? cleanPath(line.source) : this.#destination(line);
    const source = line.source.startsWith('/')
      ? undefined
      : statSync(this.#source(line.source), { throwIfNoEntry: false });
    this.#add(path, 'd', wishes, source?.isDirectory() ? source : undefined);
  }

  /** `-t a object archive`: the record stands where the loose object would lie, beside the archive. */
  #member(line: FileLine, wishes: Wishes): void {
    const source = this.#source(line.source);
    const archive = line.archive_path === undefined ? this.#destination(line) : cleanPath(line.archive_path);
    const stats = this.#stat(source, line.position, true);
    if (!stats.isFile()) throw wrongType(source, line.position);
    const beside = join(posix.dirname(archive), basename(line.source));
    const path =
      line.archive_path !== undefined && line.destination?.startsWith('/') ? cleanPath(line.destination) : beside;
    this.#refuseTakenMember(path, archive, line.position);
    this.#add(path, 'a', wishes, stats, { archive_path: archive }, realpathSync(source));
  }

  /** A depot stores contents by path, so members of two archives cannot share one. */
  #refuseTakenMember(path: string, archive: string, position: Position): void {
    const there = this.#files.get(path);
    if (there?.record.type !== 'a' || there.record.archive_path === archive) return;
    throw complaint(
      'psf_member_taken',
      position,
      `The member "${path}" of "${archive}" has the path of a member of "${there.record.archive_path}".`,
      `That one is packaged at ${printPosition(there.position)}, and a fileset has one object at a path.`,
      'Give this one a path of its own: a "file" object with source, path and archive_path.',
    );
  }

  /** A file, directory or link as it lies on the packaging machine. */
  #fromDisk(source: string, path: string, wishes: Wishes, follow: boolean, expected?: FileType): void {
    const follows = follow || this.#around.followSymlinks;
    const stats = this.#stat(source, wishes.position, follows);
    const type = stats.isFile() ? 'f' : stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 's' : undefined;
    if (type === undefined || (expected !== undefined && expected !== type))
      throw wrongType(source, wishes.position, expected);
    const there = wishes.into && type !== 'd' ? join(path, basename(source)) : path;
    if (type === 's') this.#add(there, 's', wishes, stats, { link_source: readlinkSync(source) });
    else this.#add(there, type, wishes, stats, {}, type === 'd' ? undefined : follows ? realpathSync(source) : source);
  }

  #add(
    path: string,
    type: FileType,
    wishes: Wishes,
    stats?: Stats,
    more: Partial<FileRecord> = {},
    source?: string,
  ): void {
    const record: FileRecord = {
      path,
      type,
      mode: this.#mode(type, wishes.options, stats),
      ...this.#owner(wishes.options, stats),
      ...this.#group(wishes.options, stats),
      mtime: stats ? packagedTime(Math.floor(stats.mtimeMs / 1000)) : this.#around.now,
      ...(stats && (type === 'f' || type === 'a') && { size: stats.size }),
      ...more,
      ...(wishes.is_volatile && { is_volatile: true }),
      ...wishes.extra,
    };
    this.#files.set(path, { record, position: wishes.position, ...(source !== undefined && { source }) });
  }

  #mode(type: FileType, options: FileOptions, stats: Stats | undefined): number {
    if (type === 's') return options.mode ?? 0o777;
    const own = (stats?.mode ?? (type === 'd' ? 0o755 : 0o644)) & 0o7777;
    if (options.mode !== undefined) return options.mode;
    if (options.umask !== undefined) return own & ~options.umask;
    return this.#defaults.mode ?? own & ~(this.#defaults.umask ?? 0);
  }

  #owner(options: FileOptions, stats: Stats | undefined): Pick<FileRecord, 'owner' | 'uid'> {
    const { owner, uid } =
      [options, this.#defaults].find((each) => each.owner !== undefined || each.uid !== undefined) ?? {};
    const { accounts } = this.#around;
    if (owner !== undefined) return compact({ owner, uid: uid ?? accounts.uid(owner) });
    if (uid !== undefined) return { uid };
    const id = stats?.uid ?? 0;
    return compact({ owner: accounts.user(id), uid: id });
  }

  #group(options: FileOptions, stats: Stats | undefined): Pick<FileRecord, 'group' | 'gid'> {
    const { group, gid } =
      [options, this.#defaults].find((each) => each.group !== undefined || each.gid !== undefined) ?? {};
    const { accounts } = this.#around;
    if (group !== undefined) return compact({ group, gid: gid ?? accounts.gid(group) });
    if (gid !== undefined) return { gid };
    const id = stats?.gid ?? 0;
    return compact({ group: accounts.group(id), gid: id });
  }

  /** A hard link shares the inode of its file, so it has that file's attributes. */
  #hardLink({ record, position }: PackagedFile): PackagedFile {
    const linked = this.#files.get(record.link_source ?? '')?.record;
    if (linked?.type !== 'f') {
      throw complaint(
        'psf_link_source',
        position,
        `"${record.path}" cannot be a hard link to "${record.link_source}".`,
        'Its source is no regular file of the same fileset.',
      );
    }
    const { path, link_source, is_volatile } = record;
    const { mode, owner, uid, group, gid, mtime } = linked;
    return {
      record: compact({
        path,
        type: 'h' as const,
        mode,
        owner,
        uid,
        group,
        gid,
        mtime,
        link_source,
        is_volatile,
      }) as FileRecord,
      position,
    };
  }

  #exclude(name: string, position: Position): void {
    const path = this.#installedPath(name, position);
    const gone = [...this.#files.keys()].filter((each) => isInside(each, path));
    for (const each of gone) this.#files.delete(each);
    if (gone.length === 0) {
      const text = `${position.file}:${position.line}:${position.column}: There is no file "${path}" to exclude.`;
      this.#around.findings.push({ severity: 'warning', code: 'psf_exclude_nothing', text });
    }
  }

  /** Where a path of the packaging machine lies: below the mapped source, or the current directory. */
  #source(name: string): string {
    return resolve(this.#mapping?.source ?? this.#around.cwd, name);
  }

  /** The installed path a line asks for: its destination, or its source through the mapping. */
  #destination({ source, destination, position }: FileLine): string {
    if (destination?.startsWith('/')) return cleanPath(destination);
    const below = destination ?? (source.startsWith('/') ? this.#belowSource(source) : source);
    if (this.#mapping?.destination !== undefined && below !== undefined) {
      return cleanPath(join(this.#mapping.destination, below));
    }
    throw complaint(
      'psf_no_destination',
      position,
      `"${destination ?? source}" cannot be mapped to an absolute destination.`,
      this.#mapping ? 'The "directory" line before it does not cover it.' : 'No "directory" line stands before it.',
      'Give the line an absolute destination.',
    );
  }

  /** An absolute source relative to the mapped one; undefined when it lies elsewhere. */
  #belowSource(path: string): string | undefined {
    const clean = posix.normalize(path);
    return this.#mapping && isInside(clean, this.#mapping.source)
      ? posix.relative(this.#mapping.source, clean)
      : undefined;
  }

  /** A name that already means the installed path: absolute, or below the mapped destination. */
  #installedPath(name: string, position: Position): string {
    if (name.startsWith('/')) return cleanPath(name);
    const destination = this.#mapping?.destination;
    if (destination !== undefined) return cleanPath(join(destination, name));
    throw complaint(
      'psf_no_destination',
      position,
      `"${name}" cannot be mapped to an absolute destination.`,
      '',
      'Give an absolute path.',
    );
  }

  #stat(path: string, position: Position, follow: boolean): Stats {
    try {
      return follow ? statSync(path) : lstatSync(path);
    } catch (error) {
      const what = `The source "${path}" cannot be read.`;
      throw complaint('source_missing', position, what, reasonOf(error), 'Correct the path, or make the file.');
    }
  }
}

function wrongType(source: string, position: Position, expected?: FileType) {
  const because = expected
    ? `The line asks for type ${expected}.`
    : 'Only regular files, directories and links can be packaged, not devices, pipes or sockets.';
  return complaint('psf_file_type', position, `The source "${source}" has the wrong type.`, because);
}

function cleanPath(path: string): string {
  const clean = posix.normalize(`/${path}`);
  return clean === '/' ? clean : clean.replace(/\/$/, '');
}

/** True when `path` is `directory` or lies below it. */
function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** Drops what is undefined. */
function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}
