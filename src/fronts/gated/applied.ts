// The patches a platform has: of the installer in the IPD of its root, of the repository in the repository's depot.
// Promise: nothing is opened to change, so an ordinary user may ask.

import { list, text } from '../../model/attributes.ts';
import { type Product, tagOf } from '../../model/software.ts';
import { installedCatalogOf, storedProducts } from '../../operations/installed.ts';
import { patchOfTag } from './archive-name.ts';
import { GRADES, type Grade } from './patch-archive.ts';

/** States of filesets, of a root and of a depot. */
const WHOLE: ReadonlySet<string> = new Set(['installed', 'configured', 'available']);

export interface AppliedPatch {
  readonly stem: string;
  /** False where its application was cut off or failed. */
  readonly whole: boolean;
  readonly grade?: Grade;
}

/** Installer patches of a root. Throws what reading its IPD throws. */
export function appliedPatches(root: string, adminOption: string): AppliedPatch[] {
  return patchesOf(installedCatalogOf(root, adminOption).products());
}

/** Patches of a repository's depot; none where there is no depot yet. */
export async function storedPatches(depot: string): Promise<AppliedPatch[]> {
  return patchesOf(await storedProducts(depot));
}

function patchesOf(products: readonly Product[]): AppliedPatch[] {
  return products.flatMap((product) => {
    const stem = patchOfTag(tagOf(product));
    if (stem === undefined) return [];
    const words = list(product.attributes, 'category_tag');
    const grade = GRADES.find((each) => words.includes(each));
    const whole = product.filesets.every(({ attributes }) => WHOLE.has(text(attributes, 'state')));
    return [grade === undefined ? { stem, whole } : { stem, whole, grade }];
  });
}
