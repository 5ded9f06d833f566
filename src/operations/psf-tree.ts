// What lies below a directory: the doorkeeper of fast-glob (D9), for `file *` in a PSF (formats.md 7).
// Promise: every name comes, dot files and the oddest characters included, parents before what lies in them, in a fixed order.

import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import fastGlob from 'fast-glob';

// fast-glob's `**` never matches a name with a newline in it, and leaves it out without a word. It therefore sees such names in
// disguise: with a character in place of the newline that Unicode promises never to assign.
const DISGUISE = '\u{10FFFE}';
const hide = (name: string) => name.replaceAll('\n', DISGUISE);
const reveal = (path: string) => path.replaceAll(DISGUISE, '\n');

const disguised = {
  lstatSync: (path: string) => nodeFs.lstatSync(reveal(path)),
  statSync: (path: string) => nodeFs.statSync(reveal(path)),
  readdirSync: (path: string, options: { withFileTypes: true }) =>
    nodeFs.readdirSync(reveal(path), options).map((entry) => {
      entry.name = hide(entry.name);
      return entry;
    }),
} as unknown as fastGlob.FileSystemAdapter;

/**
 * Paths below `directory`, relative to it. Symbolic links are names like others, but with `followSymlinks` those to directories are
 * descended into, each directory once on a way down. Throws the errno error of a directory that cannot be read.
 */
export function treeBelow(directory: string, followSymlinks: boolean): string[] {
  return (followSymlinks ? linkedTree(directory, [nodeFs.realpathSync(directory)]) : plainTree(directory)).sort();
}

function plainTree(directory: string): string[] {
  const options = { dot: true, onlyFiles: false, followSymbolicLinks: false, unique: false, fs: disguised };
  return fastGlob.sync('**', { ...options, cwd: hide(directory) }).map(reveal);
}

/** `above` are the physical directories on the way down to this one. */
function linkedTree(directory: string, above: readonly string[]): string[] {
  const names = plainTree(directory);
  const linked = names.flatMap((name) => {
    const path = join(directory, name);
    const leads =
      nodeFs.lstatSync(path).isSymbolicLink() && nodeFs.statSync(path, { throwIfNoEntry: false })?.isDirectory();
    if (!leads) return [];
    const real = nodeFs.realpathSync(path);
    // A link back up would go round for ever.
    if (above.includes(real)) return [];
    return linkedTree(real, [...above, real]).map((below) => `${name}/${below}`);
  });
  return [...names, ...linked];
}
