// The payload of an rpm: cpio in SVR4's form, or rpm's own stripped one (`07070X`), whose members are numbers of the header's file list
// and which packages with a file over 4 GiB have. Several names of one file carry its content with the last of them.

import { closeSync, fstatSync } from 'node:fs';
import { type Archive, archiveOf, type Member } from '../../host/archive.ts';
import { ArchiveFile, corrupt, judgedPath, truncated } from '../../host/archive-member.ts';
import { deviceNumbers } from '../../host/file-type.ts';
import { bytesContent } from '../../model/content.ts';
import type { RpmFile } from './rpm-files.ts';

const STRIPPED = '07070X';
const STRIPPED_HEADER = 16;
const TRAILER = '070701';

/** The archive behind the descriptor of the unpacked payload, which it takes over. Throws what host/archive.ts throws. */
export function rpmArchive(fd: number, name: string, files: readonly RpmFile[]): Archive {
  const members = ownForm(fd, name, files);
  if (members === undefined) return archiveOf(fd, name);
  const byPath = new Map(members.map((member) => [member.path, member]));
  return {
    format: 'newc',
    members,
    content(member) {
      const file = member.type === 'h' ? byPath.get(member.link!)! : member;
      if (file.size === 0) return bytesContent(new Uint8Array());
      return { kind: 'region', fd, position: file.position, size: file.size, close: () => undefined };
    },
    close: () => closeSync(fd),
  };
}

/** The members of a stripped payload; undefined for any other. Closes the descriptor when it throws. */
function ownForm(fd: number, name: string, files: readonly RpmFile[]): Member[] | undefined {
  try {
    const bytes = new ArchiveFile(fd, name, fstatSync(fd).size);
    const start = bytes.bytes(0, STRIPPED.length, 'its first member').toString('latin1');
    return start === STRIPPED ? strippedMembers(bytes, files) : undefined;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function strippedMembers(bytes: ArchiveFile, files: readonly RpmFile[]): Member[] {
  const members: Member[] = [];
  const lasts = lastNames(files);
  /** Index of an inode's first name in `members`. */
  const firsts = new Map<string, number>();
  for (let at = 0; ; ) {
    const header = bytes.bytes(at, STRIPPED_HEADER, 'its end mark').toString('latin1');
    if (header.startsWith(TRAILER)) return members;
    const index = parseInt(header.slice(6, 14), 16);
    const file = files[index];
    if (!header.startsWith(STRIPPED) || !/^[0-9a-fA-F]{8}$/.test(header.slice(6, 14)) || !file?.type) {
      throw corrupt(bytes.name, at, 'there is no member of its file list');
    }
    const position = at + STRIPPED_HEADER;
    const path = judgedPath(`.${file.path}`, bytes.name);
    const shared = file.type === 'f' ? lasts.get(file.inode) : undefined;
    const body = file.type === 's' || (file.type === 'f' && (shared === undefined || shared === index)) ? file.size : 0;
    if (position + body > bytes.size) throw truncated(bytes.name, `the end of its member "${file.path}"`);
    if (path !== undefined) place(members, firsts, { file, path, position, body, shared: shared !== undefined });
    at = position + Math.ceil(body / 4) * 4;
  }
}

/** Number of the last name of each file that has several. */
function lastNames(files: readonly RpmFile[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const lasts = new Map<string, number>();
  files.forEach((file, index) => {
    if (file.type !== 'f' || file.isGhost) return;
    counts.set(file.inode, (counts.get(file.inode) ?? 0) + 1);
    lasts.set(file.inode, index);
  });
  return new Map([...lasts].filter(([inode]) => counts.get(inode)! > 1));
}

interface Found {
  readonly file: RpmFile;
  readonly path: string;
  readonly position: number;
  readonly body: number;
  readonly shared: boolean;
}

/** The first name of a file is the file, the others are links to it. */
function place(members: Member[], firsts: Map<string, number>, { file, path, position, body, shared }: Found): void {
  const common = { path, mode: file.mode, uid: 0, gid: 0, mtime: file.mtime, position };
  const at = shared ? firsts.get(file.inode) : undefined;
  if (at !== undefined) {
    const first = members[at]!;
    if (body > 0) members[at] = { ...first, size: body, position };
    members.push({ ...common, type: 'h', size: 0, link: first.path });
    return;
  }
  if (shared) firsts.set(file.inode, members.length);
  const [major, minor] = deviceNumbers(file.device);
  members.push({
    ...common,
    type: file.type!,
    size: file.type === 'f' ? body : 0,
    ...(file.type === 's' ? { link: file.link } : {}),
    ...(file.type === 'b' || file.type === 'c' ? { major, minor } : {}),
  });
}
