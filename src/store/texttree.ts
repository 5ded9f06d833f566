// The SD text tree beside the store (D3; formats.md 9, 10, 11, 15): what HP-UX, swbis and monitoring scripts read.
// Promise: only what changed is written, each file whole or not at all; the joined INDEX is exactly the texts of the INDEX files in
// order; INDEX and INFO are never empty. Reading it back is text-read.ts's work.

import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { layoutOf, printBundle, printDistribution, printFileset, printProduct } from '../definition/index.ts';
import { printInfo } from '../definition/info.ts';
import { writeFileAtomically } from '../host/durable.ts';
import { type Attributes, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno } from '../model/error.ts';
import { type ControlFile, type FileRecord, filesetKey, type Product, type Vendor } from '../model/software.ts';
import type { StoreLayout } from './layout.ts';
import { ownDirectory } from './own-places.ts';

export { catalogFromTexts, readTextTree } from './text-read.ts';

/** The joined INDEX, cut where its parts meet. */
export interface IndexSections {
  head: Buffer | undefined;
  readonly bundles: Map<string, Buffer>;
  readonly products: Map<string, Buffer>;
}

/** What has changed since the tree was written last. */
export interface TextChanges {
  /** The target's own attributes, vendors, categories or bundles. */
  readonly head: boolean;
  /** Ids of products put or dropped. */
  readonly products: ReadonlySet<string>;
}

/** Name of the directory of the target's own INDEX and INFO, and of its object. */
const TARGET_FILES = {
  depot: { directory: 'dfiles', object: 'distribution' },
  root: { directory: 'ifiles', object: 'root' },
} as const;

/**
 * Writes what changed and returns the joined INDEX. `sections` are the parts as they were written before; they are brought up to date.
 * Nothing is synced. Throws the errno error.
 */
export function writeTextTree(
  layout: StoreLayout,
  catalog: Catalog,
  changes: TextChanges,
  sections: IndexSections,
): Buffer {
  const tree = layout.textTree;
  mkdirSync(tree, { recursive: true, mode: 0o755 });
  const vendors = byTag(catalog.vendors());
  const changed = new Set(changes.products);
  if (changes.head || sections.head === undefined) {
    const before = sections.head && isLayout08(sections.head);
    sections.head = writeHead(layout, catalog);
    // Another layout has other words in every text.
    if (before !== isLayout08(sections.head)) {
      for (const { id } of catalog.products()) changed.add(id);
      sections.bundles.clear();
    }
    writeBundles(tree, catalog, sections.bundles);
  }
  for (const id of changed) {
    const product = catalog.product(id);
    if (product !== undefined) {
      sections.products.set(id, writeProduct(tree, catalog, product, vendors));
      continue;
    }
    sections.products.delete(id);
    if (!sections.bundles.has(id)) removeDirectory(tree, id);
  }
  const parts = [sections.head, ...catalog.bundles().map((bundle) => sections.bundles.get(bundle.id)!)];
  for (const product of catalog.products()) parts.push(sections.products.get(product.id)!);
  const joined = Buffer.concat(parts);
  writeFileAtomically(join(tree, 'INDEX'), joined, 0o644);
  return joined;
}

function isLayout08(head: Buffer): boolean {
  return /^layout_version 0\.8$/m.test(head.toString('utf8'));
}

function writeHead(layout: StoreLayout, catalog: Catalog): Buffer {
  const { directory, object } = TARGET_FILES[catalog.kind];
  const head = printDistribution({
    object,
    attributes: catalog.attributes,
    ...(catalog.kind === 'depot' ? { media: { sequence_number: '1' } } : {}),
    vendors: catalog.vendors(),
    categories: catalog.categories(),
    bundles: catalog.bundles(),
    products: catalog.products(),
  });
  return writeObjectFiles(ownDirectory(layout.textTree, directory), catalog.attributes, head, [], []);
}

function writeBundles(tree: string, catalog: Catalog, sections: Map<string, Buffer>): void {
  const texts = bundleTexts(catalog);
  for (const id of [...sections.keys()]) {
    if (texts.has(id)) continue;
    sections.delete(id);
    if (catalog.product(id) === undefined) removeDirectory(tree, id);
  }
  for (const bundle of catalog.bundles()) {
    const index = texts.get(bundle.id)!;
    if (sections.get(bundle.id)?.equals(Buffer.from(index))) continue;
    sections.set(
      bundle.id,
      writeObjectFiles(ownDirectory(tree, safeName(bundle.id), 'pfiles'), bundle.attributes, index, [], []),
    );
  }
}

/** Id of each bundle → its text in the joined INDEX, in order. */
export function bundleTexts(catalog: Catalog): Map<string, string> {
  const vendors = byTag(catalog.vendors());
  const layout = layoutOf(catalog.attributes);
  return new Map(
    catalog.bundles().map((bundle) => {
      return [bundle.id, printBundle(bundle, vendors.get(text(bundle.attributes, 'vendor_tag')), layout)];
    }),
  );
}

function byTag(vendors: readonly Vendor[]): Map<string, Vendor> {
  return new Map(vendors.map((vendor) => [text(vendor.attributes, 'tag'), vendor]));
}

function writeProduct(tree: string, catalog: Catalog, product: Product, vendors: ReadonlyMap<string, Vendor>): Buffer {
  const directory = ownDirectory(tree, safeName(product.id));
  const vendor = vendors.get(text(product.attributes, 'vendor_tag'));
  const layout = layoutOf(catalog.attributes);
  const controls = withContent(catalog, product.id, product.controlFiles);
  const parts = [
    writeObjectFiles(
      ownDirectory(directory, 'pfiles'),
      product.attributes,
      printProduct(product, vendor, layout),
      controls,
      [],
    ),
  ];
  for (const fileset of product.filesets) {
    const key = filesetKey(product.id, fileset.id);
    const files = catalog.files(key);
    const scripts = withContent(catalog, key, fileset.controlFiles);
    const index = printFileset(fileset, layout);
    const place = ownDirectory(directory, safeName(fileset.id));
    parts.push(writeObjectFiles(place, fileset.attributes, index, scripts, files));
  }
  keepOnly(directory, new Set(['pfiles', ...product.filesets.map((fileset) => safeName(fileset.id))]));
  return Buffer.concat(parts);
}

interface ControlText {
  readonly file: ControlFile;
  readonly content: Buffer | undefined;
}

function withContent(catalog: Catalog, owner: string, files: readonly ControlFile[]): ControlText[] {
  return files.map((file) => ({ file, content: catalog.controlFile(owner, file.tag) }));
}

/** INDEX, INFO and control files of one object in its directory; control files no longer there are removed. Returns INDEX. */
function writeObjectFiles(
  directory: string,
  attributes: Attributes,
  index: string,
  controls: readonly ControlText[],
  files: readonly FileRecord[],
): Buffer {
  const bytes = Buffer.from(index);
  const mtime = Number(text(attributes, 'mod_time') || text(attributes, 'create_time') || 0);
  const info = printInfo({
    index: { size: bytes.length, mtime },
    controlFiles: controls.map(({ file }) => file),
    files,
  });
  const names = new Set(['INDEX', 'INFO']);
  // A control file that wants the name of one of ours keeps its place in the store only.
  for (const { file, content } of controls) {
    const name = safeName(basename(file.path));
    if (content === undefined || names.has(name)) continue;
    names.add(name);
    writeFileAtomically(join(directory, name), content, file.mode ?? 0o555);
    // swverify compares it.
    if (file.mtime !== undefined) utimesSync(join(directory, name), file.mtime, file.mtime);
  }
  writeFileAtomically(join(directory, 'INFO'), info, 0o644);
  writeFileAtomically(join(directory, 'INDEX'), bytes, 0o644);
  keepOnly(directory, names);
  return bytes;
}

/** Removes what an earlier writing left. Names that begin with `_` (HP's _ACL, _OWNER, _LOCK_FILE) are not ours. */
function keepOnly(directory: string, names: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    if (!names.has(name) && !name.startsWith('_')) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function removeDirectory(tree: string, id: string): void {
  rmSync(join(tree, safeName(id)), { recursive: true, force: true });
}

/** Directory of a product, or bundle, in a text tree. */
export function objectDirectory(tree: string, id: string): string {
  return join(tree, safeName(id));
}

/** An id as the name of a directory. Ids of foreign catalogs are not ours to trust: none may lead out of the tree or hide. */
function safeName(id: string): string {
  const name = id.replaceAll('/', '%2f').replaceAll('\0', '%00');
  return name === '' || name === '.' || name === '..' || name === 'INDEX' ? `%${name}` : name;
}

/** Cuts a joined INDEX into its parts. Undefined where it is not the one that was written. */
export function cutIndex(
  layout: StoreLayout,
  written: { readonly length: number; readonly isOurs: (joined: Buffer) => boolean },
  head: number,
  bundles: ReadonlyMap<string, number>,
  products: ReadonlyMap<string, number>,
): IndexSections | undefined {
  let joined: Buffer;
  try {
    joined = readFileSync(join(layout.textTree, 'INDEX'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  if (joined.length !== written.length || !written.isOurs(joined)) return undefined;
  let at = head;
  const take = (lengths: ReadonlyMap<string, number>) => {
    const parts = new Map<string, Buffer>();
    for (const [id, length] of lengths) {
      parts.set(id, joined.subarray(at, at + length));
      at += length;
    }
    return parts;
  };
  return { head: joined.subarray(0, head), bundles: take(bundles), products: take(products) };
}
