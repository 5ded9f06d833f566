// Where a serial depot is written to: a file, a device or named pipe, a command, standard output (commands.md 5.7; clients.md).
// Promise: a file appears whole or not at all, replacing an older one by rename; writes are synchronous, so nothing piles up.

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeAll } from '../host/digest.ts';
import { fsyncDirectory } from '../host/durable.ts';
import { pipeTo } from '../host/process.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';

export interface SerialTarget {
  write(bytes: Uint8Array): void;
  /** All was written: makes it durable and visible. Throws SdError `command_failed` when the command says it failed. */
  finish(): Promise<void>;
  /** Something went wrong: leaves what was there before. After `finish` it does nothing. */
  abandon(): Promise<void>;
}

/**
 * `target` is a path, `|command`, or `-` for standard output.
 * Throws SdError `target_is_directory`, `target_missing` (no such parent directory) or `target_not_writable`.
 */
export function openSerialTarget(target: string): SerialTarget {
  return explained(target, openSink(target));
}

function openSink(target: string): SerialTarget {
  if (target.startsWith('|')) return commandTarget(target.slice(1).trim());
  if (target === '-') return streamTarget(standardOutput());
  const there = existsSync(target) ? statSync(target) : undefined;
  if (there?.isDirectory()) {
    throw new SdError('target_is_directory', {
      what: `The serial depot "${target}" cannot be written.`,
      because: 'It is a directory; with media_type=tape the target is a file, a device or a command.',
      todo: `Name a file, for example "${join(target, 'software.depot')}".`,
    });
  }
  return there && !there.isFile() ? deviceTarget(target) : fileTarget(target);
}

/** True when the target is a place in the file system whose free space can be asked. */
export function isFileTarget(target: string): boolean {
  return !target.startsWith('|') && target !== '-' && (!existsSync(target) || statSync(target).isFile());
}

function fileTarget(path: string): SerialTarget {
  const temporary = join(dirname(path), `.${basename(path)}.sd-new.${process.pid}`);
  const fd = openToWrite(path, temporary, constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW);
  let open = true;
  return {
    write: (bytes) => writeAll(fd, bytes),
    async finish() {
      open = false;
      fsyncSync(fd);
      closeSync(fd);
      renameSync(temporary, path);
      fsyncDirectory(dirname(path));
    },
    async abandon() {
      if (!open) return;
      open = false;
      closeSync(fd);
      rmSync(temporary, { force: true });
    },
  };
}

function deviceTarget(path: string): SerialTarget {
  const fd = openToWrite(path, path, 0);
  return { ...streamTarget(fd), finish: async () => closeSync(fd) };
}

/** A pipe is opened anew: Node may have made its own descriptor non-blocking, and a synchronous write would fail with EAGAIN. */
function standardOutput(): number {
  return fstatSync(1).isFIFO() ? openSync('/proc/self/fd/1', constants.O_WRONLY) : 1;
}

function streamTarget(fd: number): SerialTarget {
  return { write: (bytes) => writeAll(fd, bytes), finish: async () => {}, abandon: async () => {} };
}

function commandTarget(command: string): SerialTarget {
  const feeder = pipeTo(command);
  let open = true;
  return {
    write: (bytes) => feeder.write(bytes),
    async finish() {
      open = false;
      const exit = await feeder.end();
      if (exit === 0) return;
      throw new SdError('command_failed', {
        what: `The command "${command}" failed (exit code "${exit}").`,
        because: 'It was to take the serial depot.',
        todo: 'Look at its own messages.',
        data: { command, exit },
      });
    },
    async abandon() {
      if (!open) return;
      open = false;
      await feeder.end();
    },
  };
}

/** A full disk or a reader that went away is the user's matter, not a crash. */
function explained(target: string, sink: SerialTarget): SerialTarget {
  const explain = (error: unknown): unknown =>
    error instanceof Error && 'code' in error && !(error instanceof SdError) ? notWritten(target, error) : error;
  return {
    write: (bytes) => {
      try {
        sink.write(bytes);
      } catch (error) {
        throw explain(error);
      }
    },
    finish: () =>
      sink.finish().catch((error: unknown) => {
        throw explain(error);
      }),
    abandon: () => sink.abandon(),
  };
}

function openToWrite(target: string, path: string, flags: number): number {
  try {
    return openSync(path, constants.O_WRONLY | flags, 0o666);
  } catch (error) {
    throw notWritten(target, error);
  }
}

function notWritten(target: string, error: unknown): SdError {
  const full = hasErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG');
  return new SdError('target_not_writable', {
    what: `The serial depot "${target}" cannot be written.`,
    because: reasonOf(error),
    todo: full ? 'Make room on the file system, or name another place.' : 'Name a place where you may write.',
    data: { target },
    cause: error,
  });
}
