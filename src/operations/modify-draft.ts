// A draft of changed definitions: edits of one swmodify gather here and become one set of catalog operations (commands.md 5.5).
// Promise: the catalog itself is not touched; what depends on an edit follows it: all_filesets, contents of subproducts, the size of a
// fileset, mod_time of what was changed; a product goes with its last fileset.

import { type Attributes, type AttributeValue, list, withAttributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp, ChangeSet } from '../model/change.ts';
import type { ObjectChange } from '../model/plan.ts';
import {
  type Bundle,
  type Category,
  type ControlFile,
  type FileRecord,
  type Fileset,
  type FilesetKey,
  filesetKey,
  type Product,
  splitKey,
  tagOf,
  type Vendor,
} from '../model/software.ts';
import { type Named, nameOf } from './modify-objects.ts';

interface FilesEdit {
  readonly put: Map<string, FileRecord>;
  readonly drop: Set<string>;
  all: boolean;
}

export class Draft {
  readonly catalog: Catalog;
  /** What is done to which object, in the order of the edits; for people. */
  readonly changes: ObjectChange[] = [];
  readonly #now: number;
  #own: Attributes | undefined;
  readonly #vendors = new Map<string, Vendor>();
  readonly #categories = new Map<string, Category | undefined>();
  readonly #bundles = new Map<string, Bundle | undefined>();
  readonly #products = new Map<string, Omit<Product, 'filesets'> | undefined>();
  readonly #filesets = new Map<FilesetKey, Fileset | undefined>();
  readonly #files = new Map<FilesetKey, FilesEdit>();
  readonly #controls = new Map<string, Map<string, Buffer | undefined>>();

  /** `now` in seconds since 1970. */
  constructor(catalog: Catalog, now: number) {
    this.catalog = catalog;
    this.#now = now;
  }

  /** Attributes as the draft has them. */
  attributesOf(named: Named): Attributes {
    switch (named.level) {
      case 'fileset':
        return this.fileset(named.key)?.attributes ?? named.fileset.attributes;
      case 'product':
        return this.product(named.object.id)?.attributes ?? named.object.attributes;
      case 'bundle':
        return this.#bundles.get(named.object.id)?.attributes ?? named.object.attributes;
      case 'category':
        return this.#categories.get(tagOf(named.object))?.attributes ?? named.object.attributes;
      case 'subproduct':
        return this.#subproduct(named).attributes;
      case 'depot':
        return this.#own ?? named.object.attributes;
    }
  }

  /** Sets attributes, or with undefined drops them. `words` tell it to people. */
  change(named: Named, values: Readonly<Record<string, AttributeValue | undefined>>, words: readonly string[]): void {
    const attributes = withAttributes(this.attributesOf(named), values);
    const dated = withAttributes(attributes, { mod_time: String(this.#now) });
    switch (named.level) {
      case 'fileset':
        this.#filesets.set(named.key, { ...(this.fileset(named.key) ?? named.fileset), attributes: dated });
        break;
      case 'product':
        this.putProduct({ ...this.#known(named.object.id), attributes: dated });
        break;
      case 'bundle':
        this.#bundles.set(named.object.id, { id: named.object.id, attributes: dated });
        break;
      case 'category':
        this.#categories.set(tagOf(named.object), { attributes });
        break;
      case 'subproduct': {
        const product = this.#known(named.product.id);
        const subproducts = product.subproducts.map((each) =>
          tagOf(each) === tagOf(named.object) ? { attributes } : each,
        );
        this.putProduct({ ...product, subproducts });
        break;
      }
      case 'depot':
        this.#own = dated;
    }
    this.tell('change', named, words);
  }

  tell(action: ObjectChange['action'], named: Named, words: readonly string[] = []): void {
    this.changes.push({ action, level: named.level, spec: nameOf(named), words });
  }

  /** The product as the draft has it; undefined when there is none, or none any more. */
  product(id: string): Omit<Product, 'filesets'> | undefined {
    return this.#products.has(id) ? this.#products.get(id) : this.catalog.product(id);
  }

  fileset(key: FilesetKey): Fileset | undefined {
    if (this.#filesets.has(key)) return this.#filesets.get(key);
    const { productId, filesetId } = splitKey(key);
    return this.catalog.product(productId)?.filesets.find((each) => each.id === filesetId);
  }

  /** Filesets of a product as the draft has them. */
  filesetsOf(id: string): Fileset[] {
    const there = (this.catalog.product(id)?.filesets ?? []).map((each) => each.id);
    const drafted = [...this.#filesets.keys()].flatMap((key) =>
      splitKey(key).productId === id ? [splitKey(key).filesetId] : [],
    );
    return [...new Set([...there, ...drafted])].flatMap((each) => this.fileset(filesetKey(id, each)) ?? []);
  }

  putProduct(product: Omit<Product, 'filesets'>): void {
    const { id, attributes, subproducts, controlFiles } = product;
    const dated = withAttributes(attributes, { mod_time: String(this.#now) });
    this.#products.set(id, { id, attributes: dated, subproducts, controlFiles });
  }

  putFileset(productId: string, fileset: Fileset): void {
    const attributes = withAttributes(fileset.attributes, { mod_time: String(this.#now) });
    this.#filesets.set(filesetKey(productId, fileset.id), { ...fileset, attributes });
  }

  putBundle(bundle: Bundle): void {
    this.#bundles.set(bundle.id, bundle);
  }

  putCategory(category: Category): void {
    this.#categories.set(tagOf(category), category);
  }

  putVendor(vendor: Vendor): void {
    this.#vendors.set(tagOf(vendor), vendor);
  }

  /** Drops the definition of an object; a product with its filesets. */
  drop(named: Named): void {
    switch (named.level) {
      case 'bundle':
        this.#bundles.set(named.object.id, undefined);
        break;
      case 'category':
        this.#categories.set(tagOf(named.object), undefined);
        break;
      case 'product':
        for (const each of named.object.filesets) this.#filesets.set(filesetKey(named.object.id, each.id), undefined);
        this.#products.set(named.object.id, undefined);
        break;
      case 'fileset':
        this.#filesets.set(named.key, undefined);
        break;
      case 'subproduct': {
        if (this.product(named.product.id) === undefined) return;
        const product = this.#known(named.product.id);
        const tag = tagOf(named.object);
        const left = product.subproducts.filter((each) => tagOf(each) !== tag).map((each) => withoutContent(each, tag));
        this.putProduct({ ...product, subproducts: left });
      }
    }
    this.tell('delete', named);
  }

  /** File entries of a fileset; `all` first drops those there are. */
  putFiles(key: FilesetKey, records: readonly FileRecord[], all = false): void {
    const edit = this.#filesEdit(key);
    if (all) edit.all = true;
    for (const record of records) {
      edit.put.set(record.path, record);
      edit.drop.delete(record.path);
    }
    this.#resize(key);
  }

  dropFile(key: FilesetKey, path: string): void {
    const edit = this.#filesEdit(key);
    edit.put.delete(path);
    edit.drop.add(path);
    this.#resize(key);
  }

  /** Control file of a product (its id) or fileset (its key); without content it is dropped. */
  setControl(owner: string, file: ControlFile, content: Buffer | undefined): void {
    const contents = this.#controls.get(owner) ?? new Map<string, Buffer | undefined>();
    this.#controls.set(owner, contents.set(file.tag, content));
    const replaced = (files: readonly ControlFile[]) => {
      const others = files.filter((each) => each.tag !== file.tag);
      return content === undefined ? others : [...others, file];
    };
    if (owner.includes('/')) {
      const fileset = this.fileset(owner)!;
      this.putFileset(splitKey(owner).productId, { ...fileset, controlFiles: replaced(fileset.controlFiles) });
      this.#resize(owner);
    } else {
      const product = this.#known(owner);
      this.putProduct({ ...product, controlFiles: replaced(product.controlFiles) });
    }
  }

  /** Everything, in an order in which it can be applied. Asked once, at the end. */
  ops(): ChangeSet {
    for (const id of new Set([...this.#filesets.keys()].map((key) => splitKey(key).productId))) this.#settle(id);
    const ops: CatalogOp[] = this.#own ? [{ op: 'target', attributes: this.#own }] : [];
    for (const vendor of this.#vendors.values()) ops.push({ op: 'vendor', vendor });
    for (const [tag, category] of this.#categories)
      ops.push(category ? { op: 'category', category } : { op: 'drop_category', tag });
    for (const [id, bundle] of this.#bundles) ops.push(bundle ? { op: 'bundle', bundle } : { op: 'drop_bundle', id });
    for (const [id, product] of this.#products)
      ops.push(product ? { op: 'product', product } : { op: 'drop_product', id });
    for (const [key, fileset] of this.#filesets) ops.push(...this.#filesetOps(key, fileset));
    for (const [owner, contents] of this.#controls) {
      if (!this.#isThere(owner)) continue;
      for (const [tag, content] of contents) {
        if (content) ops.push({ op: 'control_file', owner, tag, content: content.toString('base64') });
        else ops.push({ op: 'drop_control_file', owner, tag });
      }
    }
    return ops;
  }

  #filesetOps(key: FilesetKey, fileset: Fileset | undefined): CatalogOp[] {
    const { productId } = splitKey(key);
    // It goes with its product.
    if (this.product(productId) === undefined) return [];
    if (!fileset) return [{ op: 'drop_fileset', fileset: key }];
    const edit = this.#files.get(key);
    return [
      { op: 'fileset', productId, fileset },
      ...(edit
        ? [
            {
              op: 'files',
              fileset: key,
              put: [...edit.put.values()],
              drop: [...edit.drop],
              all: edit.all,
            } satisfies CatalogOp,
          ]
        : []),
    ];
  }

  /** all_filesets and the contents of subproducts follow the filesets; a product without any goes. */
  #settle(id: string): void {
    const product = this.product(id);
    if (product === undefined) return;
    const before = (this.catalog.product(id)?.filesets ?? []).map(tagOf);
    const after = this.filesetsOf(id).map(tagOf);
    if (after.length === 0) {
      this.#products.set(id, undefined);
      return;
    }
    const gone = [...new Set(before)].filter((tag) => !after.includes(tag));
    const come = [...new Set(after)].filter((tag) => !before.includes(tag));
    if (gone.length + come.length === 0) return;
    const named = list(product.attributes, 'all_filesets').flatMap((each) => each.split(/\s+/));
    const all = [...new Set([...named, ...come])].filter((tag) => tag !== '' && !gone.includes(tag));
    this.putProduct({
      ...product,
      attributes: withAttributes(product.attributes, { all_filesets: all }),
      subproducts: gone.reduce((left, tag) => left.map((each) => withoutContent(each, tag)), product.subproducts),
    });
  }

  /** Bytes of files and control files (formats.md 10). */
  #resize(key: FilesetKey): void {
    const fileset = this.fileset(key)!;
    const bytes = [...this.filesOf(key), ...fileset.controlFiles].reduce((sum, each) => sum + (each.size ?? 0), 0);
    const attributes = withAttributes(fileset.attributes, { size: String(bytes), mod_time: String(this.#now) });
    this.#filesets.set(key, { ...fileset, attributes });
  }

  /** File records of a fileset as the draft has them. */
  filesOf(key: FilesetKey): FileRecord[] {
    const edit = this.#files.get(key);
    const { productId, filesetId } = splitKey(key);
    const known = this.catalog.product(productId)?.filesets.some((each) => each.id === filesetId) === true;
    const there = known && !edit?.all ? this.catalog.files(key) : [];
    const records = new Map(there.map((record) => [record.path, record]));
    for (const path of edit?.drop ?? []) records.delete(path);
    for (const [path, record] of edit?.put ?? []) records.set(path, record);
    return [...records.values()];
  }

  #filesEdit(key: FilesetKey): FilesEdit {
    const edit = this.#files.get(key) ?? { put: new Map(), drop: new Set(), all: false };
    this.#files.set(key, edit);
    return edit;
  }

  #isThere(owner: string): boolean {
    return owner.includes('/') ? this.fileset(owner) !== undefined : this.product(owner) !== undefined;
  }

  #known(id: string): Omit<Product, 'filesets'> {
    const product = this.product(id);
    if (!product) throw new Error(`no product ${id} in the draft`);
    return product;
  }

  #subproduct({ object, product }: Extract<Named, { level: 'subproduct' }>) {
    return this.product(product.id)?.subproducts.find((each) => tagOf(each) === tagOf(object)) ?? object;
  }
}

function withoutContent<T extends { readonly attributes: Attributes }>(object: T, tag: string): T {
  const contents = list(object.attributes, 'contents').flatMap((each) => each.split(/\s+/));
  if (!contents.includes(tag)) return object;
  return {
    ...object,
    attributes: withAttributes(object.attributes, { contents: contents.filter((each) => each !== tag) }),
  };
}
