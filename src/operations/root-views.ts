// The views of one root that analysis asks (analysis/views.ts), answered by the machine. Nothing here changes the root; check scripts run
// in a directory of their own.

import { accessSync, constants, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { FileKind, ScriptCall, Views } from '../analysis/views.ts';
import { execScript, type ScriptOwner, type ScriptSession } from '../execution/scripts.ts';
import { lstatIn, type RootSession } from '../execution/session.ts';
import { space, uname } from '../host/machine.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { lookUp } from '../model/patches.ts';

/** A root looked at: enough of a session to answer questions. */
export type LookedAt = Pick<RootSession, 'root' | 'admin' | 'paths'> & ScriptSession;

/** `scripts` is the catalog whose check scripts are run: the source for install, the target for remove. */
export function rootViews(session: LookedAt, scripts: Catalog): Views {
  const names = uname();
  const statsAt = (path: string): Stats | undefined => {
    try {
      return lstatIn(session, session.paths.resolve(path));
    } catch (error) {
      if (error instanceof SdError) return undefined;
      throw error;
    }
  };
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
      writable: (directory) => isWritable(session, directory),
      hasSaved: (save) => statsAt(`${admin}/save/${save}`) !== undefined,
    },
    space: { of: (path) => space(join(session.root, path)) },
    scripts: { check: async (call) => (await execScript(session, ownerFor(scripts, call), call.tag)) ?? 0 },
  };
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
