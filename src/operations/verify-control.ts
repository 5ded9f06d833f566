// Control files: those the catalog names, as SD's text tree holds them (commands.md 6.5 step 6; formats.md 9, 15).
//
//   INDEX, INFO, a control file   missing in the tree
//   a control file                size and cksum; on a root its mtime too: a copied depot has times of its own
//   no tree (a serial depot)      the catalog's content alone

import { lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cksumOf } from '../host/digest.ts';
import { lookAt } from '../host/look.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, reasonOf } from '../model/error.ts';
import type { EngineOptions } from '../model/request.ts';
import { type ControlFile, splitKey } from '../model/software.ts';
import { objectDirectory } from '../store/texttree.ts';
import type { FileProblem } from './verify-files.ts';

export interface ControlPlace {
  readonly catalog: Catalog;
  /** Directory of the text tree; absent where there is none. */
  readonly tree?: string;
  /** True where the times of control files count. */
  readonly times: boolean;
}

/** What is wrong with the control files of a product (`owner` is its id) or fileset (its key). */
export function compareControlFiles(
  place: ControlPlace,
  owner: string,
  controlFiles: readonly ControlFile[],
  options: EngineOptions,
): FileProblem[] {
  const directory = place.tree === undefined ? undefined : ownDirectory(place.tree, owner);
  const listed = controlFiles.flatMap((file) => compareOne(place, owner, directory, file, options));
  if (directory === undefined) return listed;
  const own = ['INDEX', 'INFO'].map((name) => join(directory, name));
  return [...own.filter(isGone).map(missing), ...listed];
}

function compareOne(
  { catalog, times }: ControlPlace,
  owner: string,
  directory: string | undefined,
  file: ControlFile,
  options: EngineOptions,
): FileProblem[] {
  const name = basename(file.path);
  const path = directory === undefined ? `${owner}/${name}` : join(directory, name);
  const kept = catalog.controlFile(owner, file.tag);
  // One with the name of SD's own files has its place in the store only.
  const published = directory !== undefined && name !== 'INDEX' && name !== 'INFO';
  if (!kept || (published && isGone(path))) return [missing(path)];
  if (!options.check_contents) return [];
  try {
    const content = published ? readFileSync(path) : kept;
    if (file.size !== undefined && file.size !== content.length)
      return [differs(path, 'size', `${file.size} bytes`, `${content.length} bytes`)];
    const cksum = cksumOf(content);
    const expected = file.cksum ?? cksumOf(kept);
    const mtime =
      published && times && file.mtime !== undefined ? Math.floor(lstatSync(path).mtimeMs / 1000) : file.mtime;
    return [
      ...(mtime === file.mtime ? [] : [differs(path, 'mtime', String(file.mtime), String(mtime))]),
      ...(cksum === expected ? [] : [differs(path, 'cksum', String(expected), String(cksum))]),
    ];
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EPERM'))
      return [{ kind: 'unread', text: `Control file "${path}" could not be read.  ${reasonOf(error)}` }];
    throw error;
  }
}

/** Where the text tree has the INDEX, INFO and control files of a product or fileset. */
function ownDirectory(tree: string, owner: string): string {
  if (!owner.includes('/')) return join(objectDirectory(tree, owner), 'pfiles');
  const { productId, filesetId } = splitKey(owner);
  return objectDirectory(objectDirectory(tree, productId), filesetId);
}

function isGone(path: string): boolean {
  return lookAt(path)?.isFile() !== true;
}

function missing(path: string): FileProblem {
  return { kind: 'wrong', text: `Control file "${path}" missing.` };
}

function differs(path: string, what: string, expected: string, actual: string): FileProblem {
  const text = `Control file "${path}" should have ${what} "${expected}" but the actual ${what} is "${actual}".`;
  return { kind: 'wrong', text };
}
