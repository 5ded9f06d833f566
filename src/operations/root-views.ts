// The views of one root that analysis asks (analysis/views.ts), answered by the machine. Nothing here changes the root; check scripts run
// in a directory of their own.

import { accessSync, constants, lstatSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileKind, ScriptCall, Views } from '../analysis/views.ts';
import { execScript, type ScriptOwner, type ScriptSession } from '../execution/scripts.ts';
import { isReserved, lstatIn, type RootSession } from '../execution/session.ts';
import { isArFile } from '../host/ar.ts';
import { space, uname } from '../host/machine.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { lookUp } from '../model/patches.ts';

/** A root looked at: enough of a session to answer questions. */
export type LookedAt = Pick<RootSession, 'root' | 'admin' | 'paths'> & ScriptSession;

/** `scripts` is the catalog whose check scripts are run: the source for install, the target for remove. */
export function rootViews(session: LookedAt, scripts: Catalog): Views {
  const names = uname();
  const statsAt = looker(session);
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
      writable: (directory) => isWritable(session, directory),
      hasSaved: (save) => statsAt(`${admin}/save/${save}`) !== undefined,
      isReserved: (path) => leadsIntoAdmin(session, path),
      mayMakeDevices: () => process.geteuid?.() === 0,
    },
    space: { of: fileSystems(session.root, statsAt) },
    scripts: { check: async (call) => (await execScript(session, ownerFor(scripts, call), call.tag)) ?? 0 },
  };
}

/**
 * lstat of paths as seen from the root, each object looked at once: analysis asks the same path several times, and nothing changes
 * meanwhile. Below a directory that is not there nothing is looked for.
 */
function looker(session: LookedAt): (path: string) => Stats | undefined {
  const seen = new Map<string, Stats | undefined>();
  const look = (at: string): Stats | undefined => {
    if (seen.has(at)) return seen.get(at);
    const parent = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
    const stats = parent === '' || look(parent) ? lstatIn(session, at) : undefined;
    seen.set(at, stats);
    return stats;
  };
  return (path) => {
    try {
      return look(session.paths.resolve(path));
    } catch (error) {
      if (error instanceof SdError) return undefined;
      throw error;
    }
  };
}

/** The file system of a path: that of its nearest directory there is, asked once per device. */
function fileSystems(root: string, look: (path: string) => Stats | undefined): Views['space']['of'] {
  const known = new Map<number, ReturnType<typeof space>>();
  const of: Views['space']['of'] = (path) => {
    const stats = path === '/' ? lstatSync(root, { throwIfNoEntry: false }) : look(path);
    if (stats?.isDirectory()) {
      const found = known.get(stats.dev) ?? space(join(root, path));
      known.set(stats.dev, found);
      return found;
    }
    return stats || path === '/' ? space(join(root, path)) : of(dirname(path));
  };
  return of;
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

function isWritable(session: LookedAt, directory: string): boolean {
  let path = join(session.root, session.paths.resolve(`${directory}/.`));
  for (;;) {
    try {
      accessSync(path, constants.W_OK | constants.X_OK);
      return true;
    } catch (error) {
      const missing =
        (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR';
      if (!missing || path === '/') return false;
      path = join(path, '..');
    }
  }
}

function ownerFor(catalog: Catalog, call: ScriptCall): ScriptOwner {
  const placed = lookUp(catalog, call.owner);
  const product = placed?.product ?? catalog.product(call.owner);
  if (!product) throw new Error(`no owner ${call.owner} for ${call.tag}`);
  const content = (tag: string) => catalog.controlFile(call.owner, tag);
  return { product, location: call.location, content, ...(placed ? { fileset: placed.fileset } : {}) };
}
