// Runs a row: ours, peer, ours, peer … in the same rounds, so that whatever else the machine does meets both; the verdict is the median of the
// round-wise ratios. The first round of each command also proves that the work was done.
import type { Inputs } from './inputs.ts';
import { type Measured, measure, median } from './measure.ts';
import { installed } from './peers.ts';
import type { Row, Side } from './rows.ts';

/** What one command took over all rounds: medians. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  /** MiB, the greatest of all rounds. */
  readonly peak: number;
}

/** One comparison of a row. */
export interface Comparison {
  readonly peer: string;
  readonly cost?: Cost;
  /** Median, least and greatest of the round-wise ratios of wall time. */
  readonly ratio?: { readonly median: number; readonly min: number; readonly max: number };
  readonly bar: number;
  readonly verdict: 'met' | 'missed' | 'not run';
  /** Why it could not run. */
  readonly because?: string;
}

/** How a row grows from a tenth of its size to its size. */
export interface Growth {
  readonly small: number;
  readonly large: number;
  readonly smallCost: Cost;
  readonly largeCost: Cost;
  /** 1.0 = ten times the input takes ten times the time. */
  readonly exponent: number;
  /** Greatest exponent and peak of memory (MiB) that meet their bars. */
  readonly bars: { readonly exponent: number; readonly memory?: number };
  readonly verdict: 'met' | 'missed';
}

/** Everything about one row. */
export interface Result {
  readonly row: string;
  readonly place: string;
  readonly ours: Cost;
  readonly comparisons: readonly Comparison[];
  readonly growth?: Growth;
}

const GROWTH_ROUNDS = 3;
const GREATEST_EXPONENT = 1.1;
/** The size at which rows meet their peers. */
const PAIRED = 10_000;

/** Runs one row. @param growth whether its growth is measured too, which takes the largest inputs */
export function runRow(row: Row, inputs: Inputs, rounds: number, growth: boolean): Result {
  process.stderr.write(`${row.name}\n`);
  const ours = row.ours(inputs, PAIRED);
  const peers = row.peers(inputs);
  const able = peers.filter((peer) => missing(peer) === undefined);
  const runs = rounded([ours, ...able], inputs, rounds);
  const mine = runs[0] ?? [];
  return {
    row: row.name,
    place: row.place,
    ours: cost(mine),
    comparisons: peers.map((peer) => compare(peer, mine, runs[able.indexOf(peer) + 1])),
    ...(growth && row.size > 0 ? { growth: grow(row, inputs) } : {}),
  };
}

/** The result of a row that could not be run, or whose work was found wanting. */
export function failedRow(row: Row, because: string): Result {
  const nothing = { wall: 0, cpu: 0, peak: 0 };
  return {
    row: row.name,
    place: row.place,
    ours: nothing,
    comparisons: [{ peer: '', bar: 0, verdict: 'not run', because: because.split('\n', 1)[0] ?? '' }],
  };
}

function rounded(sides: readonly Side[], inputs: Inputs, rounds: number): Measured[][] {
  const runs: Measured[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      side.before?.();
      const measured = measure(side.command, inputs.environment);
      if (round === 0) side.check?.(measured.stdout);
      runs[index]?.push(measured);
    }
  }
  return runs;
}

function missing(side: Side): string | undefined {
  const lacking = (side.needs ?? []).filter((program) => !installed(program));
  return lacking.length === 0 ? undefined : `not installed: ${lacking.join(', ')}`;
}

function compare(peer: Side, ours: readonly Measured[], theirs: readonly Measured[] | undefined): Comparison {
  const bar = peer.bar ?? Number.POSITIVE_INFINITY;
  if (theirs === undefined) return { peer: peer.name, bar, verdict: 'not run', because: missing(peer) ?? '' };
  const ratios = ours.map((run, round) => run.wall / (theirs[round]?.wall ?? Number.NaN));
  const middle = median(ratios);
  return {
    peer: peer.name,
    cost: cost(theirs),
    ratio: { median: middle, min: Math.min(...ratios), max: Math.max(...ratios) },
    bar,
    verdict: middle <= bar ? 'met' : 'missed',
  };
}

function grow(row: Row, inputs: Inputs): Growth {
  const [small, large] = [row.size / 10, row.size].map((size) => {
    const side = row.ours(inputs, size);
    return cost(rounded([side], inputs, GROWTH_ROUNDS)[0] ?? []);
  }) as [Cost, Cost];
  const exponent = Math.log10(large.wall / small.wall);
  const memory = row.memoryBar;
  const met = exponent <= GREATEST_EXPONENT && (memory === undefined || large.peak <= memory);
  return {
    small: row.size / 10,
    large: row.size,
    smallCost: small,
    largeCost: large,
    exponent,
    bars: { exponent: GREATEST_EXPONENT, ...(memory === undefined ? {} : { memory }) },
    verdict: met ? 'met' : 'missed',
  };
}

function cost(runs: readonly Measured[]): Cost {
  return {
    wall: median(runs.map((run) => run.wall)),
    cpu: median(runs.map((run) => run.cpu)),
    peak: Math.max(...runs.map((run) => run.peak)),
  };
}
