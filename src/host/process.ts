// Other programs: control scripts (commands.md 7) and the command a serial depot is fed to (`-d '|command'`).
// Promise: a script has its own process group, /dev/null as stdin and exactly the environment it is given; its output arrives line by line.
// Must not: judge an exit value; the caller knows what it means for which script.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { writeAll } from './digest.ts';
import { exitValue, interpreterOf } from './interpreter.ts';
import { onSignal } from './signals.ts';

export interface ScriptRun {
  /** The script: a file, or its content. */
  readonly file?: string;
  readonly content?: Uint8Array;
  /** Used when the script has no `#!` line; `sh` when absent. */
  readonly interpreter?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A line of output without its newline. Order holds within a stream, only roughly between the two. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Milliseconds after which the script and all it started are killed. */
  readonly timeout?: number;
  /** A request script: reads and writes the terminal itself, no lines are reported. */
  readonly interactive?: boolean;
}

/** After a script's end its output is read this long: a daemon it left behind may hold the pipes open for ever. Milliseconds. */
const DRAIN = 1000;

/**
 * Runs a script to its end. Answers its exit value, 128 + n when signal n ended it.
 * Throws SdError `interpreter_missing`, and `script_not_started` when the system refuses to start it.
 */
export async function runScript(run: ScriptRun): Promise<number> {
  if (run.content === undefined) return await runFile(run, run.file!);
  const directory = mkdtempSync(join(tmpdir(), 'swscript.'));
  try {
    const file = join(directory, 'script');
    writeFileSync(file, run.content, { mode: 0o700 });
    return await runFile(run, file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runFile(run: ScriptRun, file: string): Promise<number> {
  const [program, ...words] = [...interpreterOf(file, run.interpreter ?? 'sh', run.env.PATH), file];
  const child = spawn(program!, words, {
    cwd: run.cwd,
    env: run.env,
    detached: run.interactive !== true,
    stdio: run.interactive ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const { onLine } = run;
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  if (child.stdout) eachLine(child.stdout, (line) => onLine?.(line, 'stdout'));
  if (child.stderr) eachLine(child.stderr, (line) => onLine?.(line, 'stderr'));
  const killer =
    run.timeout === undefined
      ? undefined
      : setTimeout(() => signalGroup(child.pid, 'SIGKILL', run.interactive), run.timeout);
  // It has a process group of its own, so Ctrl-C does not reach it by itself.
  const release = run.interactive ? undefined : onSignal((signal) => signalGroup(child.pid, signal));
  let drain: NodeJS.Timeout | undefined;
  return new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(file, error)));
    child.on('exit', () => {
      drain = setTimeout(() => outputs.forEach((stream) => void stream.destroy()), DRAIN);
    });
    child.on('close', (code, signal) => resolve(exitValue(code, signal)));
  }).finally(() => {
    release?.();
    clearTimeout(killer);
    clearTimeout(drain);
  });
}

/** A command that reads what is written to it. */
export interface Feeder {
  /** Waits until the command has taken the bytes. Throws SdError `pipe_closed` when it ended before. */
  write(bytes: Uint8Array): void;
  /** Ends the input and waits for the command. Answers its exit value, 128 + n for signal n. */
  end(): Promise<number>;
}

/**
 * Starts a shell command with this process writing to its stdin; its output goes where ours goes. Writes are synchronous (D10),
 * so a slow command slows the writer and nothing piles up in memory.
 */
export function pipeTo(command: string): Feeder {
  const { reader, writer } = blockingPipe();
  const child = spawn('sh', ['-c', command], { stdio: [reader, 'inherit', 'inherit'] });
  closeSync(reader);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(command, error)));
    child.on('exit', (code, signal) => resolve(exitValue(code, signal)));
  });
  // A failure is reported by end(); without this it would count as unhandled when the writer gives up first.
  ended.catch(() => undefined);
  return {
    write(bytes) {
      try {
        writeAll(writer, bytes);
      } catch (error) {
        if (!hasErrno(error, 'EPIPE')) throw error;
        throw new SdError('pipe_closed', {
          what: `The command "${command}" did not take everything that was written to it.`,
          because: 'It ended, or closed its input, too early.',
          todo: 'Look at its own messages.',
          data: { command },
          cause: error,
        });
      }
    },
    end() {
      closeSync(writer);
      return ended;
    },
  };
}

/**
 * A pipe whose ends are plain blocking descriptors. Node's own pipes to a child never block, so a synchronous write would fail
 * with EAGAIN; a named pipe that vanishes at once does not. The caller closes both ends. Throws SdError `pipe_failed`.
 */
export function blockingPipe(): { reader: number; writer: number } {
  const directory = mkdtempSync(join(tmpdir(), 'swpipe.'));
  const name = join(directory, 'pipe');
  try {
    const made = spawnSync('mkfifo', ['-m', '600', name], { encoding: 'utf8' });
    if (made.status !== 0) {
      throw new SdError('pipe_failed', {
        what: 'Could not make a pipe.',
        because: made.error?.message ?? made.stderr.trim(),
        todo: 'The program "mkfifo" of the Debian package "coreutils" is needed, and a writable TMPDIR.',
      });
    }
    // Read-write first: opening one end alone would wait for the other.
    const both = openSync(name, constants.O_RDWR);
    const reader = openSync(name, constants.O_RDONLY);
    const writer = openSync(name, constants.O_WRONLY);
    closeSync(both);
    return { reader, writer };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (bytes: Buffer) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop()!;
    lines.forEach(take);
  });
  stream.on('close', () => {
    rest += decoder.end();
    if (rest !== '') take(rest);
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals, interactive = false): void {
  if (pid === undefined) return;
  try {
    process.kill(interactive ? pid : -pid, signal);
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error;
  }
}

function notStarted(what: string, error: Error): SdError {
  return new SdError('script_not_started', {
    what: `"${what}" could not be started.`,
    because: reasonOf(error),
    todo: 'Install its interpreter, or correct its permissions.',
    data: { what },
    cause: error,
  });
}
