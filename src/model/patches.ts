// Patch words of SD as pure rules: entries of applied_patches, the moves of patch_state, the save area's layout (patches.md 2.6, 2.7, 4.5).

import { flag, list, text } from './attributes.ts';
import type { Catalog } from './catalog.ts';
import type { Fileset, FilesetKey, Product } from './software.ts';
import { filesetKey, filesetName, locationOf, splitKey, tagOf } from './software.ts';

export type PatchState = 'applied' | 'committed' | 'superseded' | 'committed/superseded';

/** True for a patch fileset: only filesets carry patched files, so the product's own flag does not count (patches.md 2.1). */
export function isPatch(fileset: Fileset): boolean {
  return flag(fileset.attributes, 'is_patch');
}

/** patch_state of an installed patch fileset; '' for anything else. */
export function patchStateOf(fileset: Fileset): PatchState | '' {
  return text(fileset.attributes, 'patch_state') as PatchState | '';
}

/** Superseded in either form: not active, hidden by swlist, not removable before its superseder. */
export function isSuperseded(fileset: Fileset): boolean {
  return patchStateOf(fileset).endsWith('superseded');
}

/** Committed in either form: no saved files, no rollback. */
export function isCommitted(fileset: Fileset): boolean {
  return patchStateOf(fileset).startsWith('committed');
}

/** State after a superseder came: applied → superseded, committed → committed/superseded. */
export function supersededState(state: PatchState | ''): PatchState {
  return state.startsWith('committed') ? 'committed/superseded' : 'superseded';
}

/** State after the last superseder went: superseded → applied, committed/superseded → committed. */
export function revivedState(state: PatchState | ''): PatchState {
  return state.startsWith('committed') ? 'committed' : 'applied';
}

/** State after commit: applied → committed, superseded → committed/superseded, the others stay. */
export function committedState(state: PatchState | ''): PatchState {
  return state.endsWith('superseded') ? 'committed/superseded' : 'committed';
}

/** How applied_patches, applied_to and superseded_by name a fileset: `P.F`, with `,fa=` when the fileset has an architecture. */
export function patchEntry(product: Product, fileset: Fileset): string {
  const architecture = text(fileset.attributes, 'architecture');
  return filesetName(product, fileset) + (architecture === '' ? '' : `,fa=${architecture}`);
}

/** A fileset with its product, as most questions need them together. */
export interface Placed {
  readonly product: Product;
  readonly fileset: Fileset;
  readonly key: FilesetKey;
}

/** Looks a key up; undefined when the catalog has no such fileset. */
export function lookUp(catalog: Catalog, key: FilesetKey): Placed | undefined {
  const { productId, filesetId } = splitKey(key);
  const product = catalog.product(productId);
  const fileset = product?.filesets.find((each) => each.id === filesetId);
  return product && fileset ? { product, fileset, key } : undefined;
}

/** Every fileset of a catalog with its product, in catalog order. */
export function* everyFileset(catalog: Catalog): Generator<Placed> {
  for (const product of catalog.products()) {
    for (const fileset of product.filesets) yield { product, fileset, key: filesetKey(product.id, fileset.id) };
  }
}

/**
 * The installed filesets that entries of applied_patches, applied_to or superseded_by name (the tag pair, and `fa=` where it stands) and
 * that `suits`. A product may be there several times, in other locations; all of them are looked at only where none of the first suits.
 */
export function entriesToFilesets(
  catalog: Catalog,
  entries: readonly string[],
  suits: (placed: Placed) => boolean = () => true,
): Placed[] {
  return entries.flatMap((entry) => {
    const tag = entry.slice(0, entry.indexOf('.'));
    // A product's id is its tag but for further instances, so the first look answers nearly always.
    const first = filesetsNamed(catalog.product(tag), entry).filter(suits);
    if (first.length > 0) return first;
    const all = catalog.products().filter((product) => tagOf(product) === tag);
    return all.flatMap((product) => filesetsNamed(product, entry).filter(suits));
  });
}

function filesetsNamed(product: Product | undefined, entry: string): Placed[] {
  if (!product) return [];
  return product.filesets
    .filter((fileset) => patchEntry(product, fileset) === entry)
    .map((fileset) => ({ product, fileset, key: filesetKey(product.id, fileset.id) }));
}

/** The base an installed patch fileset was applied to; undefined when it is gone. */
export function baseOf(catalog: Catalog, patch: Placed): Placed | undefined {
  const entries = list(patch.fileset.attributes, 'applied_to');
  const [beside] = entriesToFilesets(catalog, entries, (base) => lists(base, patch) && standsBeside(base, patch));
  return beside ?? entriesToFilesets(catalog, entries, (base) => lists(base, patch))[0];
}

/** Of installed bases the one a patch stands on: it lists the patch, and lies in the patch's own location where several do. */
export function baseAmong(patch: Placed, bases: readonly Placed[]): Placed | undefined {
  const listing = bases.filter((base) => lists(base, patch));
  return listing.find((base) => standsBeside(base, patch)) ?? listing[0];
}

/** Installed patch filesets that applied_patches of `base` names and that stand on it. */
export function patchesListed(catalog: Catalog, base: Placed): Placed[] {
  return entriesToFilesets(
    catalog,
    list(base.fileset.attributes, 'applied_patches'),
    (each) => isPatch(each.fileset) && baseOf(catalog, each)?.key === base.key,
  );
}

function lists(base: Placed, patch: Placed): boolean {
  const entries = list(base.fileset.attributes, 'applied_patches');
  return !isPatch(base.fileset) && entries.includes(patchEntry(patch.product, patch.fileset));
}

function standsBeside(base: Placed, patch: Placed): boolean {
  return locationOf(base.product) === locationOf(patch.product);
}

/** Path below the save area of what a patch fileset replaced at `path`: `<product tag>/<fileset tag>/<path>`. */
export function savePath(product: Product, fileset: Fileset, path: string): string {
  return `${saveDirectory(product, fileset)}${path}`;
}

/**
 * The save directory of a patch fileset below the save area. Two filesets of one tag would clash, so a further instance
 * uses its control directory instead of its tag (patches.md 4.5).
 */
export function saveDirectory(product: Product, fileset: Fileset): string {
  return `${product.id}/${fileset.id}`;
}
