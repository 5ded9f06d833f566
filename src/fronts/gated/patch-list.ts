// `apply-patch list`: patches that are applied and archives that are at hand, by grade (other-systems.md QP10).
// Exit 1 where a mandatory archive that fits this platform is not applied, or one cannot be read.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, SdError } from '../../model/error.ts';
import { holdsFor } from '../../operations/pseudo-products.ts';
import { printError } from '../../report/failure.ts';
import { print } from '../../report/terminal.ts';
import { type AppliedPatch, appliedPatches, storedPatches } from './applied.ts';
import { parsePatchName, prerequisiteOf } from './archive-name.ts';
import { GRADES, type Grade, gradeOf, type PatchOffer, patchAt } from './patch-archive.ts';
import type { Platform } from './platform.ts';
import { readVersionFile } from './version-file.ts';

interface Line {
  readonly stem: string;
  readonly grade?: Grade | undefined;
  readonly state: 'applied' | 'missing' | 'unfit' | 'unreadable';
}

/** Prints a line a patch. Returns the exit code. Throws SdError `version_unreadable`, `list_directory_unreadable`. */
export async function listPatches(
  platform: Platform,
  directories: readonly string[],
  only: Grade | undefined,
  adminOption: string,
): Promise<number> {
  const brought = [...appliedPatches(platform.root, adminOption), ...(await storedPatches(platform.depot))];
  const applied = brought.filter(({ whole }) => whole);
  const offers = directories.flatMap(offersIn);
  const all = [
    ...applied.map(({ stem, grade }): Line => ({ stem, grade, state: 'applied' })),
    ...(await offered(platform, offers, applied)),
  ];
  // Of one that cannot be read nobody knows the grade.
  const shown = all.filter(({ grade, state }) => only === undefined || grade === only || state === 'unreadable');
  shown.sort((left, right) => rank(left) - rank(right) || (left.stem < right.stem ? -1 : 1));
  const width = Math.max(...GRADES.map((grade) => grade.length));
  const wide = Math.max(...all.map(({ state }) => state.length), 'applied'.length);
  print(
    'stdout',
    shown.map(({ stem, grade = '-', state }) => `${grade.padEnd(width)}  ${state.padEnd(wide)}  ${stem}`),
  );
  return all.some(({ grade, state }) => state === 'unreadable' || (grade === 'mandatory' && state === 'missing'))
    ? 1
    : 0;
}

async function offered(
  platform: Platform,
  offers: readonly PatchOffer[],
  applied: readonly AppliedPatch[],
): Promise<Line[]> {
  const { current } = readVersionFile(platform);
  const known = new Set(applied.map(({ stem }) => stem));
  const lines: Line[] = [];
  for (const offer of offers) {
    if (known.has(offer.name.stem)) continue;
    known.add(offer.name.stem);
    const state = holdsFor(prerequisiteOf(offer.name), current) ? 'missing' : 'unfit';
    lines.push(await lineOf(offer, state));
  }
  return lines;
}

/** One bad archive hides no other: why it cannot be read is told at once. */
async function lineOf(offer: PatchOffer, state: Line['state']): Promise<Line> {
  const { stem } = offer.name;
  try {
    return { stem, grade: await gradeOf(patchAt(offer.file)), state };
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    printError(error);
    return { stem, state: 'unreadable' };
  }
}

/** Archives and unpacked directories whose names are names of patches; others are none of ours. */
function offersIn(directory: string): PatchOffer[] {
  let names: string[];
  try {
    names = readdirSync(directory).sort();
  } catch (error) {
    throw new SdError('list_directory_unreadable', {
      what: `The directory "${directory}" cannot be listed.`,
      because: reasonOf(error),
      todo: 'Name the directory that holds the patches.',
      data: { directory },
    });
  }
  return names.flatMap((name) => {
    const file = join(directory, name);
    try {
      const said = parsePatchName(name, name.endsWith('.tar.gz') ? 'archive' : 'directory');
      // Of a link that leads nowhere `lineOf` tells.
      return [existsSync(file) ? patchAt(file) : { file, name: said }];
    } catch (error) {
      if (error instanceof SdError && error.code === 'bad_patch_name') return [];
      throw error;
    }
  });
}

/** Mandatory first, those without a grade last. */
function rank({ grade }: Line): number {
  return grade === undefined ? GRADES.length : GRADES.length - 1 - GRADES.indexOf(grade);
}
