// The change that takes a change back (autorecover): every object it touches as it was before, or gone where it was not there.
// Pure over the catalog as it stands before the change. Vendors stay: they are definitions that others may use by now.

import type { Catalog } from '../model/catalog.ts';
import type { CatalogOp, ChangeSet } from '../model/change.ts';
import { lookUp } from '../model/patches.ts';
import { type ControlFile, type FilesetKey, filesetKey, splitKey, tagOf } from '../model/software.ts';

/** Operations that bring `before` back once `change` has been applied to it. */
export function inverse(change: ChangeSet, before: Catalog): CatalogOp[] {
  const touched = new Touched();
  for (const op of change) touched.note(op, before);
  const fresh = [...touched.products].filter((id) => before.product(id) === undefined);
  const filesets = [...touched.filesets].filter((key) => !fresh.includes(splitKey(key).productId));
  return [
    ...fresh.map((id): CatalogOp => ({ op: 'drop_product', id })),
    ...[...touched.products].flatMap((id) => productBack(before, id, touched)),
    ...filesets.flatMap((key) => filesetBack(before, key, touched)),
    ...touched.definitions,
    ...touched.directories,
  ];
}

/** What the operations of a change are about. */
class Touched {
  readonly products = new Set<string>();
  readonly filesets = new Set<FilesetKey>();
  /** Tags of control files that are put, per owner. */
  readonly controlFiles = new Map<string, Set<string>>();
  /** Bundles, categories and the target itself as they were. */
  readonly definitions: CatalogOp[] = [];
  readonly directories: CatalogOp[] = [];

  note(op: CatalogOp, before: Catalog): void {
    switch (op.op) {
      case 'product':
        this.products.add(op.product.id);
        break;
      case 'drop_product':
        this.products.add(op.id);
        for (const { id } of before.product(op.id)?.filesets ?? []) this.filesets.add(filesetKey(op.id, id));
        break;
      case 'fileset':
        this.filesets.add(filesetKey(op.productId, op.fileset.id));
        break;
      case 'drop_fileset':
      case 'files':
      case 'saved':
        this.filesets.add(op.fileset);
        break;
      case 'control_file':
      case 'drop_control_file':
        this.#noteControlFile(op);
        break;
      case 'vendor':
        break;
      case 'made_directory':
        if (!before.madeDirectory(op.path)) this.directories.push({ op: 'drop_made_directory', path: op.path });
        break;
      case 'drop_made_directory':
        if (before.madeDirectory(op.path)) this.directories.push({ op: 'made_directory', path: op.path });
        break;
      default:
        this.definitions.push(definitionBack(op, before));
    }
  }

  #noteControlFile(op: Extract<CatalogOp, { op: 'control_file' | 'drop_control_file' }>): void {
    (op.owner.includes('/') ? this.filesets : this.products).add(op.owner);
    if (op.op === 'drop_control_file') return;
    const tags = this.controlFiles.get(op.owner) ?? new Set();
    this.controlFiles.set(op.owner, tags.add(op.tag));
  }
}

type Definition = Extract<CatalogOp, { op: 'target' | 'bundle' | 'drop_bundle' | 'category' | 'drop_category' }>;

function definitionBack(op: Definition, before: Catalog): CatalogOp {
  if (op.op === 'target') return { op: 'target', attributes: before.attributes };
  if (op.op === 'bundle' || op.op === 'drop_bundle') {
    const id = op.op === 'bundle' ? op.bundle.id : op.id;
    const bundle = before.bundles().find((each) => each.id === id);
    return bundle ? { op: 'bundle', bundle } : { op: 'drop_bundle', id };
  }
  const tag = op.op === 'category' ? tagOf(op.category) : op.tag;
  const category = before.categories().find((each) => tagOf(each) === tag);
  return category ? { op: 'category', category } : { op: 'drop_category', tag };
}

function productBack(before: Catalog, id: string, touched: Touched): CatalogOp[] {
  const product = before.product(id);
  if (!product) return [];
  const { filesets: _, ...own } = product;
  return [{ op: 'product', product: own }, ...controlFilesBack(before, id, product.controlFiles, touched)];
}

function filesetBack(before: Catalog, key: FilesetKey, touched: Touched): CatalogOp[] {
  const placed = lookUp(before, key);
  if (!placed) return [{ op: 'drop_fileset', fileset: key }];
  return [
    { op: 'fileset', productId: placed.product.id, fileset: placed.fileset },
    { op: 'files', fileset: key, put: before.files(key), all: true },
    { op: 'saved', fileset: key, saved: before.saved(key) },
    ...controlFilesBack(before, key, placed.fileset.controlFiles, touched),
  ];
}

function controlFilesBack(
  before: Catalog,
  owner: string,
  files: readonly ControlFile[],
  touched: Touched,
): CatalogOp[] {
  const had = new Set(files.map((file) => file.tag));
  const come = [...(touched.controlFiles.get(owner) ?? [])].filter((tag) => !had.has(tag));
  return [
    ...come.map((tag): CatalogOp => ({ op: 'drop_control_file', owner, tag })),
    ...files.flatMap(({ tag }): CatalogOp[] => {
      const content = before.controlFile(owner, tag);
      return content ? [{ op: 'control_file', owner, tag, content: content.toString('base64') }] : [];
    }),
  ];
}
