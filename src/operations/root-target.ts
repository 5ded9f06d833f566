// The root a session works on, opened no further than it needs: a preview reads what is published, anything else opens the IPD, which
// recovers an interrupted session first.

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { settleInterrupted } from '../execution/interrupted.ts';
import type { RootSession } from '../execution/session.ts';
import { accountsOf } from '../host/accounts.ts';
import { dropMade, firstMissing } from '../host/made-directories.ts';
import { RootPaths } from '../host/rootpath.ts';
import { hasIpd, installedCatalog, openIpd } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import { type Catalog, emptyCatalog } from '../model/catalog.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import type { Store } from '../store/store.ts';
import type { LookedAt } from './root-views.ts';
import type { Session } from './session.ts';

export interface RootTarget {
  readonly admin: string;
  /** False when the root has no IPD yet. */
  readonly known: boolean;
  /** What is installed now. */
  catalog(): Catalog;
  /** For analysis. */
  readonly looked: LookedAt;
  /** For execution, not in a preview: makes the IPD where there is none yet. */
  change(): Promise<RootSession>;
  close(): Promise<void>;
}

/**
 * Opens the root at the absolute path `root`. `create` allows a root, or an IPD, that does not exist yet: those are made only when
 * software goes in, and an IPD into which none went is taken away again. Throws SdError `target_missing`, `target_not_directory`,
 * `target_locked`, `no_permission`, and what the store throws.
 */
export async function openRoot(
  root: string,
  parts: { session: Session; options: EngineOptions; preview: boolean; create: boolean },
): Promise<RootTarget> {
  const { session, options, preview, create } = parts;
  const there = existsSync(root);
  if (!there && !(create && options.create_target_path)) throw missing(root, create);
  requireDirectory(root);
  const admin = adminDirectory(root, options.admin_directory);
  const { context, emit } = session;
  const looked = { root, admin, paths: new RootPaths(root), options, context, emit };
  const known = hasIpd(root, admin);
  const published =
    preview && known
      ? installedCatalog(root, admin)
      : { catalog: emptyCatalog('root'), interrupted: false, findings: [] };
  session.report(published.findings);
  if (published.interrupted) session.report([waiting(root)]);
  const open = async () => {
    const opened = await openIpd(root, admin, {
      create,
      command: context.command,
      user: context.user,
      lockTimeout: options.lock_timeout,
      onRecovered: (recovery) => emit({ type: 'recovered', ...recovery }),
    });
    return settled(opened, session);
  };
  const first = firstMissing(admin);
  if (!preview && first !== undefined) requireWritable(root, dirname(first));
  let store = preview || !known ? undefined : await open();
  return {
    admin,
    known,
    catalog: () => store?.catalog() ?? published.catalog,
    looked: store ? { ...looked, store } : looked,
    change: async () => {
      store ??= await open();
      return { ...looked, store, accounts: accountsOf(root), now: Date.now() };
    },
    async close() {
      if (store === undefined) return;
      const empty = store.catalog().products().length === 0 && !store.isInterrupted();
      if (known || !empty) return store.close();
      await store.discard();
      dropMade(admin, first);
    },
  };
}

/** Scripts that a dead session had started are told of, and what they were for is marked. */
async function settled(store: Store, session: Session): Promise<Store> {
  try {
    session.report(await settleInterrupted(store));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Throws `no_permission` where a first IPD could not be made. */
function requireWritable(root: string, directory: string): void {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SdError('no_permission', {
      what: `"${root}" cannot be changed.`,
      because: `"${directory}":  ${reasonOf(error)}`,
      todo: hasErrno(error, 'EACCES', 'EPERM') ? 'Run the command as the owner of the target.' : '',
      data: { root },
      cause: error,
    });
  }
}

function waiting(root: string): Finding {
  const text = `An interrupted session waits on "${root}".  The next command that changes it will complete or undo that session first.`;
  return { severity: 'note', code: 'interrupted_session', text };
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

/** Throws `target_not_directory` where the root, or what it would have to lie in, is a file. */
function requireDirectory(root: string): void {
  const first = firstMissing(root);
  const there = first === undefined ? root : dirname(first);
  if (statSync(there).isDirectory()) return;
  throw new SdError('target_not_directory', {
    what: `The root "${root}" cannot be worked on.`,
    because: there === root ? 'It is not a directory.' : `"${there}" is not a directory.`,
    todo: 'Name a directory behind "@".',
    data: { root },
  });
}
