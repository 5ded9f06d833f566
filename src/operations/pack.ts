// A directory as a gzip-compressed tar archive, with tar(1), for archives that are not depots.
// Promise: the archive appears whole or not at all; owners in it are root, and they are in order of names.

import { renameSync, rmSync } from 'node:fs';
import { runProgram } from '../host/program.ts';
import { SdError } from '../model/error.ts';

/** Packs the directory `name` of `base` to `file`. Throws SdError `not_packed`, `program_missing`. */
export async function packDirectory(base: string, name: string, file: string): Promise<void> {
  const coming = `${file}.new`;
  const said: string[] = [];
  const words = ['tar', '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-C', base, '-czf', coming, name];
  const exit = await runProgram(words, { onLine: (line) => said.push(line) });
  if (exit === 0) return renameSync(coming, file);
  rmSync(coming, { force: true });
  throw new SdError('not_packed', {
    what: `The archive "${file}" was not written.`,
    because: said.at(-1) ?? `tar ended with status ${exit}.`,
    todo: 'Correct the permissions, or make room, and run the command again.',
    data: { file },
  });
}
