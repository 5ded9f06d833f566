// Patches of one base that stand on each other (patches.md 4.6). What a patch file fills is a slot: a path, or a member's place in its
// archive, for members of two archives may have one path. The patch applied last holds a slot; the others saved what was there before.

import { list } from './attributes.ts';
import type { Catalog, SavedFile } from './catalog.ts';
import { baseOf, isPatch, type Placed, patchEntry, patchesListed } from './patches.ts';
import type { FileRecord, FilesetKey } from './software.ts';

/** The slot of a record. */
export function slotOf({ path, type, archive_path }: Pick<FileRecord, 'path' | 'type' | 'archive_path'>): string {
  return type === 'a' ? memberSlot(archive_path ?? '', path.slice(path.lastIndexOf('/') + 1)) : path;
}

/** The slot of what a patch saved. */
export function savedSlot({ path, archive }: Pick<SavedFile, 'path' | 'archive'>): string {
  return archive ? memberSlot(archive.path, archive.member) : path;
}

function memberSlot(archive: string, member: string): string {
  return `${archive}(${member})`;
}

/** What an installed patch fileset fills, and what was there before, both by slot. */
export class Holder {
  readonly placed: Placed;
  readonly saved: ReadonlyMap<string, SavedFile>;
  readonly #slots: ReadonlySet<string>;
  /** Archives it put members into. */
  readonly #archives: ReadonlySet<string>;

  constructor(catalog: Catalog, placed: Placed) {
    const records = catalog.files(placed.key);
    const saved = catalog.saved(placed.key);
    this.placed = placed;
    this.saved = new Map(saved.map((each) => [savedSlot(each), each]));
    // What a former load of the patch brought and this one does not is saved still, and given back with the rest.
    this.#slots = new Set([...records.map(slotOf), ...this.saved.keys()]);
    const members = records.flatMap(({ type, archive_path }) => (type === 'a' ? [archive_path ?? ''] : []));
    this.#archives = new Set([...members, ...saved.flatMap(({ archive }) => archive?.path ?? [])]);
  }

  holds(slot: string): boolean {
    return this.#slots.has(slot);
  }

  /** True where it brought the slot's content, the archive about it, or members of it. */
  touches(slot: string, archive: string | undefined): boolean {
    return this.holds(slot) || this.mixes(slot, archive);
  }

  /** True where one of them is a member and the other its whole archive: neither then has what the other saved. */
  mixes(slot: string, archive: string | undefined): boolean {
    return archive === undefined ? this.#archives.has(slot) : this.#slots.has(archive);
  }
}

/** Patch filesets applied to the same base after `patch`, in order of application. */
export function appliedAfter(catalog: Catalog, base: Placed, patch: Placed): Holder[] {
  const order = list(base.fileset.attributes, 'applied_patches');
  const position = order.indexOf(patchEntry(patch.product, patch.fileset));
  if (position < 0) return [];
  const on = patchesListed(catalog, base);
  const later = new Map(on.map((each) => [patchEntry(each.product, each.fileset), each]));
  return order.slice(position + 1).flatMap((entry) => {
    const placed = later.get(entry);
    return placed ? [new Holder(catalog, placed)] : [];
  });
}

/** Whether patches applied to its base later brought a file of this patch too; no for what is no patch. */
export function replacedSince(catalog: Catalog, patch: Placed): (record: FileRecord) => boolean {
  const base = isPatch(patch.fileset) ? baseOf(catalog, patch) : undefined;
  const later = base ? appliedAfter(catalog, base, patch) : [];
  return (record) => later.some((each) => each.touches(slotOf(record), archiveOf(record)));
}

/** The archive that a record is a member of. */
export function archiveOf({ type, archive_path }: Pick<FileRecord, 'type' | 'archive_path'>): string | undefined {
  return type === 'a' ? (archive_path ?? '') : undefined;
}

/** True where nobody but the base, its patches and `leave` lists the path. */
export function isOfBaseAlone(catalog: Catalog, base: Placed | undefined, path: string, leave: FilesetKey): boolean {
  const own = new Set([leave, ...(base ? [base, ...patchesListed(catalog, base)].map((each) => each.key) : [])]);
  return catalog.owners(path).every((key) => own.has(key));
}
