// A place for crash tests: a directory with root, target depot, home and admin directory that is copied whole for every trial. The depots
// that software comes from are made once and stay where they are, for the IPD records their path.
// Promise: the commands run in it as programs, with their clock stopped, so that two runs of one command write the same bytes.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN } from '../programs.ts';
import { shellWords } from '../scenarios/runner/stage.ts';

export interface Place {
  readonly directory: string;
  /** The root that `ROOT` in a command means. */
  readonly root: string;
  /** The depot that `DEPOT` means; it need not be there. */
  readonly depot: string;
  /** Paths of source depots by their names. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Ended {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** Every session of a crash test happens in this one moment: 2026-01-02 03:04:05 UTC. */
const STOPPED = `const RealDate = Date; const now = 1767323045000;
globalThis.Date = class extends RealDate {
  constructor(...given) { super(...(given.length === 0 ? [now] : given)); }
  static now() { return now; }
};`;
const STOPPED_CLOCK = `--import=data:text/javascript,${encodeURIComponent(STOPPED)}`;

export function makePlace(directory: string, sources: ReadonlyMap<string, string>): Place {
  const place = placeAt(directory, sources);
  for (const each of [place.root, join(directory, 'home')]) mkdirSync(each, { recursive: true });
  writeDefaults(place);
  return place;
}

/** A copy with owners, times and hard links as they are. */
export function copyPlace(from: Place, directory: string): Place {
  const place = placeAt(directory, from.sources);
  strikePlace(place);
  const copied = spawnSync('cp', ['-a', from.directory, directory], { encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(`cannot copy ${from.directory}: ${copied.stderr}`);
  writeDefaults(place);
  return place;
}

export function strikePlace(place: Place): void {
  rmSync(place.directory, { recursive: true, force: true });
}

/**
 * Runs a command line to its end. `ROOT`, `DEPOT` (the target) and the names of source depots stand for their paths. `env` may hold test hooks
 * (src/host/test-point.ts).
 */
export function run(place: Place, line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return ended(start(place, line, env));
}

/** Starts a command line and returns at once. */
export function start(place: Place, line: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const [command = '', ...words] = shellWords(line);
  const known = new Map([...place.sources, ['ROOT', place.root], ['DEPOT', place.depot]]);
  const paths = words.map((word) => known.get(word) ?? word);
  return spawn(process.execPath, [join(BIN, command), ...paths], {
    cwd: place.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: join(place.directory, 'home'),
      SWDIST_DEFAULTS: join(place.directory, 'defaults'),
      NODE_OPTIONS: STOPPED_CLOCK,
      TZ: 'UTC',
      LANG: 'C',
      ...env,
    },
  });
}

/** Waits for the end of a process that `start` made. */
export function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  let errors = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ exit, signal, output, errors }));
  });
}

/** Runs a command that must succeed. */
export async function must(place: Place, line: string): Promise<void> {
  const { exit, output, errors } = await run(place, line);
  if (exit !== 0) throw new Error(`${line}: exit ${exit}\n${output}${errors}`);
}

function placeAt(directory: string, sources: ReadonlyMap<string, string>): Place {
  return { directory, root: join(directory, 'root'), depot: join(directory, 'depot'), sources };
}

function writeDefaults({ directory }: Place): void {
  writeFileSync(join(directory, 'defaults'), `admin_directory=${directory}/adm\n`);
}
