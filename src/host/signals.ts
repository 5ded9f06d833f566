// Signals during a session (STOP_SIGNALS, SIGHUP). File work is one synchronous loop (D10), so a signal cannot cut into it: it is noted,
// handed to a control script that is running, and obeyed at the next stop point, where `Stopped` unwinds the session.
// Where somebody suspended the session it rests at the same points, until they resume it or a signal comes.
// Promise: what a transaction had begun is undone as after a crash, products that were finished stay, locks and temporary files go. A
// terminal that hangs up (SIGHUP) stops nothing. Must not: be listened to outside a session; there the system's own answer is right.

import { STOP_SIGNALS, Stopped, type StopSignal } from '../model/error.ts';

let received: StopSignal | undefined;
let sessions = 0;
const listeners = new Set<(signal: StopSignal) => void>();
const rests = new Set<Rest>();

/** Asked at each stop point: undefined goes on at once, a promise is waited for. */
export type Rest = () => Promise<void> | undefined;

/** From now on signals wait for stop points, where `rest` is asked too. Returns what ends that; sessions may lie in one another. */
export function holdSignals(rest: Rest = () => undefined): () => void {
  sessions += 1;
  rests.add(rest);
  if (sessions === 1) {
    for (const signal of STOP_SIGNALS) process.on(signal, note);
    process.on('SIGHUP', goOn);
  }
  return () => {
    sessions -= 1;
    rests.delete(rest);
    if (sessions > 0) return;
    for (const signal of STOP_SIGNALS) process.off(signal, note);
    process.off('SIGHUP', goOn);
  };
}

/** Here nothing is half done: throws `Stopped` when a signal came since the session began. Gives signals a chance to arrive. */
export async function stopPoint(): Promise<void> {
  if (sessions === 0) return;
  // Signals reach a program in its poll phase, which comes before this one.
  await new Promise((resolve) => setImmediate(resolve));
  for (const rest of rests) {
    const resting = received === undefined ? rest() : undefined;
    if (resting) await orSignal(resting);
  }
  if (received !== undefined) throw new Stopped(received);
}

/** Waits until `resting` is over or a signal comes. */
async function orSignal(resting: Promise<void>): Promise<void> {
  let leave: () => void = () => undefined;
  const signalled = new Promise<void>((resolve) => {
    leave = onSignal(() => resolve());
  });
  await Promise.race([resting, signalled]).finally(() => leave());
}

/** Calls `take` at once for each of STOP_SIGNALS until the returned function is called: something is waited for that shall end too. */
export function onSignal(take: (signal: StopSignal) => void): () => void {
  listeners.add(take);
  return () => listeners.delete(take);
}

function note(signal: NodeJS.Signals): void {
  received ??= signal as StopSignal;
  for (const listener of listeners) listener(signal as StopSignal);
}

function goOn(): void {
  // Without a listener the system would end the program.
}
