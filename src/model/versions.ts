// Several versions of one product on a root (commands.md 4.1 allow_multiple_versions), as a pure question.

import { text } from './attributes.ts';
import type { Catalog } from './catalog.ts';
import { everyFileset } from './patches.ts';
import { filesetName } from './software.ts';

/** `PRODUCT.FILESET` → ids of the products in which a fileset of that name is configured. */
export type ConfiguredVersions = ReadonlyMap<string, ReadonlySet<string>>;

/** Looks through the whole catalog once. */
export function configuredVersions(catalog: Catalog): ConfiguredVersions {
  const versions = new Map<string, Set<string>>();
  for (const { product, fileset } of everyFileset(catalog)) {
    if (text(fileset.attributes, 'state') !== 'configured') continue;
    const name = filesetName(product, fileset);
    const ids = versions.get(name) ?? new Set();
    versions.set(name, ids.add(product.id));
  }
  return versions;
}
