// Every class of SD object as a ListedObject: its printed name, its stored attributes, and which attributes are made on display.
// Promise: building one is cheap (10,000 products are normal); sums, texts and dates are made only when a column asks for them.

import type { Attributes, AttributeValue } from '../model/attributes.ts';
import { attributesOf, list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type {
  Bundle,
  Category,
  ControlFile,
  FileRecord,
  Fileset,
  Product,
  Shown,
  Subproduct,
} from '../model/software.ts';
import { filesetKey, filesetName, tagOf } from '../model/software.ts';
import { contentsOf } from '../selection/match.ts';
import type { ListedObject } from './list-attributes.ts';
import {
  categoryTags,
  controlFileAttributes,
  dateOf,
  fileAttributes,
  filesetSize,
  longText,
  softwareSpec,
  vendorText,
} from './list-attributes.ts';
import { partsOf } from './list-selection.ts';

/** What is made on display, by class. */
const DATES = ['create_date', 'mod_date'];
const TOP = ['size', 'category_tag', 'description', 'copyright', 'vendor.title', 'vendor.description', ...DATES];
const BUNDLE = [...TOP, 'software_spec'];
const PRODUCT = [...TOP, 'all_filesets', 'readme', 'software_spec'];
const SUBPRODUCT = ['size', ...DATES, 'software_spec'];
const FILESET = ['size', 'state', 'category_tag', 'description', ...DATES, 'software_spec'];
const NOTHING: readonly string[] = [];

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
      made: BUNDLE,
      make: (keyword) => ofBundle(catalog, bundle, keyword),
    }),
    product: (product, prefix = '') => new ListedProduct(catalog, product, prefix),
    subproduct: (product, subproduct, prefix = '') => ({
      class: 'subproduct',
      name: `${prefix}${tagOf(product)}.${tagOf(subproduct)}`,
      stored: subproduct.attributes,
      made: SUBPRODUCT,
      make: (keyword) => ofSubproduct(catalog, product, subproduct, keyword),
    }),
    fileset: (product, fileset, prefix = '') => ({
      class: 'fileset',
      name: prefix + filesetName(product, fileset),
      stored: fileset.attributes,
      made: FILESET,
      make: (keyword) => ofFileset(catalog, product, fileset, keyword),
    }),
    file: (fileset, record) => new ListedFile(recordName(fileset, record.path), record),
    controlFile: (owner, record) => ({
      class: 'control_file',
      name: recordName(owner, record.tag),
      stored: controlFileAttributes(record),
      made: NOTHING,
      make: () => undefined,
    }),
    category: (category) => ({
      class: 'category',
      name: tagOf(category),
      stored: category.attributes,
      made: DATES,
      make: (keyword) => dateOf(category.attributes, keyword),
    }),
  };
}

// A class, because a listing makes one of each product; most are never asked for more than is shown.
class ListedProduct implements ListedObject {
  readonly class = 'product';
  readonly name: string;
  readonly made = PRODUCT;
  readonly #catalog: Catalog;
  readonly #product: Product;

  constructor(catalog: Catalog, product: Product, prefix: string) {
    this.name = prefix + tagOf(product);
    this.#catalog = catalog;
    this.#product = product;
  }

  get stored(): Attributes {
    return this.#product.attributes;
  }

  get shown(): Shown | undefined {
    return this.#product.shown;
  }

  make(keyword: string): AttributeValue | undefined {
    return ofProduct(this.#catalog, this.#product, keyword);
  }
}

// As ListedProduct; most listings show the path alone.
class ListedFile implements ListedObject {
  readonly class = 'file';
  readonly name: string;
  readonly made = NOTHING;
  readonly #record: FileRecord;

  constructor(name: string, record: FileRecord) {
    this.name = name;
    this.#record = record;
  }

  get stored(): Attributes {
    return fileAttributes(this.#record);
  }

  make(): undefined {
    return undefined;
  }
}

/** A registered depot or root; it has attributes only when the caller could read them. */
export function placeObject(kind: 'depot' | 'root', path: string, attributes: Attributes): ListedObject {
  return {
    class: kind,
    name: path,
    stored: attributesOf([['path', path], ...Object.entries(attributes).filter(([keyword]) => keyword !== 'path')]),
    made: DATES,
    make: (keyword) => dateOf(attributes, keyword),
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

function ofBundle(catalog: Catalog, bundle: Bundle, keyword: string): AttributeValue | undefined {
  if (keyword === 'size') return String(bundleSize(catalog, bundle));
  if (keyword === 'software_spec') return softwareSpec(tagOf(bundle), bundle.attributes, catalog.kind === 'root');
  return ofTop(catalog, bundle.id, bundle.attributes, keyword);
}

function ofProduct(catalog: Catalog, product: Product, keyword: string): AttributeValue | undefined {
  // `filesets` is asked for only where it is needed: reading it parses them.
  const { attributes } = product;
  if (keyword === 'size') return String(sum(product.filesets, (fileset) => filesetSize(catalog, product, fileset)));
  if (keyword === 'all_filesets') return text(attributes, 'all_filesets') || product.filesets.map(tagOf);
  if (keyword === 'readme') return longText(catalog, product.id, attributes, 'readme');
  if (keyword === 'software_spec') return softwareSpec(tagOf(product), attributes, catalog.kind === 'root');
  return ofTop(catalog, product.id, attributes, keyword);
}

function ofSubproduct(
  catalog: Catalog,
  product: Product,
  subproduct: Subproduct,
  keyword: string,
): AttributeValue | undefined {
  if (keyword === 'size') {
    return String(sum(filesetsOf(product, subproduct), (fileset) => filesetSize(catalog, product, fileset)));
  }
  if (keyword === 'software_spec') {
    return softwareSpec(`${tagOf(product)}.${tagOf(subproduct)}`, product.attributes, catalog.kind === 'root');
  }
  return dateOf(subproduct.attributes, keyword);
}

function ofFileset(catalog: Catalog, product: Product, fileset: Fileset, keyword: string): AttributeValue | undefined {
  const { attributes } = fileset;
  switch (keyword) {
    case 'size':
      return String(filesetSize(catalog, product, fileset));
    case 'state':
      // What is in a depot is available, whether or not its INDEX says so.
      return text(attributes, 'state') || (catalog.kind === 'depot' ? 'available' : undefined);
    case 'category_tag':
      return categoryTags(attributes);
    case 'description':
      return longText(catalog, filesetKey(product.id, fileset.id), attributes, keyword);
    case 'software_spec':
      return softwareSpec(filesetName(product, fileset), product.attributes, catalog.kind === 'root', attributes);
    default:
      return dateOf(attributes, keyword);
  }
}

/** What bundles and products have in common. */
function ofTop(catalog: Catalog, owner: string, stored: Attributes, keyword: string): AttributeValue | undefined {
  switch (keyword) {
    case 'category_tag':
      return categoryTags(stored);
    case 'description':
    case 'copyright':
      return longText(catalog, owner, stored, keyword);
    case 'vendor.title':
    case 'vendor.description':
      return vendorText(catalog, stored, keyword);
    default:
      return dateOf(stored, keyword);
  }
}

function bundleSize(catalog: Catalog, bundle: Bundle): number {
  return sum(partsOf(contentsOf(bundle, catalog)), ({ product, filesets }) =>
    sum(filesets, (fileset) => filesetSize(catalog, product, fileset)),
  );
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}
