// The software objects of SD (sd(4)): bundle, product, subproduct, fileset, file, control file, vendor, category.
// Promise: plain JSON-serialisable values with the same shape whether they come from a PSF, a depot, an archive or the IPD.
// Must not: hold file content or know where an object is stored.

import type { Attributes } from './attributes.ts';
import { text } from './attributes.ts';

/** File types of INFO: a archive member, b/c device, d directory, f regular, h hard link, p fifo, s symbolic link. */
export type FileType = 'a' | 'b' | 'c' | 'd' | 'f' | 'h' | 'p' | 's';

/** One file of a fileset: a record of INFO (formats.md 11). `path` is absolute, without a trailing slash, and normalised. */
export interface FileRecord {
  readonly path: string;
  readonly type: FileType;
  /** Permission bits (07777), not the file type. */
  readonly mode?: number;
  readonly owner?: string;
  readonly uid?: number;
  readonly group?: string;
  readonly gid?: number;
  /** Whole seconds since 1970. */
  readonly mtime?: number;
  /** Bytes of the plain (uncompressed) content. */
  readonly size?: number;
  /** POSIX cksum(1) of the plain content. */
  readonly cksum?: number;
  /** Lower-case hex of the plain content. */
  readonly sha256?: string;
  /** Target of a symbolic link; path of the linked file (same fileset) of a hard link. */
  readonly link_source?: string;
  /** For type a: the archive that takes the member; the member is named by the last part of `path`. */
  readonly archive_path?: string;
  readonly is_volatile?: boolean;
  readonly revision?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly compression_state?: 'compressed' | 'uncompressed' | 'not_compressible';
  readonly compression_type?: string;
  readonly compressed_size?: number;
  readonly compressed_cksum?: number;
  /** Attributes this page does not know, kept as they came. */
  readonly extra?: Attributes;
}

/** A control script or data file that travels with a product or fileset (formats.md 6). */
export interface ControlFile {
  /** Name SD knows it by: `preinstall`, `space`, or any other word. */
  readonly tag: string;
  /** File name inside the control directory; most often the tag. */
  readonly path: string;
  readonly interpreter?: string;
  readonly mode?: number;
  readonly mtime?: number;
  readonly size?: number;
  readonly cksum?: number;
  readonly result?: 'none' | 'error' | 'warning' | 'success';
}

export interface Vendor {
  readonly attributes: Attributes;
}

/** A category object: tag, title, description, revision; the higher revision wins when two meet (patches.md 2.5). */
export interface Category {
  readonly attributes: Attributes;
}

export interface Bundle {
  /** control_directory: unique among the bundles and products of one catalog. */
  readonly id: string;
  readonly attributes: Attributes;
}

export interface Subproduct {
  readonly attributes: Attributes;
}

export interface Fileset {
  /** control_directory: unique within its product; the tag, or `tag.N` where one tag occurs with several architectures. */
  readonly id: string;
  readonly attributes: Attributes;
  readonly controlFiles: readonly ControlFile[];
}

export interface Product {
  /** control_directory: unique within its catalog; the tag, or `tag.N` for a further instance of one tag. */
  readonly id: string;
  readonly attributes: Attributes;
  readonly subproducts: readonly Subproduct[];
  readonly filesets: readonly Fileset[];
  readonly controlFiles: readonly ControlFile[];
  /** Of a product that is read only when it is looked at: some of its attributes, undefined for what it has not. No copy has it. */
  readonly shown?: Shown | undefined;
}

/** Attributes that are known without reading the object. */
export type Shown = Readonly<Record<string, string | undefined>>;

/** Names one fileset of one catalog: `<product id>/<fileset id>`. Tags cannot hold a slash, so it splits one way only. */
export type FilesetKey = string;

export function filesetKey(productId: string, filesetId: string): FilesetKey {
  return `${productId}/${filesetId}`;
}

/** The two ids of a key. */
export function splitKey(key: FilesetKey): { productId: string; filesetId: string } {
  const slash = key.indexOf('/');
  return { productId: key.slice(0, slash), filesetId: key.slice(slash + 1) };
}

/** The tag attribute of any object. */
export function tagOf(object: { readonly attributes: Attributes; readonly shown?: Shown | undefined }): string {
  return object.shown?.tag ?? text(object.attributes, 'tag');
}

/** Location of an installed product; `/` when the catalog names none. */
export function locationOf(product: Product): string {
  return text(product.attributes, 'location') || '/';
}

/** `PRODUCT.FILESET` by tags, as listings and messages print it. */
export function filesetName(product: Product, fileset: Fileset): string {
  return `${tagOf(product)}.${tagOf(fileset)}`;
}

/** What makes two bundles, or products of a depot, the same one. */
export function identityOf({ attributes }: { readonly attributes: Attributes }): string {
  return JSON.stringify(['tag', 'revision', 'architecture', 'vendor_tag'].map((keyword) => text(attributes, keyword)));
}
