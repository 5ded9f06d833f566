// The directories of a store are its own: nothing is written or removed behind a symbolic link that leads out of the root or depot
// (SECURITY.md). Above them links are the business of whoever named the root or depot, and of ipd/place.ts.

import { lstatSync, mkdirSync, realpathSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lookAt, namesIn } from '../host/look.ts';
import { isInside, safeName } from '../host/rootpath.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { StoreLayout } from './layout.ts';

/**
 * Throws SdError `place_outside` where a link stands for a place of the store and leads out of the root or depot, or to nothing; also for
 * any link among the files of the database, which has none of its own. On the machine's own root nothing is outside.
 */
export function requireOwnPlaces({ anchor, home, textTree }: StoreLayout): void {
  const store = join(home, 'store');
  for (const place of [home, store, join(home, 'obj'), textTree]) requireInside(anchor, place);
  for (const name of namesIn(store)) {
    const path = join(store, name);
    if (lookAt(path)?.isSymbolicLink()) throw outside(anchor, path);
  }
}

/**
 * Throws SdError `place_outside` where `place`, which is written as below `anchor`, leads out of it through a link, or to nothing; also where
 * only a parent is there yet.
 */
export function requireInside(anchor: string, place: string): void {
  let there = place;
  while (isInside(anchor, there) && lookAt(there) === undefined) there = dirname(there);
  if (isInside(anchor, there) && !leadsInside(anchor, there)) throw outside(anchor, there);
}

/** Makes the directory `names` below `base` and returns its path. A link on the way is replaced by a directory, never followed. */
export function ownDirectory(base: string, ...names: readonly string[]): string {
  let path = base;
  for (const name of names) {
    path = join(path, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path);
    mkdirSync(path, { recursive: true, mode: 0o755 });
  }
  return path;
}

function leadsInside(anchor: string, place: string): boolean {
  try {
    return isInside(realpathSync(anchor), realpathSync(place));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ELOOP')) return false;
    throw error;
  }
}

function outside(anchor: string, place: string): SdError {
  return new SdError('place_outside', {
    what: `"${safeName(anchor)}" cannot be changed.`,
    because: `"${safeName(place)}" is a symbolic link that does not lead to a place inside it.`,
    todo: 'Put what it should lead to in its place.',
    data: { anchor, place },
  });
}
