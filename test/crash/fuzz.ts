// Fuzzing (issue 5, item 5): broken inputs from the samples of ../shared/data, in child processes with 256 MiB of memory and a time limit.
// A crash is an error that is no SdError, an end without an answer, or a change outside the root; a hang is no answer in time.

import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from './fuzz-batch.ts';
import { TARGETS } from './fuzz-targets.ts';
import type { Report } from './report.ts';

/** Seconds for one batch. */
const PATIENCE = 120;

export interface Fuzzed extends Batch {
  readonly target: string;
  hangs: number;
}

/** All targets, long: about a hundred thousand inputs. */
export async function fuzz(say: (line: string) => void): Promise<Report> {
  const results = fuzzed(
    (target) => (target === 'install' ? [20, 100] : target === 'archive' ? [10, 500] : [10, 2000]),
    say,
  );
  const faults = results.flatMap(({ target, crashes }) => crashes.map((crash) => `${target}, ${crash}`));
  const bad = results.reduce((sum, each) => sum + each.hangs + each.crashes.length, 0);
  return {
    title: 'Fuzzing: inputs gone wrong, bounded memory',
    columns: ['read as', 'inputs', 'accepted', 'slowest ms', 'crashes', 'hangs'],
    rows: results.map((each) => [
      each.target,
      each.tried,
      each.accepted,
      each.slowest,
      each.crashes.length,
      each.hangs,
    ]),
    passed: results.reduce((sum, each) => sum + each.tried, 0) - bad,
    failed: bad,
    faults,
  };
}

/** `size` answers batches and inputs a batch. Every run takes the same inputs. */
export function fuzzed(
  size: (target: string) => readonly [batches: number, count: number],
  say: (line: string) => void,
): Fuzzed[] {
  const folder = mkdtempSync(join(tmpdir(), 'sd-fuzz-'));
  try {
    makeGood(folder);
    return seeded().map((target) => {
      const [batches, count] = size(target);
      const all: Fuzzed = { target, tried: 0, accepted: 0, crashes: [], slowest: 0, hangs: 0 };
      for (let seed = 1; seed <= batches; seed++) add(all, run(target, seed, count, folder));
      say(`${target}: ${all.tried} inputs, ${all.crashes.length} crashes, ${all.hangs} hangs`);
      return all;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Targets that have samples to break: those of archives lie beside the checkout only. */
function seeded(): string[] {
  return Object.entries(TARGETS).flatMap(([name, target]) => (target().seeds.length > 0 ? [name] : []));
}

function add(all: Fuzzed, one: Fuzzed): void {
  all.tried += one.tried;
  all.accepted += one.accepted;
  all.crashes.push(...one.crashes);
  all.slowest = Math.max(all.slowest, one.slowest);
  all.hangs += one.hangs;
}

function run(target: string, seed: number, count: number, folder: string): Fuzzed {
  const own = join(folder, 'batch');
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  cpSync(join(folder, 'good'), join(own, 'good'), { recursive: true });
  const loader = join(import.meta.dirname, '../typescript.mjs');
  const script = join(import.meta.dirname, 'fuzz-batch.ts');
  const words = ['--max-old-space-size=256', '--import', loader, script, target, String(seed), String(count), own];
  const ran = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: PATIENCE * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
  });
  const line = ran.stdout.trim().split('\n').at(-1) ?? '';
  if (ran.status === 0 && line.startsWith('{')) return { target, hangs: 0, ...(JSON.parse(line) as Batch) };
  const kept = join(tmpdir(), `sd-fuzz-${target}-${seed}.input`);
  copyFileSync(join(own, 'input'), kept);
  const hangs = ran.signal === 'SIGKILL' ? 1 : 0;
  const crashes = hangs
    ? []
    : [`seed ${seed}: ended with ${ran.status ?? ran.signal}; the input is in ${kept}\n${ran.stderr.slice(0, 2000)}`];
  return { target, tried: count, accepted: 0, crashes, slowest: PATIENCE * 1000, hangs };
}

/** A depot of ours, for the targets that read a published catalog. */
function makeGood(folder: string): void {
  writeFileSync(join(folder, 'f'), 'f\n');
  const fileset = ' fileset\n  tag RUN\n  revision 1.0\n  file f /opt/f\n end\n';
  writeFileSync(
    join(folder, 'psf'),
    `product\n tag ACME\n revision 1.0\n vendor\n  tag HP\n end\n${fileset}end\nproduct\n tag B\n revision 2\n${fileset}end\n`,
  );
  const env = { PATH: process.env.PATH ?? '', HOME: folder, SWDIST_DEFAULTS: join(folder, 'none') };
  const words = [
    join(process.env.SWDIST_TEST_BIN!, 'swpackage'),
    '-s',
    join(folder, 'psf'),
    '-x',
    `admin_directory=${folder}/adm`,
    '@',
    join(folder, 'good'),
  ];
  const ran = spawnSync(process.execPath, words, { encoding: 'utf8', env, cwd: folder });
  if (ran.status !== 0) throw new Error(`swpackage: ${ran.stdout}${ran.stderr}`);
}
