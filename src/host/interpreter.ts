// Which program runs a script. Promise: a `#!` line decides, else the interpreter attribute; HP-UX places such as /sbin/sh and
// /usr/bin/ksh are led to what this machine has under the same name.

import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { constants as system } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { SdError } from '../model/error.ts';

/** What may stand in for a shell that is not there, best first. `posix` is HP's word for its POSIX shell. */
const STAND_INS: Readonly<Record<string, readonly string[]>> = {
  ksh: ['ksh', 'ksh93', 'mksh', 'bash'],
  posix: ['sh'],
  // HP's own is a Korn shell in all but name; where there is none of that name the script is one for it.
  '/sbin/sh': ['ksh', 'ksh93', 'mksh', 'bash', 'sh'],
};

/**
 * Program and leading arguments for the script in `file`; none for a compiled program. Throws SdError `interpreter_missing` when neither the named program nor
 * one of the same name on `path` exists.
 */
export function interpreterOf(file: string, fallback: string, path = '/usr/sbin:/usr/bin:/sbin:/bin'): string[] {
  const start = firstLine(file);
  // A program of its own.
  if (start.startsWith('\x7fELF')) return [];
  const [, program = '', argument = ''] = /^#![ \t]*(\S+)[ \t]*(.*?)\s*$/.exec(start) ?? [];
  const wanted = program === '' ? fallback : program;
  const found = find(wanted, path);
  if (found === undefined) {
    throw new SdError('interpreter_missing', {
      what: `The script "${file}" cannot run.`,
      because: `Its interpreter "${wanted}" was not found.`,
      todo: basename(wanted) === 'ksh' ? 'Install the Debian package "ksh" or "mksh".' : `Install "${wanted}".`,
      data: { file, interpreter: wanted },
    });
  }
  // As the kernel does, all words behind the program are one argument.
  return argument === '' ? [found] : [found, argument];
}

/** Path of the program `name` in one of the directories of `path`; undefined when there is none. */
export function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isProgram);
}

/** A child's exit as the shell tells it: its value, or 128 + the number of the signal that ended it. */
export function exitValue(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : system.signals[signal]);
}

function find(wanted: string, path: string): string | undefined {
  if (wanted.startsWith('/') && isProgram(wanted)) return wanted;
  const name = basename(wanted);
  for (const each of STAND_INS[wanted] ?? STAND_INS[name] ?? [name]) {
    const found = findProgram(each, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The kernel looks at 256 bytes for `#!` too. */
function firstLine(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const start = Buffer.alloc(256);
    return start.toString('utf8', 0, readSync(fd, start, 0, start.length, 0)).split('\n')[0]!;
  } finally {
    closeSync(fd);
  }
}
