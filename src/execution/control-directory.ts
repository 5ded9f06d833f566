// The directory a control script finds itself and its siblings in, SW_CONTROL_DIRECTORY (commands.md 7.1, 7.2).
//
//   configure, unconfigure, verify, fix, checkremove, preremove   the published one, <admin>/products/PRODUCT/{pfiles,FILESET}
//   all others, and whatever is not published yet                 a temporary copy
//   a control file that names HP's library of shell functions     a temporary copy that names ours instead (lib/control_utils)
//     on a machine without it
//
// A published directory is SD's own and is written anew with its product: what a script leaves there does not last.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryFile } from '../host/library.ts';
import type { Fileset, Product } from '../model/software.ts';

/** Whose script, and where its control files come from. */
export interface ScriptOwner {
  /** With the ids they have on the target. */
  readonly product: Product;
  /** Absent for a product script. */
  readonly fileset?: Fileset;
  readonly location: string;
  /** Content of one of the owner's control files. */
  readonly content: (tag: string) => Buffer | undefined;
}

export interface ControlDirectory {
  /** Absolute, without a trailing slash. */
  readonly path: string;
  /** Absolute path for the file that SW_SESSION_OPTIONS names; nothing is there yet. */
  readonly optionsFile: string;
  /** Takes away what is temporary. */
  remove(): void;
}

const PUBLISHED = new Set(['configure', 'unconfigure', 'verify', 'fix', 'checkremove', 'preremove']);

/** Where HP-UX keeps its library, and packages look for it. */
const HP_LIBRARY = '/usr/lbin/sw/control_utils';

/** Makes the directory for one run of the script `tag`. `admin` is the target's admin directory. */
export function controlDirectory(owner: ScriptOwner, tag: string, admin: string): ControlDirectory {
  const temporary = mkdtempSync(join(tmpdir(), 'swagent.'));
  const published = publishedDirectory(owner, admin);
  const lent = lacksLibrary(owner);
  const own = join(temporary, 'catalog');
  const path = !lent && PUBLISHED.has(tag) && isPublished(owner, published) ? published : own;
  if (path === own) layOut(owner, own, lent);
  return {
    path,
    optionsFile: join(temporary, 'session_options'),
    remove: () => rmSync(temporary, { recursive: true, force: true }),
  };
}

/** Where the owner's control files are published; messages name a script by this place. */
export function publishedDirectory(owner: Pick<ScriptOwner, 'product' | 'fileset'>, admin: string): string {
  return join(admin, 'products', owner.product.id, owner.fileset ? owner.fileset.id : 'pfiles');
}

/** Our library of shell functions: beside the program, or in the source tree. */
export function controlUtils(): string {
  return libraryFile('control_utils');
}

function controlFiles(owner: ScriptOwner) {
  return (owner.fileset ?? owner.product).controlFiles;
}

/** True when all control files stand there as the catalog has them. */
function isPublished(owner: ScriptOwner, directory: string): boolean {
  return controlFiles(owner).every((file) => {
    const content = owner.content(file.tag);
    if (!content) return true;
    try {
      return readFileSync(join(directory, file.path)).equals(content);
    } catch {
      return false;
    }
  });
}

function lacksLibrary(owner: ScriptOwner): boolean {
  if (existsSync(HP_LIBRARY)) return false;
  return controlFiles(owner).some((file) => owner.content(file.tag)?.includes(HP_LIBRARY));
}

/** All control files of the owner; every script of the session sees its siblings there. */
function layOut(owner: ScriptOwner, directory: string, lent: boolean): void {
  mkdirSync(directory);
  for (const file of controlFiles(owner)) {
    const content = owner.content(file.tag);
    // A control file's name is a single word; anything else would leave the directory.
    if (!content || file.path.includes('/') || file.path === '..') continue;
    writeFileSync(join(directory, file.path), lent ? withOurLibrary(content) : content, { mode: 0o700 });
  }
}

function withOurLibrary(content: Buffer): Buffer {
  // Bytes stay bytes: not every script is UTF-8.
  return content.includes(HP_LIBRARY)
    ? Buffer.from(content.toString('latin1').replaceAll(HP_LIBRARY, controlUtils()), 'latin1')
    : content;
}
