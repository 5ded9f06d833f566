// Responses to request scripts (commands.md 5.10): the file `response` among the control files of a product or fileset.
//
//   in a depot or the IPD     a control file of its owner, tag `response`; it travels with the software
//   -c catalog                <catalog>/PRODUCT/pfiles/response, <catalog>/PRODUCT/FILESET/response; wins over the other
//
// Owners are product ids and fileset keys of the catalog the software is taken from.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cksumOf } from '../host/digest.ts';
import { writeFileAtomically } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { type Catalog, catalogWith } from '../model/catalog.ts';
import type { CatalogOp } from '../model/change.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { lookUp } from '../model/patches.ts';
import { type ControlFile, filesetKey, type Product, splitKey } from '../model/software.ts';

export const RESPONSE = 'response';

/** Owner → content of its response. */
export type Responses = ReadonlyMap<string, Buffer>;

/** Responses that an exported catalog holds for these owners. Throws SdError `response_unreadable`. */
export function readResponses(directory: string, owners: Iterable<string>): Map<string, Buffer> {
  const responses = new Map<string, Buffer>();
  for (const owner of owners) {
    const file = placeOf(directory, owner);
    try {
      responses.set(owner, readFileSync(file));
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw failed('read', file, error);
    }
  }
  return responses;
}

/** Writes a response into an exported catalog, made where it is not there. Throws SdError `response_not_written`. */
export function writeResponse(directory: string, owner: string, content: Buffer): void {
  const file = placeOf(directory, owner);
  try {
    makeDirectories(dirname(file));
    writeFileAtomically(file, content, 0o644);
  } catch (error) {
    throw failed('write', file, error);
  }
}

/** Puts responses among the control files of a depot or an IPD. */
export function responseOps(catalog: Catalog, responses: Responses): CatalogOp[] {
  return [...responses].flatMap(([owner, content]): CatalogOp[] => {
    const put: CatalogOp = { op: 'control_file', owner, tag: RESPONSE, content: content.toString('base64') };
    const placed = owner.includes('/') ? lookUp(catalog, owner) : undefined;
    if (placed) {
      const fileset = { ...placed.fileset, controlFiles: withResponse(placed.fileset.controlFiles, content) };
      return [{ op: 'fileset', productId: placed.product.id, fileset }, put];
    }
    const product = catalog.product(owner);
    if (!product) return [];
    const { filesets: _, ...own } = product;
    return [{ op: 'product', product: { ...own, controlFiles: withResponse(own.controlFiles, content) } }, put];
  });
}

/** The same catalog, with these responses in it. */
export function withResponses(catalog: Catalog, responses: Responses): Catalog {
  if (responses.size === 0) return catalog;
  const changed = new Map<string, Product>();
  for (const owner of responses.keys()) {
    const id = owner.includes('/') ? splitKey(owner).productId : owner;
    const product = catalog.product(id);
    if (product) changed.set(id, answered(product, responses));
  }
  return catalogWith(catalog, {
    products: () => catalog.products().map((product) => changed.get(product.id) ?? product),
    product: (id) => changed.get(id) ?? catalog.product(id),
    controlFile: (owner, tag) =>
      (tag === RESPONSE ? responses.get(owner) : undefined) ?? catalog.controlFile(owner, tag),
  });
}

function answered(product: Product, responses: Responses): Product {
  const files = (owner: string, controlFiles: readonly ControlFile[]) => {
    const content = responses.get(owner);
    return content ? withResponse(controlFiles, content) : controlFiles;
  };
  return {
    ...product,
    controlFiles: files(product.id, product.controlFiles),
    filesets: product.filesets.map((each) => ({
      ...each,
      controlFiles: files(filesetKey(product.id, each.id), each.controlFiles),
    })),
  };
}

function withResponse(files: readonly ControlFile[], content: Buffer): ControlFile[] {
  const facts = { mode: 0o644, mtime: Math.floor(Date.now() / 1000), size: content.length, cksum: cksumOf(content) };
  return [...files.filter((file) => file.tag !== RESPONSE), { tag: RESPONSE, path: RESPONSE, ...facts }];
}

function placeOf(directory: string, owner: string): string {
  return owner.includes('/') ? join(directory, owner, RESPONSE) : join(directory, owner, 'pfiles', RESPONSE);
}

function failed(what: 'read' | 'write', file: string, error: unknown): SdError {
  return new SdError(what === 'read' ? 'response_unreadable' : 'response_not_written', {
    what: `Cannot ${what} the response "${file}".`,
    because: reasonOf(error),
    todo: 'Correct the catalog named by -c, or its permissions.',
    data: { file },
    cause: error,
  });
}
