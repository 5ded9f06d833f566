// INFO files: text ⇄ control file and file records of a depot, product or fileset (formats.md 11).
// Promise: any path survives writing and reading; what other implementations write is understood (padded sizes, modes without a leading
// zero, slashes behind directories), what is unknown on a file is kept in `extra`.

import { basename, posix } from 'node:path';
import { attributesOf } from '../model/attributes.ts';
import type { ControlFile, FileRecord } from '../model/software.ts';
import { complaint } from './complaint.ts';
import type { Keyword, ObjectClass } from './keywords.ts';
import { keywordOf, keywordsOf } from './keywords.ts';
import type { Statement } from './lexer.ts';
import { Scanner } from './lexer.ts';
import { printLine } from './print.ts';

export interface InfoDocument {
  /** INDEX beside this INFO: bytes, and seconds since 1970, which INFO's own record shares. Without it neither has a record. */
  readonly index?: { readonly size: number; readonly mtime: number };
  /** Without INDEX and INFO. */
  readonly controlFiles: readonly ControlFile[];
  readonly files: readonly FileRecord[];
}

const MODE = 0o444;
/** Attributes that are known but no part of a FileRecord: how the packager named the source. */
const NOT_IN_RECORD: ReadonlySet<string> = new Set(['source', 'source_path', 'umask']);

/** One record while it is read. */
interface Fields {
  /** Under names of the table only, so a plain object is safe. */
  readonly known: Record<string, string | number | boolean>;
  readonly extra: Map<string, string>;
}

/**
 * Reads an INFO. `file` names it in complaints. Throws SdError `info_syntax`, `info_missing_value` (a record without path or type),
 * `info_bad_value`.
 */
export function parseInfo(text: string, file: string): InfoDocument {
  const scanner = new Scanner(text, file, 'info');
  const found: Found = { controlFiles: [], files: [] };
  let begin: Statement | undefined;
  let fields = noFields();
  for (let statement = scanner.next(); statement; statement = scanner.next()) {
    const { keyword, value, position } = statement;
    if (value === undefined && (keyword === 'file' || keyword === 'control_file' || keyword === 'end')) {
      if (begin) finish(begin, fields, found);
      begin = keyword === 'end' ? undefined : statement;
      fields = noFields();
    } else if (begin) {
      if (value) readField(begin.keyword as ObjectClass, fields, statement);
    } else {
      throw complaint('info_syntax', position, `"${keyword}" stands outside of every record.`);
    }
  }
  if (begin) finish(begin, fields, found);
  return found;
}

interface Found {
  index?: { size: number; mtime: number };
  controlFiles: ControlFile[];
  files: FileRecord[];
}

/** The text of an INFO; when `index` is given, INFO's own record tells the size of exactly this text. */
export function printInfo(document: InfoDocument): string {
  const controlFiles = document.controlFiles.map((each) => printRecord('control_file', each)).join('');
  const files = document.files.map((each) => printRecord('file', each)).join('');
  const body = controlFiles + files;
  if (!document.index) return body;
  const { size, mtime } = document.index;
  const index = printRecord('control_file', { path: 'INDEX', size, mode: MODE, mtime, tag: 'INDEX' });
  const bytes = Buffer.byteLength(body);
  // The size of the text depends on the digits of the number it holds: try until both agree.
  for (let own = bytes; ; ) {
    const head = index + printRecord('control_file', { path: 'INFO', size: own, mode: MODE, mtime, tag: 'INFO' });
    if (head.length + bytes === own) return head + body;
    own = head.length + bytes;
  }
}

function finish(begin: Statement, fields: Fields, found: Found): void {
  if (begin.keyword === 'file') {
    found.files.push(fileRecord(begin, fields));
    return;
  }
  const control = controlFile(begin, fields);
  const { size, mtime } = control;
  if (control.path === 'INDEX') {
    if (size !== undefined && mtime !== undefined) found.index = { size, mtime };
  } else if (control.path !== 'INFO') {
    found.controlFiles.push(control);
  }
}

function noFields(): Fields {
  return { known: {}, extra: new Map() };
}

function fileRecord(begin: Statement, { known, extra }: Fields): FileRecord {
  if (known.path === undefined || known.type === undefined) {
    throw complaint('info_missing_value', begin.position, 'This file has no path, or no type.', 'INFO is damaged.');
  }
  known.path = cleanPath(String(known.path));
  if (known.type === 'h' && known.link_source !== undefined) known.link_source = cleanPath(String(known.link_source));
  const record = known as unknown as FileRecord;
  return extra.size === 0 ? record : { ...record, extra: attributesOf(extra) };
}

const CONTROL_FIELDS = ['tag', 'path', 'interpreter', 'mode', 'mtime', 'size', 'cksum', 'result'];

/** swbis also gives type, owner and group, which say nothing about a control file. */
function controlFile(begin: Statement, { known }: Fields): ControlFile {
  const path = String(known.path ?? known.tag ?? '');
  if (path === '') {
    throw complaint('info_missing_value', begin.position, 'This control_file has no path.', 'INFO is damaged.');
  }
  const all: Fields['known'] = { ...known, path, tag: known.tag ?? basename(path) };
  const kept = CONTROL_FIELDS.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]);
  return Object.fromEntries(kept) as unknown as ControlFile;
}

function readField(kind: ObjectClass, fields: Fields, statement: Statement): void {
  const keyword = keywordOf(kind, statement.keyword);
  const text = statement.value!.text;
  if (keyword && !NOT_IN_RECORD.has(keyword.name)) fields.known[keyword.name] = typed(keyword, text, statement);
  else fields.extra.set(statement.keyword, text);
}

function typed(known: Keyword, text: string, statement: Statement): string | number | boolean {
  if (known.name === 'type' && !/^[abcdfhps]$/.test(text))
    throw badValue(statement, 'It is one of a, b, c, d, f, h, p and s.');
  if (known.type === 'boolean') return text.toLowerCase() === 'true';
  if (known.type !== 'integer' && known.type !== 'octal') return text;
  const digits = known.type === 'octal' ? /^[0-7]+$/ : /^\d+$/;
  if (!digits.test(text)) throw badValue(statement, 'It is a number.');
  return known.type === 'octal' ? Number.parseInt(text, 8) & 0o7777 : Number(text);
}

function badValue(statement: Statement, because: string) {
  const { keyword, value } = statement;
  return complaint(
    'info_bad_value',
    value!.position,
    `"${keyword}" cannot be "${value!.text}".`,
    because,
    'INFO is damaged.',
  );
}

/** Absolute, normalised, without a slash at its end. */
function cleanPath(path: string): string {
  if (/^\/$|^(\/[^/.][^/]*)+$/.test(path)) return path;
  const clean = posix.normalize(`/${path}`);
  return clean === '/' ? clean : clean.replace(/\/$/, '');
}

const FIELDS = { file: [...keywordsOf('file')], control_file: [...keywordsOf('control_file')] };

function printRecord(kind: 'file' | 'control_file', record: FileRecord | ControlFile): string {
  const fields = record as unknown as Readonly<Record<string, string | number | undefined>>;
  let text = `${kind}\n`;
  for (const { name, type } of FIELDS[kind]) {
    const value = fields[name];
    if (value === undefined) continue;
    if (typeof value === 'string') text += printLine(name, value);
    else text += type === 'octal' ? `${name} 0${value.toString(8).padStart(3, '0')}\n` : `${name} ${value}\n`;
  }
  const extra = kind === 'file' ? (record as FileRecord).extra : undefined;
  for (const [keyword, value] of Object.entries(extra ?? {})) {
    for (const each of [value].flat()) text += printLine(keyword, each);
  }
  return text;
}
