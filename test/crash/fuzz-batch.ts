// The child process of fuzz.ts: `fuzz-batch <target> <seed> <count> <folder>` feeds `count` inputs and prints what became of them as one
// line of JSON. It runs with little memory, and its parent ends it when it hangs; `folder/input` then holds the input in hand.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SdError } from '../../src/model/error.ts';
import { TARGETS } from './fuzz-targets.ts';
import { mutate, seeded } from './mutation.ts';

export interface Batch {
  tried: number;
  accepted: number;
  /** `input n: stack` of what was no SdError, or of what changed something outside the root. */
  crashes: string[];
  /** Milliseconds of the slowest input. */
  slowest: number;
}

/** Everything beside the root that an installation might reach. */
function outside(folder: string): string {
  return readdirSync(folder)
    .filter((name) => !['root', 'depot.tar', 'input', 'adm'].includes(name))
    .join(' ');
}

async function main([name = '', seed = '1', count = '1', folder = '']: readonly string[]): Promise<void> {
  const target = TARGETS[name]!();
  const own = name === 'object' ? readdirSync(join(folder, 'good/.sd/obj')).map((each) => `obj/${each}`) : ['catalog'];
  const seeds =
    target.seeds.length > 0 ? target.seeds : own.map((each) => readFileSync(join(folder, 'good/.sd', each)));
  const random = seeded(Number(seed));
  const pick = () => seeds[Math.floor(random() * seeds.length)]!;
  const place = { folder, root: join(folder, 'root') };
  mkdirSync(place.root, { recursive: true });
  const batch: Batch = { tried: 0, accepted: 0, crashes: [], slowest: 0 };
  const before = name === 'install' ? outside(folder) : '';
  for (let n = 0; n < Number(count); n++) {
    const broken = mutate(pick(), pick(), random);
    const input = target.finish?.(broken, random) ?? broken;
    writeFileSync(join(folder, 'input'), input);
    const begun = Date.now();
    batch.tried += 1;
    try {
      await target.feed(input, place);
      batch.accepted += 1;
    } catch (error) {
      if (!(error instanceof SdError))
        batch.crashes.push(`input ${n} of seed ${seed}: ${error instanceof Error ? error.stack : error}`);
    }
    batch.slowest = Math.max(batch.slowest, Date.now() - begun);
    if (name === 'install' && outside(folder) !== before)
      batch.crashes.push(`input ${n} of seed ${seed}: wrote outside: ${outside(folder)}`);
  }
  process.stdout.write(`${JSON.stringify(batch)}\n`);
}

await main(process.argv.slice(2));
