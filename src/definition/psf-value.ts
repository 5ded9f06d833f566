// What a PSF says, as a value: objects with attributes, control files and file directives, each with its place (formats.md 2-7).
// Promise: everything stands as written; nothing has been looked up on the file system (operations/psf-source.ts does that).

import type { Attributes } from '../model/attributes.ts';
import type { Finding } from '../model/plan.ts';
import type { FileType } from '../model/software.ts';
import type { Position } from './complaint.ts';

/** A vendor, category, bundle or subproduct. */
export interface PsfObject {
  readonly attributes: Attributes;
  readonly position: Position;
}

/** `control_file` or a script keyword. `source` is relative to the current directory; `filename` is the name it is stored under. */
export interface ControlDirective {
  readonly tag: string;
  readonly source: string;
  readonly filename: string;
  readonly interpreter?: string;
  readonly position: Position;
}

/** Options of `file` and `file_permissions`: what is absent comes from the defaults or the source file. */
export interface FileOptions {
  readonly type?: FileType;
  readonly mode?: number;
  /** Bits taken away from the source's mode. */
  readonly umask?: number;
  readonly owner?: string;
  readonly uid?: number;
  readonly group?: string;
  readonly gid?: number;
}

export type FileDirective =
  /** From here on these options hold where a `file` line is silent; all of the former ones are gone. */
  | { readonly kind: 'permissions'; readonly options: FileOptions; readonly position: Position }
  | {
      readonly kind: 'directory';
      readonly source: string;
      readonly destination?: string;
      readonly position: Position;
    }
  /** `file *`: everything below the current source directory. */
  | { readonly kind: 'tree'; readonly options: FileOptions; readonly is_volatile: boolean; readonly position: Position }
  | {
      readonly kind: 'file';
      readonly options: FileOptions;
      readonly is_volatile: boolean;
      /** File on the packaging machine; the link's target with type s and h. */
      readonly source: string;
      readonly destination?: string;
      /** Type a: the archive that takes the member. */
      readonly archive_path?: string;
      readonly revision?: string;
      /** Vendor-defined attributes of the long form. */
      readonly extra?: Attributes;
      readonly position: Position;
    }
  | { readonly kind: 'exclude'; readonly name: string; readonly position: Position };

export interface PsfFileset extends PsfObject {
  readonly controlFiles: readonly ControlDirective[];
  /** In the order written: each `directory` and `file_permissions` holds for what follows it. */
  readonly files: readonly FileDirective[];
}

export interface PsfProduct extends PsfObject {
  readonly controlFiles: readonly ControlDirective[];
  readonly subproducts: readonly PsfObject[];
  /** At least one. */
  readonly filesets: readonly PsfFileset[];
}

export interface Psf {
  readonly file: string;
  /** Of the distribution (depot). */
  readonly attributes: Attributes;
  /** One of a tag. vendor_tag of products and bundles is already filled in as their layout_version asks for (formats.md 8). */
  readonly vendors: readonly PsfObject[];
  readonly categories: readonly PsfObject[];
  readonly bundles: readonly PsfObject[];
  /** At least one. */
  readonly products: readonly PsfProduct[];
  /** Oddities that do not stop it, each naming `file:line:column`. */
  readonly findings: readonly Finding[];
}
