// The root a session works on, opened no further than it needs: a preview reads what is published, anything else opens the IPD, which
// recovers an interrupted session first.

import { existsSync, statSync } from 'node:fs';
import type { RootSession } from '../execution/session.ts';
import { accountsOf } from '../host/accounts.ts';
import { RootPaths } from '../host/rootpath.ts';
import { adminDirectory, installedCatalog, openIpd } from '../ipd/ipd.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { EngineOptions } from '../model/request.ts';
import type { LookedAt } from './root-views.ts';
import type { Session } from './session.ts';

export interface RootTarget {
  readonly admin: string;
  /** False when the root has no IPD yet. */
  readonly known: boolean;
  catalog(): Catalog;
  /** For analysis. */
  readonly looked: LookedAt;
  /** For execution; not to be called in a preview. */
  change(): RootSession;
  close(): Promise<void>;
}

/**
 * Opens the root at the absolute path `root`. `create` allows a root, or an IPD, that does not exist yet.
 * Throws SdError `target_missing`, `target_locked`, and what the store throws.
 */
export async function openRoot(
  root: string,
  parts: { session: Session; options: EngineOptions; preview: boolean; create: boolean },
): Promise<RootTarget> {
  const { session, options, preview } = parts;
  if (!existsSync(root) && !(parts.create && options.create_target_path)) throw missing(root, parts.create);
  if (existsSync(root) && !statSync(root).isDirectory()) throw notDirectory(root);
  const admin = adminDirectory(root, options.admin_directory);
  const looked = { root, admin, paths: new RootPaths(root), options, emit: session.emit };
  if (preview) return openToLook(root, admin, looked, session);
  const store = await openIpd(root, admin, {
    create: parts.create,
    command: session.context.command,
    user: session.context.user,
    lockTimeout: options.lock_timeout,
    onRecovered: ({ how, what }) => session.emit({ type: 'recovered', how, what }),
  });
  const change = (): RootSession => ({
    ...looked,
    store,
    accounts: accountsOf(root),
    context: session.context,
    now: Date.now(),
  });
  const known = store.catalog().generation > 0;
  return {
    admin,
    known,
    catalog: () => store.catalog(),
    looked: { ...looked, store },
    change,
    close: () => store.close(),
  };
}

function openToLook(root: string, admin: string, looked: LookedAt, session: Session): RootTarget {
  const { catalog, interrupted } = installedCatalog(root, admin);
  if (interrupted) {
    const text = `An interrupted session waits on "${root}".  The next command that changes it will complete or undo that session first.`;
    session.report([{ severity: 'note', code: 'interrupted_session', text }]);
  }
  const change = () => {
    throw new Error('a preview changes nothing');
  };
  return { admin, known: catalog.generation > 0, catalog: () => catalog, looked, change, close: async () => undefined };
}

function missing(root: string, mayCreate: boolean): SdError {
  return new SdError('target_missing', {
    what: `The root "${root}" cannot be worked on.`,
    because: mayCreate
      ? 'It does not exist, and the option "create_target_path" is set to "false".'
      : 'It does not exist.',
    todo: mayCreate ? 'Make the directory, or set create_target_path=true.' : 'Check the path behind "@".',
    data: { root },
  });
}

function notDirectory(root: string): SdError {
  return new SdError('target_not_directory', {
    what: `The root "${root}" cannot be worked on.`,
    because: 'It is not a directory.',
    todo: 'Name a directory behind "@".',
    data: { root },
  });
}
