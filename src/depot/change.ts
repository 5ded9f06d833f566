// Opens a directory depot to change it (ARCHITECTURE D1-D4; formats.md 9).
//
//   depot of ours                     its store is opened; an interrupted session is undone or completed first
//   depot made elsewhere (text only)  the store is built from its text (store/rebuild.ts)
//   empty or missing directory        with `create` an empty depot
//   directory with other things       refused, untouched

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt, lookBehind } from '../host/look.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { depotLayout } from '../store/layout.ts';
import { isLeftover } from '../store/leftovers.ts';
import { type OpenOptions, openStore, type Store } from '../store/store.ts';
import { notADepot } from './open.ts';

/** What may lie in a directory that still counts as empty: a fresh file system's own, and what a removed depot leaves. */
const LEFT_OVER = new Set(['lost+found', 'swagent.log', 'swaudit.log']);

/**
 * What is at a path: a depot, a directory that can become one, or nothing.
 * Throws SdError `not_a_depot` for a file or a directory that holds something else.
 */
export function depotPlace(path: string): 'depot' | 'vacant' | 'absent' {
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return 'absent';
    if (hasErrno(error, 'ENOTDIR')) throw notADepot(path, fileInTheWay(path));
    throw notWritable(path, error);
  }
  if (names.includes('.sd')) return 'depot';
  if (names.includes('catalog') && lookBehind(join(path, 'catalog', 'INDEX'))?.isFile()) return 'depot';
  if (names.every((name) => LEFT_OVER.has(name) || isLeftover(name))) return 'vacant';
  throw notADepot(path, 'It is a directory that holds something else.');
}

/**
 * Opens the depot at an absolute path to change it; with `create` it is made where there is none.
 * Throws SdError `not_a_depot`, `depot_not_found`, `target_not_writable`, and what openStore throws (`target_locked` ...).
 */
export async function openDepotToChange(path: string, options: OpenOptions): Promise<Store> {
  const place = depotPlace(path);
  if (place !== 'depot' && !options.create) {
    throw new SdError('depot_not_found', {
      what: `There is no depot at "${path}".`,
      because: place === 'absent' ? 'The directory does not exist.' : 'The directory is empty.',
      todo: 'Check the path behind "@".',
      data: { path },
    });
  }
  if (place === 'absent') makeDirectory(path);
  const { onRecovered: _, ...quietly } = options;
  // Taking over a depot made elsewhere is no accident to be told of.
  return openStore(depotLayout(path), existsSync(join(path, '.sd')) ? options : quietly);
}

function fileInTheWay(path: string): string {
  if (lookAt(path) === undefined) return 'A file stands where one of its directories would be.';
  return 'It is a file, and this goes into directories only; swpackage writes a file anew with -x media_type=tape.';
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): SdError {
  return new SdError('target_not_writable', {
    what: `The depot "${path}" cannot be changed.`,
    because: reasonOf(error),
    todo: 'Correct the permissions, or name another directory.',
    data: { path },
    cause: error,
  });
}
