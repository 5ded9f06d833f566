// Archives that software travels in: tar and cpio, plain or compressed, recognised by their magic numbers (formats.md 13).
// Promise: opening reads the headers once; content is a region of the archive file, read where it is needed. No member is ever
//   written to disk here, and none has a name that could lead out of its place (D12).

import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Content } from '../model/content.ts';
import { bytesContent } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import { ArchiveFile, type ArchiveFormat, type Member } from './archive-member.ts';
import { cpioFormat, cpioMembers, linkNames } from './cpio.ts';
import { openPlain } from './decompress.ts';
import { safeName } from './rootpath.ts';
import { BLOCK, decodeHeader } from './tar-header.ts';
import { tarMembers } from './tar-read.ts';

export type { ArchiveFormat, Member } from './archive-member.ts';
export { type TarMember, type TarWriter, tarSize, tarWriter } from './tar-write.ts';

export interface Archive {
  readonly format: ArchiveFormat;
  /** In archive order; the same path may occur twice, and then the later one counts. */
  readonly members: readonly Member[];
  /** Content of a regular file, or of the file a hard link is another name of. Good until the archive is closed; its own `close` does nothing. */
  content(member: Member): Content;
  close(): void;
}

/**
 * Opens an archive file. Throws the errno error of open(2) and SdError `not_an_archive`, `archive_truncated`, `archive_corrupt`,
 * `archive_unsafe_path`, `archive_unsupported`, `decoder_missing`.
 */
export function openArchive(path: string): Archive {
  return archiveOf(openPlain(path), path);
}

/**
 * The archive whose plain bytes an open file holds, from its start; `path` is its name in messages. Takes the descriptor over, also when
 * it throws: as `openArchive`, but for `decoder_missing`.
 */
export function archiveOf(fd: number, path: string): Archive {
  try {
    const { format, members } = readMembers(fd, path);
    let byPath: Map<string, Member> | undefined;
    return {
      format,
      members,
      content(member) {
        byPath ??= new Map(members.filter((each) => each.type === 'f').map((each) => [each.path, each]));
        const file = member.type === 'h' ? linked(member, members, byPath, path) : member;
        if (file.size === 0) return bytesContent(new Uint8Array());
        return { kind: 'region', fd, position: file.position, size: file.size, close: () => undefined };
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function readMembers(fd: number, path: string): { format: ArchiveFormat; members: Member[] } {
  const start = Buffer.alloc(BLOCK);
  const length = readSync(fd, start, 0, start.length, 0);
  const file = new ArchiveFile(fd, path, fstatSync(fd).size);
  const cpio = cpioFormat(start);
  if (cpio) return { format: cpio, members: linkNames(cpioMembers(file, cpio)) };
  // A tar file has no magic number before its first checksum; a block of zeros is the empty archive.
  const tar = start.toString('latin1', 257, 262) === 'ustar';
  if (length > 0 && (tar || (length === BLOCK && decodeHeader(start) !== undefined))) return tarArchive(file);
  throw notAnArchive(path, length === 0 ? 'The file is empty.' : 'It is neither tar nor cpio, plain or compressed.');
}

/** SdError `not_an_archive`. */
export function notAnArchive(path: string, because: string): SdError {
  return new SdError('not_an_archive', {
    what: `"${safeName(path)}" is not an archive.`,
    because,
    todo: 'Name a depot directory, or a depot packed with tar or cpio.',
    data: { path },
  });
}

function tarArchive(file: ArchiveFile): { format: ArchiveFormat; members: Member[] } {
  const members: Member[] = [];
  const found = tarMembers(file);
  for (let step = found.next(); ; step = found.next()) {
    if (step.done) return { format: step.value, members };
    members.push(step.value);
  }
}

/** The file behind a hard link; links to links are followed as far as there are members. */
function linked(
  member: Member,
  members: readonly Member[],
  files: ReadonlyMap<string, Member>,
  archive: string,
): Member {
  let at: Member | undefined = member;
  for (let steps = 0; at?.type === 'h' && steps < members.length; steps++) {
    const target: string = at.link!;
    at = files.get(target) ?? members.find((each) => each.path === target);
  }
  if (at?.type === 'f') return at;
  throw new SdError('archive_corrupt', {
    what: `The archive "${safeName(archive)}" is damaged.`,
    because: `Its member "${safeName(member.path)}" is a link to "${safeName(member.link!)}", which is not a file of the archive.`,
    todo: 'Get it again from where it was made.',
    data: { archive, member: member.path },
  });
}
