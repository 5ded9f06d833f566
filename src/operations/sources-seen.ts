// Which generation of each signed depot this machine has used: an old catalog, signed as it is, must not come back (docs/signed-depots.md).
// One line a depot in `<admin_directory>/signed_depots`: generation, series, key id, location, with tabs between.
// Promise: the file only ever names higher generations; who may not write it still compares.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Depot } from '../depot/depot.ts';
import { writeFileDurably } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';

interface Seen {
  readonly generation: number;
  /** Catalogs are counted, archives bear the second they were signed. */
  readonly series: string;
  readonly keyId: string;
  readonly location: string;
}

/** Compares with what was used before. Throws SdError `catalog_replayed`; a depot that was signed and is not is a WARNING. */
export function judgeGeneration(depot: Depot, admin: string): Finding[] {
  const { signed, location } = depot;
  if (signed === undefined) return [];
  const known = readSeen(admin).filter((each) => each.location === location);
  if (signed.state !== 'trusted') return known.length > 0 ? [gone(location, known[0]!)] : [];
  const before = known.find(({ series }) => series === signed.series);
  if (before === undefined || (signed.generation ?? 0) >= before.generation) return [];
  throw new SdError('catalog_replayed', {
    what: `The depot "${location}" is not used.`,
    because: `Its catalog is an old one: generation ${signed.generation}, and generation ${before.generation} was used before.`,
    todo: `If it was made anew, take its line out of "${fileIn(admin)}".`,
    data: { location, generation: signed.generation, seen: before.generation },
  });
}

/** Notes the generation of a depot signed with a trusted key. */
export function rememberGeneration(depot: Depot, admin: string): void {
  const { signed, location } = depot;
  if (signed?.state !== 'trusted' || signed.generation === undefined || signed.keyId === undefined) return;
  const own = { generation: signed.generation, series: signed.series ?? '', keyId: signed.keyId, location };
  const all = readSeen(admin);
  const isOwn = (each: Seen) => each.location === location && each.series === own.series;
  if (all.some((each) => isOwn(each) && each.generation >= own.generation)) return;
  const lines = [...all.filter((each) => !isOwn(each)), own].map(
    (each) => `${each.generation}\t${each.series}\t${each.keyId}\t${each.location}\n`,
  );
  try {
    makeDirectories(admin);
    writeFileDurably(fileIn(admin), lines.join(''), 0o644);
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}

function readSeen(admin: string): Seen[] {
  let text: string;
  try {
    text = readFileSync(fileIn(admin), 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => {
    const [generation = '', series = '', keyId = '', ...location] = line.split('\t');
    return location.length > 0
      ? [{ generation: Number(generation), series, keyId, location: location.join('\t') }]
      : [];
  });
}

function fileIn(admin: string): string {
  return join(admin, 'signed_depots');
}

function gone(location: string, { keyId }: Seen): Finding {
  const text = `The depot "${location}" was signed with the trusted key ${keyId} when it was used before, and no longer is.`;
  return { severity: 'warning', code: 'signature_gone', text, subjects: [location] };
}
