// Commits patches (patches.md 6.1): their saved files go, their state becomes committed, in one transaction for the whole command.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogOp } from '../model/change.ts';
import { hasErrno } from '../model/error.ts';
import { committedState, lookUp, patchStateOf, saveDirectory } from '../model/patches.ts';
import type { Plan } from '../model/plan.ts';
import { dropSaves } from './leaving.ts';
import { filesetOp } from './patching.ts';
import { inSaveArea, installed, type RootSession } from './session.ts';
import { refuseStale } from './turns.ts';

/** Executes a plan of `commit` actions; answers the bytes of the save area given back. Throws SdError `plan_stale`. */
export async function executeCommit(session: RootSession, plan: Plan): Promise<number> {
  refuseStale(plan, installed(session));
  const catalog = installed(session);
  const patches = plan.products
    .flatMap((product) => product.filesets)
    .flatMap((each) => (each.action === 'commit' ? (lookUp(catalog, each.targetKey) ?? []) : []));
  if (patches.length === 0) return 0;
  const directories = patches.map((patch) => saveDirectory(patch.product, patch.fileset));
  const reclaimed = directories.reduce(
    (sum, directory) => sum + bytesBelow(join(session.root, inSaveArea(session, directory))),
    0,
  );
  await session.store.apply({
    label: 'commit patches',
    files: dropSaves(session, directories),
    change: () =>
      patches.flatMap((patch): CatalogOp[] => [
        filesetOp(patch, { patch_state: committedState(patchStateOf(patch.fileset)) }),
        { op: 'saved', fileset: patch.key, saved: [] },
      ]),
  });
  return reclaimed;
}

/** Bytes of the files below a directory; 0 when it is not there. */
export function bytesBelow(directory: string): number {
  try {
    return readdirSync(directory, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(directory, entry.name);
      return sum + (entry.isDirectory() ? bytesBelow(path) : lstatSync(path).size);
    }, 0);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return 0;
    throw error;
  }
}
