// Where a store lives (ARCHITECTURE 2): an IPD below a root, or the `.sd` folder of a directory depot.

import { join } from 'node:path';

export interface StoreLayout {
  readonly kind: 'root' | 'depot';
  /** Absolute path that file steps are relative to: the root, or the depot directory. */
  readonly anchor: string;
  /** Holds `format`, `store/`, `catalog`, `obj/`, `holder`. */
  readonly home: string;
  /** Published SD text tree: `<adm>/products` or `<depot>/catalog`. */
  readonly textTree: string;
}

/** Layout of the IPD of `root`. `admin` is `<root>/var/adm/sw`, or the admin_directory option where root is `/`. */
export function rootLayout(root: string, admin: string): StoreLayout {
  return { kind: 'root', anchor: root, home: join(admin, 'ipd'), textTree: join(admin, 'products') };
}

/** Layout of a directory depot. */
export function depotLayout(depot: string): StoreLayout {
  return { kind: 'depot', anchor: depot, home: join(depot, '.sd'), textTree: join(depot, 'catalog') };
}
