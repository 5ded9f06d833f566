// Which paths software may write to at all (D12).
//
//   not absolute, with `..`, `.`, empty parts or a NUL    unsafe_path
//   the root or depot itself, other than as a directory   unsafe_path
//   SD's own directory or below it, on a root             reserved_path; the directory itself as a directory is fine
//
// The same for archive_path, and for the file a hard link leads to.

import type { FileRecord } from '../model/software.ts';

/** An empty part, `.` or `..` anywhere in a path. */
const ODD_PART = /\/(?:\.{0,2})(?:\/|$)/;

export type PathTrouble = 'unsafe_path' | 'reserved_path';

/** What is wrong with the paths of a record; undefined when nothing is. `admin` is '' where nothing is reserved. */
export function pathTrouble(record: FileRecord, admin: string): PathTrouble | undefined {
  const paths = [record.path];
  if (record.type === 'a') paths.push(record.archive_path ?? '');
  if (record.type === 'h') paths.push(record.link_source ?? '');
  for (const path of paths) {
    if (path === '/' && record.type === 'd') continue;
    if (!isPlain(path)) return 'unsafe_path';
    if (admin !== '' && isReserved(path, admin, record)) return 'reserved_path';
  }
  return undefined;
}

/** Absolute, normalised, not the root itself. */
function isPlain(path: string): boolean {
  return path.startsWith('/') && !path.endsWith('/') && !path.includes('\0') && !ODD_PART.test(path);
}

function isReserved(path: string, admin: string, record: FileRecord): boolean {
  if (path === admin) return record.type !== 'd';
  return path.startsWith(`${admin}/`);
}
