// The hot patches of a root and how they stand: the ledger (the IPD) before what the store has waiting.
//
//   ledger: exit value 0, or installed without one    applied
//           another exit value                        failed
//           no exit value, corrupt                    interrupted: it began, and of its end nothing is known
//           transient, a session at work              running
//           transient, a session died at work         interrupted, until the next session finds out whether it began
//           transient                                 not in the ledger: it was loaded, and did not begin
//   store, not in the ledger: a tombstone             negative
//           else                                      pending

import { type Ran, type Runs, readRuns, readWaiting, type Waiting } from '../../operations/run-once.ts';
import { optionsOf, type Place } from './place.ts';

export type State = 'pending' | 'running' | 'applied' | 'failed' | 'interrupted' | 'negative';

export interface Entry {
  readonly id: string;
  readonly state: State;
  /** Of those that were begun. */
  readonly ran?: Ran;
  /** Of the others. */
  readonly waiting?: Waiting;
}

/** All entries: those that ran in the order of their runs, then those that wait in the order they were added. */
export async function entriesOf(place: Place): Promise<Entry[]> {
  const runs = readRuns(place.root, optionsOf(place.invocation, 'swlist').values);
  const ran = runs.ran.filter(({ run }) => run.state !== 'transient' || runs.changing || runs.interrupted);
  const known = new Set(ran.map(({ id }) => id));
  const waiting = (await readWaiting(place.store)).filter(({ id }) => !known.has(id));
  return [
    ...ran.map((each): Entry => ({ id: each.id, state: stateOf(each, runs), ran: each })),
    ...waiting.map((each): Entry => ({ id: each.id, state: each.tombstone ? 'negative' : 'pending', waiting: each })),
  ];
}

function stateOf({ run }: Ran, { changing }: Runs): State {
  if (run.exit !== undefined) return run.exit === 0 ? 'applied' : 'failed';
  if (run.state === 'installed') return 'applied';
  return changing && run.state === 'transient' ? 'running' : 'interrupted';
}
