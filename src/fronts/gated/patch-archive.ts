// A patch archive, opened: unpacked to a scratch directory, or the directory that a user has unpacked (other-systems.md QP7, QP10, QP11).
//
//   STEM/apply-patch.sh      executable; in archives of mk-gated-patch a stub that calls apply-patch(8)
//   STEM/gated-patch         only in those: format, grade and title, name=value
//   STEM/instructions.txt    what is to be done afterwards; README in archives made elsewhere
//   STEM/payload/            only in those: files below / for an installer patch, packages for an IaaS patch
//   STEM/control/apply       only in those: the program that runs with the patch
//
// Promise: an archive that is not as it must be is refused before anything else happens.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SdError } from '../../model/error.ts';
import { damagedPackages } from '../../operations/deb-repository.ts';
import { archiveMembers, archiveText, unpackArchive } from '../../operations/unpack.ts';
import { type PatchName, parsePatchName } from './archive-name.ts';

export const GRADES = ['optional', 'recommended', 'mandatory'] as const;
export type Grade = (typeof GRADES)[number];

/** Name of the file that says so. */
export const MANIFEST = 'gated-patch';

export interface PatchArchive {
  readonly name: PatchName;
  /** Where it lies unpacked. */
  readonly directory: string;
  readonly grade?: Grade;
  readonly title: string;
  /** Text for the operator; '' where there is none. */
  readonly instructions: string;
  /** Directory of what the patch brings; absent where its own program brings it. */
  readonly payload?: string;
  /** The program that runs with the patch, relative to `directory`; absent where there is none. */
  readonly program?: string;
  /** Takes the scratch directory away. */
  close(): void;
}

/** What is known of an archive without unpacking it. */
export interface PatchOffer {
  readonly file: string;
  readonly name: PatchName;
}

/** The grade a word means. Throws SdError `bad_grade`. */
export function gradeNamed(word: string): Grade {
  const grade = GRADES.find((each) => each === word);
  if (grade !== undefined) return grade;
  throw new SdError('bad_grade', {
    what: `"${word}" is no grade of a patch.`,
    todo: `Grades are ${GRADES.join(', ')}.`,
    data: { grade: word },
  });
}

/** The name of the patch at a path, an archive or a directory. Throws SdError `patch_not_found`, `bad_patch_name`. */
export function patchAt(path: string): PatchOffer {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) {
    throw new SdError('patch_not_found', {
      what: `The patch "${path}" was not found.`,
      because: 'There is no such file or directory.',
      todo: 'Check the path; a relative one starts at the working directory.',
      data: { path },
    });
  }
  return { file: path, name: parsePatchName(resolve(path), there.isDirectory() ? 'directory' : 'archive') };
}

/** Opens it; the caller closes it. Throws SdError `bad_patch_archive`, `bad_grade`, and what unpackArchive throws. */
export async function openPatch(offer: PatchOffer): Promise<PatchArchive> {
  if (statSync(offer.file).isDirectory()) return describe(offer, resolve(offer.file), () => undefined);
  await requireOneDirectory(offer);
  const scratch = mkdtempSync(join(tmpdir(), 'gated-patch-'));
  const close = () => rmSync(scratch, { recursive: true, force: true });
  try {
    await unpackArchive(offer.file, scratch);
    return describe(offer, join(scratch, offer.name.stem), close);
  } catch (error) {
    close();
    throw error;
  }
}

async function requireOneDirectory({ file, name }: PatchOffer): Promise<void> {
  const members = await archiveMembers(file);
  const stranger = members.find(({ path }) => path !== name.stem && !path.startsWith(`${name.stem}/`));
  if (stranger !== undefined) throw bad(name, `It holds "${stranger.path}" outside of its directory "${name.stem}".`);
}

function describe({ name }: PatchOffer, directory: string, close: () => void): PatchArchive {
  const script = statSync(join(directory, 'apply-patch.sh'), { throwIfNoEntry: false });
  if (!script?.isFile()) throw bad(name, 'It has no apply-patch.sh.');
  if ((script.mode & 0o100) === 0) throw bad(name, 'Its apply-patch.sh is not executable.');
  const manifest = readManifest(directory, name);
  const own = manifest !== undefined;
  const program = own ? 'control/apply' : 'apply-patch.sh';
  const payload = join(directory, 'payload');
  if (own && name.kind === 'iaas') requireWhole(payload, name);
  return {
    name,
    directory,
    ...(manifest?.grade === undefined ? {} : { grade: gradeNamed(manifest.grade) }),
    title: manifest?.title || name.stem,
    instructions: instructionsIn(directory),
    ...(own && existsSync(payload) ? { payload } : {}),
    ...(existsSync(join(directory, program)) ? { program } : {}),
    close,
  };
}

/** What went bad on its way is found before the repository has it. */
function requireWhole(payload: string, name: PatchName): void {
  if (!existsSync(payload)) return;
  const damaged = damagedPackages(payload).map((file) => `"${file.slice(payload.length + 1)}"`);
  if (damaged.length > 0) throw bad(name, `Of its packages these are damaged: ${damaged.join(', ')}.`);
}

/** The grade an offer states, without unpacking it. Throws what archiveText throws, SdError `bad_grade`, `bad_patch_archive`. */
export async function gradeOf({ file, name }: PatchOffer): Promise<Grade | undefined> {
  const directory = statSync(file).isDirectory();
  const manifest = directory
    ? readManifest(file, name)
    : parseManifest(await archiveText(file, `${name.stem}/${MANIFEST}`), name);
  return manifest?.grade === undefined ? undefined : gradeNamed(manifest.grade);
}

/** Undefined for an archive made elsewhere. */
function readManifest(directory: string, name: PatchName): Record<string, string> | undefined {
  const file = join(directory, MANIFEST);
  return parseManifest(existsSync(file) ? readFileSync(file, 'utf8') : undefined, name);
}

function parseManifest(text: string | undefined, name: PatchName): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const values = Object.fromEntries(lines.flatMap((line) => (line.includes('=') ? [cut(line)] : [])));
  if (values.format !== '1') throw bad(name, `Its file "gated-patch" is of format "${values.format ?? ''}", not 1.`);
  return values;
}

function cut(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function instructionsIn(directory: string): string {
  const names = readdirSync(directory).sort();
  const found = names.find((name) => name === 'instructions.txt') ?? names.find((name) => /^README/i.test(name));
  const file = found === undefined ? undefined : join(directory, found);
  return file !== undefined && statSync(file).isFile() ? readFileSync(file, 'utf8').trimEnd() : '';
}

function bad(name: PatchName, because: string): SdError {
  return new SdError('bad_patch_archive', {
    what: `The patch "${name.stem}" cannot be used.`,
    because,
    todo: 'Get the archive again; mk-gated-patch(8) says what it must hold.',
    data: { patch: name.stem },
  });
}
