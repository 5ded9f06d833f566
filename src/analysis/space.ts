// Disk space analysis (commands.md 9): what the session takes from each file system at its worst moment.
//
//   a product is loaded             its new files stand beside the old ones until the product's swap: both count
//   after the swap                  the replaced files are given back, unless they went to the save area
//   saved, same file system         kept as a second name of the old file: it is just not given back
//   saved, another file system      a copy: counts there, is given back here
//   archive that takes members      rewritten once a product: its size counts like a new file's
//   `space` control file            `path bytes` lines, counted as new
//   catalog                         an estimate per fileset and file, below the catalog's directory
//   more than `available`           ERROR, nothing is loaded; WARNING with enforce_dsa=false
//
// Sizes are rounded up to blocks. Pure: asks only the Space view, once a directory.

import { posix } from 'node:path';
import type { Finding, SpaceUse } from '../model/plan.ts';
import type { FileSystem, Space } from './views.ts';

/** One change of the disk, in plain bytes. */
export interface Load {
  readonly path: string;
  /** Size of what comes. */
  readonly bytes: number;
  /** Size of what is replaced; 0 when nothing is there. */
  readonly replaces: number;
  /** True when the replaced file goes to the save area. */
  readonly saved: boolean;
}

/** Rough size of what the catalog keeps for a fileset and for each of its files: store, published catalog, text tree. */
const CATALOG_FILESET = 8192;
const CATALOG_FILE = 600;

/** The catalog's growth by one fileset, as a load below `directory`. */
export function catalogLoad(directory: string, files: number): Load {
  return {
    path: posix.join(directory, 'catalog'),
    bytes: CATALOG_FILESET + files * CATALOG_FILE,
    replaces: 0,
    saved: false,
  };
}

/** `path bytes` lines of a `space` control file; other lines are passed over. */
export function declaredSpace(content: string): Load[] {
  return content.split('\n').flatMap((line) => {
    const [path, bytes] = line.trim().split(/\s+/);
    if (!path?.startsWith('/') || !/^\d+$/.test(bytes ?? '')) return [];
    return [{ path, bytes: Number(bytes), replaces: 0, saved: false }];
  });
}

interface Account {
  readonly system: FileSystem;
  /** Balance after the products so far. */
  balance: number;
  /** Of the product at hand: what it adds before, and gives back after, its swap. */
  adds: number;
  frees: number;
  peak: number;
  save: number;
}

/**
 * Adds the loads up, product after product in order of execution. `saveArea` is the directory that takes saved files.
 * One entry for each file system that is touched, in order of first touch.
 */
export function spaceUse(products: Iterable<Iterable<Load>>, saveArea: string, space: Space): SpaceUse[] {
  const accounts = new Map<string, Account>();
  const at = new Map<string, Account>();
  const account = (directory: string): Account => {
    const known = at.get(directory);
    if (known) return known;
    const system = space.of(directory);
    const found = accounts.get(system.mount) ?? { system, balance: 0, adds: 0, frees: 0, peak: 0, save: 0 };
    accounts.set(system.mount, found);
    at.set(directory, found);
    return found;
  };
  for (const loads of products) {
    for (const load of loads) take(load, account(posix.dirname(load.path)), () => account(saveArea));
    for (const each of accounts.values()) close(each);
  }
  return [...accounts.values()].map(({ system, peak, save }) => ({
    mount: system.mount,
    available: system.available,
    needed: peak,
    save,
  }));
}

function take(load: Load, here: Account, saveAccount: () => Account): void {
  here.adds += blocks(load.bytes, here.system);
  if (load.replaces === 0) return;
  if (!load.saved) {
    here.frees += blocks(load.replaces, here.system);
    return;
  }
  const there = saveAccount();
  there.save += blocks(load.replaces, there.system);
  if (there === here) return;
  there.adds += blocks(load.replaces, there.system);
  here.frees += blocks(load.replaces, here.system);
}

function close(account: Account): void {
  account.peak = Math.max(account.peak, account.balance + account.adds);
  account.balance += account.adds - account.frees;
  account.adds = 0;
  account.frees = 0;
}

function blocks(bytes: number, system: FileSystem): number {
  const size = Math.max(system.blockSize, 1);
  return Math.ceil(bytes / size) * size;
}

/** A finding for each file system that is too small. */
export function spaceFindings(uses: readonly SpaceUse[], enforce: boolean): Finding[] {
  return uses
    .filter((use) => use.needed > use.available)
    .map((use) => ({
      severity: enforce ? 'error' : 'warning',
      code: 'disk_space',
      text: [
        `The estimated disk space used on filesystem "${use.mount}" is ${kbytes(use.needed)} Kbyte blocks.`,
        'This operation will exceed the minimum free space for this disk.',
        `You should free up at least ${kbytes(use.needed - use.available)} Kbyte blocks to avoid installing beyond this threshold of available user disk space.`,
      ].join('  '),
      subjects: [use.mount],
    }));
}

function kbytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
