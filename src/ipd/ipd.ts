// The Installed Products Database of a root: where it is, what it says, how to open it for a change (formats.md 15, commands.md 4).
// Promise: asking never opens the database and never writes, so ordinary users and read-only roots can be listed.

import { type Catalog, emptyCatalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { isAlive, isInterrupted, readHolder } from '../store/holder.ts';
import { rootLayout, type StoreLayout } from '../store/layout.ts';
import { isBegun } from '../store/leftovers.ts';
import { readPublished } from '../store/published.ts';
import { type OpenOptions, openStore, type Store } from '../store/store.ts';
import { readTextTree } from '../store/text-read.ts';

/** What installedCatalog answers. */
export interface Installed {
  readonly catalog: Catalog;
  readonly interrupted: boolean;
  readonly findings: readonly Finding[];
}

/**
 * What is installed below `root`: the published catalog, else an IPD kept as SD text only, else nothing. `interrupted` is true when a
 * session that was changing the root died; the next one that opens the IPD finishes or undoes its work. `findings` has a WARNING where
 * the text had to stand in for a catalog that is damaged or lost.
 * Throws SdError `catalog_damaged` where there is no text either, `catalog_too_new`, and those of definition/index.ts for a text tree.
 */
export function installedCatalog(root: string, admin: string): Installed {
  const layout = rootLayout(root, admin);
  let damage: SdError | undefined;
  try {
    const published = readPublished(layout);
    if (published !== undefined) return { ...published, findings: [] };
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'catalog_damaged') throw error;
    damage = error;
  }
  const tree = readTextTree(layout);
  if (tree === undefined && damage !== undefined) throw damage;
  const interrupted = isInterrupted(layout.home);
  const findings = tree === undefined ? [] : [standsIn(layout, damage), ...tree.findings];
  return { catalog: tree?.catalog ?? emptyCatalog('root'), interrupted, findings };
}

/** True while a session is changing the root; a reader sees what it has committed so far. */
export function isBeingChanged(root: string, admin: string): boolean {
  const holder = readHolder(rootLayout(root, admin).home);
  return holder?.changing === true && isAlive(holder);
}

function standsIn({ anchor, textTree }: StoreLayout, damage: SdError | undefined): Finding {
  const text = `The published catalog of the root "${anchor}" is ${damage ? 'damaged' : 'missing'}; the text in "${textTree}" is read instead.`;
  return {
    severity: 'warning',
    code: damage ? damage.code : 'catalog_missing',
    text: `${text}  ${damage?.because ?? ''}`.trimEnd(),
  };
}

/** True when the root has an IPD, if only as SD text. */
export function hasIpd(root: string, admin: string): boolean {
  return isBegun(rootLayout(root, admin));
}

/** Opens the IPD for a changing session. Options and errors are those of store/store.ts openStore. */
export function openIpd(root: string, admin: string, options: OpenOptions): Promise<Store> {
  return openStore(rootLayout(root, admin), options);
}
