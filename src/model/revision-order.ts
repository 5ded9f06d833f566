// Which order the revisions of an object follow: SD's own, or that of the packages it was made from (attribute `revision_order`).
// Must not: be asked for anything but products and filesets; categories and bundles are SD's.

import { type Attributes, text } from './attributes.ts';
import { compareRevisions } from './revision.ts';
import { compareDebian } from './revision-debian.ts';
import { compareRpm } from './revision-rpm.ts';

/** Values of `revision_order`. */
export type RevisionOrder = 'debian' | 'rpm';

type Compare = (left: string, right: string) => number;

const ORDERS: ReadonlyMap<string, Compare> = new Map<RevisionOrder, Compare>([
  ['debian', compareDebian],
  ['rpm', compareRpm],
]);

/** How revisions compare with those of this object: negative when the first is older. SD's own order for a word that is not known. */
export function revisionOrderOf(attributes: Attributes): Compare {
  const word = text(attributes, 'revision_order');
  return (word === '' ? undefined : ORDERS.get(word)) ?? compareRevisions;
}

/** Compares the revisions of two objects: in the order of their origin where it is one, else in SD's. */
export function compareRevisionsOf(left: Attributes, right: Attributes): number {
  const same = text(left, 'revision_order') === text(right, 'revision_order');
  const compare = same ? revisionOrderOf(left) : compareRevisions;
  return compare(text(left, 'revision'), text(right, 'revision'));
}
