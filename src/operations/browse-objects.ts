// Software as a tree that is walked like directories (commands.md 13.1): bundles and products, in them subproducts and filesets, in these
// files. Attributes are those of swlist.
// Promise: what lies inside an object is looked up when it is opened, so that ten thousand products begin at once.

import type { Catalog } from '../model/catalog.ts';
import type { FileRecord, Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';
import { attributeOf, type ListedObject } from './list-attributes.ts';
import { filesetsOf, type Objects, objectsOf } from './list-objects.ts';
import { bundleParts, type ProductPart, wholePart } from './list-selection.ts';
import { sorted, sortedParts, topLevel } from './list-software.ts';

export interface BrowsedObject {
  readonly kind: 'bundle' | 'product' | 'subproduct' | 'fileset' | 'file';
  /** Unique in its catalog. */
  readonly id: string;
  /** A tag, or the path of a file. */
  readonly name: string;
  /** Fully qualified software_specs that name this object and nothing else: one; of a part of a product its filesets'; of a file none. */
  operands(): readonly string[];
  /** An attribute as `swlist -a` gives it; lists are joined by blanks. */
  attribute(keyword: string): string;
  /** Every fileset it stands for; none for a file. */
  filesets(): readonly FilesetKey[];
  /** What it opens to; nothing for a file. */
  inside(): readonly BrowsedObject[];
}

/** What is seen first. `softwareView` is all_bundles, products, or a category of bundles. */
export function topObjects(catalog: Catalog, softwareView: string): BrowsedObject[] {
  const objects = objectsOf(catalog);
  const { bundles, products } = topLevel(catalog, softwareView);
  const inBundle = bundles.map((bundle) => {
    const parts = () => sortedParts(bundleParts(bundle, catalog));
    return browsed(`bundle ${bundle.id}`, tagOf(bundle), objects.bundle(bundle), {
      filesets: () => parts().flatMap(keysOf),
      inside: () => parts().map((part) => productObject(catalog, objects, part, `${bundle.id} `)),
    });
  });
  return [...inBundle, ...products.map((product) => productObject(catalog, objects, wholePart(product), ''))];
}

/** `part` may be less than the product where a bundle holds only some of its filesets; `within` keeps the ids of both apart. */
function productObject(catalog: Catalog, objects: Objects, part: ProductPart, within: string): BrowsedObject {
  const { product } = part;
  const own = browsed(`${within}${product.id}`, tagOf(product), objects.product(product), {
    filesets: () => keysOf(part),
    inside: () => {
      const grouped = new Set(part.subproducts.flatMap((each) => filesetsOf(product, each)));
      return [
        ...sorted(part.subproducts).map((subproduct) => {
          const filesets = filesetsOf(product, subproduct).filter((each) => part.filesets.includes(each));
          const id = `${within}${product.id}.${tagOf(subproduct)}`;
          return browsed(id, tagOf(subproduct), objects.subproduct(product, subproduct), {
            filesets: () => filesets.map((each) => filesetKey(product.id, each.id)),
            inside: () => sorted(filesets).map((each) => filesetObject(catalog, objects, product, each)),
          });
        }),
        ...sorted(part.filesets.filter((each) => !grouped.has(each))).map((each) =>
          filesetObject(catalog, objects, product, each),
        ),
      ];
    },
  });
  // Of a part the operand must not name the whole.
  const whole = part.filesets.length === product.filesets.length;
  const filesets = () => part.filesets.flatMap((each) => filesetObject(catalog, objects, product, each).operands());
  return whole ? own : { ...own, operands: filesets };
}

function filesetObject(catalog: Catalog, objects: Objects, product: Product, fileset: Fileset): BrowsedObject {
  const key = filesetKey(product.id, fileset.id);
  const listed = objects.fileset(product, fileset);
  return browsed(key, tagOf(fileset), listed, {
    filesets: () => [key],
    inside: () => catalog.files(key).map((file) => fileObject(objects, listed, key, file)),
  });
}

function fileObject(objects: Objects, owner: ListedObject, key: FilesetKey, file: FileRecord): BrowsedObject {
  const listed = objects.file(owner, file);
  const inside = { filesets: () => [], inside: () => [] };
  return { ...browsed(`${key}:${file.path}`, file.path, listed, inside), operands: () => [] };
}

function browsed(
  id: string,
  name: string,
  listed: ListedObject,
  inside: Pick<BrowsedObject, 'filesets' | 'inside'>,
): BrowsedObject {
  const attribute = (keyword: string) => {
    const value = attributeOf(listed, keyword);
    return typeof value === 'string' ? value : value.join(' ');
  };
  const kind = listed.class as BrowsedObject['kind'];
  return { kind, id, name, operands: () => [attribute('software_spec')], attribute, ...inside };
}

function keysOf({ product, filesets }: ProductPart): FilesetKey[] {
  return filesets.map((fileset) => filesetKey(product.id, fileset.id));
}
