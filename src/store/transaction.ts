// One transaction (D4; store-and-fleet 1.5): journal, stage, sync, point of no return, swap, one batch.
// Promise: up to the point of no return an error undoes everything; after it nothing is undone, and what could not be finished is
// redone at the next opening. The order of durable steps in this file is the whole crash safety; change it with the crash tests only.

import { testPoint } from '../host/durable.ts';
import { looker } from '../host/look.ts';
import { stopPoint } from '../host/signals.ts';
import type { ChangeSet } from '../model/change.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import type { ChangeEncoder } from './change-encoder.ts';
import type { Database } from './database.ts';
import { endingPairs, stagingPairs, swappingPairs } from './journal.ts';
import { checkPlaces } from './places.ts';
import { checkSwap, stageAll, syncStaged, undoStaging } from './staging.ts';
import { type JournalStep, journalSteps } from './steps.ts';
import { swapAll } from './swap.ts';
import type { Transaction } from './transaction-types.ts';

/** What a transaction needs of its store. */
export interface Commits {
  readonly database: Database;
  readonly anchor: string;
  encode(change: ChangeSet): ChangeEncoder;
  /** One synced batch of the encoded change, its ledger entry and these pairs; then memory follows. */
  commit(encoder: ChangeEncoder, ends: readonly (readonly [string, undefined])[]): Promise<void>;
}

/**
 * Runs one transaction with files. `session` is part of every temporary name and used once.
 * Throws SdError after undoing everything (`content_mismatch`, `directory_in_the_way`, `not_done` ...), or SdError `interrupted` when
 * the point of no return was passed: the store must not be used after that.
 */
export async function runTransaction(commits: Commits, session: string, transaction: Transaction): Promise<void> {
  const { anchor, database } = commits;
  const plan = await begun(commits, session, transaction);
  let encoder: ChangeEncoder;
  try {
    testPoint('journal');
    const staged = await stageAll(anchor, transaction, plan);
    checkSwap(anchor, plan);
    testPoint('stage');
    syncStaged(anchor, plan);
    testPoint('synced');
    await stopPoint();
    encoder = commits.encode(transaction.change(staged));
  } catch (error) {
    await undone(commits, plan, transaction.label);
    throw notDone(transaction.label, error);
  }
  try {
    // If this write fails it may yet be on disk: whether to undo or redo is known at the next opening only.
    await database.write(swappingPairs(database, encoder.pairs, encoder.products));
    testPoint('swapping');
    swapAll(anchor, session, plan, { again: false, onStep: (n) => transaction.onFile?.(transaction.files[n]!, 0) });
    testPoint('commit');
    await commits.commit(encoder, endingPairs(database));
  } catch (error) {
    throw interrupted(transaction.label, error);
  }
}

/** Checks and writes the intent. Nothing exists on disk yet but the journal. */
async function begun(commits: Commits, session: string, transaction: Transaction): Promise<JournalStep[]> {
  try {
    const look = transaction.look ?? looker(commits.anchor);
    checkPlaces(commits.anchor, transaction.files, look);
    const plan = journalSteps(transaction.files, session, (path) => look(path) === undefined);
    await commits.database.write(stagingPairs(session, transaction.label, plan));
    return plan;
  } catch (error) {
    throw notDone(transaction.label, error);
  }
}

async function undone(commits: Commits, plan: readonly JournalStep[], label: string): Promise<void> {
  try {
    undoStaging(commits.anchor, plan);
    await commits.database.write(endingPairs(commits.database));
  } catch (error) {
    throw interrupted(label, error);
  }
}

/** An error before anything visible changed, in the user's words. */
export function notDone(label: string, error: unknown): unknown {
  if (error instanceof SdError || !isOfTheMachine(error)) return error;
  return new SdError('not_done', {
    what: `"${label}" was not done; everything is as it was before.`,
    because: reasonAt(error),
    todo: hasErrno(error, 'ENOSPC', 'EDQUOT') ? 'Make room on the file system and try again.' : '',
    data: { label, errno: error.code },
    cause: error,
  });
}

/** An error after the point of no return. */
export function interrupted(label: string, error: unknown): SdError {
  return new SdError('interrupted', {
    what: `"${label}" was begun and could not be finished.`,
    because: reasonAt(error),
    todo: 'Remove the cause; the next command that changes this target completes or undoes it first.',
    data: { label },
    cause: error,
  });
}

/** The reason, and the path it is about: the label names only the product. */
function reasonAt(error: unknown): string {
  const path = error instanceof Error && 'path' in error ? `  It happened at "${error.path}".` : '';
  return `${reasonOf(error)}${path}`;
}

function isOfTheMachine(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
