// npm run test:crash [-- module ...]: the evidence that a root survives. Each module prints one table; the last line is
// `N passed, N failed`, and the exit status 1 unless none failed. A module added here is part of it.

import setup from '../build.ts';
import { type Evidence, printReport } from './report.ts';

const MODULES: Readonly<Record<string, () => Promise<Evidence>>> = {
  'kill-sweep': async () => (await import('./kill-sweep.ts')).killSweep,
  'power-cut': async () => (await import('./power-cut.ts')).powerCuts,
  damage: async () => (await import('./damage.ts')).damage,
  fuzz: async () => (await import('./fuzz.ts')).fuzz,
};

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !(name in MODULES));
  if (unknown.length > 0) throw new Error(`there is no module ${unknown.join(' ')}: ${Object.keys(MODULES).join(' ')}`);
  const strike = setup();
  let passed = 0;
  let failed = 0;
  try {
    for (const name of asked.length > 0 ? asked : Object.keys(MODULES)) {
      const evidence = await MODULES[name]!();
      const report = await evidence((line) => process.stderr.write(`${name}: ${line}\n`));
      process.stdout.write(`\n${printReport(report)}\n`);
      passed += report.passed;
      failed += report.failed;
    }
  } finally {
    strike();
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

await main(process.argv.slice(2));
