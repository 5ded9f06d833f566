// `swlist -l patch` and `swlist --owner PATH`: rows that follow a relation between filesets instead of the tree of software.
//
// -l patch (patches.md 7.1): `#` line of the base fileset, then its patch filesets with patch_one_liner; a patch of several
// filesets appears once for each. A patch whose base is not there stands below its own product; so does one that is named.
// --owner (ours): the filesets whose file list holds the path, the base before its patches.

import { list } from '../model/attributes.ts';
import type { ListingRow } from '../model/listing.ts';
import type { Placed } from '../model/patches.ts';
import { baseOf, everyFileset, isPatch, lookUp } from '../model/patches.ts';
import type { FilesetKey } from '../model/software.ts';
import { filesetKey, filesetName } from '../model/software.ts';
import { resolveProducts, specOf } from '../selection/match.ts';
import { rowOf } from './list-rows.ts';
import type { Named } from './list-selection.ts';
import { mergeParts } from './list-selection.ts';
import type { View } from './list-software.ts';
import { sorted, sortedParts } from './list-software.ts';

/** Rows of -l patch. Without operands: every base fileset that has patches, then the patches without a base. */
export function patchRows(view: View, operands: readonly Named[] | undefined): ListingRow[] {
  const patches = [...everyFileset(view.catalog)].filter((each) => isPatch(each.fileset));
  const byBase = new Map<FilesetKey, Placed[]>();
  const orphans = new Set<FilesetKey>();
  for (const patch of patches) {
    const bases = basesOf(view, patch);
    if (bases.length === 0) orphans.add(patch.key);
    for (const base of bases) {
      const known = byBase.get(base);
      if (known) known.push(patch);
      else byBase.set(base, [patch]);
    }
  }
  const products = operands
    ? mergeParts(operands.flatMap((operand) => operand.parts))
    : view.catalog
        .products()
        .map((product) => ({ product, whole: false, filesets: product.filesets, subproducts: [] }));
  return sortedParts(products).flatMap(({ product, filesets, whole }) => {
    const own = sorted(filesets.filter(isPatch)).filter(
      (fileset) => operands !== undefined || orphans.has(filesetKey(product.id, fileset.id)),
    );
    const below = sorted(filesets).flatMap((fileset) =>
      baseRows(view, { product, fileset, key: filesetKey(product.id, fileset.id) }, byBase),
    );
    const head = own.length > 0 || (operands !== undefined && whole && below.length > 0);
    return [
      ...(head ? [rowOf(view.style, 'parent', view.objects.product(product))] : []),
      ...own.map((fileset) => patchRow(view, { product, fileset, key: filesetKey(product.id, fileset.id) })),
      ...below,
    ];
  });
}

function baseRows(view: View, base: Placed, byBase: ReadonlyMap<FilesetKey, readonly Placed[]>): ListingRow[] {
  const patches = byBase.get(base.key);
  if (!patches) return [];
  const inOrder = [...patches].sort((a, b) => (placedName(a) < placedName(b) ? -1 : 1));
  return [
    rowOf(view.style, 'parent', view.objects.fileset(base.product, base.fileset)),
    ...inOrder.map((patch) => patchRow(view, patch)),
  ];
}

/** The revision stands first, as in real listings, whether or not patch_one_liner names it. */
function patchRow(view: View, patch: Placed): ListingRow {
  const { patchOneLiner } = view.style;
  const columns = patchOneLiner.includes('revision') ? patchOneLiner : ['revision', ...patchOneLiner];
  return rowOf(view.style, 'object', view.objects.fileset(patch.product, patch.fileset), columns);
}

function placedName(placed: Placed): string {
  return filesetName(placed.product, placed.fileset);
}

/** Base filesets of a patch: what it was applied to on a root, what its ancestors name in a depot. */
function basesOf(view: View, patch: Placed): FilesetKey[] {
  const base = baseOf(view.catalog, patch);
  if (base) return [base.key];
  const { attributes } = patch.fileset;
  const applied = list(attributes, 'applied_to');
  const keys = (applied.length > 0 ? applied : list(attributes, 'ancestor')).flatMap((source) => {
    const spec = specOf(source);
    return spec ? resolveProducts(spec, view.catalog).filesets : [];
  });
  return [...new Set(keys)].filter((key) => {
    const base = lookUp(view.catalog, key);
    return base !== undefined && !isPatch(base.fileset);
  });
}

/** The filesets that list `path`, base before patches; empty when none of them is visible. */
export function ownerRows(view: View, path: string): ListingRow[] {
  const owners = view.catalog.owners(path).flatMap((key) => lookUp(view.catalog, key) ?? []);
  const bases = owners.filter((owner) => !isPatch(owner.fileset));
  const patches = owners.filter((owner) => isPatch(owner.fileset));
  return [
    ...bases.map((owner) => rowOf(view.style, 'object', view.objects.fileset(owner.product, owner.fileset))),
    ...patches.map((owner) => patchRow(view, owner)),
  ];
}
