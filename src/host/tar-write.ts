// Writes a tar archive: ustar, with a pax header before a member only when one of its fields does not fit (formats.md 13).
// Promise: the same calls give the same bytes; names have no leading `./`; memory is one buffer whatever the sizes; the end is padded
//   to tape records of 10240 bytes. The sink gets views of that buffer: it must be done with the bytes when `write` returns.

import type { Content } from '../model/content.ts';
import { contentSize } from '../model/content.ts';
import { judgedPath } from './archive-member.ts';
import { eachPiece } from './digest.ts';
import { BLOCK, decodeHeader, encodeHeader, type TarWords } from './tar-header.ts';

/** `path` relative; `mode` permission bits; `mtime` in whole seconds; `link` for the two kinds of links. */
export interface TarMember {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner?: string;
  readonly group?: string;
  readonly mtime: number;
  readonly link?: string;
}

/** All throw what the sink throws; a member's name that leads out of the archive is SdError `archive_unsafe_path`. */
export interface TarWriter {
  directory(member: TarMember): void;
  /** Writes all of `content`, and does not close it. Throws SdError `content_truncated`; the archive is then useless. */
  file(member: TarMember, content: Content): void;
  symlink(member: TarMember): void;
  /** `link` is the path of a member written before. */
  hardlink(member: TarMember): void;
  /** Writes the end mark and the padding. Nothing may follow. */
  end(): void;
}

const RECORD = 10240;
const BUFFER = 100 * RECORD;
/** Largest number a ustar field of 12 and of 8 bytes holds. */
const LARGEST = 0o77777777777;
const LARGEST_ID = 0o7777777;

/** A writer onto `sink`, which is called with many blocks at a time. */
export function tarWriter(sink: { write(bytes: Uint8Array): void }): TarWriter {
  const out = new Blocks(sink);
  const plain = (flag: string) => (member: TarMember) => writeHeader(out, wordsOf(member, flag, 0));
  return {
    directory: plain('5'),
    file(member, content) {
      writeHeader(out, wordsOf(member, '0', contentSize(content)));
      eachPiece(content, (piece) => out.put(piece));
      out.pad(BLOCK);
    },
    symlink: plain('2'),
    hardlink: plain('1'),
    end() {
      out.put(Buffer.alloc(2 * BLOCK));
      out.pad(RECORD);
      out.flush();
    },
  };
}

/** Bytes that a regular file takes in an archive, headers and padding included. `size` is that of its content. */
export function tarSize(member: TarMember, size: number): number {
  let headers = 0;
  const padded = (bytes: number) => Math.ceil(bytes / BLOCK) * BLOCK;
  const counted = {
    put(bytes: Uint8Array) {
      headers += bytes.length;
    },
    pad() {
      headers = padded(headers);
    },
  };
  writeHeader(counted, wordsOf(member, '0', size));
  return headers + padded(size);
}

function wordsOf(member: TarMember, flag: string, size: number): TarWords {
  const path = judgedPath(member.path, member.path) ?? '.';
  const link = flag === '1' ? judgedPath(member.link!, member.link!) : member.link;
  return {
    flag,
    path: flag === '5' ? `${path}/` : path,
    ...(link === undefined || flag === '0' || flag === '5' ? {} : { linkpath: link }),
    mode: member.mode & 0o7777,
    uid: member.uid,
    gid: member.gid,
    size,
    mtime: member.mtime,
    ...(member.owner === undefined ? {} : { owner: member.owner }),
    ...(member.group === undefined ? {} : { group: member.group }),
  };
}

function writeHeader(out: Pick<Blocks, 'put' | 'pad'>, words: TarWords): void {
  const block = Buffer.alloc(BLOCK);
  // The codec also cries for names that are not ASCII, though their bytes fit; so it is only a hint to look.
  const records = encodeHeader(words, block) ? unfitting(words, block) : [];
  if (records.length > 0) {
    const body = Buffer.from(records.map(([keyword, value]) => paxRecord(keyword, value)).join(''));
    const about = Buffer.alloc(BLOCK);
    const { owner: _owner, group: _group, linkpath: _link, ...rest } = words;
    encodeHeader({ ...rest, ...fitting(rest), flag: 'x', path: 'PaxHeader', size: body.length, mode: 0o644 }, about);
    out.put(about);
    out.put(body);
    out.pad(BLOCK);
  }
  out.put(block);
}

/** The fields that the block does not hold as they are, as pax keyword and value. */
function unfitting(words: TarWords, block: Buffer): [string, string][] {
  const held = decodeHeader(block);
  if (held === undefined || held === 'end') throw new Error('the header just written cannot be read');
  const withoutSlash = (path: string) => path.replace(/\/$/, '');
  const records: [string, string, boolean][] = [
    ['path', words.path, withoutSlash(held.path) === withoutSlash(words.path)],
    ['linkpath', words.linkpath ?? '', held.linkpath === (words.linkpath ?? '')],
    ['size', String(words.size), words.size <= LARGEST],
    ['uid', String(words.uid), words.uid <= LARGEST_ID],
    ['gid', String(words.gid), words.gid <= LARGEST_ID],
    ['mtime', String(words.mtime), words.mtime >= 0 && words.mtime <= LARGEST],
    ['uname', words.owner ?? '', held.owner === (words.owner ?? '')],
    ['gname', words.group ?? '', held.group === (words.group ?? '')],
  ];
  return records.filter(([, , fits]) => !fits).map(([keyword, value]) => [keyword, value]);
}

/** Numbers for the pax header's own header, which must fit. */
function fitting(words: Pick<TarWords, 'uid' | 'gid' | 'mtime'>): Pick<TarWords, 'uid' | 'gid' | 'mtime'> {
  const within = (value: number, most: number) => (value >= 0 && value <= most ? value : 0);
  return {
    uid: within(words.uid, LARGEST_ID),
    gid: within(words.gid, LARGEST_ID),
    mtime: within(words.mtime, LARGEST),
  };
}

/** `<length> <keyword>=<value>\n`; the length counts its own digits. */
function paxRecord(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length > length) length += 1;
  return `${length}${rest}`;
}

/** Collects what is written and passes it on a buffer at a time. */
class Blocks {
  readonly #sink: { write(bytes: Uint8Array): void };
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER);
  #filled = 0;
  #total = 0;

  constructor(sink: { write(bytes: Uint8Array): void }) {
    this.#sink = sink;
  }

  put(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const count = Math.min(bytes.length - from, BUFFER - this.#filled);
      this.#buffer.set(bytes.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled === BUFFER) this.flush();
    }
    this.#total += bytes.length;
  }

  /** Zeros up to the next multiple of `unit`. */
  pad(unit: number): void {
    const over = this.#total % unit;
    if (over > 0) this.put(Buffer.alloc(unit - over));
  }

  flush(): void {
    if (this.#filled > 0) this.#sink.write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
