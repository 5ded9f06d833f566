// The kill sweep (ARCHITECTURE D4; evidence/store-and-fleet.md 1.4): each kind of plan is killed at every durable step; the next command
// recovers; what is then there must be the state before or the state after, byte for byte. Every third recovery is killed as well.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeDepot } from '../scenarios/runner/depot-maker.ts';
import { differences, leftovers, type StatePicture, stateOf } from './picture.ts';
import { copyPlace, type Ended, makePlace, must, type Place, run, strikePlace } from './place.ts';
import { DEPOTS, KINDS, type PlanKind, SOURCES } from './plans.ts';
import type { Report } from './report.ts';

/** Trials at one time: the processors that continuous integration has. */
const HANDS = 2;
/** Every n-th trial also kills the recovery, and asks the listing and swverify. */
const THIRD = 3;

/** What a kind of plan looks like when nothing goes wrong. */
export interface Prepared {
  readonly kind: PlanKind;
  /** The scene, to be copied for each trial. */
  readonly place: Place;
  /** Legal states, by name; the first is `before`, the last `after`. */
  readonly states: ReadonlyMap<string, StatePicture>;
  /** What the listing prints in the states `before` and `after`. */
  readonly listings: ReadonlyMap<string, string>;
  /** The state after the cure of a plan that has one. */
  readonly cured: StatePicture | undefined;
  /** Names of the durable steps of the command, in order. */
  readonly points: readonly string[];
}

export interface Trial {
  readonly kind: string;
  readonly n: number;
  readonly point: string;
  /** Name of the legal state found. */
  readonly state?: string;
  /** What is wrong. */
  readonly fault?: string;
  readonly recoveryKilled: boolean;
}

/** Sweeps all kinds of plans. */
export async function killSweep(say: (line: string) => void): Promise<Report> {
  const trials = await sweep(KINDS, say);
  const rows = KINDS.map((kind) =>
    rowOf(
      kind.name,
      trials.filter((trial) => trial.kind === kind.name),
    ),
  );
  rows.push(rowOf('together', trials));
  const faults = trials.flatMap(({ kind, n, point, fault }) =>
    fault === undefined ? [] : [`${kind}, killed at ${n} (${point}): ${fault}`],
  );
  return {
    title: 'Kill sweep: SIGKILL at every durable step, then the next command',
    columns: ['kind of plan', 'points killed', 'recovery killed', 'before', 'between', 'after', 'wrong'],
    rows,
    passed: trials.length - faults.length,
    failed: faults.length,
    faults,
  };
}

/** All trials of these kinds. */
export async function sweep(kinds: readonly PlanKind[], say: (line: string) => void): Promise<Trial[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'sd-sweep-'));
  try {
    const trials: Trial[] = [];
    const sources = makeSources(join(scratch, 'sources'));
    for (const [number, kind] of kinds.entries()) {
      const prepared = await prepare(kind, sources, join(scratch, `scene${number}`));
      const numbers = prepared.points.map((_, index) => index + 1);
      await inHands(numbers, async (n, hand) => {
        trials.push(await killAt(prepared, n, join(scratch, `trial${hand}`)));
      });
      const wrong = trials.filter((trial) => trial.kind === kind.name && trial.fault !== undefined).length;
      say(`${kind.name}: ${numbers.length} points, ${wrong} wrong`);
      strikePlace(prepared.place);
    }
    return trials;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Sets the scene of one kind and finds its legal states and its points. */
export async function prepare(
  kind: PlanKind,
  sources: ReadonlyMap<string, string>,
  directory: string,
): Promise<Prepared> {
  const place = await scene(kind, sources, directory);
  const work = `${directory}.work`;
  const states = new Map<string, StatePicture>([['before', look(kind, place)]]);
  const listings = new Map<string, string>();
  if (kind.before.length > 0) listings.set('before', await listing(kind, place));
  for (const [index, line] of (kind.between ?? []).entries()) {
    states.set(`between ${index + 1}`, await stateAfter(kind, copyPlace(place, work), line));
  }
  const whole = copyPlace(place, work);
  const trace = join(directory, 'trace');
  const after = await stateAfter(kind, whole, kind.command, { SW_TRACE_STEPS: trace });
  states.set('after', after);
  listings.set('after', await listing(kind, whole));
  const cured = kind.cure === undefined ? undefined : await stateAfter(kind, whole, kind.cure);
  const again = await stateAfter(kind, copyPlace(place, work), kind.command);
  strikePlace(whole);
  if (differences(after, again).length > 0) throw new Error(`${kind.name} is not the same twice`);
  if (new Set([...states.values()].map((lines) => lines.join('\n'))).size !== states.size) {
    throw new Error(`${kind.name}: two of its states are the same`);
  }
  return { kind, place, states, listings, cured, points: readFileSync(trace, 'utf8').trim().split('\n') };
}

/** Makes the depots that all kinds take software from. Answers their paths. */
export function makeSources(directory: string): Map<string, string> {
  const stage = makePlace(directory, new Map());
  return new Map(Object.keys(DEPOTS).map((name) => [name, makeDepot(stage, name, (each) => DEPOTS[each])]));
}

/** A place in which everything stands that the command of `kind` needs. */
async function scene(kind: PlanKind, sources: ReadonlyMap<string, string>, directory: string): Promise<Place> {
  const place = makePlace(directory, sources);
  for (const [path, content] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
    utimesSync(join(directory, path), 1_000_000_000, 1_000_000_000);
  }
  for (const line of kind.before) await must(place, line);
  return place;
}

async function stateAfter(
  kind: PlanKind,
  place: Place,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<StatePicture> {
  const { exit, output, errors } = await run(place, line, env);
  if (exit !== 0) throw new Error(`${kind.name}: ${line}: exit ${exit}\n${output}${errors}`);
  return look(kind, place);
}

/** One trial: kill at the n-th point, recover, look. */
async function killAt(prepared: Prepared, n: number, directory: string): Promise<Trial> {
  const { kind, points } = prepared;
  const place = copyPlace(prepared.place, directory);
  const about = { kind: kind.name, n, point: points[n - 1]! };
  let recoveryKilled = false;
  try {
    const killed = await run(place, kind.command, { SW_CRASH_AT: String(n) });
    if (killed.signal !== 'SIGKILL') throw new Error(`it was not killed: exit ${killed.exit}\n${killed.errors}`);
    if (n % THIRD === 0) recoveryKilled = await killRecovery(kind, place, n);
    const state = await recoverAndCompare(prepared, place);
    judged(prepared, n, state);
    // A target that does not exist yet is opened, and cleared, by the command that makes it.
    const isThere = state !== 'before' || kind.before.length > 0;
    if (isThere) noLeftovers(kind, place);
    if (n % THIRD === 1) await checkCommands(prepared, place, state);
    if (state === 'before') await againToAfter(prepared, place);
    noLeftovers(kind, place);
    return { ...about, state, recoveryKilled };
  } catch (error) {
    return { ...about, fault: error instanceof Error ? error.message : String(error), recoveryKilled };
  }
}

/** A command that changes nothing but, at opening, what an interrupted session left. */
function recovery(kind: PlanKind): string {
  return `swremove ${operand(kind, 'NOT_THERE')}`;
}

/** Kills the recovering command at one of its points, another one for each `n`. True when it died. */
async function killRecovery(kind: PlanKind, place: Place, n: number): Promise<boolean> {
  const copy = copyPlace(place, `${place.directory}.copy`);
  const trace = join(copy.directory, 'trace');
  await run(copy, recovery(kind), { SW_TRACE_STEPS: trace });
  const points = readFileSync(trace, 'utf8').trim().split('\n').length;
  strikePlace(copy);
  // Steps of 7919, a prime, meet every point sooner or later and are the same in each run.
  const killed = await run(place, recovery(kind), { SW_CRASH_AT: String(1 + ((n * 7919) % points)) });
  return killed.signal === 'SIGKILL';
}

/** Recovers with the next command; answers the name of the legal state that is then there. Throws what is wrong. */
export async function recoverAndCompare(prepared: Prepared, place: Place): Promise<string> {
  const { kind, states } = prepared;
  judgeRecovery(await run(place, recovery(kind)));
  const found = look(kind, place);
  let nearest: { name: string; differing: string[] } | undefined;
  for (const [name, wanted] of states) {
    const differing = differences(wanted, found);
    if (differing.length === 0) return name;
    if (nearest === undefined || differing.length < nearest.differing.length) nearest = { name, differing };
  }
  if (kind.cure !== undefined && /"state":"(transient|corrupt)"/.test(found.join('\n'))) {
    const differing = differences(prepared.cured!, await stateAfter(kind, place, kind.cure));
    if (differing.length === 0) return 'between, cured';
    nearest = { name: 'cured', differing };
  }
  throw new Error(`like "${nearest!.name}" but for${told(nearest!.differing)}`);
}

/** Throws where a writer that had passed `passed` points must have left another state: the journal's turn decides, not luck. */
export function judged({ kind, points }: Prepared, passed: number, state: string): void {
  const turn = points.indexOf('swapping') + 1;
  if (turn === 0 || kind.cure !== undefined || points.indexOf('swapping', turn) >= 0) return;
  if (passed >= turn && state !== 'after') throw new Error(`${kind.name}: durable at point ${turn}, yet "${state}"`);
}

/** The recovering command finds nothing to remove and must have nothing else to complain of. */
function judgeRecovery({ exit, signal, errors }: Ended): void {
  const about = `${exit ?? signal}\n${errors}`;
  if (exit !== 1) throw new Error(`the recovering command ended with ${about}`);
  if (/rebuilt|repaired|^\s+at /m.test(errors)) throw new Error(`the recovering command said ${about}`);
}

/** The listing prints what it prints in this state, and swverify finds nothing. */
async function checkCommands({ kind, listings }: Prepared, place: Place, state: string): Promise<void> {
  const nothing = state === 'before' && kind.before.length === 0;
  if (nothing) return;
  const listed = listings.get(state);
  if (listed !== undefined && listed !== (await listing(kind, place)))
    throw new Error(`${state}, but not as it is listed`);
  const { exit, output, errors } = await run(place, `swverify ${operand(kind, "'*'")}`);
  if (exit !== 0) throw new Error(`${state}, but swverify says ${exit}\n${output}${errors}`);
}

/** `swlist -v -l file`, without its comments, which name the place. */
async function listing(kind: PlanKind, place: Place): Promise<string> {
  const { exit, output, errors } = await run(place, `swlist -v -l file ${operand(kind)}`);
  if (exit !== 0) throw new Error(`swlist says ${exit}\n${errors}`);
  return output.replace(/^#.*\n/gm, '');
}

/** The target as words of a command line. */
function operand(kind: PlanKind, software = ''): string {
  return kind.target === 'root' ? `${software} @ ROOT` : `-d ${software} @ DEPOT`;
}

function noLeftovers(kind: PlanKind, place: Place): void {
  const left = leftovers(anchorOf(kind, place));
  if (left.length > 0) throw new Error(`left behind: ${left.join(' ')}`);
}

/** The first differing lines, each cut to where it differs from its like. */
function told(differing: readonly string[]): string {
  const key = (line: string) => line.slice(2).split(/\t|(?<=^\S \S+) /, 1)[0]!;
  return differing
    .slice(0, 12)
    .map((line) => {
      const like = differing.find((other) => other[0] !== line[0] && key(other) === key(line)) ?? '';
      let same = 2;
      while (same < line.length && line[same] === like[same]) same += 1;
      return `\n    ${line.slice(0, 60)} ... ${line.slice(Math.max(60, same - 30), same + 80)}`;
    })
    .join('');
}

/** Where nothing was done the same command must still be able to do it. */
async function againToAfter({ kind, states }: Prepared, place: Place): Promise<void> {
  const after = await stateAfter(kind, place, kind.command);
  const differing = differences(states.get('after')!, after);
  if (differing.length > 0) throw new Error(`done again it differs:${told(differing)}`);
}

function anchorOf(kind: PlanKind, place: Place): string {
  return kind.target === 'root' ? place.root : place.depot;
}

function look(kind: PlanKind, place: Place): StatePicture {
  return stateOf(anchorOf(kind, place), kind.target);
}

function rowOf(name: string, trials: readonly Trial[]): (string | number)[] {
  const count = (test: (trial: Trial) => boolean) => trials.filter(test).length;
  return [
    name,
    trials.length,
    count((trial) => trial.recoveryKilled),
    count((trial) => trial.state === 'before'),
    count((trial) => trial.state?.startsWith('between') ?? false),
    count((trial) => trial.state === 'after'),
    count((trial) => trial.fault !== undefined),
  ];
}

/** Does `work` for all numbers, a few at a time. */
async function inHands(numbers: readonly number[], work: (n: number, hand: number) => Promise<void>): Promise<void> {
  const waiting = [...numbers];
  const hand = async (number: number): Promise<void> => {
    for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) await work(n, number);
  };
  await Promise.all(Array.from({ length: HANDS }, (_, number) => hand(number)));
}
