// Filesets of a depot made elsewhere that cannot be installed, for parts of them are not there (formats.md 9, 13).
// Promise: each is named in an ERROR of its own with what it lacks; the catalog offers the rest.
// Must not: read the contents of files, which are compared as they are placed; control files are, for they run before that.

import { cksumOf } from '../host/digest.ts';
import { safeName } from '../host/rootpath.ts';
import { type Catalog, catalogWith } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { everyFileset } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { type ControlFile, type FilesetKey, filesetKey, filesetName } from '../model/software.ts';
import { isStored } from './available.ts';
import { storedAt } from './content.ts';

export interface Parts {
  /** True when the fileset's INFO is there. */
  hasInfo(fileset: FilesetKey): boolean;
  /** True when the stored file at this path below the depot may be there; absent where that is not looked at. */
  holds?(path: string, fileset: FilesetKey): boolean;
}

/** The catalog without the filesets that lack something, and a finding for each of those. */
export function fitCatalog(catalog: Catalog, parts: Parts): { catalog: Catalog; findings: Finding[] } {
  const unfit = new Set<FilesetKey>();
  const findings: Finding[] = [];
  for (const { key, product, fileset } of everyFileset(catalog)) {
    const lack = orMessage(
      () => lackOf(catalog, key, parts) ?? damaged(catalog, product.id, product) ?? damaged(catalog, key, fileset),
    );
    if (lack === undefined) continue;
    unfit.add(key);
    const name = filesetName(product, fileset);
    const text = `The fileset "${name}" is not whole and is left out.  ${lack}  Get the depot again from where it was made.`;
    findings.push({ severity: 'error', code: 'fileset_incomplete', text, subjects: [name] });
  }
  return { catalog: unfit.size === 0 ? catalog : without(catalog, unfit), findings };
}

function lackOf(catalog: Catalog, key: FilesetKey, { hasInfo, holds }: Parts): string | undefined {
  if (!hasInfo(key)) return `Its INFO, "catalog/${safeName(key)}/INFO", is not there.`;
  if (holds === undefined) return undefined;
  const missing = catalog.files(key).filter((file) => isStored(file) && !holds(storedAt(key, file), key));
  if (missing.length === 0) return undefined;
  const more = missing.length === 1 ? '' : `, and ${missing.length - 1} more of its files`;
  return `The file "${safeName(storedAt(key, missing[0]!))}"${more} is not there.`;
}

/** What keeps from looking is what is lacking. */
function orMessage(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof SdError) return error.message;
    throw error;
  }
}

/** What is wrong with the control files of a product or fileset, going by their cksums. */
function damaged(
  catalog: Catalog,
  owner: string,
  { controlFiles }: { readonly controlFiles: readonly ControlFile[] },
): string | undefined {
  const wrong = controlFiles.find(({ tag, cksum }) => {
    const content = catalog.controlFile(owner, tag);
    return content === undefined || (cksum !== undefined && cksumOf(content) !== cksum);
  });
  return (
    wrong && `The control file "${safeName(`${owner}/${wrong.path}`)}" is not there, or is not what its INFO says.`
  );
}

function without(catalog: Catalog, unfit: ReadonlySet<FilesetKey>): Catalog {
  const products = catalog.products().flatMap((product) => {
    const filesets = product.filesets.filter((fileset) => !unfit.has(filesetKey(product.id, fileset.id)));
    if (filesets.length === product.filesets.length) return [product];
    return filesets.length === 0 ? [] : [{ ...product, filesets }];
  });
  const byId = new Map(products.map((product) => [product.id, product]));
  return catalogWith(catalog, {
    products: () => products,
    product: (id) => byId.get(id),
    files: (key) => (unfit.has(key) ? [] : catalog.files(key)),
    owners: (path) => catalog.owners(path).filter((key) => !unfit.has(key)),
  });
}
