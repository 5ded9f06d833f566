// What analysis may ask about a depot that takes software (analysis/views.ts). Answers hold for a depot that is not there yet too:
// then its nearest existing parent counts.

import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { FileKind, Views } from '../analysis/views.ts';
import { looker } from '../host/look.ts';
import { isWritable } from '../host/machine.ts';
import { fileSystems } from './file-systems.ts';

/** Views of the depot in this directory. A depot suits any machine, and no scripts run for it. */
export function depotViews(depot: string): Views {
  const look = looker(depot);
  const statsAt = (path: string) => statsOf(look, path);
  return {
    machine: { os_name: '', os_release: '', os_version: '', machine_type: '' },
    files: {
      kindAt: (path) => kindOf(statsAt(path)),
      sizeAt: (path) => {
        const stats = statsAt(path);
        return stats?.isFile() ? stats.size : 0;
      },
      writable: (directory) => isWritable(join(depot, directory)),
      isArchive: () => false,
      hasSaved: () => false,
      isReserved: () => false,
      mayMakeDevices: () => true,
    },
    space: { of: fileSystems(depot, statsAt) },
    scripts: {
      check: () => {
        throw new Error('scripts do not run for a depot');
      },
    },
    admin: '',
  };
}

/** Nothing is there for who may not look. */
function statsOf(look: (path: string) => Stats | undefined, path: string): Stats | undefined {
  try {
    return look(path);
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
