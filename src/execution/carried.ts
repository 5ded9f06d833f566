// What travels beside the software, into a root and into a depot alike: vendor and category objects, contents of control files.

import { type Attributes, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { compareRevisions } from '../model/revision.ts';
import { type ControlFile, tagOf } from '../model/software.ts';

/**
 * Vendors and categories that these objects name, or all there are, as the source has them; of two categories the higher revision wins
 * (patches.md 2.5).
 */
export function definitionOps(
  source: Catalog,
  target: Catalog,
  objects: readonly { readonly attributes: Attributes }[] | 'all',
): CatalogOp[] {
  const all = objects === 'all';
  const vendorTags = new Set(all ? [] : objects.map((object) => text(object.attributes, 'vendor_tag')));
  const categoryTags = new Set(all ? [] : objects.flatMap((object) => list(object.attributes, 'category_tag')));
  const ops: CatalogOp[] = [];
  for (const vendor of source.vendors()) {
    if (all || vendorTags.has(tagOf(vendor))) ops.push({ op: 'vendor', vendor });
  }
  const categories = new Map(target.categories().map((category) => [tagOf(category), category]));
  for (const category of source.categories()) {
    const there = categories.get(tagOf(category));
    const newer =
      !there || compareRevisions(text(category.attributes, 'revision'), text(there.attributes, 'revision')) > 0;
    if ((all || categoryTags.has(tagOf(category))) && newer) ops.push({ op: 'category', category });
  }
  return ops;
}

/** Contents of the control files that come; those of `before` that do not come again go. */
export function controlFileOps(
  source: Catalog,
  from: string,
  owner: string,
  files: readonly ControlFile[],
  before: readonly ControlFile[],
): CatalogOp[] {
  const coming = new Set(files.map((file) => file.tag));
  const ops: CatalogOp[] = before
    .filter((file) => !coming.has(file.tag))
    .map((file) => ({ op: 'drop_control_file', owner, tag: file.tag }));
  for (const { tag } of files) {
    const content = source.controlFile(from, tag);
    if (content) ops.push({ op: 'control_file', owner, tag, content: content.toString('base64') });
  }
  return ops;
}
