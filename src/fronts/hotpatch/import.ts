// Bundles into the store of a root: by command, or found in the directory of incoming bundles.
// Promise: a bundle is looked through before anything of it goes in, and one that a crash cut short is imported again; one that cannot be
// used is set aside once, with its reason, and stops nothing else. Where the store cannot take a good one in, it waits for the next pass.

import { existsSync, lstatSync, readdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../../model/error.ts';
import type { Waiting } from '../../operations/run-once.ts';
import { copyInto, readBundle, requireDone } from './bundle.ts';
import type { Place } from './place.ts';

/** A file that cannot be read may still be on its way: so many milliseconds after its last change it is not. */
const SETTLED = 60_000;

/** What came of one file. */
export interface Imported {
  readonly file: string;
  /** Ids in the order of the bundle; negative ones are `withdrawn`. */
  readonly added: readonly string[];
  readonly withdrawn: readonly string[];
}

/** Takes the definitions of a bundle into the store. Throws SdError `not_a_bundle`, `bundle_damaged`, and what openDepot throws. */
export async function importBundle(place: Place, file: string): Promise<Imported> {
  return takeIn(place, file, await readBundle(file));
}

async function takeIn(place: Place, file: string, entries: readonly Waiting[]): Promise<Imported> {
  requireDone(await copyInto(place.invocation, file, place.store));
  const ids = (negative: boolean) => entries.filter((each) => each.tombstone === negative).map(({ id }) => id);
  return { file, added: ids(false), withdrawn: ids(true) };
}

/**
 * Imports every `*.bundle` of the incoming directory in the order of names and takes it away. `refused` hears why one was renamed to
 * `*.refused` or stays for the next pass, or why the directory was not looked at.
 */
export async function importIncoming(
  place: Place,
  heard: { imported(result: Imported): void; refused(why: string): void },
): Promise<void> {
  const distrust = distrusted(place.incoming);
  if (distrust !== undefined) return heard.refused(distrust);
  for (const name of readdirSync(place.incoming).filter(isBundle).sort()) {
    const file = join(place.incoming, name);
    try {
      const entries = await usable(file);
      if (entries === undefined) continue;
      heard.imported(await takeIn(place, file, entries));
      rmSync(file);
    } catch (error) {
      if (!(error instanceof SdError)) throw error;
      heard.refused(`${name}: ${error.message}`);
    }
  }
}

/** What a dropped file holds; undefined while it may be on its way. Throws the SdError that says why it was set aside, or why it stays. */
async function usable(file: string): Promise<readonly Waiting[] | undefined> {
  const stats = statsOf(file);
  try {
    // Nothing else may be opened: a pipe would never answer.
    if (!stats?.isFile()) throw noFile(file);
    return await readBundle(file);
  } catch (error) {
    if (!(error instanceof SdError) || error.code === 'permission_denied') throw error;
    if (stats?.isFile() && Date.now() - stats.mtimeMs < SETTLED && !SETTLED_CODES.has(error.code)) return undefined;
    setAside(file);
    throw error;
  }
}

/** Undefined for a link that leads nowhere, and where nothing is any more. */
function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

/** Renames it to a name that nothing has; who dropped it may have taken it away meanwhile. */
function setAside(file: string): void {
  let name = `${file}.refused`;
  for (let number = 1; existsSync(name); number += 1) name = `${file}.refused.${number}`;
  try {
    renameSync(file, name);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}

function noFile(path: string): SdError {
  return new SdError('not_a_bundle', {
    what: `"${path}" is no bundle of hot patches.`,
    because: 'It is no regular file.',
    todo: 'Put bundles there that hotpatch-mk made.',
    data: { path },
  });
}

/** Refusals that no waiting mends. */
const SETTLED_CODES: ReadonlySet<string> = new Set(['not_a_bundle', 'bad_hotpatch_id']);

function isBundle(name: string): boolean {
  return name.endsWith('.bundle') && !name.startsWith('.');
}

/** What lies there runs with the rights of the daemon, so nobody else may put anything there. */
function distrusted(directory: string): string | undefined {
  try {
    const { uid, mode } = lstatSync(directory);
    const mine = uid === process.geteuid?.() || uid === 0;
    return mine && (mode & 0o022) === 0
      ? undefined
      : `"${directory}" is not looked at: others than its owner may write there (chmod 700, chown root).`;
  } catch (error) {
    return `"${directory}" is not looked at: ${reasonOf(error)}`;
  }
}
