// What processes that were killed leave in the directories of a store: half-written copies of derived files, a store not yet in place.
// And how a store is taken away: first out of sight in one step, then piece by piece.
// Promise: only objects named after a process that is gone are removed. What a transaction stages is recover.ts's work; what lies in the
// text of a product goes when that product is published again.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncDirectory, testPoint } from '../host/durable.ts';
import { lookAt } from '../host/look.ts';
import { hasErrno } from '../model/error.ts';
import { processStart } from './holder.ts';
import type { StoreLayout } from './layout.ts';

/** Temporary names of host/durable.ts, creation.ts and setAside, with the process that chose them. */
const NAME = /^(?:\.sd-new|store\.new|\.sd-gone)\.(\d+)$/;

/** True for a name that only a killed process leaves: what is called so is nothing. */
export function isLeftover(name: string): boolean {
  return NAME.test(name);
}

/** True when there is a store, or a text tree to make one from; what a process killed while making one leaves is nothing yet. */
export function isBegun({ home, textTree }: StoreLayout): boolean {
  return existsSync(textTree) || namesIn(home).some((name) => !isLeftover(name));
}

/**
 * Takes store and text tree out of sight, into a directory beside them; returns its path, for the caller to remove once the store is
 * closed. The store must be held by this session. Throws the errno error.
 */
export function setAside({ home, textTree }: StoreLayout): string {
  const beside = dirname(home);
  const aside = join(beside, `.sd-gone.${process.pid}`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { mode: 0o700 });
  testPoint('discard');
  // The text first: alone it would be taken for a catalog made elsewhere, while a store without it is whole.
  if (existsSync(textTree)) renameSync(textTree, join(aside, 'text'));
  testPoint('discard');
  renameSync(home, join(aside, 'home'));
  fsyncDirectory(beside);
  testPoint('discard');
  return aside;
}

/** Removes them. The store must be held by this session. Throws the errno error. */
export function clearLeftovers(layout: StoreLayout): void {
  const text = layout.textTree;
  // Behind a link is nothing of ours; the next publication replaces it.
  const heads = [join(text, 'ifiles'), join(text, 'dfiles')].filter((each) => lookAt(each)?.isDirectory());
  for (const directory of [dirname(layout.home), layout.home, join(layout.home, 'obj'), text, ...heads]) {
    for (const name of namesIn(directory)) {
      const pid = NAME.exec(name)?.[1];
      if (pid === undefined || processStart(Number(pid)) !== undefined) continue;
      rmSync(join(directory, name), { recursive: true, force: true });
    }
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
