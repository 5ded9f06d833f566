// Test doors: memory depots into directory depots and back into values.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openDepotToChange } from '../../../src/depot/change.ts';
import type { Depot } from '../../../src/depot/depot.ts';
import { executeCopy } from '../../../src/execution/copy.ts';
import type { SdEvent } from '../../../src/model/events.ts';
import type { Finding } from '../../../src/model/plan.ts';
import type { EngineOptions } from '../../../src/model/request.ts';
import { chooseSoftware, planPackage } from '../../../src/operations/package-plan.ts';
import { options } from '../selection/catalog-builder.ts';

export const OPENING = { create: true, command: 'swcopy', user: 'root@test', lockTimeout: 0 };
const NOW = 1_800_000_000;

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is gone after the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sd-unit-depot-'));
  made.push(directory);
  return directory;
}

/** Packages `source` into the depot at `path`; answers what was said. */
export async function fill(
  path: string,
  source: Depot,
  changes: Partial<EngineOptions> = {},
): Promise<{ findings: Finding[]; events: SdEvent[] }> {
  const events: SdEvent[] = [];
  const store = await openDepotToChange(path, OPENING);
  try {
    const choice = chooseSoftware(source.catalog, []);
    const plan = planPackage({
      source: source.catalog,
      target: store.catalog(),
      choice,
      options: options(changes),
      targetPath: path,
    });
    const bundles = choice.bundles.map((bundle) => bundle.id);
    await executeCopy(plan, {
      task: 'package',
      source,
      store,
      emit: (event) => events.push(event),
      arrival: { now: NOW },
      storedAs: 'as_source',
      bundles,
    });
    const said = events.flatMap((event) => (event.type === 'finding' ? [event.finding] : []));
    return { findings: [...plan.findings, ...said], events };
  } finally {
    await store.close();
  }
}

/** Every file below a directory but the store and catalog, with its text. */
export function storedTexts(depot: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const walk = (below: string) => {
    for (const entry of readdirSync(join(depot, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (path === '.sd' || path === 'catalog') continue;
      if (entry.isDirectory()) walk(path);
      else texts[path] = readFileSync(join(depot, path), 'utf8');
    }
  };
  walk('');
  return texts;
}

/** Everything below a directory: type, mode and text by path; equal snapshots mean that nothing was changed. */
export function snapshot(directory: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const stats = statSync(join(directory, name));
    all[name] = `${stats.mode.toString(8)} ${stats.isFile() ? readFileSync(join(directory, name), 'latin1') : ''}`;
  }
  return all;
}
