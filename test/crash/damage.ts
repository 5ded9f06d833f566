// Damage, in full: damage.test.ts with every file, every place and every step. Its tests say what is wrong; its table is shown here.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from './report.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs the test file by vitest with SWDIST_LONG=1. */
export async function damage(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sd-damage-'));
  const table = join(folder, 'table');
  try {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const env = { ...process.env, SWDIST_LONG: '1', SWDIST_TABLE: table };
    const ran = spawnSync(process.execPath, [vitest, 'run', 'test/crash/damage.test.ts'], {
      cwd: ROOT,
      env,
      encoding: 'utf8',
    });
    const counts = JSON.parse(readFileSync(table, 'utf8')) as Record<string, number>;
    const failed = Math.max(counts.wrong ?? 0, ran.status === 0 ? 0 : 1);
    return {
      title:
        'Damage: every file of a store flipped, cut, emptied, taken away; a disk that fails or is full at every step',
      columns: Object.keys(counts),
      rows: [Object.values(counts)],
      passed: (counts.tried ?? 0) - failed,
      failed,
      faults: failed === 0 ? [] : [`${ran.stdout}${ran.stderr}`],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
