// A program with its words, to its end: dpkg, ssh, chroot, a platform's own scripts.
// Promise: no shell is between; it has a process group of its own, which goes with it at the time limit and takes SIGINT and the like that
// reach us; output arrives line by line. Must not: judge an exit value.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { exitValue } from './interpreter.ts';
import { onSignal } from './signals.ts';

export interface ProgramRun {
  readonly onLine?: (line: string) => void;
  /** A file that becomes its stdin; /dev/null when absent. */
  readonly input?: string;
  /** Milliseconds; no limit when absent. */
  readonly limit?: number;
  /** The whole environment; this process's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs it. Answers its exit value, 128 + n when signal n ended it. Throws SdError `program_missing`, `script_not_started`. */
export function runProgram(words: readonly string[], run: ProgramRun = {}): Promise<number> {
  const [program, ...rest] = words;
  const stdin = run.input === undefined ? 'ignore' : openSync(run.input, 'r');
  const child = spawn(program!, rest, {
    stdio: [stdin, 'pipe', 'pipe'],
    detached: true,
    ...(run.env === undefined ? {} : { env: run.env }),
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
  });
  if (typeof stdin === 'number') closeSync(stdin);
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', (line) => run.onLine?.(line));
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch (error) {
      if (!hasErrno(error, 'ESRCH')) throw error;
    }
  };
  const killer = run.limit === undefined ? undefined : setTimeout(() => kill('SIGKILL'), run.limit);
  const release = onSignal(kill);
  return new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(program!, error)));
    child.on('close', (code, signal) => resolve(exitValue(code, signal)));
  }).finally(() => {
    release();
    clearTimeout(killer);
  });
}

/** A program that answers at once: its stdout. Throws SdError `program_missing`, and `program_failed` with what it said. */
export function askProgram(words: readonly string[]): string {
  const [program, ...rest] = words;
  const ran = spawnSync(program!, rest, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ran.error) throw notStarted(program!, ran.error);
  if (ran.status === 0) return ran.stdout;
  throw new SdError('program_failed', {
    what: `"${words.join(' ')}" failed with exit status ${exitValue(ran.status, ran.signal)}.`,
    because: ran.stderr.trim(),
    todo: 'Correct what it complains of, and run the command again.',
    data: { program, exit: ran.status },
  });
}

/** Debian packages of the programs that are run by name. */
const DEBIAN: Readonly<Record<string, string>> = {
  chroot: 'coreutils',
  cp: 'coreutils',
  'dpkg-deb': 'dpkg',
  dpkg: 'dpkg',
  ssh: 'openssh-client',
  unshare: 'util-linux',
};

function notStarted(program: string, error: Error): SdError {
  const missing = hasErrno(error, 'ENOENT');
  return new SdError(missing ? 'program_missing' : 'script_not_started', {
    what: `"${program}" could not be started.`,
    because: missing ? 'It was not found on PATH.' : reasonOf(error),
    todo: program in DEBIAN ? `Install the Debian package "${DEBIAN[program]}".` : '',
    data: { program },
    cause: error,
  });
}
