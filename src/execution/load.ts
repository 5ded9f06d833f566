// One product of an install plan → the files and catalog operations of its one transaction (D4). Decides nothing: the plan has said
// which filesets come, what they supersede and what goes. The records that the catalog gets are made in records.ts.

import type { Depot } from '../depot/depot.ts';
import { looker } from '../host/look.ts';
import { text } from '../model/attributes.ts';
import type { Catalog, SavedFile } from '../model/catalog.ts';
import type { CatalogOp, ChangeSet } from '../model/change.ts';
import { relocation } from '../model/location.ts';
import { isCommitted, lookUp, saveDirectory, savePath } from '../model/patches.ts';
import type { PlannedFileset, PlannedProduct } from '../model/plan.ts';
import { type FileRecord, type Fileset, type FilesetKey, type Product, splitKey } from '../model/software.ts';
import { appliedAfter, archiveOf, type Holder, savedSlot, slotOf } from '../model/stacking.ts';
import type { FileStep, Staged, Transaction } from '../store/transaction-types.ts';
import { controlFileOps, definitionOps } from './carried.ts';
import { dropSaves, leaving, parentsOf } from './leaving.ts';
import { type MemberChange, putMembers, savedMember } from './members.ts';
import { saveDirectories } from './patching.ts';
import { type Placement, place } from './placing.ts';
import { dropOps, filesetOps, type LoadedFileset, type Loading, productRecord } from './records.ts';
import { inSaveArea, installed, type RootSession } from './session.ts';

/** A product ready for its transaction. */
export interface Load {
  readonly steps: readonly FileStep[];
  /** What was at a path below the root when the steps were made. */
  readonly look: NonNullable<Transaction['look']>;
  readonly change: (staged: ReadonlyMap<string, Staged>) => ChangeSet;
}

/** Prepares one product. `bundles` are source bundles whose record comes with it. */
export function loadProduct(
  session: RootSession,
  depot: Depot,
  plan: PlannedProduct,
  bundles: readonly CatalogOp[],
): Load {
  const catalog = installed(session);
  const source = depot.catalog.product(plan.id);
  if (!source) throw new Error(`planned product ${plan.id} is not in the depot`);
  const look = looker(session.root);
  const loading: Loading = { session, depot, catalog, source, plan, look, state: loadedState(session, source, plan) };
  const loaded = plan.filesets.map((fileset) => loadFileset(loading, fileset));
  const coming = new Set(loaded.flatMap((each) => each.rows.flatMap((row) => (row.type === 'a' ? [] : [row.path]))));
  const replaced = plan.filesets.map((each) => each.targetKey).filter((key) => lookUp(catalog, key) !== undefined);
  const going = [...new Set([...replaced, ...plan.drops])];
  const left = leaving(session, catalog, going, coming);
  const made = missingParents(look, loaded);
  const drops = plan.drops.filter((key) => lookUp(catalog, key) !== undefined);
  const committed = loaded.flatMap((each) => (each.saves ? [] : (each.plan.patch?.supersedes ?? [])));
  const placing = loaded.flatMap(stepsOf);
  const steps = [
    ...directoriesFirst([...made.steps, ...saveParents(session, look, placing), ...placing]),
    ...left.steps,
    ...dropSaves(session, saveDirectories(catalog, [...drops, ...committed])),
  ];
  return {
    steps,
    look,
    change: (staged) => [
      ...definitionOps(depot.catalog, catalog, [source, ...source.filesets]),
      ...bundles,
      ...made.ops,
      ...left.ops,
      ...dropOps(catalog, drops, plan.targetId),
      productRecord(loading),
      ...loaded.flatMap((each) => filesetOps(loading, each, staged)),
      ...controlFileOps(
        depot.catalog,
        source.id,
        plan.targetId,
        source.controlFiles,
        catalog.product(plan.targetId)?.controlFiles ?? [],
      ),
    ],
  };
}

function loadFileset(loading: Loading, fileset: PlannedFileset): LoadedFileset {
  const { session, depot, catalog, source: product, plan, look } = loading;
  const source = product.filesets.find((each) => each.id === splitKey(fileset.key).filesetId);
  if (!source) throw new Error(`planned fileset ${fileset.key} is not in the depot`);
  const target = targetIdentity(product, source, fileset);
  const base = fileset.patch ? lookUp(catalog, fileset.patch.base) : undefined;
  // A base of the same plan comes first, and where one fails nothing follows.
  if (fileset.patch && !base) throw new Error(`the base of ${fileset.spec} is not installed`);
  const recorded = recordsByPath(catalog, base ? base.key : fileset.targetKey);
  const before = lookUp(catalog, fileset.targetKey);
  const saves = fileset.patch?.save === true && !(before && isCommitted(before.fileset));
  const savedBefore = new Map(before ? catalog.saved(fileset.targetKey).map((each) => [savedSlot(each), each]) : []);
  const above = heldAbove(before && base ? appliedAfter(catalog, base, before) : [], savedBefore);
  const saveTo = (path: string) =>
    saves && !savedBefore.has(path) && !above({ path, type: 'f' })
      ? inSaveArea(session, savePath(target.product, target.fileset, path))
      : undefined;
  const relocate = relocation(text(product.attributes, 'directory'), plan.location);
  const records = depot.catalog.files(fileset.key);
  const placing = {
    look,
    depot,
    source: fileset.key,
    relocate,
    recorded: (path: string) => recorded.get(path),
    saveTo,
  };
  const placements = records
    .filter((record) => record.type !== 'a')
    .map((record) => asFound(session, catalog, place(session, record, placing)))
    .map((placement) => beneath(session, above, placement));
  const members = loadMembers(loading, records, { fileset, target, saves, savedBefore, above });
  const rows = [...placements.map((each) => each.record), ...records.filter((record) => record.type === 'a')];
  const known = { saves, savedBefore, recorded };
  return { plan: fileset, target, source, placements, members, rows, ...known, ...(base ? { base } : {}) };
}

/** While postinstall scripts have still to run the load is not at its end: transient, which stays if the session dies there. */
function loadedState(session: RootSession, product: Product, plan: PlannedProduct): 'transient' | 'installed' {
  const keys = new Set(plan.filesets.map((each) => splitKey(each.key).filesetId));
  const owners = [product, ...product.filesets.filter((each) => keys.has(each.id))];
  const more = owners.some((each) => each.controlFiles.some((file) => file.tag === 'postinstall'));
  return more && session.options.run_scripts ? 'transient' : 'installed';
}

/** The new patch's ids on the target name its save directory. */
export function targetIdentity(
  product: Product,
  fileset: Fileset,
  plan: Pick<PlannedFileset, 'targetKey'>,
): { product: Product; fileset: Fileset } {
  const { productId, filesetId } = splitKey(plan.targetKey);
  return { product: { ...product, id: productId }, fileset: { ...fileset, id: filesetId } };
}

/**
 * A directory that stood there before any software of ours keeps its attributes, and the record says what they are: a product that
 * lists /etc must not change the machine's /etc.
 */
function asFound(session: RootSession, catalog: Catalog, placement: Placement): Placement {
  const { before, record } = placement;
  if (record.type !== 'd' || !before?.isDirectory() || catalog.madeDirectory(`/${placement.at}`)) return placement;
  const { step: _, ...kept } = placement;
  const { owner: _owner, group: _group, mtime: _mtime, ...rest } = record;
  const owner = session.accounts.user(before.uid);
  const group = session.accounts.group(before.gid);
  return {
    ...kept,
    record: {
      ...rest,
      mode: before.mode & 0o7777,
      uid: before.uid,
      gid: before.gid,
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
    },
    kept: true,
  };
}

/** What this patch held before, and a patch applied later holds now; undefined for what is not held. */
type Above = (
  record: Pick<FileRecord, 'path' | 'type' | 'archive_path'>,
) => { readonly holder: Holder; readonly save: string | undefined } | undefined;

/**
 * A patch that is loaded again stays below those applied after it (patches.md 4.6): what they hold too is brought into what they saved of
 * it. Where they saved what this patch has not brought before, that stays as it is.
 */
function heldAbove(holders: readonly Holder[], savedBefore: ReadonlyMap<string, SavedFile>): Above {
  return (record) => {
    const slot = slotOf(record);
    const holder = holders.find((each) => each.touches(slot, archiveOf(record)));
    return holder && { holder, save: savedBefore.has(slot) ? holder.saved.get(slot)?.save : undefined };
  };
}

function beneath(session: RootSession, above: Above, placement: Placement): Placement {
  const held = above(placement.record);
  if (!held) return placement;
  const { step, ...kept } = placement;
  if (held.save === undefined || step === undefined) return { ...kept, kept: true };
  return { ...kept, kept: true, under: held.holder, step: { ...step, path: inSaveArea(session, held.save) } };
}

function loadMembers(
  { session, depot }: Loading,
  records: readonly FileRecord[],
  patch: Pick<LoadedFileset, 'target' | 'saves' | 'savedBefore'> & {
    readonly fileset: PlannedFileset;
    readonly above: Above;
  },
): { path: string; change: MemberChange }[] {
  const byArchive = new Map<string, FileRecord[]>();
  const contentOf = (record: FileRecord) => depot.content(patch.fileset.key, record);
  const beneath: { path: string; change: MemberChange }[] = [];
  for (const record of records) {
    if (record.type !== 'a') continue;
    const path = record.archive_path ?? '';
    const held = patch.above(record);
    if (held?.save !== undefined) {
      const step = savedMember(record, inSaveArea(session, held.save), () => contentOf(record));
      beneath.push({ path, change: { steps: [step], archive: {}, saved: [] } });
    }
    if (held) continue;
    byArchive.set(path, [...(byArchive.get(path) ?? []), record]);
  }
  const directory = saveDirectory(patch.target.product, patch.target.fileset);
  const saveTo = (below: string) => ({
    below: `${directory}${below}`,
    at: inSaveArea(session, `${directory}${below}`),
  });
  const changes = [...byArchive].map(([path, members]) => ({
    path,
    change: putMembers(
      session,
      path,
      members.map((record) => ({
        record,
        content: () => contentOf(record),
        save: patch.saves && !patch.savedBefore.has(slotOf(record)),
      })),
      saveTo,
    ),
  }));
  // The archive itself, where it changes, comes last: its new facts count.
  return [...beneath, ...changes];
}

function stepsOf(loaded: LoadedFileset): FileStep[] {
  return [
    ...loaded.placements.flatMap((each) => each.step ?? []),
    ...loaded.members.flatMap((each) => each.change.steps),
  ];
}

/** Directories before what lies in them: one that the software lists may hold another that nobody lists. */
function directoriesFirst(steps: readonly FileStep[]): FileStep[] {
  const directories = steps.filter((step) => step.step === 'directory');
  const others = steps.filter((step) => step.step !== 'directory');
  return [
    ...directories.sort((left, right) => (left.path < right.path ? -1 : Number(left.path > right.path))),
    ...others,
  ];
}

/** Directories of the save area that are not there yet. */
function saveParents(session: RootSession, look: Loading['look'], steps: readonly FileStep[]): FileStep[] {
  const area = inSaveArea(session, '');
  const saves = steps.flatMap((step) => {
    if ('save' in step && step.save !== undefined) return [step.save];
    return step.path.startsWith(area) ? [step.path] : [];
  });
  return [...parentsOf(saves)]
    .filter((parent) => !look(parent))
    .sort()
    .map((path) => ({ step: 'directory', path, as: ownDirectory() }));
}

/** A directory that belongs to whoever runs the session. */
export function ownDirectory() {
  return { mode: 0o755, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

/** Parents that neither exist nor come as records: made, and remembered so that removal takes them away. */
function missingParents(
  look: Loading['look'],
  loaded: readonly LoadedFileset[],
): { steps: FileStep[]; ops: CatalogOp[] } {
  const placed = loaded.flatMap((each) => each.placements.filter((placement) => placement.step !== undefined));
  const coming = new Set(placed.filter((each) => each.record.type === 'd').map((each) => each.at));
  const made = [...parentsOf(placed.map((each) => each.at))]
    .filter((parent) => !coming.has(parent) && !look(parent))
    .sort();
  const created = placed.filter((each) => each.record.type === 'd' && each.before === undefined).map((each) => each.at);
  return {
    steps: made.map((path) => ({ step: 'directory', path, as: ownDirectory() })),
    ops: [...made, ...created].map((path) => ({ op: 'made_directory', path: `/${path}` })),
  };
}

function recordsByPath(catalog: Catalog, key: FilesetKey): Map<string, FileRecord> {
  return new Map(lookUp(catalog, key) ? catalog.files(key).map((record) => [record.path, record]) : []);
}
