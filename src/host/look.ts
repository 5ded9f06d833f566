// lstat as questions: what is at this path, and the same for many paths at one moment.
// Promise: "nothing there" is an answer, not an error; everything else that keeps from looking is thrown.

import { lstatSync, type Stats } from 'node:fs';
import { hasErrno } from '../model/error.ts';

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
