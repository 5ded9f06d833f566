// Where a serial depot is written to: a file, a device or named pipe, a command, standard output (commands.md 5.7; clients.md).
// Promise: a file appears whole or not at all, replacing an older one by rename, and of several volumes all or none; writes are
// synchronous, so nothing piles up. A device is let go before its next volume is asked for.

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
import type { Volumes } from '../model/request.ts';

export interface SerialTarget {
  write(bytes: Uint8Array): void;
  /** The volume before is complete: opens the next. Throws SdError `volume_missing`, `volume_wrong`, and as openSerialTarget. */
  nextVolume(number: number): void;
  /** All was written: makes it durable and visible. Throws SdError `command_failed` when the command says it failed. */
  finish(): Promise<void>;
  /** Something went wrong: leaves what was there before. After `finish` it does nothing. */
  abandon(): Promise<void>;
}

/** One volume. */
interface Sink {
  write(bytes: Uint8Array): void;
  /** Lets a device go, so that its medium can be changed. */
  release?(): void;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/**
 * `target` is a path, `|command`, or `-` for standard output; `volumes` are the places of further volumes.
 * Throws SdError `target_is_directory`, `target_missing` (no such parent directory) or `target_not_writable`.
 */
export function openSerialTarget(target: string, volumes?: Volumes): SerialTarget {
  const places = [target];
  const sinks = [explained(target, openSink(target))];
  const names = [...(volumes?.names ?? [])];
  return {
    write: (bytes) => sinks.at(-1)!.write(bytes),
    nextVolume(number) {
      sinks.at(-1)!.release?.();
      const place = names.shift() ?? volumes?.ask?.(number, places.at(-1)!);
      if (place === undefined) throw noPlace(target, number);
      if (places.includes(place) && sinks[places.indexOf(place)]!.release === undefined) throw twice(place, number);
      sinks.push(explained(place, openSink(place)));
      places.push(place);
    },
    async finish() {
      for (const sink of sinks) await sink.finish();
    },
    async abandon() {
      for (const sink of sinks) await sink.abandon();
    },
  };
}

/** Throws SdError `volume_missing` when fewer places than `count` are named and nobody can be asked. */
export function requireVolumes(target: string, volumes: Volumes | undefined, count: number): void {
  const named = 1 + (volumes?.names.length ?? 0);
  if (named < count && volumes?.ask === undefined) throw noPlace(target, named + 1, count);
}

function noPlace(target: string, number: number, count?: number): SdError {
  return new SdError('volume_missing', {
    what: `The serial depot "${target}" cannot be written.`,
    because: `There is no place for its volume ${number}${count === undefined ? '' : ` of ${count}`}.`,
    todo: 'Name a target for each volume behind "@", or raise media_capacity.',
    data: { target, number },
  });
}

function twice(place: string, number: number): SdError {
  return new SdError('volume_wrong', {
    what: `Volume ${number} cannot be written to "${place}".`,
    because: 'Another volume of the same depot is there.',
    todo: 'Name a place of its own for each volume.',
    data: { place, number },
  });
}

function openSink(target: string): Sink {
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

function fileTarget(path: string): Sink {
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

function deviceTarget(path: string): Sink {
  const fd = openToWrite(path, path, 0);
  let open = true;
  const release = () => {
    if (open) closeSync(fd);
    open = false;
  };
  return { ...streamTarget(fd), release, finish: async () => release(), abandon: async () => release() };
}

/** A pipe is opened anew: Node may have made its own descriptor non-blocking, and a synchronous write would fail with EAGAIN. */
function standardOutput(): number {
  return fstatSync(1).isFIFO() ? openSync('/proc/self/fd/1', constants.O_WRONLY) : 1;
}

function streamTarget(fd: number): Sink {
  return { write: (bytes) => writeAll(fd, bytes), finish: async () => {}, abandon: async () => {} };
}

function commandTarget(command: string): Sink {
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
function explained(target: string, sink: Sink): Sink {
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
    ...(sink.release === undefined ? {} : { release: sink.release }),
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
