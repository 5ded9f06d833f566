// Recovery at opening: a journal found is of a session that is certainly dead, for its lock is ours now.
// Promise: before the point of no return everything is undone, after it everything is redone; being killed here only means to begin
// again at the next opening.

import { testPoint } from '../host/durable.ts';
import type { Database } from './database.ts';
import { readJournal } from './journal.ts';
import { enter, type Ledger } from './ledger.ts';
import { undoStaging } from './staging.ts';
import { swapAll } from './swap.ts';

export interface Recovered {
  readonly how: 'undone' | 'redone';
  readonly what: string;
}

/**
 * Undoes or redoes what the journal says. Returns undefined without one. The caller scans the database afterwards.
 * Throws the errno error of a step that still cannot be done.
 */
export async function recover(database: Database, anchor: string, ledger: Ledger): Promise<Recovered | undefined> {
  const journal = readJournal(database);
  const ends: [string, undefined][] = [];
  await database.scan('j', 'k', (key) => ends.push([key, undefined]));
  if (journal === undefined) {
    if (ends.length > 0) await database.write(ends);
    return undefined;
  }
  if (journal.state === 'staging') {
    undoStaging(anchor, journal.steps);
    testPoint('undone');
    await database.write(ends);
    return { how: 'undone', what: journal.label };
  }
  swapAll(anchor, journal.session, journal.steps, { again: true });
  testPoint('commit');
  const { bookkeeping } = enter(ledger, journal.pairs, new Set(journal.products), (key) => database.get(key));
  await database.write([...journal.pairs, ...bookkeeping, ...ends]);
  return { how: 'redone', what: journal.label };
}
