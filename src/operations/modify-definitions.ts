// swmodify -s and -c (commands.md 5.5): definitions of a source merged into a root's or depot's catalog. No file is touched.
//
//   vendor, category of the source           put
//   bundle, product with the same tag,       what the source says replaces what it has; identity, and what SD makes, stays
//     revision, architecture, vendor_tag
//   fileset, subproduct of the same tag      the same; file entries of the same path are replaced
//     (and architecture)
//   anything else                            added: on a root at location `/`, in state installed
//   installed product of the tag, but of     refused: a second one cannot stand at the same location
//     another revision or vendor
//   new patch fileset for a root             refused: patches are applied by swinstall
//   -c: files and control files              the source's lists are complete, the target's others go

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Identities } from '../analysis/identity.ts';
import { availableFileset, availableProduct, isStored } from '../depot/available.ts';
import { placedAs } from '../execution/placing.ts';
import { installDate } from '../execution/session.ts';
import { accountsOf } from '../host/accounts.ts';
import { type Attributes, list, text, withAttributes } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import { relocation } from '../model/location.ts';
import { isPatch } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { type Bundle, type ControlFile, type Fileset, filesetKey, type Product, tagOf } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import type { Draft } from './modify-draft.ts';
import { classOf, type Named } from './modify-objects.ts';
import { type Defined, type Definitions, definable, filesIn } from './modify-source.ts';
import { chooseSoftware } from './package-plan.ts';
import { completed } from './psf-attributes.ts';

export interface MergeParts {
  readonly draft: Draft;
  readonly source: Definitions;
  /** Operands that choose among what the source defines; none means all. */
  readonly software: readonly string[];
  /** Absolute path of the root or depot. */
  readonly anchor: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Merges; returns findings, among them an ERROR for each operand the source does not define. Throws the refusals as SdError. */
export function mergeDefinitions(parts: MergeParts): readonly Finding[] {
  const { draft, source } = parts;
  const choice = chooseSoftware(source.catalog, parts.software, true);
  if (choice.findings.length > 0) return choice.findings;
  return new Merge(parts).run(choice.products, choice.bundles, [...draft.catalog.bundles()]);
}

class Merge {
  readonly #parts: MergeParts;
  readonly #draft: Draft;
  readonly #source: Definitions;
  readonly #identities: Identities;
  readonly #root: boolean;
  /** Ids of products and bundles, those given out included. */
  readonly #taken: Set<string>;
  readonly #findings: Finding[] = [];

  constructor(parts: MergeParts) {
    this.#parts = parts;
    this.#draft = parts.draft;
    this.#source = parts.source;
    this.#root = parts.draft.catalog.kind === 'root';
    const { catalog } = parts.draft;
    this.#taken = new Set([...catalog.products(), ...catalog.bundles()].map((object) => object.id));
    this.#identities = new Identities(parts.draft.catalog, parts.draft.catalog.kind);
  }

  run(products: readonly Product[], bundles: readonly Bundle[], there: readonly Bundle[]): readonly Finding[] {
    const { catalog } = this.#source;
    for (const vendor of catalog.vendors()) this.#draft.putVendor(vendor);
    const known = new Map(this.#draft.catalog.categories().map((category) => [tagOf(category), category]));
    for (const category of catalog.categories()) {
      const before = known.get(tagOf(category));
      const merged = { attributes: { ...before?.attributes, ...definable('category', this.#source.given(category)) } };
      if (same(before?.attributes, merged.attributes)) continue;
      this.#draft.putCategory(before ? merged : category);
      this.#draft.tell(before ? 'change' : 'add', { level: 'category', object: category });
    }
    for (const product of products) this.#product(product);
    for (const bundle of bundles) this.#bundle(bundle, there);
    return this.#findings;
  }

  #bundle(bundle: Bundle, there: readonly Bundle[]): void {
    const before = there.find((each) => identity(each) === identity(bundle));
    if (before) {
      this.#change({ level: 'bundle', object: before }, before.attributes, bundle);
      return;
    }
    const id = freeId(tagOf(bundle), this.#taken);
    this.#taken.add(id);
    const attributes = this.#made(bundle.attributes, id);
    this.#draft.putBundle({ id, attributes });
    this.#draft.tell('add', { level: 'bundle', object: { id, attributes } });
  }

  /** What the source says of an object that is there; with a whole source what it does not say goes. */
  #change(named: Named, before: Attributes, object: Defined): void {
    const level = classOf(named);
    const given = definable(level, this.#source.given(object));
    const silent = this.#source.whole
      ? Object.keys(definable(level, before)).filter((word) => given[word] === undefined)
      : [];
    const said = { ...Object.fromEntries(silent.map((word) => [word, undefined])), ...given };
    // Which patches and bases there are rests on these.
    const kept = level === 'fileset' ? (this.#root ? ['is_patch', 'architecture', 'state'] : ['state']) : [];
    const state = text(given, 'state');
    const after = withAttributes(completed(withAttributes(before, said)), {
      ...Object.fromEntries(kept.flatMap((word) => (before[word] === undefined ? [] : [[word, before[word]]]))),
      ...(level === 'fileset' && this.#isState(state) ? { state } : {}),
    });
    const words = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (word) => JSON.stringify(before[word]) !== JSON.stringify(after[word]),
    );
    if (words.length === 0) return;
    this.#draft.change(named, Object.fromEntries(words.map((word) => [word, after[word]])), words);
  }

  #product(product: Product): void {
    const before = this.#present(product);
    const location = before ? text(before.attributes, 'location') || '/' : '/';
    const id = before?.id ?? this.#identities.product(product, location).id;
    this.#taken.add(id);
    if (before) this.#changeProduct(before, product);
    else this.#addProduct(product, id, location);
    const place = { id, ...(before ? { present: before } : {}) };
    for (const fileset of product.filesets) {
      const target = this.#identities.fileset(place, product, fileset);
      this.#fileset(product, fileset, id, target.present, target.key.slice(id.length + 1), location);
    }
  }

  #present(product: Product): Product | undefined {
    const ofTag = this.#draft.catalog.products().filter((each) => tagOf(each) === tagOf(product));
    const said = this.#source.given(product);
    const words = ['revision', 'architecture', 'vendor_tag', 'location'].filter((word) => said[word] !== undefined);
    const equal = ofTag.filter((each) => words.every((word) => text(each.attributes, word) === text(said, word)));
    if (equal.length > 1) {
      throw new SdError('ambiguous_version', {
        what: `The definition of the product "${brief(product)}" cannot be changed.`,
        because: `There are ${equal.length} that it could mean.`,
        todo: 'Give it their architecture and vendor_tag too.',
      });
    }
    const other = this.#root ? ofTag.find((each) => (text(each.attributes, 'location') || '/') === '/') : undefined;
    if (equal.length === 0 && other) {
      throw new SdError('product_exists', {
        what: `The product "${brief(product)}" cannot be added.`,
        because: `"${brief(other)}" is installed at the same location, and who it is cannot be changed.`,
        todo: 'Give the definition the revision, architecture and vendor_tag that are installed.',
      });
    }
    return equal[0];
  }

  #changeProduct(before: Product, product: Product): void {
    this.#change({ level: 'product', object: before }, before.attributes, product);
    for (const subproduct of product.subproducts) {
      const there = before.subproducts.find((each) => tagOf(each) === tagOf(subproduct));
      if (there) {
        this.#change({ level: 'subproduct', object: there, product: before }, there.attributes, subproduct);
        continue;
      }
      const now = this.#draft.product(before.id) ?? before;
      this.#draft.putProduct({ ...now, subproducts: [...now.subproducts, subproduct] });
      this.#draft.tell('add', { level: 'subproduct', object: subproduct, product: before });
    }
    this.#controlFiles(product.id, product.controlFiles, before.id, before.controlFiles);
  }

  #addProduct(product: Product, id: string, location: string): void {
    const seconds = Math.floor(this.#parts.now / 1000);
    const attributes = this.#root
      ? {
          ...this.#made(product.attributes, id),
          location,
          install_date: installDate(this.#parts.now),
          all_filesets: product.filesets.map(tagOf),
        }
      : availableProduct(product, id, undefined, { now: seconds }).attributes;
    this.#draft.putProduct({ id, attributes, subproducts: product.subproducts, controlFiles: [] });
    this.#draft.tell('add', { level: 'product', object: { ...product, id, attributes } });
    this.#controlFiles(product.id, product.controlFiles, id, []);
  }

  #fileset(
    product: Product,
    fileset: Fileset,
    productId: string,
    before: Fileset | undefined,
    id: string,
    location: string,
  ): void {
    const key = filesetKey(productId, id);
    if (before) {
      this.#sameRevision(product, fileset, before);
      this.#change(
        { level: 'fileset', product: { ...product, id: productId }, fileset: before, key },
        before.attributes,
        fileset,
      );
    } else this.#addFileset(product, fileset, productId, id, location);
    this.#controlFiles(filesetKey(product.id, fileset.id), fileset.controlFiles, key, before?.controlFiles ?? []);
    this.#files(product, fileset, productId, id, location, before === undefined || this.#source.whole);
  }

  #addFileset(product: Product, fileset: Fileset, productId: string, id: string, location: string): void {
    if (this.#root && isPatch(fileset)) {
      throw new SdError('patch_definition', {
        what: `The patch fileset "${brief(product, fileset)}" cannot be added.`,
        because: 'A patch is more than its definition: it changes the records of its base.',
        todo: 'Install it with swinstall.',
      });
    }
    const seconds = Math.floor(this.#parts.now / 1000);
    const said = text(fileset.attributes, 'state');
    const state = this.#isState(said) ? said : 'installed';
    const attributes = this.#root
      ? {
          ...this.#made(fileset.attributes, id),
          location,
          state,
          install_date: installDate(this.#parts.now),
          applied_patches: [],
        }
      : availableFileset(fileset, id, filesIn(this.#source, product, fileset.id), undefined, { now: seconds })
          .attributes;
    const added = { id, attributes, controlFiles: [] };
    this.#draft.putFileset(productId, added);
    const there = this.#draft.product(productId)!;
    const all = [...new Set([...list(there.attributes, 'all_filesets'), tagOf(fileset)])];
    this.#draft.putProduct({ ...there, attributes: withAttributes(there.attributes, { all_filesets: all }) });
    this.#draft.tell('add', { level: 'fileset', product, fileset: added, key: filesetKey(productId, id) });
  }

  #files(product: Product, fileset: Fileset, productId: string, id: string, location: string, all: boolean): void {
    const key = filesetKey(productId, id);
    const relocate = relocation(text(product.attributes, 'directory'), location);
    const accounts = accountsOf(this.#parts.anchor);
    const records = filesIn(this.#source, product, fileset.id).map((record) => {
      if (!this.#root || this.#source.whole) return record;
      const { mode, uid, gid } = placedAs({ accounts }, record);
      const link =
        record.type === 'h' && record.link_source !== undefined ? { link_source: relocate(record.link_source) } : {};
      return { ...record, path: relocate(record.path), mode, uid, gid, ...link };
    });
    if (records.length === 0 && !(all && this.#source.whole)) return;
    this.#draft.putFiles(key, records, all);
    if (this.#root) return;
    const bare = records.filter(
      (each) => isStored(each) && !lstatSync(join(this.#parts.anchor, `${key}${each.path}`), { throwIfNoEntry: false }),
    );
    if (bare[0] === undefined) return;
    const more = bare.length > 1 ? ` and ${bare.length - 1} more` : '';
    const said = `The depot has no content for "${bare[0].path}"${more} of "${brief(product, fileset)}".  Put it there, or package the software with swpackage.`;
    this.#findings.push({ severity: 'warning', code: 'content_missing', text: said });
  }

  #controlFiles(from: string, files: readonly ControlFile[], owner: string, before: readonly ControlFile[]): void {
    const coming = new Set(files.map((file) => file.tag));
    if (this.#source.whole) {
      for (const file of before) if (!coming.has(file.tag)) this.#draft.setControl(owner, file, undefined);
    }
    for (const file of files) {
      const content = this.#source.catalog.controlFile(from, file.tag);
      if (content) this.#draft.setControl(owner, file, content);
    }
  }

  /** A state comes from an exported catalog only, and where it can stand here. */
  #isState(state: string): boolean {
    return (
      this.#source.whole &&
      (this.#root ? ['installed', 'configured', 'corrupt'] : ['available', 'corrupt']).includes(state)
    );
  }

  #sameRevision(product: Product, fileset: Fileset, before: Fileset): void {
    const said = this.#source.given(fileset).revision;
    if (said === undefined || said === text(before.attributes, 'revision')) return;
    throw new SdError('fileset_exists', {
      what: `The fileset "${brief(product, fileset)}" cannot get the revision "${String(said)}".`,
      because: `It is there with the revision "${text(before.attributes, 'revision')}", which says which one it is.`,
      todo: 'Give the definition that revision, or package the fileset anew.',
    });
  }

  #made(attributes: Attributes, id: string): Attributes {
    const instance = /\.([1-9]\d*)$/.exec(id)?.[1] ?? '1';
    return withAttributes(attributes, { control_directory: id, instance_id: instance, location: undefined });
  }
}

function identity(object: { readonly attributes: Attributes }): string {
  return JSON.stringify(['tag', 'revision', 'architecture', 'vendor_tag'].map((word) => text(object.attributes, word)));
}

function same(left: Attributes | undefined, right: Attributes): boolean {
  if (!left) return false;
  const words = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...words].every((word) => JSON.stringify(left[word]) === JSON.stringify(right[word]));
}

function freeId(tag: string, taken: ReadonlySet<string>): string {
  let id = tag;
  for (let instance = 2; taken.has(id); instance += 1) id = `${tag}.${instance}`;
  return id;
}
