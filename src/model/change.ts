// ChangeSet: what one commit does to a catalog (D4: it becomes ONE synced batch, indices included).
// Promise: plain JSON; applying the same set twice gives the same store, so that recovery may redo it.

import type { Attributes } from './attributes.ts';
import type { SavedFile } from './catalog.ts';
import type { Bundle, Category, FileRecord, Fileset, FilesetKey, Product, Vendor } from './software.ts';

/** One operation. Records are put whole; an object that is not named stays as it is. */
export type CatalogOp =
  /** The distribution or root object's own attributes. */
  | { readonly op: 'target'; readonly attributes: Attributes }
  | { readonly op: 'vendor'; readonly vendor: Vendor }
  | { readonly op: 'category'; readonly category: Category }
  | { readonly op: 'drop_category'; readonly tag: string }
  | { readonly op: 'bundle'; readonly bundle: Bundle }
  | { readonly op: 'drop_bundle'; readonly id: string }
  /** Attributes, subproducts and control files of the product itself; its filesets are put one by one. */
  | { readonly op: 'product'; readonly product: Omit<Product, 'filesets'> }
  /** Drops the product with all its filesets, files, control files and saved records. */
  | { readonly op: 'drop_product'; readonly id: string }
  | { readonly op: 'fileset'; readonly productId: string; readonly fileset: Fileset }
  /** Drops one fileset with its files, control files and saved records. */
  | { readonly op: 'drop_fileset'; readonly fileset: FilesetKey }
  /** Replaces or adds these records, drops the named paths; `all: true` first drops every record of the fileset. */
  | {
      readonly op: 'files';
      readonly fileset: FilesetKey;
      readonly put: readonly FileRecord[];
      readonly drop?: readonly string[];
      readonly all?: boolean;
    }
  /** Replaces all saved records of a patch fileset; an empty list drops them (commit of a patch). */
  | { readonly op: 'saved'; readonly fileset: FilesetKey; readonly saved: readonly SavedFile[] }
  /** Content of a control file, base64; `owner` is a product id or a fileset key. */
  | { readonly op: 'control_file'; readonly owner: string; readonly tag: string; readonly content: string }
  /** Remembers a directory that an installation made, so that removal takes away exactly those; published like all else. */
  | { readonly op: 'made_directory'; readonly path: string }
  | { readonly op: 'drop_made_directory'; readonly path: string }
  | { readonly op: 'drop_control_file'; readonly owner: string; readonly tag: string };

export type ChangeSet = readonly CatalogOp[];
