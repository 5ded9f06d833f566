// What processes that were killed leave in the directories of a store: half-written copies of derived files, a store not yet in place.
// Promise: only objects named after a process that is gone are removed. What a transaction stages is recover.ts's work; what lies in the
// text of a product goes when that product is published again.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt } from '../host/look.ts';
import { hasErrno } from '../model/error.ts';
import { processStart } from './holder.ts';
import type { StoreLayout } from './layout.ts';

/** Temporary names of host/durable.ts and creation.ts, with the process that chose them. */
const NAME = /^(?:\.sd-new|store\.new)\.(\d+)$/;

/** Removes them. The store must be held by this session. Throws the errno error. */
export function clearLeftovers(layout: StoreLayout): void {
  const text = layout.textTree;
  // Behind a link is nothing of ours; the next publication replaces it.
  const heads = [join(text, 'ifiles'), join(text, 'dfiles')].filter((each) => lookAt(each)?.isDirectory());
  for (const directory of [layout.home, join(layout.home, 'obj'), text, ...heads]) {
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
