// The second thread of a crew (crew.ts): works until nothing is left, says so, and ends.

import { parentPort, workerData } from 'node:worker_threads';
import { type Jobs, type Shared, work } from './crew-work.ts';

const { jobs, shared } = workerData as { jobs: Jobs; shared: Shared };
work(jobs, shared, Number.POSITIVE_INFINITY);
parentPort?.postMessage('done');
