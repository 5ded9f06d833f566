// Writes a patch archive that works both ways: given to apply-patch, or unpacked and its apply-patch.sh run (other-systems.md QP7, D.2).
// Promise: the archive appears whole or not at all; what is put in is only read.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf, SdError } from '../../model/error.ts';
import { packDirectory } from '../../operations/pack.ts';
import type { PatchName } from './archive-name.ts';
import { type Grade, MANIFEST } from './patch-archive.ts';

export interface ArchiveParts {
  readonly name: PatchName;
  readonly grade: Grade;
  readonly title: string;
  /** Directory of what it brings: files below / for an installer patch, packages for an IaaS patch. */
  readonly payload?: string;
  /** Program that runs with it. */
  readonly program?: string;
  /** File with instructions for the operator. */
  readonly instructions?: string;
}

/** Calls apply-patch on the directory it lies in. Words behind it are apply-patch's own, e.g. `--root /srv/root`. */
const STUB = `#!/bin/sh
# Applies the patch in this directory with apply-patch(8).
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
if ! command -v apply-patch >/dev/null 2>&1; then
  echo "apply-patch.sh: the command apply-patch was not found; install swdist, or correct PATH." >&2
  exit 1
fi
exec apply-patch "$@" -- "$here"
`;

/** Writes `<stem>.tar.gz` below `into`. Returns its path. Throws SdError `source_missing`, `archive_exists`. */
export async function makeArchive(parts: ArchiveParts, into: string): Promise<string> {
  const { stem } = parts.name;
  const file = join(into, `${stem}.tar.gz`);
  if (existsSync(file)) {
    throw new SdError('archive_exists', {
      what: `"${file}" is not written.`,
      because: 'It is there already, and a patch that was given out must not change.',
      todo: 'Give the patch another level, or take the old archive away.',
      data: { file },
    });
  }
  const scratch = mkdtempSync(join(into, '.gated-patch-'));
  try {
    layOut(parts, join(scratch, stem));
    await packDirectory(scratch, stem, file);
    return file;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function layOut({ grade, title, payload, program, instructions }: ArchiveParts, directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'apply-patch.sh'), STUB);
  chmodSync(join(directory, 'apply-patch.sh'), 0o755);
  writeFileSync(join(directory, MANIFEST), `format=1\ngrade=${grade}\ntitle=${title.replaceAll('\n', ' ')}\n`);
  if (instructions !== undefined) copy(instructions, join(directory, 'instructions.txt'));
  if (program !== undefined) {
    const place = join(directory, 'control/apply');
    copy(program, place);
    chmodSync(place, 0o755);
  }
  if (payload !== undefined) copy(payload, join(directory, 'payload'), true);
}

function copy(from: string, to: string, directory = false): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    if (statSync(from).isDirectory() !== directory)
      throw missing(from, directory ? 'It is not a directory.' : 'It is a directory.');
    if (directory) cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    else copyFileSync(from, to);
  } catch (error) {
    throw error instanceof SdError ? error : missing(from, reasonOf(error));
  }
}

function missing(path: string, because: string): SdError {
  return new SdError('source_missing', {
    what: `"${path}" cannot be put into the patch.`,
    because,
    todo: 'Correct the path.',
    data: { path },
  });
}
