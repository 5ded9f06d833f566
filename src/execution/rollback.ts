// Rolling one patch fileset back (patches.md 5 and 4.6): every saved path is decided once.
//
//   a later patch still holds the path, and saved it     the file stays; that patch inherits what this one had saved
//   a later patch still holds the path, committed        the file stays; what this one had saved is dropped
//   something was there before                           it comes back from the save area with all its attributes
//   nothing was there before                             what the patch brought is deleted
//   other software than base and patches lists the path   the file stays
//   a directory was there that the base lists            it gets the attributes of the base's record again
//   archive member                                       the member the archive had comes back, or the member goes

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { list } from '../model/attributes.ts';
import type { Catalog, SavedFile } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { SdError } from '../model/error.ts';
import { baseOf, lookUp, type Placed, patchEntry, patchStateOf, revivedState, savePath } from '../model/patches.ts';
import type { PlannedFileset } from '../model/plan.ts';
import type { FileRecord } from '../model/software.ts';
import { appliedAfter, type Holder, isOfBaseAlone, savedSlot } from '../model/stacking.ts';
import type { FileStep } from '../store/transaction-types.ts';
import { vacate } from './leaving.ts';
import { restoreMembers, savePathOf } from './members.ts';
import { filesetOp } from './patching.ts';
import { placedAs } from './placing.ts';
import { inSaveArea, lstatIn, physical, type RootSession } from './session.ts';

/** What the decisions above came to. */
interface Decided {
  readonly steps: FileStep[];
  readonly ops: CatalogOp[];
  /** Rows that the base gets back. */
  readonly rows: FileRecord[];
  /** Physical paths of files that go. */
  readonly gone: Set<string>;
}

/** Steps and operations that undo `patch`. Its own record and its save directory are dropped by the caller. Throws SdError `saved_file_missing`. */
export function rollBack(
  session: RootSession,
  catalog: Catalog,
  patch: Placed,
  plan: PlannedFileset,
): { steps: FileStep[]; ops: CatalogOp[] } {
  const base = baseOf(catalog, patch);
  const decided: Decided = { steps: [], ops: [], rows: [], gone: new Set() };
  const later = base ? appliedAfter(catalog, base, patch) : [];
  const mine = inherit(session, catalog, patch, later, decided);
  for (const saved of mine) {
    const isOurs = saved.record !== undefined || isOfBaseAlone(catalog, base, saved.path, patch.key);
    if (!saved.archive && isOurs) restoreFile(session, saved, decided);
  }
  restoreArchives(session, catalog, base, mine, decided);
  const directories = catalog
    .files(patch.key)
    .filter((record) => record.type === 'd' && catalog.owners(record.path).length === 1);
  const emptied = vacate(
    session,
    catalog,
    decided.gone,
    new Set(directories.map((record) => physical(session, record.path))),
    new Set(),
    new Set([patch.key]),
  );
  return {
    steps: [...decided.steps, ...emptied.steps],
    ops: [...decided.ops, ...emptied.ops, ...baseBack(base, patch, decided.rows), ...revive(catalog, plan)],
  };
}

/** Hands what this patch saved to later patches that hold the same path; answers what is left to restore. */
function inherit(
  session: RootSession,
  catalog: Catalog,
  patch: Placed,
  later: readonly Holder[],
  decided: Decided,
): SavedFile[] {
  const changed = new Map<Holder, Map<string, SavedFile>>();
  const mine = catalog.saved(patch.key).filter((saved) => {
    const slot = savedSlot(saved);
    const heir = later.find((each) => each.holds(slot));
    if (!heir) return true;
    const theirs = heir.saved.get(slot);
    if (!theirs) return false;
    const below =
      saved.save === undefined ? undefined : savePath(heir.placed.product, heir.placed.fileset, saveName(saved));
    decided.steps.push(...moveSave(session, saved, theirs, below));
    const { save: _, ...facts } = saved;
    const all = changed.get(heir) ?? new Map(heir.saved);
    changed.set(heir, all.set(slot, below === undefined ? facts : { ...facts, save: below }));
    return false;
  });
  for (const [heir, saved] of changed)
    decided.ops.push({ op: 'saved', fileset: heir.placed.key, saved: [...saved.values()] });
  return mine;
}

function moveSave(session: RootSession, from: SavedFile, theirs: SavedFile, below: string | undefined): FileStep[] {
  if (below !== undefined)
    return [{ step: 'rename', path: inSaveArea(session, from.save!), to: inSaveArea(session, below) }];
  return theirs.save === undefined ? [] : [{ step: 'remove', path: inSaveArea(session, theirs.save) }];
}

/** The saved object's path below its save directory. */
function saveName(saved: SavedFile): string {
  return saved.archive ? `${saved.archive.path}/${saved.archive.member}` : saved.path;
}

function restoreFile(session: RootSession, saved: SavedFile, decided: Decided): void {
  const at = physical(session, saved.path);
  if (saved.save !== undefined) {
    const from = inSaveArea(session, saved.save);
    if (!lstatIn(session, from)) throw savedFileMissing(session, saved);
    decided.steps.push({ step: 'restore', path: at, from });
  } else if (!saved.existed) {
    decided.gone.add(at);
  } else if (saved.record?.type === 'd') {
    decided.steps.push({ step: 'directory', path: at, as: placedAs(session, saved.record) });
  }
  if (saved.record) decided.rows.push(saved.record);
}

function restoreArchives(
  session: RootSession,
  catalog: Catalog,
  base: Placed | undefined,
  mine: readonly SavedFile[],
  decided: Decided,
): void {
  const archives = new Set(mine.flatMap((saved) => saved.archive?.path ?? []));
  for (const path of archives) {
    const members = mine.filter((saved) => saved.archive?.path === path);
    const before = members[0]?.record;
    const change = restoreMembers(session, path, members, (saved) => readSaved(session, saved), before);
    decided.steps.push(...change.steps);
    const now = base ? catalog.files(base.key).find((record) => record.path === path) : undefined;
    if (now) decided.rows.push(before?.cksum === change.archive.cksum ? before! : { ...now, ...change.archive });
  }
}

function readSaved(session: RootSession, saved: SavedFile): Uint8Array {
  try {
    return readFileSync(join(session.root, physical(session, savePathOf(session, saved))));
  } catch (error) {
    throw savedFileMissing(session, saved, error);
  }
}

function savedFileMissing(session: RootSession, saved: SavedFile, cause?: unknown): SdError {
  return new SdError('saved_file_missing', {
    what: `The file "${saved.path}" cannot be restored.`,
    because: `Its saved copy "${savePathOf(session, saved)}" is missing.`,
    todo: 'Restore the save area from a backup, or reinstall the base fileset.',
    data: { path: saved.path },
    cause,
  });
}

function baseBack(base: Placed | undefined, patch: Placed, rows: readonly FileRecord[]): CatalogOp[] {
  if (!base) return [];
  const entry = patchEntry(patch.product, patch.fileset);
  const applied = list(base.fileset.attributes, 'applied_patches').filter((each) => each !== entry);
  return [
    filesetOp(base, { applied_patches: applied }),
    ...(rows.length === 0 ? [] : [{ op: 'files', fileset: base.key, put: rows } satisfies CatalogOp]),
  ];
}

/** Superseded patches become active again, or are handed to the superseder that remains (8.7.8); a fileset's own state stays. */
function revive(catalog: Catalog, plan: PlannedFileset): CatalogOp[] {
  const revived = (plan.revives ?? []).flatMap((key) => {
    const placed = lookUp(catalog, key);
    return placed
      ? [filesetOp(placed, { patch_state: revivedState(patchStateOf(placed.fileset)), superseded_by: undefined })]
      : [];
  });
  const handed = (plan.hands_over ?? []).flatMap(({ patch, to }) => {
    const placed = lookUp(catalog, patch);
    const superseder = lookUp(catalog, to);
    return placed && superseder
      ? [filesetOp(placed, { superseded_by: patchEntry(superseder.product, superseder.fileset) })]
      : [];
  });
  return [...revived, ...handed];
}
