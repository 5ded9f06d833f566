// The store on LevelDB, as an IPD and as a depot's store.

import { join } from 'node:path';
import { depotLayout, rootLayout, type StoreLayout } from '../../src/store/layout.ts';
import { readPublished } from '../../src/store/published.ts';
import { openStore } from '../../src/store/store.ts';
import { storeSuite } from './store-suite.ts';

const open = (layout: StoreLayout) =>
  openStore(layout, { create: true, command: 'test', user: 'test', lockTimeout: 5 });
const root = (anchor: string) => rootLayout(anchor, join(anchor, 'var/adm/sw'));

storeSuite('LevelDB (root)', {
  open: (anchor) => open(root(anchor)),
  read: (anchor) => readPublished(root(anchor))?.catalog,
});

/** Below `var`, which pictures of the tree leave out, as for a root. */
const depot = (anchor: string) => ({ ...depotLayout(join(anchor, 'var')), anchor });

storeSuite('LevelDB (depot)', {
  open: (anchor) => open(depot(anchor)),
  read: (anchor) => readPublished(depot(anchor))?.catalog,
});
