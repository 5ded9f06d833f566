// Names that a shell may offer while somebody types: software of a depot or root, and attributes (cli/complete.ts).
// Promise: only published catalogs are read, as swlist does, and only the filesets of a product whose name is complete.

import { keywordsOf } from '../definition/keywords.ts';
import type { Catalog } from '../model/catalog.ts';
import { nearest } from '../model/nearest.ts';
import type { Finding } from '../model/plan.ts';
import { tagOf } from '../model/software.ts';
import { presentName } from './list-attributes.ts';
import { openListedDepot, openListedRoot } from './list-target.ts';

/** A name and what it is, in a few words. */
export interface KnownName {
  readonly name: string;
  readonly meaning: string;
}

/** Bundles and products of what lies at `path`; behind a dot the filesets. Throws SdError where nothing can be read. */
export async function softwareNames(
  path: string,
  depot: boolean,
  admin: string,
  beginning: string,
): Promise<KnownName[]> {
  const target = depot ? await openListedDepot(path) : await openListedRoot(path, admin);
  try {
    return namesIn(target.catalog, beginning);
  } finally {
    target.close();
  }
}

function namesIn(catalog: Catalog, beginning: string): KnownName[] {
  const dot = beginning.indexOf('.');
  if (dot >= 0) {
    const products = catalog.products().filter((product) => tagOf(product) === beginning.slice(0, dot));
    return products.flatMap((product) =>
      product.filesets.map((fileset) => ({ name: `${tagOf(product)}.${tagOf(fileset)}`, meaning: titleOf(fileset) })),
    );
  }
  return [...catalog.bundles(), ...catalog.products()].map((each) => ({ name: tagOf(each), meaning: titleOf(each) }));
}

function titleOf({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }): string {
  return typeof attributes.title === 'string' ? attributes.title : '';
}

/** Every attribute that swlist can show of software or files. */
export function attributeNames(): string[] {
  const names = (['bundle', 'product', 'fileset', 'file', 'control_file'] as const).flatMap((level) =>
    [...keywordsOf(level)].map((keyword) => keyword.name),
  );
  return [...new Set(names)].sort();
}

/** A WARNING for an attribute that SD does not know by any of its names; undefined for one it knows. */
export function unknownAttribute(name: string): Finding | undefined {
  const known = attributeNames();
  if (known.includes(presentName(name)) || /^vendor\./.test(name)) return undefined;
  const near = nearest(name, known);
  const text = `No object listed has the attribute "${name}".${near === undefined ? '' : `  Did you mean "${near}"?`}`;
  return { severity: 'warning', code: 'unknown_attribute', text, subjects: [name] };
}
