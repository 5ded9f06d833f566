// What applying a patch fileset does beside placing its files (patches.md 4.4-4.6): the base's applied_patches and INFO rows, the
// states of superseded patches, the saved records that rollback will read. Pure over the catalog: returns catalog operations.

import { list, text, withAttributes } from '../model/attributes.ts';
import type { Catalog, SavedFile } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import {
  committedState,
  lookUp,
  type Placed,
  patchEntry,
  patchStateOf,
  saveDirectory,
  supersededState,
} from '../model/patches.ts';
import type { FileRecord, Fileset, FilesetKey } from '../model/software.ts';

/** Attributes SD generates on an installed patch fileset. */
export function patchAttributes(base: Placed, save: boolean): Record<string, string | readonly string[]> {
  return { applied_to: [patchEntry(base.product, base.fileset)], patch_state: save ? 'applied' : 'committed' };
}

/** Base fileset: the entry appended to applied_patches, and the records of replaced files as they are now. */
export function baseOps(base: Placed, entry: string, replaced: readonly FileRecord[]): CatalogOp[] {
  const applied = list(base.fileset.attributes, 'applied_patches');
  return [
    filesetOp(base, { applied_patches: applied.includes(entry) ? applied : [...applied, entry] }),
    ...(replaced.length === 0 ? [] : [{ op: 'files', fileset: base.key, put: replaced } satisfies CatalogOp]),
  ];
}

/** Superseded patches: state and superseded_by, which names the immediate successor and is never rewritten (2.6). */
export function supersedeOps(
  catalog: Catalog,
  superseded: readonly FilesetKey[],
  by: string,
  committed: boolean,
): CatalogOp[] {
  const ops: CatalogOp[] = [];
  for (const key of superseded) {
    const old = lookUp(catalog, key);
    if (!old) continue;
    const state = supersededState(committed ? committedState(patchStateOf(old.fileset)) : patchStateOf(old.fileset));
    const named = text(old.fileset.attributes, 'superseded_by');
    ops.push(filesetOp(old, { patch_state: state, superseded_by: named === '' ? by : named }));
    if (committed) ops.push({ op: 'saved', fileset: key, saved: [] });
  }
  return ops;
}

/** A fileset record with some attributes set or, with undefined, dropped. */
export function filesetOp(placed: Placed, changes: Record<string, string | readonly string[] | undefined>): CatalogOp {
  const fileset: Fileset = { ...placed.fileset, attributes: withAttributes(placed.fileset.attributes, changes) };
  return { op: 'fileset', productId: placed.product.id, fileset };
}

/** Save directories of these patch filesets, below the save area. */
export function saveDirectories(catalog: Catalog, keys: readonly FilesetKey[]): string[] {
  return keys.flatMap((key) => {
    const placed = lookUp(catalog, key);
    return placed ? [saveDirectory(placed.product, placed.fileset)] : [];
  });
}

/** A base record after a patch put `record` over it: place and volatility are the base's, all else is the patch's. */
export function patchedRecord(base: FileRecord, record: FileRecord): FileRecord {
  const { is_volatile: _, ...facts } = record;
  return { ...facts, path: base.path, ...(base.is_volatile === true ? { is_volatile: true } : {}) };
}

/** What rollback needs to know about one replaced path. */
export function savedFile(parts: {
  path: string;
  existed: boolean;
  save?: string | undefined;
  base?: FilesetKey | undefined;
  record?: FileRecord | undefined;
  archive?: SavedFile['archive'];
}): SavedFile {
  return {
    path: parts.path,
    existed: parts.existed,
    ...(parts.save === undefined ? {} : { save: parts.save }),
    ...(parts.base === undefined || parts.record === undefined ? {} : { base: parts.base, record: parts.record }),
    ...(parts.archive === undefined ? {} : { archive: parts.archive }),
  };
}
