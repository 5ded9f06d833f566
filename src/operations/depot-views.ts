// What analysis may ask about a depot that takes software (analysis/views.ts). Answers hold for a depot that is not there yet too:
// then its nearest existing parent counts.

import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { FileKind, Views } from '../analysis/views.ts';
import { isWritable, space } from '../host/machine.ts';

/** Views of the depot in this directory. A depot suits any machine, and no scripts run for it. */
export function depotViews(depot: string): Views {
  return {
    machine: { os_name: '', os_release: '', os_version: '', machine_type: '' },
    files: {
      kindAt: (path) => kindOf(statsOf(join(depot, path))),
      sizeAt: (path) => {
        const stats = statsOf(join(depot, path));
        return stats?.isFile() ? stats.size : 0;
      },
      writable: (directory) => isWritable(join(depot, directory)),
      isArchive: () => false,
      hasSaved: () => false,
      isReserved: () => false,
      mayMakeDevices: () => true,
    },
    space: { of: (path) => space(join(depot, path)) },
    scripts: {
      check: () => {
        throw new Error('scripts do not run for a depot');
      },
    },
    admin: '',
  };
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function kindOf(stats: Stats | undefined): FileKind {
  if (!stats) return 'missing';
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}
