// Where swmodify takes definitions from: a product specification file (-s) or an exported catalog (-c; commands.md 5.5).

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { keywordOf, type ObjectClass } from '../definition/keywords.ts';
import { type PsfObject, parsePsf } from '../definition/psf.ts';
import { type Attributes, attributesOf } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { Bundle, Category, Product, Subproduct } from '../model/software.ts';
import { filesetKey } from '../model/software.ts';
import type { StoreLayout } from '../store/layout.ts';
import { type IndexSections, readTextTree, writeTextTree } from '../store/texttree.ts';
import { chooseSoftware } from './package-plan.ts';
import { psfDepot } from './psf-source.ts';

/** Any object with attributes that a source defines. */
export type Defined = Bundle | Category | Product | Subproduct | Product['filesets'][number];

/** Definitions to be merged into a target. */
export interface Definitions {
  readonly catalog: Catalog;
  /** What the source says of an object: for one that is there already, these attributes replace what it has. */
  given(object: Defined): Attributes;
  /** True where the lists of files and control files are complete, so that others go. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
}

/** A PSF: it says only what stands in it, so an object that is there keeps the rest. Throws what psfDepot throws. */
export async function psfDefinitions(psf: string, followSymlinks: boolean): Promise<Definitions> {
  const depot = await psfDepot(psf, { followSymlinks, additions: true });
  const read = (path: string) => readFileSync(resolve(path), 'utf8');
  const raw = parsePsf(read(psf), { file: psf, read, additions: true });
  const given = new Map<Defined, Attributes>();
  const pair = (built: readonly Defined[], written: readonly PsfObject[]) =>
    built.forEach((object, place) => {
      given.set(object, written[place]!.attributes);
    });
  const { catalog } = depot;
  pair(catalog.bundles(), raw.bundles);
  pair(catalog.categories(), raw.categories);
  pair(catalog.products(), raw.products);
  catalog.products().forEach((product, place) => {
    pair(product.subproducts, raw.products[place]!.subproducts);
    pair(product.filesets, raw.products[place]!.filesets);
  });
  return { catalog, given: (object) => given.get(object) ?? object.attributes, whole: false, findings: depot.findings };
}

/** An exported catalog, as `exportCatalog` or SD itself writes it. Throws SdError of the text reader, `not_a_catalog`. */
export function exportedDefinitions(directory: string, kind: Catalog['kind']): Definitions {
  const read = readTextTree(layoutOf(directory, kind));
  if (!read) throw notACatalog(directory);
  return { catalog: read.catalog, given: ({ attributes }) => attributes, whole: true, findings: read.findings };
}

/**
 * Writes the definitions of the software chosen; none chosen means all. Returns ERROR findings for what is not there. Throws SdError
 * `not_a_catalog` for a directory that holds something, and the errno error.
 */
export function exportCatalog(catalog: Catalog, software: readonly string[], directory: string): readonly Finding[] {
  const choice = chooseSoftware(catalog, software);
  if (choice.findings.length > 0) return choice.findings;
  refuseOccupied(directory);
  const byId = new Map(choice.products.map((product) => [product.id, product]));
  const view: Catalog = {
    kind: catalog.kind,
    generation: catalog.generation,
    attributes: catalog.attributes,
    vendors: () => catalog.vendors(),
    categories: () => catalog.categories(),
    bundles: () => choice.bundles,
    products: () => choice.products,
    product: (id) => byId.get(id),
    files: (key) => catalog.files(key),
    controlFile: (owner, tag) => catalog.controlFile(owner, tag),
    owners: (path) => catalog.owners(path).filter((key) => byId.has(key.slice(0, key.indexOf('/')))),
    madeDirectory: () => false,
    saved: () => [],
  };
  const sections: IndexSections = { head: undefined, bundles: new Map(), products: new Map() };
  writeTextTree(layoutOf(directory, catalog.kind), view, { head: true, products: new Set(byId.keys()) }, sections);
  return [];
}

/** Only what a definition may say: what SD makes itself is the target's business. */
export function definable(kind: ObjectClass, attributes: Attributes): Attributes {
  return attributesOf(
    Object.entries(attributes).filter(([keyword]) => {
      const known = keywordOf(kind, keyword);
      return keyword !== 'readme' && (!known?.made || keyword === 'qualifier' || keyword === 'state');
    }),
  );
}

/** Paths of the files that a source lists for one of its filesets. */
export function filesIn({ catalog }: Definitions, product: Product, filesetId: string) {
  return catalog.files(filesetKey(product.id, filesetId));
}

function layoutOf(directory: string, kind: Catalog['kind']): StoreLayout {
  return { kind, anchor: dirname(directory), home: directory, textTree: directory };
}

/** Nothing of somebody else's is mixed with a catalog. */
function refuseOccupied(directory: string): void {
  try {
    if (readdirSync(directory).length === 0) return;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw error;
  }
  throw notACatalog(directory);
}

function notACatalog(directory: string): SdError {
  return new SdError('not_a_catalog', {
    what: `"${directory}" is no exported catalog.`,
    because: 'It holds other things, and no INDEX.',
    todo: 'Name a directory that swmodify -c has written, or the catalog of a depot or root.',
    data: { directory },
  });
}
