// stat as questions: what is at this path, what it leads to, and the same for many paths at one moment.
// Promise: "nothing there" is an answer, not an error; everything else that keeps from looking is thrown.

import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { safeName } from './rootpath.ts';

/** What is at `path` itself; undefined for nothing, also where a parent is no directory. Throws the errno error (EACCES, ELOOP ...). */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * What `path`, as a user or a catalog names it, leads to through links; undefined for nothing, also where a parent is no directory.
 * Throws SdError `path_unusable` where nobody can tell (no permission, links in a circle, a name too long).
 */
export function lookBehind(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR')) return undefined;
    throw new SdError('path_unusable', {
      what: `"${safeName(path)}" cannot be looked at.`,
      because: reasonOf(error),
      todo: 'Correct the path, or the permissions of the directories on it.',
      data: { path },
      cause: error,
    });
  }
}

/**
 * `lookAt` for many paths below `top` (relative, without `..`) at one moment: each object is looked at once, and below a directory that is
 * not there nothing is looked for. Its answers are those of the first look; who changes something there takes a new one.
 */
export function looker(top: string): (relative: string) => Stats | undefined {
  const seen = new Map<string, Stats | undefined>();
  const look = (at: string): Stats | undefined => {
    if (seen.has(at)) return seen.get(at);
    const slash = at.lastIndexOf('/');
    const stats = slash <= 0 || look(at.slice(0, slash)) ? lookAt(`${top}/${at}`) : undefined;
    seen.set(at, stats);
    return stats;
  };
  return look;
}

/** Names in a directory; none where there is no directory, or we may not read it: who opens it tells. Throws other errno errors. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
