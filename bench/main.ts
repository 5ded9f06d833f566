// npm run bench [-- --rounds N] [--only WORDS] [--no-growth] [--no-scale] [--results DIR]: makes the inputs, runs every row of rows.ts as whole commands in
// interleaved pairs with its peers, writes Markdown, JSON and SVG below bench/results, and exits 1 when a bar is missed.
// Peers come from Debian: rpm, dpkg, rsync, libsolv-tools, and `time`; a row whose peer is not there says so.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Inputs } from './inputs.ts';
import { installed } from './peers.ts';
import { chart, type Machine, markdown } from './report.ts';
import { ROWS, type Row } from './rows.ts';
import { failedRow, type Result, runRow } from './run.ts';
import { type Figure, scale } from './scale.ts';

const TOP = join(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    growth: { type: 'boolean', default: true },
    scale: { type: 'boolean', default: true },
    results: { type: 'string', default: join(TOP, 'bench', 'results') },
  },
  allowNegative: true,
});

installPeers();
const scratch = join(TOP, '.scratch');
mkdirSync(scratch, { recursive: true });
const places = { tmpfs: mkdtempSync(join(memory(), 'swdist-bench-')), disk: mkdtempSync(join(scratch, 'bench-')) };
try {
  await main();
} finally {
  for (const place of Object.values(places)) rmSync(place, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const rounds = Number(values.rounds);
  const inputs = {
    tmpfs: new Inputs(join(TOP, 'dist', 'bin'), places.tmpfs),
    disk: new Inputs(join(TOP, 'dist', 'bin'), places.disk, true),
  };
  const results: Result[] = [];
  for (const row of ROWS) {
    if (row.name.includes(values.only)) results.push(rowOrReason(row, inputs[row.place], rounds));
  }
  const machine = describe(rounds);
  // What was measured is kept, whatever becomes of the rest.
  let report = keep(machine, results, []);
  if (values.scale) {
    // A file system in memory has room for so many files only.
    for (const place of Object.values(places)) rmSync(place, { recursive: true, force: true });
    mkdirSync(places.tmpfs);
    report = keep(machine, results, await scale(new Inputs(join(TOP, 'dist', 'bin'), places.tmpfs)));
  }
  process.stdout.write(report);
  const verdicts = results.flatMap(({ comparisons, growth }) => [...comparisons, ...(growth ? [growth] : [])]);
  const missed = verdicts.filter((each) => each.verdict !== 'met').length;
  process.exitCode = missed === 0 ? 0 : 1;
}

/** Writes the report in its three forms below the folder of results; returns it as Markdown. */
function keep(machine: Machine, results: readonly Result[], figures: readonly Figure[]): string {
  const report = markdown(machine, results, figures);
  mkdirSync(values.results, { recursive: true });
  const name = join(values.results, machine.date.replaceAll(/[: ]/g, '-'));
  writeFileSync(`${name}.md`, report);
  writeFileSync(`${name}.json`, `${JSON.stringify({ machine, results, figures }, null, 1)}\n`);
  writeFileSync(`${name}.svg`, chart(machine, results));
  return report;
}

/** A row that fails stands in the table with its reason, and the others are still measured. */
function rowOrReason(row: Row, inputs: Inputs, rounds: number): Result {
  try {
    return runRow(row, inputs, rounds, values.growth);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${row.name}: ${because}\n`);
    return failedRow(row, because);
  }
}

function installPeers(): void {
  const wanted = {
    rpm: 'rpm',
    rpmbuild: 'rpm',
    dpkg: 'dpkg',
    rsync: 'rsync',
    testsolv: 'libsolv-tools',
    '/usr/bin/time': 'time',
  };
  const missing = [...new Set(Object.entries(wanted).flatMap(([program, name]) => (installed(program) ? [] : [name])))];
  if (missing.length === 0) return;
  process.stderr.write(`installing ${missing.join(', ')}\n`);
  spawnSync('sh', ['-c', `apt-get update -q && apt-get install -y -q --no-install-recommends ${missing.join(' ')}`], {
    stdio: 'ignore',
  });
  if (!installed('/usr/bin/time')) throw new Error('/usr/bin/time is missing: apt-get install time');
}

function describe(rounds: number): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: output("sh -c '. /etc/os-release; echo $PRETTY_NAME'"),
    node: process.versions.node,
    rounds,
    peers: [
      output('rpm --version'),
      output('dpkg --version'),
      output('rsync --version'),
      output('dpkg-query -W libsolv-tools').replace('\t', ' '),
    ],
  };
}

function output(command: string): string {
  return (spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '').trim();
}

function memory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
