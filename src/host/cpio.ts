// Reads the members of a cpio archive: odc (070707, POSIX), newc (070701, SVR4) and crc (070702, the same with a sum we do not check:
// SD's own cksum covers the content).
// Hard links: a member that comes with content is a file. Where one name of an inode comes without (newc gives content to the last name
//   only), the first name is the file, with the content of whichever name carries it, and the others are links to it.

import type { FileType } from '../model/software.ts';
import {
  type ArchiveBytes,
  type ArchiveFormat,
  corrupt,
  judgedPath,
  type Member,
  truncated,
} from './archive-member.ts';

/** Fields as every variant has them; lengths in bytes. */
interface CpioHeader {
  readonly inode: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
  readonly nameLength: number;
  readonly size: number;
}

const TRAILER = 'TRAILER!!!';
const MOST_NAME = 64 * 1024;
const TYPES: ReadonlyMap<number, FileType> = new Map([
  [0o010000, 'p'],
  [0o020000, 'c'],
  [0o040000, 'd'],
  [0o060000, 'b'],
  [0o100000, 'f'],
  [0o120000, 's'],
]);
const FORMATS: Readonly<Record<string, ArchiveFormat>> = { '070707': 'odc', '070701': 'newc', '070702': 'crc' };

/** The variant these first bytes announce. */
export function cpioFormat(start: Buffer): ArchiveFormat | undefined {
  return FORMATS[start.toString('latin1', 0, 6)];
}

/** A member as its header has it; `inode` where it says that there are more names of it. */
export interface CpioMember extends Member {
  readonly inode?: string;
}

/**
 * Every member, in archive order. Content may be read while a member is at hand.
 * Throws SdError `archive_truncated`, `archive_corrupt`, `archive_unsafe_path`.
 */
export function* cpioMembers(file: ArchiveBytes, format: ArchiveFormat): Generator<CpioMember, void> {
  const align = format === 'odc' ? 1 : 4;
  const length = format === 'odc' ? 76 : 110;
  for (let at = 0; ; ) {
    const bytes = file.bytes(at, length, 'its end mark');
    if (cpioFormat(bytes) !== format) throw corrupt(file.name, at, 'there is no header of a member');
    const header = format === 'odc' ? odcHeader(file, at, bytes) : newcHeader(file, at, bytes);
    if (header.nameLength < 1 || header.nameLength > MOST_NAME) {
      throw corrupt(file.name, at, `a name claims ${header.nameLength} bytes`);
    }
    const name = file
      .bytes(at + length, header.nameLength, "a member's name")
      .toString('utf8', 0, header.nameLength - 1);
    if (name === TRAILER) return;
    const position = aligned(at + length + header.nameLength, align);
    if (position + header.size > file.size) throw truncated(file.name, `the end of its member "${name}"`);
    const member = memberOf(file, at, header, name, position);
    if (member !== undefined) yield member;
    at = aligned(position + header.size, align);
  }
}

function memberOf(
  file: ArchiveBytes,
  at: number,
  header: CpioHeader,
  name: string,
  position: number,
): CpioMember | undefined {
  const type = TYPES.get(header.mode & 0o170000);
  if (type === undefined)
    throw corrupt(file.name, at, `the member's type is unknown (mode ${header.mode.toString(8)})`);
  const path = judgedPath(name, file.name);
  if (path === undefined) return undefined;
  if (type === 's' && header.size > MOST_NAME)
    throw corrupt(file.name, at, `a link's target claims ${header.size} bytes`);
  return {
    path,
    type,
    size: type === 'f' ? header.size : 0,
    mode: header.mode & 0o7777,
    uid: header.uid,
    gid: header.gid,
    mtime: header.mtime,
    ...(type === 's' ? { link: file.bytes(position, header.size, "a link's target").toString('utf8') } : {}),
    ...(type === 'b' || type === 'c' ? { major: header.major, minor: header.minor } : {}),
    ...(type === 'f' && header.links > 1 ? { inode: header.inode } : {}),
    position,
  };
}

/** The members with their links put together: of several names of one inode without content of their own, the first is the file. */
export function linkNames(found: Iterable<CpioMember>): Member[] {
  const members: Member[] = [];
  /** Index of an inode's first name in `members`. */
  const firsts = new Map<string, number>();
  for (const { inode, ...member } of found) {
    const at = inode === undefined ? undefined : firsts.get(inode);
    const first = at === undefined ? undefined : members[at]!;
    if (first === undefined) {
      if (inode !== undefined) firsts.set(inode, members.length);
      members.push(member);
    } else if (member.size > 0 && first.size > 0) {
      // Each name with its own bytes: take them as they are. Old writers cut inode numbers, so "the same" may not be the same.
      members.push(member);
    } else {
      if (member.size > 0) members[at!] = { ...first, size: member.size, position: member.position };
      members.push({ ...member, type: 'h', size: 0, link: first.path });
    }
  }
  return members;
}

/** 76 bytes of octal digits: magic dev ino mode uid gid nlink rdev (6 each) mtime (11) namesize (6) filesize (11). */
function odcHeader(file: ArchiveBytes, at: number, bytes: Buffer): CpioHeader {
  const octal = (from: number, length: number) => digits(file, at, bytes.toString('latin1', from, from + length), 8);
  const device = octal(42, 6);
  return {
    inode: bytes.toString('latin1', 6, 18),
    mode: octal(18, 6),
    uid: octal(24, 6),
    gid: octal(30, 6),
    links: octal(36, 6),
    mtime: octal(48, 11),
    major: device >> 8,
    minor: device & 0xff,
    nameLength: octal(59, 6),
    size: octal(65, 11),
  };
}

/** Magic, then 13 fields of 8 hexadecimal digits: ino mode uid gid nlink mtime filesize dev (2) rdev (2) namesize check. */
function newcHeader(file: ArchiveBytes, at: number, bytes: Buffer): CpioHeader {
  const hex = (field: number) => digits(file, at, bytes.toString('latin1', 6 + field * 8, 14 + field * 8), 16);
  return {
    inode: `${hex(7)}:${hex(8)}:${hex(0)}`,
    mode: hex(1),
    uid: hex(2),
    gid: hex(3),
    links: hex(4),
    mtime: hex(5),
    major: hex(9),
    minor: hex(10),
    nameLength: hex(11),
    size: hex(6),
  };
}

function digits(file: ArchiveBytes, at: number, text: string, radix: 8 | 16): number {
  if (!(radix === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(text)) {
    throw corrupt(file.name, at, 'a header holds something other than digits');
  }
  return parseInt(text, radix);
}

function aligned(position: number, to: number): number {
  return Math.ceil(position / to) * to;
}
