// File work shared between this thread and one more: copying files with their digests, and digests alone (D10).
// Promise: every job is done at most once and its result stands in the job's slot; what a job failed at is said by its slot being empty,
// and whoever gave it does it again by himself and meets the error. Without a second processor, or for little work, nobody is called.

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Jobs, makeResults, REST, type Read, resultOf, type Shared, STOP, work } from './crew-work.ts';

/** Fewer files than this are done before a second thread is awake. */
const FEW = 1000;
/** How long this thread works before it looks whether a signal came; milliseconds. */
const TURN_MS = 100;

/** Whether a second thread would help with that many files. */
export function worthACrew(files: number): boolean {
  return files >= FEW && availableParallelism() > 1 && existsSync(WORKER);
}

// Beside the bundle; in a test that runs the source there is none, and the work is done by one thread.
const WORKER = fileURLToPath(new URL('./crew-worker.cjs', import.meta.url));

/**
 * Does the jobs with two threads. `pause` is awaited now and then, and neither thread works meanwhile; it may throw: then the other thread
 * has stopped before this rejects. `progress` is called as often, with the results so far.
 * @returns the result of job n; undefined where it could not be done
 */
export async function shareOut(
  jobs: Jobs,
  pause: () => Promise<void>,
  progress?: (result: (n: number) => Read | undefined) => void,
): Promise<(n: number) => Read | undefined> {
  const shared: Shared = makeResults(jobs.from.length);
  const result = (n: number) => resultOf(shared, n);
  const worker = new Worker(WORKER, { workerData: { jobs, shared } });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
    worker.once('message', () => resolve());
    // A thread that dies leaves empty slots, which is all there is to say.
    worker.once('error', () => resolve());
  });
  try {
    while (work(jobs, shared, Date.now() + TURN_MS)) {
      progress?.(result);
      Atomics.store(shared.control, REST, 1);
      await pause();
      goOn(shared);
    }
  } catch (error) {
    Atomics.store(shared.control, STOP, 1);
    goOn(shared);
    throw error;
  } finally {
    await gone;
    worker.unref();
  }
  return result;
}

function goOn(shared: Shared): void {
  Atomics.store(shared.control, REST, 0);
  Atomics.notify(shared.control, REST);
}
