// What tar and cpio archives have in common: the member as a value, the judgement of its name, and a window to read headers through.
// Promise: no name leaves here that could lead out of the directory an archive is laid out in (D12).

import { readSync } from 'node:fs';
import { SdError } from '../model/error.ts';
import type { FileType } from '../model/software.ts';
import { safeName } from './rootpath.ts';

export type ArchiveFormat = 'ustar' | 'pax' | 'gnu' | 'odc' | 'newc' | 'crc';

/** One object of an archive. */
export interface Member {
  /** Relative, normalised: no leading `./`, no `.`, `..` or empty component, no trailing slash. */
  readonly path: string;
  readonly type: FileType;
  /** Bytes of content; 0 for all but regular files. */
  readonly size: number;
  /** Permission bits (07777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names, where the archive records them (tar only). */
  readonly owner?: string;
  readonly group?: string;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  /** Target of a symbolic link as it stands; path of the member a hard link is another name of, normalised. */
  readonly link?: string;
  readonly major?: number;
  readonly minor?: number;
  /** Where the content starts, in bytes from the start of the plain (uncompressed) archive. */
  readonly position: number;
}

/**
 * The normalised path, or undefined for the directory the archive was made in (`.` or `./`).
 * Throws SdError `archive_unsafe_path` for an absolute or empty name, a `..` component or a NUL.
 */
export function judgedPath(name: string, archive: string): string | undefined {
  const parts = name.split('/');
  const reason =
    name === ''
      ? 'the name is empty'
      : name.startsWith('/')
        ? 'the name is absolute'
        : parts.includes('..')
          ? 'the name leads out of the archive'
          : name.includes('\0')
            ? 'the name holds a NUL byte'
            : undefined;
  if (reason !== undefined) {
    throw new SdError('archive_unsafe_path', {
      what: `The archive "${safeName(archive)}" is not used.`,
      because: `It has a member "${safeName(name)}": ${reason}.`,
      todo: 'Do not trust this archive.',
      data: { archive, member: name },
    });
  }
  const path = parts.filter((part) => part !== '' && part !== '.').join('/');
  return path === '' ? undefined : path;
}

/** SdError `archive_truncated`: the archive ends where `where` should still come. */
export function truncated(archive: string, where: string): SdError {
  return new SdError('archive_truncated', {
    what: `The archive "${safeName(archive)}" is incomplete.`,
    because: `It ends before ${where}.`,
    todo: 'Copy it again, in binary mode, and compare its size.',
    data: { archive },
  });
}

/** SdError `archive_corrupt`: what stands at `position` makes no sense. */
export function corrupt(archive: string, position: number, why: string): SdError {
  return new SdError('archive_corrupt', {
    what: `The archive "${safeName(archive)}" is damaged.`,
    because: `At byte ${position}: ${why}.`,
    todo: 'Get it again from where it was made.',
    data: { archive, position },
  });
}

/** SdError `archive_unsupported`: a sound archive that uses something we do not read. */
export function unsupported(archive: string, member: string, why: string): SdError {
  return new SdError('archive_unsupported', {
    what: `The archive "${safeName(archive)}" cannot be used.`,
    because: `Its member "${safeName(member)}" is ${why}.`,
    todo: 'Make the archive again with plain ustar or cpio members.',
    data: { archive, member },
  });
}

/** What headers are read through: bytes at rising positions. */
export interface ArchiveBytes {
  /** As the user named it, for messages. */
  readonly name: string;
  /** Infinity where nobody knows before the end is met. */
  readonly size: number;
  /** These bytes, valid until the next call. Throws SdError `archive_truncated` naming `where`. */
  bytes(position: number, length: number, where: string): Buffer;
}

/** An archive file read in passing: small reads at rising positions are served from one buffer. */
export class ArchiveFile implements ArchiveBytes {
  readonly fd: number;
  readonly name: string;
  readonly size: number;
  readonly #window = Buffer.allocUnsafeSlow(64 * 1024);
  #from = 0;
  #filled = 0;

  constructor(fd: number, name: string, size: number) {
    this.fd = fd;
    this.name = name;
    this.size = size;
  }

  bytes(position: number, length: number, where: string): Buffer {
    if (position + length > this.size) throw truncated(this.name, where);
    if (length > this.#window.length) return this.#read(Buffer.allocUnsafe(length), position, length, where);
    if (position < this.#from || position + length > this.#from + this.#filled) {
      const wanted = Math.min(this.#window.length, this.size - position);
      this.#read(this.#window, position, wanted, where);
      this.#from = position;
      this.#filled = wanted;
    }
    return this.#window.subarray(position - this.#from, position - this.#from + length);
  }

  #read(into: Buffer, position: number, length: number, where: string): Buffer {
    for (let done = 0; done < length; ) {
      const count = readSync(this.fd, into, done, length - done, position + done);
      // The file became shorter since it was opened.
      if (count === 0) throw truncated(this.name, where);
      done += count;
    }
    return into;
  }
}
