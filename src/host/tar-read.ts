// Reads the members of a tar archive: v7, ustar, pax (POSIX.1-2001 extended headers) and GNU (long names).
// Promise: one pass over the headers, content is not touched; sizes are believed only as far as the file goes.
//   Must not: read sparse members or volumes of a set. A lone zero block ends an archive like a pair; what follows is padding.

import type { FileType } from '../model/software.ts';
import {
  type ArchiveBytes,
  type ArchiveFormat,
  corrupt,
  judgedPath,
  type Member,
  truncated,
  unsupported,
} from './archive-member.ts';
import { BLOCK, decodeHeader, type TarFields } from './tar-header.ts';

const TYPES: Readonly<Record<string, FileType>> = {
  '1': 'h',
  '2': 's',
  '3': 'c',
  '4': 'b',
  '5': 'd',
  '6': 'p',
  D: 'd',
};
/** Extension headers hold a name or a few lines; one that claims more is an attack on our memory. */
const MOST_EXTENSION = 1024 * 1024;
/** Vendors' members that are no files: Solaris ACL, inode data, GNU volume label and old long-name list. */
const SKIPPED = 'AIVN';

/** What extension headers said about the next member (`local`) and about all that follow (`global`). */
interface Extensions {
  local: Map<string, string>;
  readonly global: Map<string, string>;
}

/**
 * Every member, in archive order; returns the variant that the headers spoke. Content may be read while a member is at hand.
 * Throws SdError `archive_truncated`, `archive_corrupt`, `archive_unsafe_path`, `archive_unsupported`.
 */
export function* tarMembers(file: ArchiveBytes): Generator<Member, ArchiveFormat> {
  const extensions: Extensions = { local: new Map(), global: new Map() };
  let format: ArchiveFormat = 'ustar';
  for (let at = 0; ; ) {
    const fields = decodeHeader(file.bytes(at, BLOCK, 'its end mark'));
    if (fields === 'end') return format;
    if (fields === undefined) throw corrupt(file.name, at, 'the header of a member has a wrong checksum');
    at += BLOCK;
    if (fields.gnu && format === 'ustar') format = 'gnu';
    if ('xgXLK'.includes(fields.flag)) {
      if ('xgX'.includes(fields.flag)) format = 'pax';
      at += padded(takeExtension(file, at, fields, extensions));
    } else {
      const { member, length } = takeMember(file, at, fields, extensions);
      extensions.local = new Map();
      if (member !== undefined) yield member;
      at += length;
    }
  }
}

/** Reads the body of an extension header. Answers its size. */
function takeExtension(file: ArchiveBytes, at: number, fields: TarFields, extensions: Extensions): number {
  const size = fields.size ?? 0;
  if (size > MOST_EXTENSION) throw corrupt(file.name, at, `an extension header claims ${size} bytes`);
  const body = file.bytes(at, size, 'the end of an extension header');
  if (fields.flag === 'L' || fields.flag === 'K') {
    const end = body.indexOf(0);
    extensions.local.set(fields.flag === 'L' ? 'path' : 'linkpath', body.toString('utf8', 0, end < 0 ? size : end));
    return size;
  }
  const into = fields.flag === 'g' ? extensions.global : extensions.local;
  for (const [keyword, value] of paxRecords(file, at, body)) into.set(keyword, value);
  return size;
}

/** `<length> <keyword>=<value>\n`, the length in bytes counting the whole record. */
function paxRecords(file: ArchiveBytes, at: number, body: Buffer): [string, string][] {
  const records: [string, string][] = [];
  for (let from = 0; from < body.length && body[from] !== 0; ) {
    const blank = body.indexOf(0x20, from);
    const digits = body.toString('latin1', from, blank < 0 ? from : blank);
    const end = from + Number(digits);
    const equals = body.indexOf(0x3d, blank);
    if (!/^\d{1,8}$/.test(digits) || end > body.length || equals < 0 || equals >= end || body[end - 1] !== 0x0a) {
      throw corrupt(file.name, at + from, 'an extended header cannot be read');
    }
    records.push([body.toString('utf8', blank + 1, equals), body.toString('utf8', equals + 1, end - 1)]);
    from = end;
  }
  return records;
}

/** The member whose header ended at `position`, if it is one for us, and how many bytes its content takes. */
function takeMember(
  file: ArchiveBytes,
  position: number,
  fields: TarFields,
  extensions: Extensions,
): { member?: Member; length: number } {
  // An empty value takes an earlier one back (POSIX).
  const said = (keyword: string) => (extensions.local.get(keyword) ?? extensions.global.get(keyword)) || undefined;
  const number = (keyword: string, field: number | undefined) => {
    const text = said(keyword);
    const value = text === undefined ? (field ?? 0) : Math.floor(Number(text));
    if (Number.isSafeInteger(value)) return value;
    throw corrupt(file.name, position, `a member's ${keyword} is "${text}"`);
  };
  // A name said for all members would make them one.
  const name = extensions.local.get('path') ?? fields.path;
  if (SKIPPED.includes(fields.flag)) return { length: padded(fields.size ?? 0) };
  if (fields.flag === 'S' || [...extensions.local.keys()].some((keyword) => keyword.startsWith('GNU.sparse.'))) {
    throw unsupported(file.name, name, 'a sparse file');
  }
  if (fields.flag === 'M') throw unsupported(file.name, name, 'continued from another volume');

  // Old archives mark a directory by a trailing slash alone; an unknown flag is a regular file (POSIX).
  const type = TYPES[fields.flag] ?? (name.endsWith('/') ? 'd' : 'f');
  const claimed = number('size', fields.size);
  // Links and devices have no body; some writers still record the size of the file they stand for.
  const body = type === 'f' || fields.flag === 'D' ? claimed : 0;
  if (body < 0) throw corrupt(file.name, position, 'a member has a negative size');
  if (position + body > file.size) throw truncated(file.name, `the end of its member "${name}"`);
  const path = judgedPath(name, file.name);
  if (path === undefined) return { length: padded(body) };
  const owner = said('uname') ?? fields.owner;
  const group = said('gname') ?? fields.group;
  const member: Member = {
    path,
    type,
    size: type === 'f' ? body : 0,
    mode: (fields.mode ?? 0) & 0o7777,
    uid: number('uid', fields.uid),
    gid: number('gid', fields.gid),
    ...(owner === '' ? {} : { owner }),
    ...(group === '' ? {} : { group }),
    mtime: number('mtime', fields.mtime),
    ...linkOf(file, type, extensions.local.get('linkpath') ?? fields.linkpath),
    ...(type === 'b' || type === 'c' ? { major: fields.major ?? 0, minor: fields.minor ?? 0 } : {}),
    position,
  };
  return { member, length: padded(body) };
}

function linkOf(file: ArchiveBytes, type: FileType, link: string): { link?: string } {
  if (type === 's') return { link };
  if (type === 'h') return { link: judgedPath(link, file.name) ?? '' };
  return {};
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
