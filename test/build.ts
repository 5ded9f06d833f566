// Builds the program with its test hooks once before any test runs, in a folder of this run's own; SWDIST_TEST_BIN tells tests where.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

export default function setup(): () => void {
  const place = join(ROOT, '.scratch', `dist-${process.pid}`);
  execFileSync(process.execPath, [join(ROOT, 'build.mjs'), '--test-hooks', place], { stdio: 'inherit', cwd: ROOT });
  process.env.SWDIST_TEST_BIN = join(place, 'bin');
  return () => rmSync(place, { recursive: true, force: true });
}
