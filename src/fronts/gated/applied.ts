// The patches a platform has: of the installer in the IPD of its root, of the repository in the repository's depot.
// Promise: nothing is opened to change, so an ordinary user may ask.

import type { Catalog } from '../../model/catalog.ts';
import { SdError } from '../../model/error.ts';
import { tagOf } from '../../model/software.ts';
import { installedCatalogOf } from '../../operations/installed.ts';
import { openListedDepot } from '../../operations/list-target.ts';
import { patchOfTag } from './archive-name.ts';
import { GRADES, type Grade } from './patch-archive.ts';

export interface AppliedPatch {
  readonly stem: string;
  readonly grade?: Grade;
}

/** Installer patches of a root. Throws what reading its IPD throws. */
export function appliedPatches(root: string, adminOption: string): AppliedPatch[] {
  return patchesOf(installedCatalogOf(root, adminOption));
}

/** Patches of a repository's depot; none where there is no depot yet. */
export async function storedPatches(depot: string): Promise<AppliedPatch[]> {
  try {
    const opened = await openListedDepot(depot);
    try {
      return patchesOf(opened.catalog);
    } finally {
      opened.close();
    }
  } catch (error) {
    if (error instanceof SdError && ['depot_not_found', 'not_a_depot'].includes(error.code)) return [];
    throw error;
  }
}

function patchesOf(catalog: Catalog): AppliedPatch[] {
  return catalog.products().flatMap((product) => {
    const stem = patchOfTag(tagOf(product));
    if (stem === undefined) return [];
    const words = [product.attributes.category_tag ?? []].flat();
    const grade = GRADES.find((each) => words.includes(each));
    return [grade === undefined ? { stem } : { stem, grade }];
  });
}
