// A PSF as a Depot: what swpackage reads from (formats.md 2-8, commands.md 5.7).
// Promise: sources are found and looked at when the PSF is read, so that a missing one is known before anything is written; content is
// read only when files() (digests) or content() ask for it.
// Must not: choose software or write a depot.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RESERVED_FILESETS, RESERVED_PRODUCTS } from '../analysis/identity.ts';
import { printPosition } from '../definition/complaint.ts';
import type { Psf, PsfFileset, PsfProduct } from '../definition/psf.ts';
import { parsePsf } from '../definition/psf.ts';
import type { Depot } from '../depot/depot.ts';
import { accountsOf } from '../host/accounts.ts';
import { shareOut, worthACrew } from '../host/crew.ts';
import { type Digested, digestContent } from '../host/digest.ts';
import { openRegion } from '../host/region.ts';
import { stopPoint } from '../host/signals.ts';
import { madeAt } from '../host/source-date.ts';
import type { Catalog } from '../model/catalog.ts';
import { emptyCatalog } from '../model/catalog.ts';
import type { Content } from '../model/content.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { FileRecord, Fileset, FilesetKey, Product } from '../model/software.ts';
import { filesetKey, splitKey } from '../model/software.ts';
import { unknownAccounts } from './psf-accounts.ts';
import type { Named } from './psf-attributes.ts';
import { completed, distributionAttributes, filesetAttributes, nameObjects, topAttributes } from './psf-attributes.ts';
import type { ControlContents } from './psf-control.ts';
import { readControlFiles } from './psf-control.ts';
import type { PackagedFile, Surroundings } from './psf-resolve.ts';
import { resolveFiles } from './psf-resolve.ts';

export interface PsfOptions {
  /** Package what a symbolic link points to instead of the link. */
  readonly followSymlinks: boolean;
  /** Relative paths start here; the current directory when absent. */
  readonly cwd?: string;
  /** As in `PsfSource`. */
  readonly additions?: boolean;
  /** Told the bytes of sources that are read for their digests. */
  readonly onPiece?: (bytes: number) => void;
}

/**
 * Reads a PSF and looks at all its sources. Throws SdError `psf_not_found`, what parsePsf and resolveFiles throw, and `source_missing`
 * for a file, script or text that is not there, with the place in the PSF.
 */
export async function psfDepot(psfFile: string, options: PsfOptions): Promise<Depot> {
  const cwd = resolve(options.cwd ?? '.');
  const location = resolve(cwd, psfFile);
  const { followSymlinks, additions = false } = options;
  const read = (path: string) => readFileSync(resolve(cwd, path), 'utf8');
  const psf = parsePsf(readPsf(location), { file: psfFile, read, additions });
  const now = madeAt();
  const builder = new Builder(
    { cwd, followSymlinks, accounts: accountsOf('/'), now, findings: [...psf.findings] },
    options.onPiece,
  );
  return builder.depot(psf, location);
}

function readPsf(location: string): string {
  try {
    return readFileSync(location, 'utf8');
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EISDIR', 'EACCES', 'ENOTDIR')) throw error;
    throw new SdError('psf_not_found', {
      what: `The product specification file "${location}" cannot be read.`,
      because: reasonOf(error),
      todo: 'Name the PSF with -s.',
      data: { file: location },
    });
  }
}

class Builder {
  readonly #around: Surroundings;
  readonly #files = new Map<FilesetKey, readonly PackagedFile[]>();
  readonly #contents: ControlContents = new Map();
  readonly #records = new Map<FilesetKey, readonly FileRecord[]>();
  readonly #sources = new Map<FilesetKey, ReadonlyMap<string, PackagedFile>>();
  readonly #ahead = new Map<string, Digested>();
  #owners: Map<string, FilesetKey[]> | undefined;

  readonly #onPiece: PsfOptions['onPiece'];

  constructor(around: Surroundings, onPiece: PsfOptions['onPiece']) {
    this.#around = around;
    this.#onPiece = onPiece;
  }

  depot(psf: Psf, location: string): Depot {
    const { now, findings } = this.#around;
    const ids = new Set(RESERVED_PRODUCTS);
    const products = nameObjects(psf.products, ids).map((named) => this.#product(named));
    findings.push(...unknownAccounts(this.#files.values()));
    const byId = new Map(products.map((product) => [product.id, product]));
    const bundles = nameObjects(psf.bundles, ids).map((named) => ({
      id: named.id,
      attributes: topAttributes(named, now),
    }));
    const vendors = psf.vendors.map(({ attributes }) => ({ attributes: completed(attributes) }));
    const categories = psf.categories.map(({ attributes }) => ({ attributes: completed(attributes) }));
    const catalog: Catalog = {
      ...emptyCatalog('depot'),
      attributes: distributionAttributes(psf.attributes, now),
      vendors: () => vendors,
      categories: () => categories,
      bundles: () => bundles,
      products: () => products,
      product: (id) => byId.get(id),
      files: (key) => this.#recordsOf(key),
      controlFile: (owner, tag) => this.#contents.get(owner)?.get(tag),
      owners: (path) => this.#ownersOf(path),
    };
    return {
      kind: 'psf',
      location,
      catalog,
      findings,
      content: (key, file) => this.#content(key, file),
      bringRecords: (wanted) => this.#digestAhead(wanted && new Set(wanted)),
      close: () => {},
    };
  }

  #product(named: Named<PsfProduct>): Product {
    const { attributes, subproducts, filesets, controlFiles } = named.object;
    const control = readControlFiles(named.id, controlFiles, this.#around, this.#contents, attributes.readme);
    const { readme: _, ...given } = topAttributes(named, this.#around.now, filesets);
    return {
      id: named.id,
      attributes: given,
      subproducts: subproducts.map((each) => ({ attributes: completed(each.attributes) })),
      filesets: nameObjects(filesets, new Set(RESERVED_FILESETS)).map((each) =>
        this.#fileset(named.id, each, String(given.directory)),
      ),
      controlFiles: control,
    };
  }

  #fileset(productId: string, named: Named<PsfFileset>, directory: string): Fileset {
    const key = filesetKey(productId, named.id);
    const controlFiles = readControlFiles(key, named.object.controlFiles, this.#around, this.#contents);
    const files = resolveFiles(named.object, directory, this.#around);
    this.#files.set(key, files);
    const size = sizeOf(controlFiles) + sizeOf(files.map((file) => file.record));
    return { id: named.id, attributes: filesetAttributes(named, this.#around.now, size), controlFiles };
  }

  /** Records with digests: each file is read once, when somebody first asks for its fileset. */
  #recordsOf(key: FilesetKey): readonly FileRecord[] {
    const known = this.#records.get(key);
    if (known) return known;
    const records = (this.#files.get(key) ?? []).map((file) => this.#digested(file));
    this.#records.set(key, records);
    return records;
  }

  #digested({ record, source, position }: PackagedFile): FileRecord {
    if (source === undefined) return record;
    const ahead = this.#ahead.get(source);
    if (ahead !== undefined) return { ...record, ...ahead };
    const content = openSource(source, printPosition(position), 'source_missing');
    try {
      return { ...record, ...digestContent(content, this.#onPiece) };
    } finally {
      content.close();
    }
  }

  /** Digests of many files by two threads; of a file that they could not read `#digested` says why. */
  async #digestAhead(products: ReadonlySet<string> | undefined): Promise<void> {
    const sources = new Set<string>();
    for (const [key, files] of this.#files) {
      if (products !== undefined && !products.has(splitKey(key).productId)) continue;
      for (const { source } of files) if (source !== undefined) sources.add(source);
    }
    if (!worthACrew(sources.size)) return;
    const from = [...sources];
    let told = 0;
    const result = await shareOut({ from, size: new Float64Array(from.length).fill(-1) }, stopPoint, (soFar) => {
      for (let done = soFar(told); done !== undefined; done = soFar(told)) {
        this.#onPiece?.(done.digests.size);
        told += 1;
      }
    });
    for (const [n, source] of from.entries()) {
      const digested = result(n)?.digests;
      if (digested !== undefined) this.#ahead.set(source, digested);
    }
  }

  #content(key: FilesetKey, file: FileRecord): Content {
    let byPath = this.#sources.get(key);
    if (!byPath) {
      byPath = new Map((this.#files.get(key) ?? []).map((each) => [each.record.path, each]));
      this.#sources.set(key, byPath);
    }
    const packaged = byPath.get(file.path);
    if (packaged?.source === undefined) throw new Error(`no content: ${key} ${file.path}`);
    return openSource(packaged.source, printPosition(packaged.position), 'content_missing');
  }

  #ownersOf(path: string): readonly FilesetKey[] {
    if (!this.#owners) {
      this.#owners = new Map();
      for (const [key, files] of this.#files) {
        for (const { record } of files) {
          const owners = this.#owners.get(record.path);
          if (owners) owners.push(key);
          else this.#owners.set(record.path, [key]);
        }
      }
    }
    return this.#owners.get(path) ?? [];
  }
}

function openSource(source: string, place: string, code: string) {
  try {
    return openRegion(source);
  } catch (error) {
    throw new SdError(code, {
      what: `${place}: The source "${source}" cannot be read.`,
      because: reasonOf(error),
      todo: 'Correct the path, or make the file.',
      data: { path: source },
      cause: error,
    });
  }
}

/** Bytes of all that has a size. */
function sizeOf(records: readonly { readonly size?: number }[]): number {
  return records.reduce((sum, record) => sum + (record.size ?? 0), 0);
}
