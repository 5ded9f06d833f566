// Catalogs for doors that only look: what is installed below a root, what a depot of this machine holds. Without their findings.

import { openDepot } from '../depot/open.ts';
import { installedCatalog } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Product } from '../model/software.ts';

/** The catalog of a root. Throws what installedCatalog throws. */
export function installedCatalogOf(root: string, adminOption: string): Catalog {
  return installedCatalog(root, adminDirectory(root, adminOption)).catalog;
}

/** The products of a depot; none where there is no depot. Throws what else openDepot throws. */
export async function storedProducts(depot: string): Promise<readonly Product[]> {
  try {
    const opened = await openDepot(depot);
    const products = opened.catalog.products();
    opened.close();
    return products;
  } catch (error) {
    if (error instanceof SdError && ['depot_not_found', 'not_a_depot'].includes(error.code)) return [];
    throw error;
  }
}
