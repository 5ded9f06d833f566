// Directories that are made on the way to a new place, and taken away again when nothing came of it.

import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno } from '../model/error.ts';

/** The first directory that making the absolute path `path` would have to make; undefined when all is there. */
export function firstMissing(path: string): string | undefined {
  let missing: string | undefined;
  for (let at = path; !isThere(at); at = dirname(at)) missing = at;
  return missing;
}

/**
 * Makes the directory `path` and what is missing above it. Throws the errno error. Node's own way (`recursive`) never returns where a file
 * system answers ENOENT to mkdir(2), as /proc does.
 */
export function makeDirectories(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = path; !isThere(at); at = dirname(at)) missing.push(at);
  for (const directory of missing.reverse()) {
    try {
      mkdirSync(directory, { mode });
    } catch (error) {
      // Somebody else was quicker.
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
  }
}

/** Removes empty directories from `path` up to `first`, what firstMissing said before; stops at one with content. */
export function dropMade(path: string, first: string | undefined): void {
  if (first === undefined) return;
  try {
    for (let directory = path; directory.length >= first.length; directory = dirname(directory)) rmdirSync(directory);
  } catch (error) {
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // Below a file there is nothing.
    if (hasErrno(error, 'ENOTDIR')) return false;
    throw error;
  }
}
