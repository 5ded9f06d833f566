// Paths below a root, resolved the way a process chrooted into it would see them (D12).
// Promise: a resolved path never leaves the root: links with absolute targets start again at the root, `..` stops there.
//   Only parents are resolved; the last component is the object itself, which may be a link.
// Must not: change anything, or ask whether the object itself exists.

import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';

/** As the kernel: more links than this in one path count as a loop. */
const MOST_LINKS = 40;

/**
 * Physical path of `path` relative to `root`, without a leading slash; '' is the root itself. Parents that do not exist stay as they
 * are written. Throws SdError `path_loop` (links in a circle), `path_not_directory` (a parent is a file or device) and
 * `path_unusable` (a parent cannot be looked at: too long, no permission).
 */
export function resolveInRoot(root: string, path: string): string {
  return new RootPaths(root).resolve(path);
}

/**
 * `resolveInRoot` for many paths of one root: each directory is looked at once. Directories made meanwhile change no answer; call
 * `forget` after a directory was replaced by a link, or a link in a parent made, removed or changed.
 */
export class RootPaths {
  readonly root: string;
  /** Written parent → physical parent. */
  readonly #parents = new Map<string, string>();
  /** Physical candidate → target of the link there, or undefined for a directory or nothing. */
  readonly #links = new Map<string, string | undefined>();

  constructor(root: string) {
    this.root = root;
  }

  resolve(path: string): string {
    const trimmed = withoutTrailingSlashes(path);
    const slash = trimmed.lastIndexOf('/');
    const name = trimmed.slice(slash + 1);
    if (name === '' || name === '.' || name === '..') return this.#directory(trimmed);
    const parent = this.#directory(trimmed.slice(0, Math.max(slash, 0)));
    return parent === '' ? name : `${parent}/${name}`;
  }

  forget(): void {
    this.#parents.clear();
    this.#links.clear();
  }

  #directory(written: string): string {
    const known = this.#parents.get(written);
    if (known !== undefined) return known;
    const physical = this.#walk(written);
    this.#parents.set(written, physical);
    return physical;
  }

  /** Follows every component of a directory's path. */
  #walk(written: string): string {
    let physical = '';
    let links = 0;
    // The next component is the last element; a link's target is pushed on top of what is still to do.
    const todo = written.split('/').reverse();
    while (todo.length > 0) {
      const name = todo.pop()!;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        physical = physical.slice(0, Math.max(physical.lastIndexOf('/'), 0));
        continue;
      }
      const candidate = physical === '' ? name : `${physical}/${name}`;
      const target = this.#linkAt(candidate);
      if (target === undefined) {
        physical = candidate;
        continue;
      }
      links += 1;
      if (links > MOST_LINKS) {
        throw new SdError('path_loop', {
          what: `The path "/${safeName(written.replace(/^\/+/, ''))}" cannot be resolved in "${safeName(this.root)}".`,
          because: `It goes through too many symbolic links; "/${safeName(candidate)}" is part of a circle.`,
          todo: 'Correct the symbolic link.',
          data: { root: this.root, path: written },
        });
      }
      if (target.startsWith('/')) physical = '';
      todo.push(...target.split('/').reverse());
    }
    return physical;
  }

  #linkAt(candidate: string): string | undefined {
    if (this.#links.has(candidate)) return this.#links.get(candidate);
    const target = lookAt(this.root, candidate);
    this.#links.set(candidate, target);
    return target;
  }
}

/** True when the absolute path is `root` or lies below it, going by the text alone (no links are followed). */
export function isInside(root: string, path: string): boolean {
  const from = withoutTrailingSlashes(join('/', root));
  const to = join('/', path);
  return from === '' || to === from || to.startsWith(`${from}/`);
}

/** The text with control and invisible format characters escaped, fit for a message: a name must not steer a terminal or fake a line. */
export function safeName(text: string): string {
  // Nearly every name is, and the classes of Unicode take four times as long.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/** Target of the link at a physical path; undefined for a directory or nothing there. */
function lookAt(root: string, candidate: string): string | undefined {
  const path = join(root, candidate);
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) return undefined;
    if (stats.isSymbolicLink()) return readlinkSync(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw new SdError('path_unusable', {
      what: `The directory "${safeName(path)}" cannot be looked at.`,
      because: reasonOf(error),
      todo: 'Correct its permissions.',
      data: { path },
      cause: error,
    });
  }
  throw new SdError('path_not_directory', {
    what: `"${safeName(path)}" is not a directory.`,
    because: 'Files were to be placed or looked for below it.',
    todo: 'Move it out of the way.',
    data: { path },
  });
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
