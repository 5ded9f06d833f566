// The catalog part of a serial depot: every text in the order its members have (formats.md 13): INDEX, dfiles, then per product its
// pfiles and filesets. No ACLs, no locks. Pure: a catalog in, names and bytes out.

import { basename } from 'node:path';
import { layoutOf, printBundle, printDistribution, printFileset, printProduct } from '../definition/index.ts';
import { printInfo } from '../definition/info.ts';
import { type Attributes, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { type ControlFile, type FileRecord, filesetKey, tagOf } from '../model/software.ts';

/** One member, of root; `mtime` in seconds since 1970. */
export interface TextMember {
  readonly path: string;
  readonly mode: number;
  readonly uid: 0;
  readonly gid: 0;
  readonly mtime: number;
  readonly bytes: Buffer;
}

/** Whoever reads it has an idea of its own of who owns the catalog. */
const BY_ROOT = { uid: 0, gid: 0 } as const;

/**
 * All catalog members of the depot's volume `number`. The first, `catalog/INDEX`, is the concatenation of the other INDEX files.
 */
export function catalogMembers(catalog: Catalog, number = 1): TextMember[] {
  const indexes: Buffer[] = [];
  const members = [...objectMembers(catalog, number)].flatMap((object) => {
    const [index] = object;
    indexes.push(index!.bytes);
    return object;
  });
  const joined = {
    ...BY_ROOT,
    path: 'catalog/INDEX',
    mode: 0o444,
    mtime: timeOf(catalog.attributes),
    bytes: Buffer.concat(indexes),
  };
  return [joined, ...members];
}

/** Members of each object, its INDEX first. */
function* objectMembers(catalog: Catalog, number: number): Generator<TextMember[]> {
  const vendors = new Map(catalog.vendors().map((vendor) => [tagOf(vendor), vendor]));
  const vendorOf = (object: { readonly attributes: Attributes }) => vendors.get(text(object.attributes, 'vendor_tag'));
  const layout = layoutOf(catalog.attributes);
  yield membersOf('catalog/dfiles', catalog.attributes, headText(catalog, number), [], []);
  for (const bundle of catalog.bundles()) {
    yield membersOf(
      `catalog/${bundle.id}/pfiles`,
      bundle.attributes,
      printBundle(bundle, vendorOf(bundle), layout),
      [],
      [],
    );
  }
  for (const product of catalog.products()) {
    const index = printProduct(product, vendorOf(product), layout);
    yield membersOf(
      `catalog/${product.id}/pfiles`,
      product.attributes,
      index,
      controls(catalog, product.id, product.controlFiles),
      [],
    );
    for (const fileset of product.filesets) {
      const key = filesetKey(product.id, fileset.id);
      const scripts = controls(catalog, key, fileset.controlFiles);
      yield membersOf(`catalog/${key}`, fileset.attributes, printFileset(fileset, layout), scripts, catalog.files(key));
    }
  }
}

function headText(catalog: Catalog, number: number): string {
  return printDistribution({
    object: 'distribution',
    attributes: catalog.attributes,
    media: { sequence_number: String(number) },
    vendors: catalog.vendors(),
    categories: catalog.categories(),
    bundles: catalog.bundles(),
    products: catalog.products(),
  });
}

interface Control {
  readonly file: ControlFile;
  readonly bytes: Buffer;
}

function controls(catalog: Catalog, owner: string, files: readonly ControlFile[]): Control[] {
  return files.flatMap((file) => {
    const bytes = catalog.controlFile(owner, file.tag);
    return bytes ? [{ file, bytes }] : [];
  });
}

function membersOf(
  directory: string,
  attributes: Attributes,
  index: string,
  scripts: readonly Control[],
  files: readonly FileRecord[],
): TextMember[] {
  const mtime = timeOf(attributes);
  const bytes = Buffer.from(index);
  const info = printInfo({
    index: { size: bytes.length, mtime },
    controlFiles: scripts.map(({ file }) => file),
    files,
  });
  const members: TextMember[] = [
    { ...BY_ROOT, path: `${directory}/INDEX`, mode: 0o444, mtime, bytes },
    { ...BY_ROOT, path: `${directory}/INFO`, mode: 0o444, mtime, bytes: Buffer.from(info) },
  ];
  // One file may serve several tags; it travels once.
  const names = new Set(['INDEX', 'INFO']);
  for (const { file, bytes: content } of scripts) {
    const name = basename(file.path);
    if (names.has(name)) continue;
    names.add(name);
    members.push({
      ...BY_ROOT,
      path: `${directory}/${name}`,
      mode: file.mode ?? 0o555,
      mtime: file.mtime ?? mtime,
      bytes: content,
    });
  }
  return members;
}

function timeOf(attributes: Attributes): number {
  return Number(text(attributes, 'mod_time') || text(attributes, 'create_time') || 0);
}
