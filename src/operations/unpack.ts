// An archive laid out in a directory of its own, for what is worked on as files: a script with what it needs beside it.
// Promise: everything lies below the directory, devices are refused, and links are made last, so nothing is written through one (D12);
// a link that leads out is refused. Paths were judged when the archive was read (host/archive.ts).

import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Archive, type Member, openArchive } from '../host/archive.ts';
import { copyContent, readContent } from '../host/digest.ts';
import { safeName } from '../host/rootpath.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';

/** Names of the files of an archive, in its order. Throws what openArchive throws, and SdError `archive_not_found`. */
export async function archiveMembers(file: string): Promise<readonly Pick<Member, 'path' | 'type' | 'mode'>[]> {
  const archive = await opened(file);
  archive.close();
  return archive.members;
}

/**
 * Lays the archive `file` out below `directory`, which exists and is empty. Modes and times are the archive's, owners this process's.
 * Throws what openArchive throws, SdError `archive_not_found`, `archive_unsupported` and `archive_unsafe_path`.
 */
export async function unpackArchive(file: string, directory: string): Promise<void> {
  const archive = await opened(file);
  try {
    const directories = archive.members.filter((member) => member.type === 'd');
    const links = archive.members.filter((member) => member.type === 's');
    for (const member of archive.members) judge(file, member);
    for (const member of directories) mkdirSync(join(directory, member.path), { recursive: true });
    for (const member of archive.members)
      if (member.type === 'f' || member.type === 'h') place(archive, member, directory);
    for (const member of links) {
      mkdirSync(dirname(join(directory, member.path)), { recursive: true });
      symlinkSync(member.link!, join(directory, member.path));
    }
    for (const member of directories) chmodSync(join(directory, member.path), (member.mode & 0o777) | 0o700);
  } finally {
    archive.close();
  }
}

async function opened(file: string): Promise<Archive> {
  try {
    return await openArchive(file);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR')) throw error;
    throw new SdError('archive_not_found', {
      what: `The archive "${safeName(file)}" cannot be read.`,
      because: reasonOf(error),
      todo: 'Check the path.',
      data: { file },
      cause: error,
    });
  }
}

function place(archive: Archive, member: Member, directory: string): void {
  const path = join(directory, member.path);
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w', 0o600);
  const content = archive.content(member);
  try {
    copyContent(content, fd, { digests: false });
  } finally {
    if (content.kind === 'region') content.close();
    closeSync(fd);
  }
  chmodSync(path, member.mode & 0o7777);
  if (member.mtime !== undefined) utimesSync(path, member.mtime, member.mtime);
}

function judge(archive: string, member: Member): void {
  const refuse = (code: string, because: string) =>
    new SdError(code, {
      what: `The archive "${safeName(archive)}" cannot be unpacked.`,
      because,
      todo: 'Get it from somebody you trust.',
      data: { archive, member: member.path },
    });
  if (member.type === 's') {
    const target = posix.normalize(posix.join(posix.dirname(member.path), member.link!));
    if (member.link!.startsWith('/') || target === '..' || target.startsWith('../'))
      throw refuse('archive_unsafe_path', `Its link "${safeName(member.path)}" leads out of it.`);
  } else if (!['d', 'f', 'h'].includes(member.type)) {
    throw refuse('archive_unsupported', `Its member "${safeName(member.path)}" is a device or a pipe.`);
  }
}

/** The text of one small file of an archive; undefined where it has none of that path. Throws as archiveMembers. */
export async function archiveText(file: string, path: string): Promise<string | undefined> {
  const archive = await opened(file);
  try {
    const member = archive.members.findLast((each) => each.path === path && each.type === 'f');
    return member === undefined ? undefined : readContent(archive.content(member)).toString('utf8');
  } finally {
    archive.close();
  }
}
