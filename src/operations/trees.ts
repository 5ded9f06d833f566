// Whole directories, copied with cp(1) so that owners, modes, times and links stay: backups, and what replaces a directory.
// Promise: the copy appears under its name when it is whole and on disk; a killed copy is begun anew by the next one.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fsyncDirectory, syncFileSystem, writeFileDurably } from '../host/durable.ts';
import { runProgram } from '../host/program.ts';
import { hasErrno, SdError } from '../model/error.ts';

/** Copies what is at `from` to `to`, unless that is there already: a backup is never written over. Throws SdError `not_copied`. */
export async function copyOnce(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  await copyBeside(from, to);
  renameSync(`${to}.new`, to);
  fsyncDirectory(dirname(to));
}

/** Makes `to` a copy of `from`, whatever was there. Somebody who looks meanwhile may find nothing there for a moment. */
export async function replaceTree(from: string, to: string): Promise<void> {
  await copyBeside(from, to);
  const old = `${to}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(to)) renameSync(to, old);
  renameSync(`${to}.new`, to);
  fsyncDirectory(dirname(to));
  rmSync(old, { recursive: true, force: true });
}

/** Writes a small text file durably, in a directory that is made where it is missing. */
export function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileDurably(path, text, 0o644);
}

/** Lines of a text file without blanks at their ends, empty ones and comments left out; undefined where there is no such file. */
export function readLines(path: string): string[] | undefined {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function copyBeside(from: string, to: string): Promise<void> {
  const coming = `${to}.new`;
  mkdirSync(dirname(to), { recursive: true });
  rmSync(coming, { recursive: true, force: true });
  const said: string[] = [];
  const exit = await runProgram(['cp', '-a', '--', from, coming], { onLine: (line) => said.push(line) });
  if (exit !== 0) {
    rmSync(coming, { recursive: true, force: true });
    throw new SdError('not_copied', {
      what: `"${from}" was not copied to "${to}".`,
      because: said.at(-1) ?? `cp ended with status ${exit}.`,
      todo: 'Correct the permissions, or make room, and run the command again.',
      data: { from, to },
    });
  }
  syncFileSystem(coming);
}
