// Builds dist-test/ (the program with its test hooks) once before any test runs.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export default function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'build.mjs'), '--test-hooks'], { stdio: 'inherit', cwd: join(import.meta.dirname, '..') });
}
