// Builds the program with its test hooks once before any test runs, in a folder of this run's own; SWDIST_TEST_BIN tells tests where.
// Temporary directories of tests lie in memory where the machine has such a place: what is tested there is the same, a flush costs nothing.
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Bytes that tests may need at one time; containers often have less in memory. */
const ROOM = 2 ** 30;

export default function setup(): () => void {
  const place = isOpen(ROOT) ? join(ROOT, '.scratch', `dist-${process.pid}`) : outside();
  execFileSync(process.execPath, [join(ROOT, 'build.mjs'), '--test-hooks', place], { stdio: 'inherit', cwd: ROOT });
  process.env.SWDIST_TEST_BIN = join(place, 'bin');
  const memory = mkdtempSync(join(inMemory(), 'swdist-'));
  // Tests that act as an ordinary user must get in.
  chmodSync(memory, 0o755);
  process.env.TMPDIR = memory;
  return () => {
    for (const each of [isOpen(ROOT) ? place : dirname(place), memory]) rmSync(each, { recursive: true, force: true });
  };
}

/** Whether other users get in: some tests act as one. */
function isOpen(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0 && (path === '/' || isOpen(dirname(path)));
}

/** Where others get in, with the libraries that the built program does not hold. */
function outside(): string {
  const home = mkdtempSync(join(tmpdir(), 'swdist-built-'));
  chmodSync(home, 0o755);
  const copy = (name: string) => {
    const to = join(home, 'node_modules', name);
    if (existsSync(to)) return;
    cpSync(join(ROOT, 'node_modules', name), to, { recursive: true });
    const { dependencies = {} } = JSON.parse(readFileSync(join(to, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) if (existsSync(join(ROOT, 'node_modules', each))) copy(each);
  };
  for (const name of ['classic-level', 'minimatch']) copy(name);
  return join(home, 'dist');
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
