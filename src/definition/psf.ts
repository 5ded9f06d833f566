// Product specification files: text → Psf (formats.md 2-8, 16; clients.md "What swpackage must accept").
// Promise: HP's and POSIX's dialects are both read; the first error ends it, with file, line and column; oddities become findings.
// Must not: look at the file system but through `read`.

import { reasonOf } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { Position } from './complaint.ts';
import { complaint, printPosition } from './complaint.ts';
import type { Keyword, ObjectClass } from './keywords.ts';
import {
  CONTROL_SCRIPTS,
  FILE_DIRECTIVES,
  isLanguageWord,
  keywordOf,
  nearestWord,
  OBJECT_KEYWORDS,
} from './keywords.ts';
import type { Statement, Value } from './lexer.ts';
import { Scanner } from './lexer.ts';
import { controlFileOf, fileOf, parseControlFile, parseDirectory, parseFile, parsePermissions } from './psf-files.ts';
import { PsfObjects } from './psf-objects.ts';
import type { Psf } from './psf-value.ts';
import { AttributeBag, faultOf, textOfFile, typedValue } from './value.ts';

export type * from './psf-value.ts';

export interface PsfSource {
  /** Name of the PSF for positions. */
  readonly file: string;
  /** Text of a file that the PSF names with `<`; throws what it likes (ENOENT ...), which becomes SdError `source_missing`. */
  read(path: string): string;
  /** It adds to software that is there already: bundles, categories and vendors may come without a product. */
  readonly additions?: boolean;
}

/**
 * Reads a PSF. Throws SdError with `data { file, line, column }`: `psf_syntax`, `psf_misplaced`, `psf_unexpected_end`,
 * `psf_missing_value`, `psf_missing_tag`, `psf_missing_contents`, `psf_bad_tag`, `psf_bad_revision`, `psf_bad_value`,
 * `psf_value_too_long`, `psf_bad_option`, `psf_wildcard`, `psf_reserved_category`, `psf_layout_version`, `psf_no_product`,
 * `psf_no_fileset`, `psf_duplicate_product|bundle|fileset`, `patch_without_ancestor`, `source_missing`.
 */
export function parsePsf(text: string, source: PsfSource): Psf {
  const reader = new PsfReader(source);
  reader.run(text, source.file);
  return reader.finish();
}

/** A long form that is still open: `file` or `control_file` alone on a line, its attributes below. */
interface LongForm {
  readonly kind: 'file' | 'control_file';
  readonly bag: AttributeBag;
  readonly position: Position;
}

class PsfReader {
  readonly #source: PsfSource;
  readonly #objects: PsfObjects;
  readonly #findings: Finding[] = [];
  readonly #included: string[] = [];
  #record: LongForm | undefined;

  constructor(source: PsfSource) {
    this.#source = source;
    this.#objects = new PsfObjects(source.file, source.additions ?? false);
  }

  run(text: string, file: string): void {
    const scanner = new Scanner(text, file, 'psf');
    for (let statement = scanner.next(); statement; statement = scanner.next()) this.#statement(statement, scanner);
  }

  finish(): Psf {
    this.#closeRecord();
    return this.#objects.finish(this.#findings);
  }

  #statement(statement: Statement, scanner: Scanner): void {
    const { keyword, value, position } = statement;
    if (!/^[A-Za-z_][\w.-]*$/.test(keyword)) {
      throw complaint(
        'psf_syntax',
        position,
        `"${keyword}" is no keyword.`,
        'A line begins with a keyword, which is a plain word.',
      );
    }
    if (this.#record && value && this.#belongsTo(this.#record, keyword)) {
      this.#attribute(this.#record.kind, this.#record.bag, statement, scanner);
      return;
    }
    this.#closeRecord();
    if (keyword === 'end') this.#objects.end(position, value);
    else if (OBJECT_KEYWORDS.has(keyword) && !value) this.#objects.open(OBJECT_KEYWORDS.get(keyword)!, position);
    else if (keywordOf(this.#objects.current, keyword)) this.#objectAttribute(statement, scanner);
    else if (OBJECT_KEYWORDS.has(keyword)) {
      throw complaint(
        'psf_syntax',
        value!.position,
        `"${keyword}" opens an object and takes no value.`,
        '',
        'Put its name in a "tag" line.',
      );
    } else if (isDirective(keyword)) this.#directive(keyword, value, position);
    else this.#objectAttribute(statement, scanner);
  }

  /** A long form takes its own attributes, and vendor-defined ones. */
  #belongsTo(record: LongForm, keyword: string): boolean {
    if (keywordOf(record.kind, keyword)) return true;
    return !isDirective(keyword) && !OBJECT_KEYWORDS.has(keyword) && !keywordOf(this.#objects.current, keyword);
  }

  #objectAttribute(statement: Statement, scanner: Scanner): void {
    const { bag, places } = this.#objects.attributeHolder(statement.keyword, statement.position);
    const kind = this.#objects.current;
    this.#attribute(kind, bag, statement, scanner);
    places.set(
      keywordOf(kind, statement.keyword)?.name ?? statement.keyword,
      statement.value?.position ?? statement.position,
    );
  }

  #attribute(kind: ObjectClass, bag: AttributeBag, statement: Statement, scanner: Scanner): void {
    const { keyword: spelling, position } = statement;
    const known = keywordOf(kind, spelling);
    const values = statement.value ? [statement.value] : [];
    if (known?.list && !statement.value) {
      for (let more = scanner.nextValue(isLanguageWord); more; more = scanner.nextValue(isLanguageWord))
        values.push(more);
    }
    if (values.length === 0) throw missingValue(kind, spelling, position);
    if (!known) this.#noteUnknown(kind, spelling, position);
    const isObject = kind !== 'file' && kind !== 'control_file';
    if (known?.made && isObject) {
      this.#note(
        'psf_made_keyword',
        position,
        `"${spelling}" is made by swpackage; the value given here does not count.`,
      );
      return;
    }
    for (const value of values) bag.add(spelling, known, this.#read(known, spelling, value));
  }

  /** The value with its type, checked. */
  #read(known: Keyword | undefined, spelling: string, value: Value): string | string[] {
    const text = value.reference ? textOfFile(known, this.#readFile(value)) : value.text;
    const typed = typedValue(known, known?.type === 'boolean' ? text.toLowerCase() : text);
    for (const each of known ? [typed].flat() : []) {
      const fault = faultOf(known!, each);
      if (!fault) continue;
      const shown = each.length > 60 ? `${each.slice(0, 60)}...` : each;
      throw complaint(`psf_${fault.code}`, value.position, `"${spelling}" cannot be "${shown}".`, fault.because);
    }
    return typed as string | string[];
  }

  #directive(keyword: string, value: Value | undefined, position: Position): void {
    if (keyword === 'include' || (keyword === 'file' && value?.reference)) {
      this.#include(value, position);
      return;
    }
    const holder = this.#objects.directiveHolder(keyword, position);
    if (!value && (keyword === 'file' || keyword === 'control_file')) {
      this.#record = { kind: keyword, bag: new AttributeBag(), position };
      return;
    }
    if (!value) throw missingValue(this.#objects.current, keyword, position);
    if (keyword === 'file') holder.files.push(parseFile(value, position));
    else if (keyword === 'file_permissions') holder.files.push(parsePermissions(value, position));
    else if (keyword === 'directory') holder.files.push(parseDirectory(value, position));
    else if (keyword === 'exclude') holder.files.push({ kind: 'exclude', name: value.text, position });
    else holder.controlFiles.push(parseControlFile(keyword, value, position));
  }

  #closeRecord(): void {
    const record = this.#record;
    if (!record) return;
    this.#record = undefined;
    const holder = this.#objects.directiveHolder(record.kind, record.position);
    const attributes = record.bag.attributes();
    if (record.kind === 'file') holder.files.push(fileOf(attributes, record.position));
    else holder.controlFiles.push(controlFileOf(attributes, record.position));
  }

  /** `file < path` (HP) and `include < path` (POSIX): the lines of that file stand here. */
  #include(value: Value | undefined, position: Position): void {
    if (!value?.reference) throw complaint('psf_syntax', position, '"include" takes "< FILE".');
    if (this.#included.includes(value.text) || value.text === this.#source.file) {
      throw complaint(
        'psf_syntax',
        value.position,
        `"${value.text}" includes itself.`,
        [...this.#included, value.text].join(' > '),
      );
    }
    this.#included.push(value.text);
    this.run(this.#readFile(value), value.text);
    this.#closeRecord();
    this.#included.pop();
  }

  #readFile(value: Value): string {
    try {
      return this.#source.read(value.text);
    } catch (error) {
      const what = `The file "${value.text}" cannot be read.`;
      throw complaint('source_missing', value.position, what, reasonOf(error), 'Correct the path, or make the file.');
    }
  }

  #noteUnknown(kind: ObjectClass, spelling: string, position: Position): void {
    const nearest = nearestWord(kind, spelling);
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    this.#note(
      'psf_unknown_keyword',
      position,
      `"${spelling}" is no keyword of a ${kind}; it is kept as a vendor-defined attribute.${hint}`,
    );
  }

  #note(code: string, position: Position, words: string): void {
    this.#findings.push({ severity: 'note', code, text: `${printPosition(position)}: ${words}` });
  }
}

function isDirective(keyword: string): boolean {
  return CONTROL_SCRIPTS.has(keyword) || FILE_DIRECTIVES.has(keyword) || keyword === 'end';
}

function missingValue(kind: ObjectClass, keyword: string, position: Position) {
  const known = isLanguageWord(keyword) ? undefined : nearestWord(kind, keyword);
  return complaint(
    'psf_missing_value',
    position,
    `"${keyword}" has no value.`,
    'Only the keywords that open or end an object stand alone.',
    known === undefined ? '' : `Did you mean "${known}"?`,
  );
}
