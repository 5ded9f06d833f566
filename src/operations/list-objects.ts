// Every class of SD object as a ListedObject: its printed name, its stored attributes, and which attributes are made on display.
// Promise: building one is cheap (10,000 products are normal); sums, texts and dates are made only when a column asks for them.

import type { AttributeValue } from '../model/attributes.ts';
import { attributesOf, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Bundle, Category, ControlFile, FileRecord, Fileset, Product, Subproduct } from '../model/software.ts';
import { filesetKey, tagOf } from '../model/software.ts';
import { contentsOf } from '../selection/match.ts';
import type { ListedObject } from './list-attributes.ts';
import {
  categoryTags,
  controlFileAttributes,
  dates,
  fileAttributes,
  filesetSize,
  longText,
  softwareSpec,
  vendorTexts,
} from './list-attributes.ts';
import { partsOf } from './list-selection.ts';

type Computed = ListedObject['computed'];

/** Makes rows' objects from one catalog. A prefix is '' or `BUNDLE.`, for software shown as part of a bundle. */
export interface Objects {
  bundle(bundle: Bundle, prefix?: string): ListedObject;
  product(product: Product, prefix?: string): ListedObject;
  subproduct(product: Product, subproduct: Subproduct, prefix?: string): ListedObject;
  fileset(product: Product, fileset: Fileset, prefix?: string): ListedObject;
  file(fileset: ListedObject, record: FileRecord): ListedObject;
  controlFile(owner: ListedObject, record: ControlFile): ListedObject;
  category(category: Category): ListedObject;
}

/** The objects of `catalog`. */
export function objectsOf(catalog: Catalog): Objects {
  const installed = catalog.kind === 'root';
  // A root's records name the fileset on every line, so that `swlist -l file | grep path` tells whose it is (commands.md 12.5).
  const recordName = (owner: ListedObject, name: string) => (installed ? `${owner.name}: ${name}` : name);
  return {
    bundle: (bundle, prefix = '') => ({
      class: 'bundle',
      name: prefix + tagOf(bundle),
      stored: bundle.attributes,
      computed: {
        ...top(catalog, bundle.attributes, bundle.id),
        size: () => String(bundleSize(catalog, bundle)),
        software_spec: () => softwareSpec(prefix + tagOf(bundle), bundle.attributes, installed),
      },
    }),
    product: (product, prefix = '') => ({
      class: 'product',
      name: prefix + tagOf(product),
      stored: product.attributes,
      computed: {
        ...top(catalog, product.attributes, product.id),
        size: () => String(sum(product.filesets, (fileset) => filesetSize(catalog, product, fileset))),
        all_filesets: () => text(product.attributes, 'all_filesets') || product.filesets.map(tagOf),
        readme: () => longText(catalog, product.id, product.attributes, 'readme'),
        software_spec: () => softwareSpec(tagOf(product), product.attributes, installed),
      },
    }),
    subproduct: (product, subproduct, prefix = '') => ({
      class: 'subproduct',
      name: `${prefix}${tagOf(product)}.${tagOf(subproduct)}`,
      stored: subproduct.attributes,
      computed: {
        ...dates(subproduct.attributes),
        size: () => String(sum(filesetsOf(product, subproduct), (fileset) => filesetSize(catalog, product, fileset))),
        software_spec: () => softwareSpec(`${tagOf(product)}.${tagOf(subproduct)}`, product.attributes, installed),
      },
    }),
    fileset: (product, fileset, prefix = '') => {
      const name = `${tagOf(product)}.${tagOf(fileset)}`;
      return {
        class: 'fileset',
        name: prefix + name,
        stored: fileset.attributes,
        computed: {
          ...filesetTexts(catalog, product, fileset),
          size: () => String(filesetSize(catalog, product, fileset)),
          software_spec: () => softwareSpec(name, product.attributes, installed, fileset.attributes),
        },
      };
    },
    file: (fileset, record) => ({
      class: 'file',
      name: recordName(fileset, record.path),
      stored: fileAttributes(record),
      computed: {},
    }),
    controlFile: (owner, record) => ({
      class: 'control_file',
      name: recordName(owner, record.tag),
      stored: controlFileAttributes(record),
      computed: {},
    }),
    category: (category) => ({
      class: 'category',
      name: tagOf(category),
      stored: category.attributes,
      computed: dates(category.attributes),
    }),
  };
}

/** A registered depot or root; it has attributes only when the caller could read them. */
export function placeObject(
  kind: 'depot' | 'root',
  path: string,
  attributes: Readonly<Record<string, AttributeValue>>,
): ListedObject {
  return {
    class: kind,
    name: path,
    stored: attributesOf([['path', path], ...Object.entries(attributes).filter(([keyword]) => keyword !== 'path')]),
    computed: dates(attributes),
  };
}

/** Filesets a subproduct names, those of subproducts inside it included. */
export function filesetsOf(product: Product, subproduct: Subproduct, seen = new Set<string>()): readonly Fileset[] {
  const tag = tagOf(subproduct);
  if (seen.has(tag)) return [];
  seen.add(tag);
  const tags = new Set(list(subproduct.attributes, 'contents').flatMap((value) => value.split(/\s+/)));
  const own = product.filesets.filter((fileset) => tags.has(tagOf(fileset)));
  const inner = product.subproducts
    .filter((each) => tags.has(tagOf(each)))
    .flatMap((each) => filesetsOf(product, each, seen));
  return [...new Set([...own, ...inner])];
}

function bundleSize(catalog: Catalog, bundle: Bundle): number {
  return sum(partsOf(contentsOf(bundle, catalog), catalog), ({ product, filesets }) =>
    sum(filesets, (fileset) => filesetSize(catalog, product, fileset)),
  );
}

/** What bundles and products have in common. */
function top(catalog: Catalog, stored: ListedObject['stored'], owner: string): Computed {
  return {
    ...dates(stored),
    ...vendorTexts(catalog, stored),
    category_tag: () => categoryTags(stored),
    description: () => longText(catalog, owner, stored, 'description'),
    copyright: () => longText(catalog, owner, stored, 'copyright'),
  };
}

function filesetTexts(catalog: Catalog, product: Product, fileset: Fileset): Computed {
  const { attributes } = fileset;
  return {
    ...dates(attributes),
    category_tag: () => categoryTags(attributes),
    description: () => longText(catalog, filesetKey(product.id, fileset.id), attributes, 'description'),
    // What is in a depot is available, whether or not its INDEX says so.
    state: () => text(attributes, 'state') || (catalog.kind === 'depot' ? 'available' : undefined),
  };
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}
