// Door to `tar`'s header codec (D9, D10): one block of 512 bytes ⇄ its fields. Nothing else of that library is used; its parser and
// writer are several times slower than our loops and its extraction is never wanted (D12).

import { Header } from 'tar/header';

export const BLOCK = 512;
/** Where the prefix of a name stands. */
const PREFIX = 345;

/** The fields of one header. Numbers and texts are undefined where the block holds none. */
export interface TarFields {
  /** Type flag: `0` file, `1` hard link, `2` symbolic link, `3` `4` devices, `5` directory, `6` fifo, `x` `g` pax, `L` `K` GNU. */
  readonly flag: string;
  /** Prefix and name joined. */
  readonly path: string;
  readonly linkpath: string;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly size: number | undefined;
  /** Whole seconds. */
  readonly mtime: number | undefined;
  readonly owner: string;
  readonly group: string;
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** True for GNU's own variant (`ustar  `), whose name has no prefix. */
  readonly gnu: boolean;
}

/** The fields of the block; `end` for a block of zeros; undefined when its checksum is wrong or a number cannot be read. */
export function decodeHeader(block: Buffer): TarFields | 'end' | undefined {
  let header: Header;
  let size: number | undefined;
  try {
    header = new Header(block, 0);
    size = header.size;
    // The codec takes any name with a slash at its end for a directory without content. A name cut short before a pax header
    // gives the whole may end so; under another name the size comes out as it stands.
    if (header.type === 'Directory' && block[156] !== 0x35) size = new Header(block, 0, { path: 'file' }).size;
  } catch {
    return undefined;
  }
  if (header.nullBlock) return block.every((byte) => byte === 0) ? 'end' : undefined;
  if (!header.cksumValid) return undefined;
  const magic = block.toString('latin1', 257, 263);
  const tar = magic === 'ustar\0' || magic === 'ustar ';
  return {
    flag: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    path: header.path ?? '',
    linkpath: header.linkpath ?? '',
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    size,
    mtime: header.mtime === undefined ? undefined : Math.floor(header.mtime.getTime() / 1000),
    // The codec reads names of accounts and device numbers from POSIX headers only; GNU keeps them at the same place.
    owner: tar ? fieldText(block, 265, 32) : '',
    group: tar ? fieldText(block, 297, 32) : '',
    major: tar ? octalAt(block, 329) : undefined,
    minor: tar ? octalAt(block, 337) : undefined,
    gnu: magic === 'ustar ',
  };
}

/** What `encodeHeader` is given; a directory's path ends with a slash. */
export interface TarWords {
  readonly flag: string;
  readonly path: string;
  readonly linkpath?: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly owner?: string;
  readonly group?: string;
}

/** Writes the ustar header into `block` (512 bytes). Answers whether some field may not have fitted. */
export function encodeHeader(words: TarWords, block: Buffer): boolean {
  block.fill(0);
  const header = new Header();
  header.type = words.flag as '0';
  header.path = words.path;
  if (words.linkpath !== undefined) header.linkpath = words.linkpath;
  header.mode = words.mode;
  header.uid = words.uid;
  header.gid = words.gid;
  header.size = words.size;
  header.mtime = new Date(words.mtime * 1000);
  header.uname = words.owner ?? '';
  header.gname = words.group ?? '';
  const doubtful = header.encode(block, 0);
  if (block.toString('latin1', PREFIX, PREFIX + 2) === '.\0') withoutDot(block);
  return doubtful;
}

/** A name of exactly 100 bytes gets the prefix `.` from the codec, though it fits alone. */
function withoutDot(block: Buffer): void {
  block[PREFIX] = 0;
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** A number of up to eight octal digits; undefined where there is none. */
function octalAt(block: Buffer, from: number): number | undefined {
  const number = parseInt(fieldText(block, from, 8), 8);
  return Number.isNaN(number) ? undefined : number;
}

function fieldText(block: Buffer, from: number, length: number): string {
  const end = block.indexOf(0, from);
  return block.toString('utf8', from, end < 0 || end > from + length ? from + length : end);
}
