// Records that the IPD gets when a product is loaded: product, filesets, rows, control files, saved files, and what a patch changes on
// its base (patches.md 4.4, formats.md 15). Pure: catalogs and a prepared load in, catalog operations out.

import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { Depot } from '../depot/depot.ts';
import { text, withAttributes } from '../model/attributes.ts';
import type { Catalog, SavedFile } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { isPatch, lookUp, type Placed, patchEntry } from '../model/patches.ts';
import type { PlannedFileset, PlannedProduct } from '../model/plan.ts';
import { runsOnce } from '../model/run-once.ts';
import { type FileRecord, type Fileset, type FilesetKey, type Product, splitKey } from '../model/software.ts';
import { savedSlot } from '../model/stacking.ts';
import type { Staged } from '../store/transaction-types.ts';
import { controlFileOps } from './carried.ts';
import type { MemberChange } from './members.ts';
import { baseOps, patchAttributes, patchedRecord, savedFile, supersedeOps } from './patching.ts';
import type { Placement } from './placing.ts';
import { adminInRoot, installDate, physical, type RootSession } from './session.ts';

/** One product on its way from a depot into the IPD. */
export interface Loading {
  readonly session: RootSession;
  readonly depot: Depot;
  /** The IPD as it is before this product. */
  readonly catalog: Catalog;
  /** The product in the depot. */
  readonly source: Product;
  readonly plan: PlannedProduct;
  /** What is on the root when the load begins. */
  readonly look: (at: string) => Stats | undefined;
  /** State its filesets get with the load. */
  readonly state: 'transient' | 'installed';
}

/** One fileset placed: its rows as the IPD will hold them, and what a patch has to remember. */
export interface LoadedFileset {
  readonly plan: PlannedFileset;
  /** Product and fileset with the ids they have on the target. */
  readonly target: { readonly product: Product; readonly fileset: Fileset };
  readonly source: Fileset;
  readonly placements: readonly Placement[];
  readonly members: readonly { path: string; change: MemberChange }[];
  readonly rows: readonly FileRecord[];
  readonly base?: Placed;
  /** False for a patch that arrives, or was before, committed. */
  readonly saves: boolean;
  /** What the same patch saved when it was loaded the first time, by slot: a reload must not save the patched files over that. */
  readonly savedBefore: ReadonlyMap<string, SavedFile>;
  /** Rows of the base (of the fileset itself, for a non-patch) before this load, by path. */
  readonly recorded: ReadonlyMap<string, FileRecord>;
}

/** Filesets that end with this product, and products that this empties. */
export function dropOps(catalog: Catalog, drops: readonly FilesetKey[], updating: string): CatalogOp[] {
  const dropped = new Set(drops);
  const ops: CatalogOp[] = drops.map((fileset) => ({ op: 'drop_fileset', fileset }));
  for (const id of new Set(drops.map((key) => splitKey(key).productId))) {
    const product = catalog.product(id);
    if (id !== updating && product?.filesets.every((each) => dropped.has(`${id}/${each.id}`)))
      ops.push({ op: 'drop_product', id });
  }
  return ops;
}

/** The product as the IPD records it. */
export function productRecord({ session, depot, catalog, source, plan }: Loading): CatalogOp {
  const before = catalog.product(plan.targetId);
  const attributes = withAttributes(source.attributes, {
    instance_id: before ? text(before.attributes, 'instance_id') || '1' : (plan.targetId.split('.')[1] ?? '1'),
    control_directory: plan.targetId,
    location: plan.location,
    ...provenance(session, depot),
  });
  return {
    op: 'product',
    product: { id: plan.targetId, attributes, subproducts: source.subproducts, controlFiles: source.controlFiles },
  };
}

function provenance(session: RootSession, depot: Depot): Record<string, string> {
  const source = depot.location.startsWith('/') ? `${session.context.host}:${depot.location}` : depot.location;
  return { install_date: installDate(session.now), install_source: source, install_type: 'physical' };
}

/** The fileset with its rows, control files and, for a patch, what it saved and what it changes on base and predecessors. */
export function filesetOps(loading: Loading, loaded: LoadedFileset, staged: ReadonlyMap<string, Staged>): CatalogOp[] {
  const { session, depot, catalog, plan } = loading;
  const { plan: fileset, source, base } = loaded;
  const { install_type: _, ...from } = provenance(session, depot);
  const target = loaded.target;
  const patch = fileset.patch;
  const attributes = withAttributes(source.attributes, {
    control_directory: target.fileset.id,
    location: plan.location,
    state: loading.state,
    ...from,
    ...(runsOnce(source) ? { run_began: new Date(session.now).toISOString() } : {}),
    ...(patch && base ? patchAttributes(base, loaded.saves) : { applied_patches: isPatch(source) ? undefined : [] }),
  });
  const rows = loaded.rows.map((row) => withDigests(session, row, staged));
  const entry = patchEntry(target.product, target.fileset);
  return [
    {
      op: 'fileset',
      productId: plan.targetId,
      fileset: { id: target.fileset.id, attributes, controlFiles: source.controlFiles },
    },
    { op: 'files', fileset: fileset.targetKey, put: rows, all: true },
    ...controlFileOps(
      depot.catalog,
      fileset.key,
      fileset.targetKey,
      source.controlFiles,
      lookUp(catalog, fileset.targetKey)?.fileset.controlFiles ?? [],
    ),
    ...(patch && base
      ? [
          {
            op: 'saved',
            fileset: fileset.targetKey,
            saved: loaded.saves ? savedFiles(session, loaded, base) : [],
          } satisfies CatalogOp,
          ...baseOps(base, entry, replacedRows(loaded, rows)),
          ...underOps(loaded, rows),
          ...supersedeOps(catalog, patch.supersedes, entry, !loaded.saves),
        ]
      : []),
  ];
}

/** Rows of the base as they are after the patch: replaced files, and archives that took members. */
function replacedRows(loaded: LoadedFileset, rows: readonly FileRecord[]): FileRecord[] {
  const known = loaded.recorded;
  const kept = new Set(loaded.placements.filter((each) => each.kept).map((each) => each.record.path));
  const files = rows.flatMap((row) => {
    const before = row.type === 'a' || kept.has(row.path) ? undefined : known.get(row.path);
    return before ? [patchedRecord(before, row)] : [];
  });
  const archives = loaded.members.flatMap(({ path, change }) => {
    const before = known.get(path);
    return before ? [{ ...before, ...change.archive }] : [];
  });
  return [...files, ...archives];
}

/** Base rows that later patches keep for their rollback, as this load makes them. */
function underOps(loaded: LoadedFileset, rows: readonly FileRecord[]): CatalogOp[] {
  const byPath = new Map(rows.map((row) => [row.path, row]));
  const holders = new Set(loaded.placements.flatMap((each) => each.under ?? []));
  return [...holders].map((holder) => {
    const saved = new Map(holder.saved);
    for (const { under, record } of loaded.placements) {
      const before = under === holder ? saved.get(record.path) : undefined;
      const row = byPath.get(record.path);
      if (before?.record && row) saved.set(record.path, { ...before, record: patchedRecord(before.record, row) });
    }
    return { op: 'saved', fileset: holder.placed.key, saved: [...saved.values()] };
  });
}

function savedFiles(session: RootSession, loaded: LoadedFileset, base: Placed): SavedFile[] {
  const known = loaded.recorded;
  const saveRoot = join(physical(session, `${adminInRoot(session)}/save/.`), '/');
  const files = loaded.placements
    .filter((each) => !each.kept && (each.record.type !== 'd' || changesDirectory(each, known)))
    .map((each) => {
      const save = each.step && 'save' in each.step ? each.step.save?.slice(saveRoot.length) : undefined;
      const path = each.record.path;
      const now = { path, existed: each.before !== undefined, save, base: base.key, record: known.get(path) };
      return loaded.savedBefore.get(path) ?? savedFile(now);
    });
  const members = loaded.members.flatMap(({ path, change }) =>
    change.saved.map(
      (each) =>
        loaded.savedBefore.get(savedSlot(each)) ?? savedFile({ ...each, base: base.key, record: known.get(path) }),
    ),
  );
  const saved = [...files, ...members];
  const slots = new Set(saved.map(savedSlot));
  // What the patch brought when it was loaded before, and does not any more: rolled back with the rest.
  return [...saved, ...[...loaded.savedBefore].flatMap(([slot, each]) => (slots.has(slot) ? [] : [each]))];
}

/** A directory of the base: nothing of it is saved, but its record says what it was. */
function changesDirectory({ before, record }: Placement, known: LoadedFileset['recorded']): boolean {
  return before?.isDirectory() === true && known.get(record.path)?.type === 'd';
}

/** The depot's record, completed by what was computed while copying: archives made elsewhere carry no sha256. */
function withDigests(session: RootSession, row: FileRecord, staged: ReadonlyMap<string, Staged>): FileRecord {
  if (row.type !== 'f' || row.sha256 !== undefined) return row;
  const facts = staged.get(physical(session, row.path));
  return facts ? { ...row, size: facts.size, cksum: facts.cksum, sha256: facts.sha256 } : row;
}
