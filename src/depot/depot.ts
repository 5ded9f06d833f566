// Depot: software that can be had. One face for a directory depot, a serial depot, a foreign archive, a PSF being packaged, a remote.

import type { Catalog } from '../model/catalog.ts';
import type { Content } from '../model/content.ts';
import type { Finding } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';

export interface Depot {
  readonly kind: 'directory' | 'serial' | 'psf' | 'remote';
  /** Absolute path, or `host:/path`. */
  readonly location: string;
  readonly catalog: Catalog;
  /** Oddities met while reading that do not stop it (trailing garbage, doubled attributes, missing content). */
  readonly findings: readonly Finding[];
  /**
   * Plain (uncompressed) content of a file of type f or a. The caller closes it.
   * Throws SdError `content_missing` when the record is there but the bytes are not.
   */
  content(fileset: FilesetKey, file: FileRecord): Content;
  /** Absolute path of a file that is expected to hold exactly this content, where there is one: `content` has the last word. */
  storedFile?(fileset: FilesetKey, file: FileRecord): string | undefined;
  /** Frees descriptors and temporary files; the depot is not used afterwards. */
  close(): void;
}
