// Object libraries: System V / GNU `ar` archives, changed member by member (file type a, patches.md 4.3).
// Promise: every byte that need not change stays as it is, so that putting a replaced member back, or removing an added one, gives
//   back the identical archive. Bytes in, bytes out (but for isArFile, a first look); the input is never written to.
// The symbol index (member `/`): its offsets follow the members, and the entries of a removed member go. Symbols that a new member
//   defines beyond the old one are not added; a linker that needs them wants ranlib(1) first.

import { closeSync, openSync, readSync } from 'node:fs';
import { SdError } from '../model/error.ts';
import { movedIndex } from './ar-index.ts';

/** `mtime` in seconds; `mode` as recorded, with or without the bits of the file type. */
export interface ArMember {
  readonly name: string;
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly data: Uint8Array;
}

/** Does this regular file begin as an object archive does? Throws the errno error of open(2). */
export function isArFile(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(MAGIC.length);
    return readSync(file, start, 0, start.length, 0) === start.length && start.toString('latin1') === MAGIC;
  } finally {
    closeSync(file);
  }
}

/** One member as it lies in the archive. `name` is undefined for the two tables, `/` or `/SYM64/` and `//`. */
interface Entry {
  readonly name: string | undefined;
  readonly header: Buffer;
  readonly data: Uint8Array;
  /** Position of its header in the archive that was read; undefined for a new member. */
  readonly from?: number;
}

export type ArFacts = Pick<ArMember, 'mtime' | 'uid' | 'gid' | 'mode'>;

const MAGIC = '!<arch>\n';
const HEADER = 60;
const NEWLINE = 10;
const TABLE = '//';
const REGULAR = 0o100000;

/** The members in order, without symbol index and name table. Throws SdError `not_an_ar`, and `ar_corrupt` for a broken archive. */
export function readAr(bytes: Uint8Array): ArMember[] {
  return entriesOf(bytes).flatMap((entry) => (entry.name === undefined ? [] : [memberOf(entry.name, entry)]));
}

/** The first member of that name; undefined when there is none. Throws as `readAr`. */
export function extractMember(bytes: Uint8Array, name: string): ArMember | undefined {
  const entry = entriesOf(bytes).find((each) => each.name === name);
  return entry && memberOf(name, entry);
}

/**
 * The archive with this member replaced where it stands, or added at the end, as `ar r` does. Only the permission bits of `mode`
 * count; whether the type bits are recorded too follows the member that is replaced. Throws as `readAr`.
 */
export function replaceMember(bytes: Uint8Array, name: string, content: Uint8Array, facts: ArFacts): Uint8Array {
  const entries = entriesOf(bytes);
  const at = entries.findIndex((entry) => entry.name === name);
  const old = entries[at];
  if (old) {
    const typed = memberOf(name, old).mode & REGULAR;
    const header = headerOf(
      old.header.toString('latin1', 0, 16),
      { ...facts, mode: (facts.mode & 0o7777) | typed },
      content.length,
    );
    return written(entries.with(at, { ...old, header, data: content }));
  }
  const { field, before } = nameField(entries, name);
  const header = headerOf(field, { ...facts, mode: (facts.mode & 0o7777) | REGULAR }, content.length);
  return written([...before, { name, header, data: content }]);
}

/** The archive without its first member of that name; unchanged when there is none. Throws as `readAr`. */
export function removeMember(bytes: Uint8Array, name: string): Uint8Array {
  const entries = entriesOf(bytes);
  const at = entries.findIndex((entry) => entry.name === name);
  if (at < 0) return bytes;
  return written(withoutUnusedName(entries.toSpliced(at, 1), entries[at]!));
}

function entriesOf(bytes: Uint8Array): Entry[] {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (archive.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new SdError('not_an_ar', {
      what: 'The file is not an object archive.',
      because:
        archive.toString('latin1', 0, MAGIC.length) === '!<thin>\n'
          ? 'It is a thin archive, which holds no members.'
          : '',
      todo: 'Make it with "ar r".',
    });
  }
  const entries: Entry[] = [];
  let names = '';
  for (let at = MAGIC.length; at < archive.length; ) {
    const header = archive.subarray(at, at + HEADER);
    const digits = header.toString('latin1', 48, 58).trimEnd();
    const size = Number(digits);
    if (header.toString('latin1', 58, 60) !== '`\n' || !/^\d+$/.test(digits) || at + HEADER + size > archive.length) {
      throw corrupt(`There is no whole member at byte ${at}.`);
    }
    const data = archive.subarray(at + HEADER, at + HEADER + size);
    const field = header.toString('latin1', 0, 16).trimEnd();
    if (field === TABLE) names = data.toString('latin1');
    entries.push({ name: decodedName(field, names), header, data, from: at });
    at += HEADER + size + (size % 2);
  }
  return entries;
}

/** `name/`, `/offset` into the name table, or a table. Names are bytes: kept as latin1 inside, UTF-8 outside. */
function decodedName(field: string, names: string): string | undefined {
  if (field === '/' || field === '/SYM64/' || field === TABLE) return undefined;
  if (!/^\/\d+$/.test(field)) return outside(field.replace(/\/$/, ''));
  const start = Number(field.slice(1));
  const end = names.indexOf('/\n', start);
  if (end < 0) throw corrupt(`The long name at "${field}" is missing.`);
  return outside(names.slice(start, end));
}

function memberOf(name: string, { header, data }: Entry): ArMember {
  const number = (from: number, to: number, radix: number) => parseInt(header.toString('latin1', from, to), radix) || 0;
  return {
    name,
    mtime: number(16, 28, 10),
    uid: number(28, 34, 10),
    gid: number(34, 40, 10),
    mode: number(40, 48, 8),
    data,
  };
}

function headerOf(field: string, facts: ArFacts, size: number): Buffer {
  // A field is cut to its width: ids above 999999 do not fit, and GNU ar cuts them too.
  const put = (value: number, width: number, radix = 10) => value.toString(radix).slice(0, width).padEnd(width);
  const numbers = put(facts.mtime, 12) + put(facts.uid, 6) + put(facts.gid, 6) + put(facts.mode, 8, 8) + put(size, 10);
  return Buffer.from(`${field.padEnd(16)}${numbers}\`\n`, 'latin1');
}

/** How a new member's name is written: up to 15 bytes in the header, else at the end of the name table. */
function nameField(entries: Entry[], name: string): { field: string; before: Entry[] } {
  const inside = Buffer.from(name).toString('latin1');
  if (inside.length <= 15) return { field: `${inside}/`, before: entries };
  const at = entries.findIndex(isNameTable);
  const names = at < 0 ? '' : tableText(entries[at]!);
  const table = nameTable(`${names}${inside}/\n`, entries[at]);
  // The table stands behind the symbol index and before the first member.
  const first = entries.findIndex((entry) => entry.name !== undefined);
  const place = first < 0 ? entries.length : first;
  return { field: `/${names.length}`, before: at < 0 ? entries.toSpliced(place, 0, table) : entries.with(at, table) };
}

/** Takes a removed member's long name away again if it stood last in the table; one further up is left, for others' offsets count on it. */
function withoutUnusedName(entries: Entry[], removed: Entry): Entry[] {
  const field = removed.header.toString('latin1', 0, 16).trimEnd();
  const at = entries.findIndex(isNameTable);
  if (at < 0 || !/^\/\d+$/.test(field)) return entries;
  const start = Number(field.slice(1));
  const names = tableText(entries[at]!);
  const shared = entries.some(
    (entry) => entry.name !== undefined && entry.header.toString('latin1', 0, 16).trimEnd() === field,
  );
  if (shared || names.indexOf('/\n', start) + 2 !== names.length) return entries;
  return start === 0 ? entries.toSpliced(at, 1) : entries.with(at, nameTable(names.slice(0, start), entries[at]));
}

function isNameTable(entry: Entry): boolean {
  return entry.header.toString('latin1', 0, 3) === '// ';
}

/** The names without the newline that makes the table's length even. */
function tableText(entry: Entry): string {
  return Buffer.from(entry.data)
    .toString('latin1')
    .replace(/\/\n\n$/, '/\n');
}

function nameTable(names: string, old: Entry | undefined): Entry {
  const data = Buffer.from(names.length % 2 === 0 ? names : `${names}\n`, 'latin1');
  // GNU ar leaves all fields but name and size blank here.
  const header = Buffer.from(`${TABLE.padEnd(48)}${String(data.length).padEnd(10)}\`\n`, 'latin1');
  return { name: undefined, header, data, ...(old?.from === undefined ? {} : { from: old.from }) };
}

/** The archive of these entries, the symbol index led after the members that moved. */
function written(entries: readonly Entry[]): Uint8Array {
  const present = new Set(entries.flatMap((entry) => (entry.from === undefined ? [] : [entry.from])));
  const fixed = entries.map((entry) => {
    const wide = entry.header.toString('latin1', 0, 8) === '/SYM64/ ';
    if (!wide && entry.header.toString('latin1', 0, 2) !== '/ ') return { entry, data: entry.data, index: undefined };
    const index = movedIndex(entry.data, wide, present);
    return { entry, data: index.data, index };
  });
  const moved = new Map<number, number>();
  let length = MAGIC.length;
  for (const { entry, data } of fixed) {
    if (entry.from !== undefined) moved.set(entry.from, length);
    length += HEADER + data.length + (data.length % 2);
  }
  const result = Buffer.alloc(length, NEWLINE);
  result.write(MAGIC, 'latin1');
  let at = MAGIC.length;
  for (const { entry, data, index } of fixed) {
    index?.move(moved);
    result.set(entry.header, at);
    if (data.length !== entry.data.length) result.write(String(data.length).padEnd(10), at + 48, 'latin1');
    result.set(data, at + HEADER);
    at += HEADER + data.length + (data.length % 2);
  }
  return result;
}

function outside(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

function corrupt(because: string): SdError {
  return new SdError('ar_corrupt', {
    what: 'The object archive is damaged.',
    because,
    todo: 'Reinstall the fileset that owns it.',
  });
}
