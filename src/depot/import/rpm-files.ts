// The file list of an rpm's header: what each path is, apart from its content. Pure.

import type { FileRecord, FileType } from '../../model/software.ts';
import { type RpmHeader, TAG } from './rpm-header.ts';

/** One file as the header describes it. */
export interface RpmFile {
  /** Absolute. */
  readonly path: string;
  readonly type: FileType | undefined;
  /** Permission bits. */
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  readonly owner: string;
  readonly group: string;
  /** Target of a symbolic link. */
  readonly link: string;
  readonly device: number;
  /** The same for all names of one file. */
  readonly inode: string;
  /** In the package only as a name: made while the software runs. */
  readonly isGhost: boolean;
  readonly isConfig: boolean;
  /** Lower-case hex; '' where there is none. */
  readonly digest: string;
}

const CONFIG = 1 << 0;
const GHOST = 1 << 6;
const TYPES: ReadonlyMap<number, FileType> = new Map([
  [0o010000, 'p'],
  [0o020000, 'c'],
  [0o040000, 'd'],
  [0o060000, 'b'],
  [0o100000, 'f'],
  [0o120000, 's'],
]);

/** Node's words for rpm's numbers of digest algorithms. */
export const DIGESTS: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** All files, in the order of the header, which the payload's indices count by. */
export function rpmFiles(header: RpmHeader): RpmFile[] {
  const names = header.texts(TAG.baseNames);
  const directories = header.texts(TAG.dirNames);
  const at = header.numbers(TAG.dirIndexes);
  const modes = header.numbers(TAG.fileModes);
  const long = header.numbers(TAG.longFileSizes);
  const sizes = long.length > 0 ? long : header.numbers(TAG.fileSizes);
  const mtimes = header.numbers(TAG.fileMtimes);
  const owners = header.texts(TAG.fileUsers);
  const groups = header.texts(TAG.fileGroups);
  const links = header.texts(TAG.fileLinkTos);
  const flags = header.numbers(TAG.fileFlags);
  const digests = header.texts(TAG.fileDigests);
  const rdevs = header.numbers(TAG.fileRdevs);
  const inodes = header.numbers(TAG.fileInodes);
  const devices = header.numbers(TAG.fileDevices);
  return names.map((name, i) => ({
    path: `${directories[at[i]!] ?? ''}${name}`,
    type: TYPES.get((modes[i] ?? 0) & 0o170000),
    mode: (modes[i] ?? 0) & 0o7777,
    size: sizes[i] ?? 0,
    mtime: mtimes[i] ?? 0,
    owner: owners[i] ?? '',
    group: groups[i] ?? '',
    link: links[i] ?? '',
    device: rdevs[i] ?? 0,
    inode: `${devices[i] ?? 0}:${inodes[i] ?? `#${i}`}`,
    isGhost: ((flags[i] ?? 0) & GHOST) !== 0,
    isConfig: ((flags[i] ?? 0) & CONFIG) !== 0,
    digest: digests[i] ?? '',
  }));
}

/** What the header knows better than the archive: owners by name, whole numbers. */
export function headerFacts(file: RpmFile): Partial<FileRecord> {
  return {
    mode: file.mode,
    mtime: file.mtime,
    ...(file.owner === '' ? {} : { owner: file.owner }),
    ...(file.group === '' ? {} : { group: file.group }),
  };
}
