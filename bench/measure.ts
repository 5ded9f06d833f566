// One command run and measured: wall time by the monotonic clock, CPU and peak memory as the kernel counted them (GNU time, Debian `time`).
// A command that fails ends the benchmark: a fast failure must not look like a fast tool.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run took. */
export interface Measured {
  /** Milliseconds from start to end. */
  readonly wall: number;
  /** Milliseconds of processor time, user and system, children included. */
  readonly cpu: number;
  /** Peak resident memory of the largest process, MiB. */
  readonly peak: number;
  readonly stdout: string;
}

const FACTS = join(mkdtempSync(join(tmpdir(), 'swdist-time-')), 'facts');

/**
 * Runs a command and waits for it.
 * @param command program and arguments, no shell
 * @param expected exit statuses that count as success
 * @throws Error with the command's last words when it exits otherwise
 */
export function measure(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  expected: readonly number[] = [0],
): Measured {
  const begin = process.hrtime.bigint();
  const ran = spawnSync('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', FACTS, ...command], {
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const wall = Number(process.hrtime.bigint() - begin) / 1e6;
  if (ran.status === null || !expected.includes(ran.status)) {
    throw new Error(
      `${command.join(' ').slice(0, 300)} exited ${ran.status}:\n${(ran.stderr + ran.stdout).slice(-2000)}`,
    );
  }
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(FACTS, 'utf8').trim().split(' ').map(Number);
  return { wall, cpu: (user + system) * 1000, peak: kilobytes / 1024, stdout: ran.stdout };
}

/** The middle value; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('the median of nothing');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
