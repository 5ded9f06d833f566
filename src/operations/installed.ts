// What is installed below a root, for doors that only look: the published catalog, without its findings.

import { adminDirectory, installedCatalog } from '../ipd/ipd.ts';
import type { Catalog } from '../model/catalog.ts';

/** The catalog of a root. Throws what installedCatalog throws. */
export function installedCatalogOf(root: string, adminOption: string): Catalog {
  return installedCatalog(root, adminDirectory(root, adminOption)).catalog;
}
