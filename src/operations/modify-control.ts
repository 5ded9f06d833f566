// swmodify -x control_files= (commands.md 5.5): control files of products and filesets, by tag. Each is read from the published
// catalog, where SD keeps them as plain files: an edited one is taken over, a new one that was put there is added, with -u it is
// deleted.

import { lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CONTROL_SCRIPTS } from '../definition/keywords.ts';
import { cksumOf } from '../host/digest.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { ControlFile } from '../model/software.ts';
import type { Draft } from './modify-draft.ts';
import { type Named, nameOf } from './modify-objects.ts';

/** Edits control files of the products and filesets among `objects`. `tree` is the text tree. Throws the refusals as SdError. */
export function editControlFiles(
  draft: Draft,
  objects: readonly Named[],
  tags: readonly string[],
  how: { readonly undo: boolean; readonly tree: string },
): void {
  for (const tag of tags) refuseName(tag);
  for (const named of objects) {
    if (named.level !== 'product' && named.level !== 'fileset') throw noScripts(named);
    const owner = named.level === 'product' ? named.object.id : named.key;
    const directory = join(how.tree, named.level === 'product' ? `${owner}/pfiles` : owner);
    const there = (named.level === 'product' ? named.object : named.fileset).controlFiles;
    for (const tag of new Set(tags)) {
      const before = there.find((file) => file.tag === tag);
      if (how.undo && !before) throw notThere(named, tag);
      if (how.undo) draft.setControl(owner, before!, undefined);
      else {
        const { file, content } = read(directory, tag, before);
        draft.setControl(owner, file, content);
      }
    }
    draft.tell(
      'change',
      named,
      [...new Set(tags)].map((tag) => `${how.undo ? '-' : '+'}${tag}`),
    );
  }
}

function read(directory: string, tag: string, before: ControlFile | undefined): { file: ControlFile; content: Buffer } {
  const path = join(directory, basename(before?.path ?? tag));
  try {
    const content = readFileSync(path);
    const stats = lstatSync(path);
    const script = CONTROL_SCRIPTS.has(tag) && tag !== 'space';
    const mode = before?.mode ?? (script || (stats.mode & 0o111) !== 0 ? 0o555 : 0o444);
    const mtime = Math.floor(stats.mtimeMs / 1000);
    const facts = { mode, mtime, size: content.length, cksum: cksumOf(content) };
    return { file: { ...(before ?? { tag, path: tag }), ...facts }, content };
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'EPERM')) throw error;
    throw new SdError('control_file_missing', {
      what: `The control file "${tag}" cannot be read from "${path}".`,
      because: reasonOf(error),
      todo: 'Put it there first, or take it from a PSF with -s; nothing was changed.',
      data: { tag, path },
    });
  }
}

/** INDEX and INFO are SD's own; anything else must be a single word. */
function refuseName(tag: string): void {
  if (/^[A-Za-z0-9][\w.+-]*$/.test(tag) && tag !== 'INDEX' && tag !== 'INFO') return;
  throw new SdError('bad_control_file', {
    what: `"${tag}" cannot be a control file.`,
    because:
      tag === 'INDEX' || tag === 'INFO'
        ? 'SD writes that file itself.'
        : 'Control files are named by their tag, a plain word.',
    todo: 'Name a script such as "configure", or another file beside it.',
    data: { tag },
  });
}

function noScripts(named: Named): SdError {
  return new SdError('which_fileset', {
    what: `The ${named.level} "${nameOf(named)}" has no control files.`,
    because: 'Products and filesets have them.',
    todo: 'Name a product, or a fileset as PRODUCT.FILESET.',
  });
}

function notThere(named: Named, tag: string): SdError {
  return new SdError('control_file_missing', {
    what: `The control file "${tag}" cannot be deleted.`,
    because: `The ${named.level} "${nameOf(named)}" has none of that tag.`,
    todo: '"swlist -l control_file" shows what there is; nothing was changed.',
    data: { tag },
  });
}
