// What analysis may ask about a depot that takes software (analysis/views.ts). Answers hold for a depot that is not there yet too:
// then its nearest existing parent counts.

import { accessSync, constants, lstatSync, type Stats, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileKind, FileSystem, Views } from '../analysis/views.ts';
import { mountOf } from '../host/machine.ts';

/** Views of the depot in this directory. No scripts run for a depot, and it suits any machine. */
export function depotViews(depot: string): Views {
  return {
    machine: { os_name: '', os_release: '', os_version: '', machine_type: '' },
    files: {
      kindAt: (path) => kindOf(statsOf(join(depot, path))),
      sizeAt: (path) => {
        const stats = statsOf(join(depot, path));
        return stats?.isFile() ? stats.size : 0;
      },
      writable: (directory) => isWritable(nearest(join(depot, directory))),
      hasSaved: () => false,
    },
    space: { of: (path) => fileSystemOf(join(depot, path)) },
    scripts: {
      check: () => {
        throw new Error('scripts do not run for a depot');
      },
    },
    admin: '',
  };
}

/** The file system that holds the path or its nearest existing parent. */
export function fileSystemOf(path: string): FileSystem {
  const there = nearest(path);
  const facts = statfsSync(there);
  return {
    mount: mountOf(there),
    available: facts.bavail * facts.bsize,
    total: facts.blocks * facts.bsize,
    blockSize: facts.bsize,
  };
}

function nearest(path: string): string {
  let there = path;
  while (!statsOf(there) && there !== dirname(there)) there = dirname(there);
  return there;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
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
