// The directory depot a session writes to, opened no further than it needs: a preview reads what is published; a depot that is not there
// is made only when software goes in, and taken away again when none arrived.

import { depotPlace, openDepotToChange } from '../depot/change.ts';
import { openDepot } from '../depot/open.ts';
import { dropMade, firstMissing } from '../host/made-directories.ts';
import { type Catalog, emptyCatalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { EngineOptions } from '../model/request.ts';
import type { Store } from '../store/store.ts';
import type { Session } from './session.ts';

export interface DepotTarget {
  /** True when there was no depot before. */
  readonly isNew: boolean;
  catalog(): Catalog;
  /** Opens it to change, making it where it is new. Not to be called in a preview. */
  change(): Promise<Store>;
  close(): Promise<void>;
}

/**
 * Opens the depot at an absolute path. An existing one is locked from now on, unless in a preview.
 * Throws SdError `target_missing` (create_target_path=false), `not_a_depot`, `target_locked`, and what the store throws.
 */
export async function openDepotTarget(
  path: string,
  parts: { session: Session; options: EngineOptions; preview: boolean },
): Promise<DepotTarget> {
  const { session, options, preview } = parts;
  const place = depotPlace(path);
  if (place === 'absent' && !options.create_target_path) throw missing(path);
  const open = () =>
    openDepotToChange(path, {
      create: true,
      command: session.context.command,
      user: session.context.user,
      lockTimeout: options.lock_timeout,
      onRecovered: (recovery) => session.emit({ type: 'recovered', ...recovery }),
    });
  if (place === 'depot') return preview ? openToLook(path, session) : opened(await open());
  return newDepot(path, open);
}

function opened(store: Store): DepotTarget {
  return { isNew: false, catalog: () => store.catalog(), change: async () => store, close: () => store.close() };
}

async function openToLook(path: string, session: Session): Promise<DepotTarget> {
  const depot = await openDepot(path);
  session.report(depot.findings);
  const change = () => {
    throw new Error('a preview changes nothing');
  };
  return { isNew: false, catalog: () => depot.catalog, change, close: async () => depot.close() };
}

function newDepot(path: string, open: () => Promise<Store>): DepotTarget {
  const first = firstMissing(path);
  let store: Store | undefined;
  return {
    isNew: true,
    catalog: () => store?.catalog() ?? emptyCatalog('depot'),
    async change() {
      store ??= await open();
      return store;
    },
    async close() {
      if (!store) return;
      const empty = store.catalog().products().length === 0 && !store.isInterrupted();
      if (!empty) return store.close();
      await store.discard();
      dropMade(path, first);
    },
  };
}

function missing(path: string): SdError {
  return new SdError('target_missing', {
    what: `The depot "${path}" does not exist.`,
    because: 'The option "create_target_path" is set to "false".',
    todo: 'Make the directory, or set create_target_path=true.',
    data: { path },
  });
}
