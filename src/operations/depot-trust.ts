// Whose word is a depot? (SECURITY.md) Its catalog says what is installed and which scripts run as root, so who can write it is root.
// Content is compared with the catalog's checksums; the catalog itself is what must be looked at.
//
//   others may write the depot, its catalog, or a directory above them that is not sticky    ERROR for the superuser, else WARNING
//   catalog or storage belong to somebody who is neither root nor whoever runs the session   WARNING
//
// Promise: looks at modes and owners only; group rights are the owner's own affair.

import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import type { Depot } from '../depot/depot.ts';
import { STANDARD_INPUT } from '../depot/serial.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { type FilesetKey, splitKey } from '../model/software.ts';

/** Of the catalog of a directory depot: what a reader takes the word of. */
const CATALOG = ['.sd', '.sd/catalog', '.sd/obj', 'catalog', 'catalog/INDEX'];
/** Others have no files of their own, or judge them elsewhere. */
const ON_DISK: ReadonlySet<Depot['kind']> = new Set(['directory', 'serial', 'packages']);
/** Below `catalog/<product>/<fileset>`; scripts are named by INFO, and lie in the same directory. */
const TEXTS = ['', '/INDEX', '/INFO'];

/**
 * Findings about the depot that `filesets` come from. `allow` is allow_insecure_depot.
 * Throws SdError `depot_insecure` when the superuser would install what others can change.
 */
export function judgeDepot(depot: Depot, filesets: readonly FilesetKey[], allow: boolean): Finding[] {
  if (!ON_DISK.has(depot.kind) || depot.location === STANDARD_INPUT) return [];
  const location = realpathSync(depot.location);
  const below = depot.kind === 'directory' ? partsOf(depot, filesets).map((part) => `${location}/${part}`) : [];
  const own = [location, ...below, ...(depot.parts ?? [])];
  const superuser = process.geteuid?.() === 0;
  const open = [...above(location), ...own].find(isOpenToAll);
  if (open !== undefined && superuser && !allow) throw insecure(depot.location, open);
  return [...(open === undefined ? [] : [openToAll(depot.location, open)]), ...foreign(depot.location, own)];
}

/** Paths below a directory depot that say what its software is: the published catalog, or the SD text where that is what was read. */
function partsOf(depot: Depot, filesets: readonly FilesetKey[]): string[] {
  if (depot.findings.length === 0 && look(`${depot.location}/.sd/catalog`)) return CATALOG;
  const parts = new Set(CATALOG);
  for (const key of filesets) {
    const { productId, filesetId } = splitKey(key);
    parts.add(productId).add(`${productId}/${filesetId}`).add(`catalog/${productId}`);
    for (const text of TEXTS) {
      parts.add(`catalog/${productId}/pfiles${text}`).add(`catalog/${productId}/${filesetId}${text}`);
    }
  }
  return [...parts];
}

/** Directories over `path`, from its parent to `/`. */
function above(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...above(parent)];
}

function isOpenToAll(path: string): boolean {
  const stats = look(path);
  if (stats === undefined || stats.isSymbolicLink()) return false;
  // In a sticky directory nobody can take away what is somebody else's.
  const sticky = stats.isDirectory() && (stats.mode & 0o1000) !== 0;
  return (stats.mode & 0o002) !== 0 && !sticky;
}

/** One WARNING for all that belongs to others. */
function foreign(location: string, paths: readonly string[]): Finding[] {
  const trusted = [0, process.geteuid?.() ?? 0];
  const theirs = paths.flatMap((path) => {
    const uid = look(path)?.uid;
    return uid === undefined || trusted.includes(uid) ? [] : [{ path, uid }];
  });
  const first = theirs[0];
  if (first === undefined) return [];
  const more = theirs.length === 1 ? '' : `, and ${theirs.length - 1} more of its parts to others`;
  const text =
    `The depot "${location}" is in other hands: "${first.path}" belongs to user ${first.uid}${more}.  ` +
    'Its control scripts run with your rights.';
  return [{ severity: 'warning', code: 'depot_of_others', text }];
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}

function openToAll(location: string, path: string): Finding {
  const text = `Every user can change the depot "${location}": "${path}" is writable for all.`;
  return { severity: 'warning', code: 'depot_insecure', text };
}

function insecure(location: string, path: string): SdError {
  return new SdError('depot_insecure', {
    what: `Nothing is installed from the depot "${location}".`,
    because: `Every user can change it, for "${path}" is writable for all, and its scripts would run as root.`,
    todo: 'Take that right away, or set allow_insecure_depot=true.',
    data: { location, path },
  });
}
