// cleanup (patches.md 6.2): commits patches superseded often enough, takes superseded patches out of a depot, mends patch states.
// Looking is apart from doing, so that a preview is the looking alone and a question can be asked in between.

import { openDepot } from '../depot/open.ts';
import { bytesBelow } from '../execution/commit.ts';
import { filesetOp } from '../execution/patching.ts';
import { adminDirectory, installedCatalog, openIpd } from '../ipd/ipd.ts';
import { saveDirectory } from '../model/patches.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import { tagOf } from '../model/software.ts';
import { commitPatches } from './modify.ts';
import { namingOneOf, supersededInDepot, supersededPatches, wrongStates } from './patch-facts.ts';
import { remove } from './remove.ts';

export interface CleanupParts {
  readonly context: SessionContext;
  readonly options: EngineOptions;
}

/** A row of the commit table: `bytes` are those of its save directories. */
export interface CommitRow {
  readonly patch: string;
  readonly times: number;
  readonly bytes: number;
  readonly by: string;
}

/** Patches of a root superseded at least `times` times whose saved files are still there. */
export function committable(root: string, times: number, { options }: CleanupParts): CommitRow[] {
  const admin = adminDirectory(root, options.admin_directory);
  return supersededPatches(installedCatalog(root, admin).catalog)
    .filter((patch) => patch.times >= times && patch.uncommitted.length > 0)
    .map((patch) => ({
      patch: tagOf(patch.product),
      times: patch.times,
      bytes: patch.uncommitted.reduce(
        (sum, each) => sum + bytesBelow(`${admin}/save/${saveDirectory(each.product, each.fileset)}`),
        0,
      ),
      by: patch.by,
    }));
}

/** Commits the rows' patches in one transaction. */
export function commitRows(
  root: string,
  rows: readonly CommitRow[],
  { context, options }: CleanupParts,
): Promise<Outcome> {
  const request = { context, options, software: rows.map((row) => row.patch), preview: false };
  return commitPatches({ ...request, target: root, depot: false }, () => undefined);
}

/** Patches of a depot that others there supersede, and with `dependents` the patches that name one of them as a requisite. */
export interface DepotRows {
  readonly superseded: readonly { readonly patch: string; readonly by: string }[];
  readonly dependents: readonly { readonly patch: string; readonly names: string }[];
}

/** Looks through a directory depot. Throws what openDepot throws. */
export async function removable(path: string, dependents: boolean): Promise<DepotRows> {
  const depot = await openDepot(path);
  try {
    const superseded = supersededInDepot(depot.catalog);
    const naming = dependents
      ? namingOneOf(
          depot.catalog,
          superseded.map((each) => each.product),
        )
      : [];
    return {
      superseded: superseded.map((each) => ({ patch: tagOf(each.product), by: each.by })),
      dependents: naming.map((each) => ({ patch: tagOf(each.product), names: each.names })),
    };
  } finally {
    depot.close();
  }
}

/** Removes them from the depot; dependencies are not enforced, since what depends on them was decided with them. */
export function removeRows(path: string, rows: DepotRows, { context, options }: CleanupParts): Promise<Outcome> {
  const software = [...rows.superseded, ...rows.dependents].map((row) => row.patch);
  const free: EngineOptions = { ...options, enforce_dependencies: false, remove_empty_depot: false };
  return remove({ context, options: free, software, preview: false, target: path, depot: true }, () => undefined);
}

/** A patch state that does not follow from what is installed. */
export interface StateRow {
  readonly fileset: string;
  readonly is: string;
  readonly should: string;
}

/** Patch filesets of a root in a wrong patch_state. */
export function misstated(root: string, { options }: CleanupParts): StateRow[] {
  const { catalog } = installedCatalog(root, adminDirectory(root, options.admin_directory));
  return wrongStates(catalog).map(({ placed, is, should }) => ({
    fileset: `${tagOf(placed.product)}.${tagOf(placed.fileset)}`,
    is,
    should,
  }));
}

/** Writes the right states, in one transaction. Throws what opening the IPD throws. */
export async function mendStates(
  root: string,
  { context, options }: CleanupParts,
  tell: (finding: Finding) => void,
): Promise<void> {
  const store = await openIpd(root, adminDirectory(root, options.admin_directory), {
    create: false,
    command: context.command,
    user: context.user,
    lockTimeout: options.lock_timeout,
    onRecovered: ({ how, what }) =>
      tell({ severity: 'warning', code: 'recovered', text: `An interrupted session (${what}) was ${how}.` }),
  });
  try {
    const ops = wrongStates(store.catalog()).map(({ placed, should, supersededBy }) =>
      filesetOp(placed, { patch_state: should, superseded_by: supersededBy === '' ? undefined : supersededBy }),
    );
    if (ops.length > 0) await store.apply({ label: 'mend patch states', files: [], change: () => ops });
  } finally {
    await store.close();
  }
}
