// Depot: software that can be had. One face for a directory depot, a serial depot, a foreign archive, a PSF being packaged, a remote.

import type { Catalog } from '../model/catalog.ts';
import type { Content } from '../model/content.ts';
import type { Finding } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import type { SignedCatalog } from './signature.ts';

/** What had to travel for a depot on the web. */
export interface Brought {
  readonly files: number;
  readonly bytes: number;
  /** Files that were here already. */
  readonly kept: number;
}

export interface Depot {
  /** `packages`: made of Debian packages, rpms or plain tar archives (import/). */
  readonly kind: 'directory' | 'serial' | 'psf' | 'remote' | 'packages';
  /** Absolute path, or `host:/path`. */
  readonly location: string;
  readonly catalog: Catalog;
  /** Absolute paths of files its word rests on, beside `location`. */
  readonly parts?: readonly string[];
  /** Oddities met while reading that do not stop it (trailing garbage, doubled attributes, missing content). */
  readonly findings: readonly Finding[];
  /**
   * Plain (uncompressed) content of a file of type f or a. The caller closes it.
   * Throws SdError `content_missing` when the record is there but the bytes are not.
   */
  content(fileset: FilesetKey, file: FileRecord): Content;
  /** What whoever takes these filesets should know of them. */
  notes?(filesets: readonly FilesetKey[]): Finding[];
  /** Tells that only contents of these filesets will be asked for, so that what comes by once need not keep others. */
  want?(filesets: Iterable<FilesetKey>): void;
  /** What the signature of its catalog says; absent where nobody asked for it. */
  readonly signed?: SignedCatalog;
  /**
   * Brings file records and control files of these products (ids; none: of all) within reach, to be awaited before the catalog is asked for
   * them. A depot without this has them at hand. Throws what reading them throws.
   */
  bringRecords?(products?: Iterable<string>): Promise<void>;
  /**
   * Brings the stored files of these filesets within reach, each compared with what the catalog says, to be awaited before the first is
   * used. A depot without this is read, and compared, file by file. Throws SdError `content_mismatch`, and what reading throws.
   */
  bringContents?(filesets: readonly FilesetKey[]): Promise<Brought>;
  /** Absolute path of a file that is expected to hold exactly this content, where there is one: `content` has the last word. */
  storedFile?(fileset: FilesetKey, file: FileRecord): string | undefined;
  /** Frees descriptors and temporary files; the depot is not used afterwards. */
  close(): void;
}
