// Catalog: the read-only face of "software that is somewhere", the same for a depot, an archive and an installed root.
// Promise: selection, analysis and listings ask only these questions; answers are synchronous and cheap for what a listing prints.
// Must not: be changed by anybody who holds it. It is one generation; a later commit makes another catalog.

import type { Attributes } from './attributes.ts';
import type { Bundle, Category, FileRecord, FilesetKey, Product, Vendor } from './software.ts';

export interface Catalog {
  /** `depot` holds available software, `root` installed software. */
  readonly kind: 'depot' | 'root';
  /** Number of the commit this view shows; 0 for a catalog without a store of ours. */
  readonly generation: number;
  /** Attributes of the distribution or root object itself. */
  readonly attributes: Attributes;
  vendors(): readonly Vendor[];
  categories(): readonly Category[];
  bundles(): readonly Bundle[];
  /** Every product with its subproducts and filesets, in catalog order (source order; an IPD: order of installation). */
  products(): readonly Product[];
  product(id: string): Product | undefined;
  /**
   * The products of this tag in catalog order, for a catalog that finds them without looking at all products; undefined where it
   * cannot. The same objects as in products().
   */
  tagged?(tag: string): readonly Product[] | undefined;
  /**
   * False when no fileset of the product can be superseded, told without parsing a fileset, so that a listing of ten thousand
   * products parses products only. A catalog without this method has to be looked at.
   */
  mayHoldSuperseded?(id: string): boolean;
  /** File records of one fileset in INFO order. Throws SdError `catalog_damaged` where they cannot be read. */
  files(fileset: FilesetKey): readonly FileRecord[];
  /** Content of a control file of a product (`owner` = product id) or fileset (`owner` = fileset key); undefined if absent. */
  controlFile(owner: string, tag: string): Buffer | undefined;
  /** Filesets that list this absolute path. */
  owners(path: string): readonly FilesetKey[];
  /** True for a directory (absolute physical path) that an installation made and no removal took away again. */
  madeDirectory(path: string): boolean;
  /** What a patch fileset saved, for rollback; empty in a depot and for non-patches. */
  saved(fileset: FilesetKey): readonly SavedFile[];
}

/**
 * What the world looked like at one path just before a patch fileset replaced it (patches.md 4.4, 4.5).
 * One per file of the patch; the content lies in the save area when `save` is set.
 */
export interface SavedFile {
  readonly path: string;
  /** The fileset whose INFO record was changed, when a base listed the path. */
  readonly base?: FilesetKey;
  /** That fileset's record before the patch. Absent when no base listed the path: rollback then drops the file. */
  readonly record?: FileRecord;
  /** True when something was at the path on disk before. */
  readonly existed: boolean;
  /** Path of the saved file, relative to the save area; absent when nothing existed or patch_save_files was false. */
  readonly save?: string;
  /** For an archive member: the archive, and whether the member was there before. */
  readonly archive?: { readonly path: string; readonly member: string; readonly hadMember: boolean };
}

/** The same catalog with other answers to some questions; what is quicker than asking for everything (`tagged` ...) only if it is given. */
export function catalogWith(catalog: Catalog, answers: Partial<Catalog>): Catalog {
  return {
    kind: catalog.kind,
    generation: catalog.generation,
    attributes: catalog.attributes,
    vendors: () => catalog.vendors(),
    categories: () => catalog.categories(),
    bundles: () => catalog.bundles(),
    products: () => catalog.products(),
    product: (id) => catalog.product(id),
    files: (fileset) => catalog.files(fileset),
    controlFile: (owner, tag) => catalog.controlFile(owner, tag),
    owners: (path) => catalog.owners(path),
    madeDirectory: (path) => catalog.madeDirectory(path),
    saved: (fileset) => catalog.saved(fileset),
    ...answers,
  };
}

/** A catalog with nothing in it, for an empty root or a depot about to be made. */
export function emptyCatalog(kind: 'depot' | 'root'): Catalog {
  return {
    kind,
    generation: 0,
    attributes: {},
    vendors: () => [],
    categories: () => [],
    bundles: () => [],
    products: () => [],
    product: () => undefined,
    files: () => [],
    controlFile: () => undefined,
    owners: () => [],
    madeDirectory: () => false,
    saved: () => [],
  };
}
