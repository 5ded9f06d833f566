// A catalog from SD text alone: a depot or IPD made elsewhere, an archive's catalog section, or our own text tree after a loss (D3).
// Promise: HP's layout (INDEX in every directory) and POSIX's (one joined INDEX) are read alike; INFO is read when its object is asked
// for; whatever is odd but readable becomes a finding. Must not: leave the tree through a name that a foreign INDEX gives.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type IndexReading, parseIndex } from '../definition/index.ts';
import { type InfoDocument, parseInfo } from '../definition/info.ts';
import { readContent } from '../host/digest.ts';
import { openRegion } from '../host/region.ts';
import { resolveInRoot } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import {
  type FileRecord,
  type Fileset,
  type FilesetKey,
  filesetKey,
  type Product,
  splitKey,
} from '../model/software.ts';
import type { StoreLayout } from './layout.ts';

/** Named texts of a catalog, with paths as below `catalog/`: `INDEX`, `dfiles/INDEX`, `P/pfiles/INFO`, `P/F/INFO` ... */
export interface CatalogTexts {
  read(path: string): Buffer | undefined;
  /** All names; asked for only where the joined INDEX is missing or damaged. */
  list(): readonly string[];
}

export interface TextCatalog {
  readonly catalog: Catalog;
  readonly findings: readonly Finding[];
}

/** How many INFO documents are kept at hand. */
const KEPT = 64;

/**
 * Builds a catalog. Undefined where there is no INDEX at all. Throws SdError `index_syntax` and others of definition/index.ts; the
 * catalog's questions throw those of definition/info.ts. Generation is 0.
 */
export function catalogFromTexts(texts: CatalogTexts, kind: 'depot' | 'root'): TextCatalog | undefined {
  const found = readIndex(texts, kind);
  if (found === undefined) return undefined;
  return { catalog: new TextTreeCatalog(texts, kind, found), findings: found.findings };
}

/** The text tree of a depot or IPD, seen through `proof` where one is given. Undefined where there is none. */
export function readTextTree(
  layout: StoreLayout,
  proof: (texts: CatalogTexts) => CatalogTexts = (texts) => texts,
): TextCatalog | undefined {
  const tree = layout.textTree;
  const texts = { read: (path: string) => readBelow(tree, path), list: () => listBelow(tree) };
  return catalogFromTexts(proof(texts), layout.kind);
}

function readIndex(texts: CatalogTexts, kind: 'depot' | 'root'): IndexReading | undefined {
  const joined = texts.read('INDEX');
  const read = (source: string) =>
    parseIndex(source, 'INDEX', ({ productId, filesetId, path }) => {
      const directory = productId === undefined ? ownDirectory(kind) : `${productId}/${filesetId ?? 'pfiles'}`;
      return texts.read(`${directory}/${path}`)?.toString('utf8');
    });
  if (joined !== undefined && joined.length > 0) {
    try {
      return read(joined.toString('utf8'));
    } catch (error) {
      const parts = error instanceof SdError ? joinIndexes(texts, kind) : '';
      if (parts === '') throw error;
      const reading = read(parts);
      return { ...reading, findings: [damagedIndex(error as SdError), ...reading.findings] };
    }
  }
  const parts = joinIndexes(texts, kind);
  return parts === '' ? undefined : read(parts);
}

/** The INDEX files of all directories, in the order of a joined one. */
function joinIndexes(texts: CatalogTexts, kind: 'depot' | 'root'): string {
  const names = texts.list().filter((name) => name.endsWith('/INDEX'));
  const heads = names.filter((name) => name === `${ownDirectory(kind)}/INDEX`);
  const products = names.filter((name) => name.endsWith('/pfiles/INDEX')).sort();
  const ordered = products.flatMap((name) => {
    const directory = name.slice(0, -'pfiles/INDEX'.length);
    const filesets = names.filter((each) => each.startsWith(directory) && each !== name).sort();
    return [name, ...filesets];
  });
  return [...heads, ...ordered].map((name) => texts.read(name)?.toString('utf8') ?? '').join('');
}

function ownDirectory(kind: 'depot' | 'root'): string {
  return kind === 'depot' ? 'dfiles' : 'ifiles';
}

class TextTreeCatalog implements Catalog {
  readonly kind: 'depot' | 'root';
  readonly generation = 0;
  readonly #texts: CatalogTexts;
  readonly #index: IndexReading;
  readonly #products: Map<string, Product>;
  readonly #infos = new Map<string, InfoDocument>();
  #owners: Map<string, FilesetKey[]> | undefined;

  constructor(texts: CatalogTexts, kind: 'depot' | 'root', index: IndexReading) {
    this.#texts = texts;
    this.kind = kind;
    this.#index = index;
    this.#products = new Map(index.products.map((product) => [product.id, this.#withInfo(product)]));
  }

  get attributes() {
    return this.#index.attributes;
  }

  vendors() {
    return this.#index.vendors;
  }

  categories() {
    return this.#index.categories;
  }

  bundles() {
    return this.#index.bundles;
  }

  products(): readonly Product[] {
    return [...this.#products.values()];
  }

  product(id: string): Product | undefined {
    return this.#products.get(id);
  }

  files(fileset: FilesetKey): readonly FileRecord[] {
    const { productId, filesetId } = splitKey(fileset);
    return this.#info(`${productId}/${filesetId}`)?.files ?? [];
  }

  controlFile(owner: string, tag: string): Buffer | undefined {
    const directory = owner.includes('/') ? owner : `${owner}/pfiles`;
    const file = this.#info(directory)?.controlFiles.find((each) => each.tag === tag);
    return file === undefined ? undefined : this.#texts.read(`${directory}/${file.path}`);
  }

  owners(path: string): readonly FilesetKey[] {
    if (this.#owners === undefined) {
      this.#owners = new Map();
      for (const product of this.#index.products) {
        for (const fileset of product.filesets) this.#addOwner(this.#owners, filesetKey(product.id, fileset.id));
      }
    }
    return this.#owners.get(path) ?? [];
  }

  madeDirectory(): boolean {
    return false;
  }

  saved(): readonly [] {
    return [];
  }

  #addOwner(owners: Map<string, FilesetKey[]>, key: FilesetKey): void {
    for (const { path } of this.files(key)) {
      const there = owners.get(path);
      if (there === undefined) owners.set(path, [key]);
      else if (there.at(-1) !== key) there.push(key);
    }
  }

  /** The product of INDEX with the control files of INFO, looked up at the first question. */
  #withInfo(product: Product): Product {
    const controls = (directory: string) => this.#info(directory)?.controlFiles ?? [];
    const filesets = product.filesets.map(
      (fileset): Fileset => ({
        id: fileset.id,
        attributes: fileset.attributes,
        get controlFiles() {
          return controls(filesetKey(product.id, fileset.id));
        },
      }),
    );
    return {
      id: product.id,
      attributes: product.attributes,
      subproducts: product.subproducts,
      filesets,
      get controlFiles() {
        return controls(`${product.id}/pfiles`);
      },
    };
  }

  #info(directory: string): InfoDocument | undefined {
    const known = this.#infos.get(directory);
    if (known !== undefined) return known;
    const name = `${directory}/INFO`;
    const bytes = this.#texts.read(name);
    if (bytes === undefined) return undefined;
    const info = parseInfo(bytes.toString('utf8'), name);
    if (this.#infos.size >= KEPT) this.#infos.delete(this.#infos.keys().next().value!);
    this.#infos.set(directory, info);
    return info;
  }
}

function damagedIndex(error: SdError): Finding {
  return {
    severity: 'warning',
    code: 'index_damaged',
    text: `The catalog's own INDEX is damaged; the INDEX files of its products were read instead.  ${error.message}`,
  };
}

/** A file below the tree; undefined where there is none. Links and `..` stay inside the tree. */
function readBelow(tree: string, path: string): Buffer | undefined {
  try {
    const content = openRegion(join(tree, resolveInRoot(tree, path)));
    try {
      return readContent(content);
    } finally {
      content.close();
    }
  } catch (error) {
    if (
      hasErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP') ||
      (error instanceof SdError && error.code.startsWith('path_'))
    ) {
      return undefined;
    }
    throw error;
  }
}

function listBelow(tree: string): string[] {
  try {
    return readdirSync(tree, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
