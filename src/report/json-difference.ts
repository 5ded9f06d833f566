// A Difference as data of the document `swdist.difference`.

import type { Changed, Difference } from '../model/difference.ts';

/** The four lists, with the names of fields that all documents use. */
export function differenceData({ newer, patches, lacking, older }: Difference): object {
  return { newer: newer.map(changedData), patches, lacking, older: older.map(changedData) };
}

function changedData({ name, title, onTarget, inDepot }: Changed): object {
  return { name, title, on_target: onTarget, in_depot: inDepot };
}
