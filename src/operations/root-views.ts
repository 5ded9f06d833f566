// The views of one root that analysis asks (analysis/views.ts), answered by the machine. Nothing here changes the root; check scripts run
// in a directory of their own.

import { accessSync, constants, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileKind, ScriptCall, Views } from '../analysis/views.ts';
import { execScript, type ScriptOwner, type ScriptSession } from '../execution/scripts.ts';
import { isReserved, type RootSession } from '../execution/session.ts';
import { isArFile } from '../host/ar.ts';
import { looker } from '../host/look.ts';
import { uname } from '../host/machine.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { lookUp } from '../model/patches.ts';
import { fileSystems } from './file-systems.ts';

/** A root looked at: enough of a session to answer questions. */
export type LookedAt = Pick<RootSession, 'root' | 'admin' | 'paths'> & ScriptSession;

/** `scripts` is the catalog whose check scripts are run: the source for install, the target for remove. */
export function rootViews(session: LookedAt, scripts: Catalog): Views {
  const names = uname();
  const statsAt = viewer(session);
  const admin = session.root === '/' ? session.admin : session.admin.slice(session.root.length);
  return {
    admin,
    machine: {
      os_name: names.sysname,
      os_release: names.release,
      os_version: names.version,
      machine_type: names.machine,
    },
    files: {
      kindAt: (path) => kindOf(statsAt(path)),
      sizeAt: (path) => {
        const stats = statsAt(path);
        return stats?.isFile() ? stats.size : 0;
      },
      isArchive: (path) =>
        statsAt(path)?.isFile() === true && isArFile(join(session.root, session.paths.resolve(path))),
      writable: writability(session, statsAt),
      hasSaved: (save) => statsAt(`${admin}/save/${save}`) !== undefined,
      isReserved: (path) => leadsIntoAdmin(session, path),
      mayMakeDevices: () => process.geteuid?.() === 0,
    },
    space: { of: fileSystems(session.root, statsAt) },
    scripts: { check: async (call) => (await execScript(session, ownerFor(scripts, call), call.tag)) ?? 0 },
  };
}

/** lstat of paths as seen from the root: analysis asks the same path several times, and nothing changes meanwhile. */
function viewer(session: LookedAt): (path: string) => Stats | undefined {
  const look = looker(session.root);
  return (path) => {
    try {
      return look(session.paths.resolve(path));
    } catch (error) {
      if (error instanceof SdError) return undefined;
      throw error;
    }
  };
}

/** A path that cannot be resolved leads nowhere; what keeps it from being placed is said by others. */
function leadsIntoAdmin(session: LookedAt, path: string): boolean {
  try {
    return isReserved(session, session.paths.resolve(path));
  } catch (error) {
    if (error instanceof SdError) return false;
    throw error;
  }
}

function kindOf(stats: Stats | undefined): FileKind {
  if (!stats) return 'missing';
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** Whether entries can be made in a directory, or in the nearest one above that is there; each directory is asked once. */
function writability(session: LookedAt, look: (path: string) => Stats | undefined): (directory: string) => boolean {
  const known = new Map<string, boolean>();
  const writable = (directory: string): boolean => {
    const before = known.get(directory);
    if (before !== undefined) return before;
    const below = directory !== '/' && !look(`${directory}/.`)?.isDirectory();
    const answer = below
      ? writable(dirname(directory))
      : isAccessible(join(session.root, session.paths.resolve(`${directory}/.`)));
    known.set(directory, answer);
    return answer;
  };
  return writable;
}

/** Of a root that is not there yet: its nearest directory there is. */
function isAccessible(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    return hasErrno(error, 'ENOENT') && directory !== '/' && isAccessible(dirname(directory));
  }
}

function ownerFor(catalog: Catalog, call: ScriptCall): ScriptOwner {
  const placed = lookUp(catalog, call.owner);
  const product = placed?.product ?? catalog.product(call.owner);
  if (!product) throw new Error(`no owner ${call.owner} for ${call.tag}`);
  const content = (tag: string) => catalog.controlFile(call.owner, tag);
  return { product, location: call.location, content, ...(placed ? { fileset: placed.fileset } : {}) };
}
