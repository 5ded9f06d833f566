// For a door that lets people look around before they ask for anything (commands.md 13): opens depots and roots to read, and says what a
// session would select, with the rules of the sessions themselves.
// Promise: changes nothing and takes no lock, as swlist; a target that is not there yet is empty.

import { existsSync } from 'node:fs';
import { type Catalog, emptyCatalog } from '../model/catalog.ts';
import type { Finding, Selection } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import { selectForInstall } from '../selection/install.ts';
import { selectOnTarget } from '../selection/target.ts';
import { openListedDepot, openListedRoot } from './list-target.ts';
import type { SourceOptions } from './sources.ts';

export type { BrowsedObject } from './browse-objects.ts';
export { topObjects } from './browse-objects.ts';

/** A depot (also a file made by swpackage, or on the web) or a root, by its absolute path or its address. */
export interface Place {
  readonly path: string;
  readonly depot: boolean;
}

export interface Browsed {
  readonly catalog: Catalog;
  readonly findings: readonly Finding[];
  close(): void;
}

/**
 * Opens a place to read. With `mayBeMissing` what is not there is empty software instead of an error.
 * Throws what the listing of it would: SdError `target_missing`, `target_not_directory`, `not_a_depot`, `catalog_damaged`, `web_...`, and what
 * openSource throws of signatures.
 */
export async function browse(place: Place, options: SourceOptions, mayBeMissing = false): Promise<Browsed> {
  const { path, depot } = place;
  if (mayBeMissing && !existsSync(path)) {
    return { catalog: emptyCatalog(depot ? 'depot' : 'root'), findings: [], close: () => undefined };
  }
  const opened = await (depot ? openListedDepot(path, options) : openListedRoot(path, options.admin_directory));
  // Objects are opened down to their files, and nobody waits for the web then.
  await opened.bringRecords?.();
  return opened;
}

/** What a session would be asked; `source` is there for install and copy. */
export interface Choosing {
  readonly verb: 'install' | 'copy' | 'remove';
  readonly source?: Catalog;
  readonly target: Catalog;
  readonly software: readonly string[];
  readonly options: EngineOptions;
}

/** What that session would select and why. Throws what selectForInstall and selectOnTarget throw. */
export function selectionOf({ verb, source, target, software, options }: Choosing): Selection {
  if (verb === 'remove') {
    return selectOnTarget({ target, software, options, verb, depot: target.kind === 'depot' });
  }
  if (!source) throw new Error(`${verb} has no source`);
  return selectForInstall({ source, target, software, options, into: verb === 'install' ? 'root' : 'depot' });
}
