// Builds the program with its test hooks once before any test runs, in a folder of this run's own; SWDIST_TEST_BIN tells tests where.
// Temporary directories of tests lie in memory where the machine has such a place: what is tested there is the same, a flush costs nothing.
import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Bytes that tests may need at one time; containers often have less in memory. */
const ROOM = 2 ** 30;

export default function setup(): () => void {
  const place = join(ROOT, '.scratch', `dist-${process.pid}`);
  execFileSync(process.execPath, [join(ROOT, 'build.mjs'), '--test-hooks', place], { stdio: 'inherit', cwd: ROOT });
  process.env.SWDIST_TEST_BIN = join(place, 'bin');
  const memory = mkdtempSync(join(inMemory(), 'swdist-'));
  // Tests that act as an ordinary user must get in.
  chmodSync(memory, 0o755);
  process.env.TMPDIR = memory;
  return () => {
    for (const each of [place, memory]) rmSync(each, { recursive: true, force: true });
  };
}

function inMemory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= ROOM ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}
