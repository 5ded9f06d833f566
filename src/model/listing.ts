// Listing: what swlist found, as a value (D6). Rows stand in printing order; every layout question belongs to report/listing.ts.
// Promise: plain JSON, so that another door can show the same rows its own way.

import type { Attributes, AttributeValue } from './attributes.ts';

/** Values of -l that name software objects or what belongs to them, and those that name registered places. */
export const LIST_LEVELS = [
  'bundle',
  'product',
  'subproduct',
  'fileset',
  'file',
  'control_file',
  'category',
  'patch',
  'depot',
  'root',
  'shroot',
  'prroot',
] as const;

export type ListLevel = (typeof LIST_LEVELS)[number];

/** True for what lists the registered places of a machine instead of software. */
export function isPlaceLevel(level: ListLevel): level is 'depot' | 'root' | 'shroot' | 'prroot' {
  return level === 'depot' || level === 'root' || level === 'shroot' || level === 'prroot';
}

/** Class of a listed object; also the keyword that opens it in definition-file form. */
export type ListedClass = Exclude<ListLevel, 'patch' | 'shroot' | 'prroot'>;

export interface ListingColumn {
  /** As the user spelled it. */
  readonly keyword: string;
  /** '' when the object lacks the attribute. */
  readonly value: AttributeValue;
}

export interface ListingRow {
  /** `object` was asked for; `parent` only says what the next objects belong to (a `#` line). */
  readonly role: 'object' | 'parent';
  readonly class: ListedClass;
  /** `PRODUCT.FILESET`, a path, a tag; the software_spec when that was asked for. */
  readonly name: string;
  readonly columns: readonly ListingColumn[];
  /** Every attribute (-v); the row is then printed in definition-file form and `columns` is empty. */
  readonly attributes?: Attributes;
}

export interface ListingSection {
  /** Printed between two lone `#` lines: `Bundle(s)`. */
  readonly heading?: string;
  readonly rows: readonly ListingRow[];
}

export interface Listing {
  /** What the heading speaks of: software on a target, or the places registered on a host. */
  readonly of: 'software' | 'depot' | 'root' | 'shroot' | 'prroot';
  readonly sections: readonly ListingSection[];
}

/** A section whose rows are made as they are asked for: once, while the target is open. */
export interface StreamedSection {
  readonly heading?: string;
  readonly rows: Iterable<ListingRow>;
}

/** A listing of which no more is in memory than somebody looks at. */
export interface ListingStream {
  readonly of: Listing['of'];
  readonly sections: readonly StreamedSection[];
}
