// What an INDEX says, as a value (formats.md 10): the model's own objects, as one document.

import type { Attributes } from '../model/attributes.ts';
import type { Finding } from '../model/plan.ts';
import type { Bundle, Category, Fileset, Product, Vendor } from '../model/software.ts';

export interface IndexDocument {
  /** `distribution` for a depot (HP also writes `depot`), `root` for installed software (POSIX: `installed_software`). */
  readonly object: 'distribution' | 'root';
  readonly attributes: Attributes;
  /** Attributes of the `media` object: sequence_number. */
  readonly media?: Attributes;
  /** One of a tag, in order of first appearance. */
  readonly vendors: readonly Vendor[];
  readonly categories: readonly Category[];
  readonly bundles: readonly Bundle[];
  /** `controlFiles` of products and filesets are empty: INFO has them. */
  readonly products: readonly Product[];
  /** Filesets that stand without a product: the INDEX in a fileset's own directory. */
  readonly filesets: readonly Fileset[];
}

/** A document as read, with what was odd about it. */
export interface IndexReading extends IndexDocument {
  readonly findings: readonly Finding[];
}

/** A value kept in a file of its own: `path` lies in the directory of the distribution (both ids absent), product or fileset. */
export interface FileReference {
  readonly productId?: string;
  readonly filesetId?: string;
  readonly path: string;
}
