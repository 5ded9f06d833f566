// Power cuts (evidence/store-and-fleet.md 1.4): a plan runs on an ext4 of its own, is frozen at a random point or moment, and the disk is
// copied as it is; the copy replays its journal, must be clean, and after the next command be in the state before or after.
// Control: without fsync of files the same must go wrong, or these runs prove nothing.

import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judged, makeSources, type Prepared, prepare, recoverAndCompare } from './kill-sweep.ts';
import { LoopDisk, whyNoLoopMounts } from './loop-disk.ts';
import { type Ended, ended, type Place, start } from './place.ts';
import { KINDS } from './plans.ts';
import type { Report } from './report.ts';

/** Counted runs of each kind; torn copies are done again. */
const RUNS = 8;
const CUT = ['first install', 'install of many files', 'update', 'patch with saves', 'superseding patch', 'rollback'];
/** The same without fsync of files, frozen where it must be finished: many of these must be wrong. */
const CONTROL_RUNS = 8;
const CONTROLS = ['install', 'install of many files', 'patch with saves'];
const TORN_MOST = 20;
/** A random moment is up to so long after a point. */
const LATER_MS = 6;

interface Row {
  readonly name: string;
  readonly control: boolean;
  runs: number;
  torn: number;
  before: number;
  after: number;
  faults: string[];
}

/** All power cuts. Where loop mounts are not to be had that is said and counts as a failure. */
export async function powerCuts(say: (line: string) => void): Promise<Report> {
  const why = whyNoLoopMounts();
  if (why !== undefined) return notRun(why);
  const random = seeded(20260102);
  const rows: Row[] = [];
  for (const name of CUT) rows.push(await cutKind(name, RUNS, false, random, say));
  for (const name of CONTROLS) rows.push(await cutKind(name, CONTROL_RUNS, true, random, say));
  const real = rows.filter((row) => !row.control);
  const blind = rows.filter((row) => row.control && row.faults.length === 0);
  const faults = [
    ...real.flatMap((row) => row.faults),
    ...blind.map((row) => `control "${row.name}" without fsync shows nothing wrong: the harness proves nothing there`),
  ];
  const runs = real.reduce((sum, row) => sum + row.runs, 0);
  const wrong = real.reduce((sum, row) => sum + row.faults.length, 0);
  return {
    title: 'Power cuts: ext4 image copied while the writer is frozen, journal replayed, fsck, then the next command',
    columns: ['kind of plan', 'cuts', 'torn, not counted', 'before', 'after', 'wrong'],
    rows: rows.map((row) => [
      row.control ? `control without fsync: ${row.name}` : row.name,
      row.runs,
      row.torn,
      row.before,
      row.after,
      row.control ? `${row.faults.length} (wanted)` : row.faults.length,
    ]),
    passed: runs - wrong + (rows.length - real.length) - blind.length,
    failed: wrong + blind.length,
    faults,
  };
}

function notRun(why: string): Report {
  return {
    title: 'Power cuts: NOT RUN, for loop mounts are not to be had here',
    columns: ['reason'],
    rows: [[why.replaceAll('\n', ' ')]],
    passed: 0,
    failed: 1,
    faults: [],
  };
}

async function cutKind(
  name: string,
  runs: number,
  control: boolean,
  random: () => number,
  say: (line: string) => void,
): Promise<Row> {
  const scratch = mkdtempSync(join(tmpdir(), 'sd-cut-'));
  const row: Row = { name, control, runs: 0, torn: 0, before: 0, after: 0, faults: [] };
  try {
    const kind = KINDS.find((each) => each.name === name)!;
    const prepared = await prepare(kind, makeSources(join(scratch, 'sources')), join(scratch, 'scene'));
    const base = imageOf(prepared.place, join(scratch, 'base.img'));
    for (let number = 1; row.runs < runs; number++) {
      await cutOnce(prepared, base, join(scratch, `run${number}`), row, random);
      if (row.torn > TORN_MOST) throw new Error(`${name}: the disk is never quiet`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  say(`${control ? 'control ' : ''}${name}: ${row.runs} cuts, ${row.torn} torn, ${row.faults.length} wrong`);
  return row;
}

/** The root of a place as a disk; the place's own root becomes an empty mount point. */
function imageOf(place: Place, image: string): LoopDisk {
  const disk = LoopDisk.make(image);
  const at = `${image}.mnt`;
  try {
    disk.mount(at);
    execFileSync('cp', ['-a', `${place.root}/.`, at]);
  } finally {
    disk.unmount();
  }
  rmSync(at, { recursive: true });
  rmSync(place.root, { recursive: true });
  mkdirSync(place.root);
  return disk;
}

/** One run; counts itself in `row`. */
async function cutOnce(
  prepared: Prepared,
  base: LoopDisk,
  name: string,
  row: Row,
  random: () => number,
): Promise<void> {
  const { place, kind } = prepared;
  execFileSync('cp', ['--sparse=always', base.image, `${name}.img`]);
  const disk = new LoopDisk(`${name}.img`);
  let remains: LoopDisk | undefined;
  let how: Frozen;
  try {
    disk.mount(place.root);
    const frozen = await freeze(prepared, row.control, random);
    how = frozen.how;
    remains = disk.cut(`${name}.cut.img`);
    await frozen.kill();
  } finally {
    disk.remove();
  }
  if (remains === undefined) {
    row.torn += 1;
    return;
  }
  row.runs += 1;
  try {
    const state = await afterPower(prepared, place, remains);
    judged(prepared, how.passed, state);
    if (state === 'before') row.before += 1;
    else row.after += 1;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    row.faults.push(`${kind.name}, cut ${how.words}: ${what}`);
  } finally {
    remains.remove();
  }
}

/** Power is back: journal, fsck, the next command, comparison. Answers the name of the state. */
async function afterPower(prepared: Prepared, place: Place, disk: LoopDisk): Promise<string> {
  disk.mount(place.root);
  disk.unmount();
  const complaints = disk.check();
  if (complaints !== '') throw new Error(`e2fsck: ${complaints}`);
  disk.mount(place.root);
  return recoverAndCompare(prepared, place);
}

interface Frozen {
  readonly words: string;
  /** Points the writer has passed for certain. */
  readonly passed: number;
}

/** Runs the command until it stops itself at a random point, or is stopped a random moment after one, every second time each. */
async function freeze(
  prepared: Prepared,
  control: boolean,
  random: () => number,
): Promise<{ how: Frozen; kill: () => Promise<void> }> {
  const { place, kind, points } = prepared;
  const atPoint = control || random() < 0.5;
  const first = control ? points.indexOf('commit') + 2 : firstOfStore(points);
  const n = first + Math.floor(random() * (points.length - first + 1));
  const milliseconds = random() * LATER_MS;
  const trace = join(place.directory, 'trace');
  rmSync(trace, { force: true });
  const child = start(place, kind.command, {
    SW_TRACE_STEPS: trace,
    ...(atPoint ? { SW_STOP_AT: String(n) } : {}),
    ...(control ? { SW_NO_FSYNC: '1' } : {}),
  });
  const end = ended(child);
  if (!atPoint) {
    while (child.exitCode === null && passedIn(trace) < n) await sleep(1);
    await sleep(milliseconds);
    child.kill('SIGSTOP');
  }
  await quiet(child);
  const passed = passedIn(trace);
  const words = `${atPoint ? 'at' : `${milliseconds.toFixed(1)} ms after`} point ${n} (${points[n - 1]})`;
  return { how: { words, passed }, kill: () => killed(child, end) };
}

/** The first point at which something of the target is written: what comes before are notes of the session elsewhere. */
function firstOfStore(points: readonly string[]): number {
  const created = points.indexOf('created');
  return created >= 0 ? created : points.indexOf('journal');
}

async function killed(child: ChildProcess, end: Promise<Ended>): Promise<void> {
  child.kill('SIGKILL');
  await end;
}

function passedIn(trace: string): number {
  try {
    return readFileSync(trace, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

/** Waits until the process is stopped or gone and what it has started (sync) has ended. */
async function quiet(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !(isStopped(child.pid!) && childrenOf(child.pid!) === '')) await sleep(2);
}

function isStopped(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat[stat.lastIndexOf(')') + 2] === 'T';
}

/** Children that still run. */
function childrenOf(pid: number): string {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return children.filter((each) => each !== '' && !isZombie(each)).join(' ');
}

function isZombie(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] === 'Z';
  } catch {
    return true;
  }
}

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
