// Lines of SD text → statements: a keyword and its value, with the place both stand at (formats.md 2).
// Promise: PSF, INDEX and INFO are all read through this one scanner; comments, quotes, escapes, `< file` and values over several
// lines are settled here, and every complaint names file, line and column.
// Must not: know keywords (the caller says which words end a list).

import type { SdError } from '../model/error.ts';
import type { Position } from './complaint.ts';
import { complaint } from './complaint.ts';

/** What stands behind a keyword. */
export interface Value {
  /** The value itself: quotes taken off and escapes undone when it was one quoted text. */
  readonly text: string;
  /** As written, without comment; file directives are cut into words from it. */
  readonly raw: string;
  /** The whole value was one quoted text. */
  readonly quoted: boolean;
  /** `< path`: the value is the text of that file; `text` is the path. */
  readonly reference: boolean;
  readonly position: Position;
}

export interface Statement {
  readonly keyword: string;
  /** Absent when nothing but blanks or a comment stands behind the keyword. */
  readonly value?: Value;
  readonly position: Position;
}

/** One word of a directive; a quoted word is never an option or an operator. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** Which of the three texts is read: complaints are `psf_syntax`, `index_syntax`, `info_syntax` ... */
export type Language = 'psf' | 'index' | 'info';

const QUOTE = 34;
const HASH = 35;
const LESS = 60;
const NEWLINE = 10;

/** Blank, tab or carriage return; by code, because this is asked for every character. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

/** Reads one text, statement by statement. Carriage returns at line ends and a byte order mark are ignored. */
export class Scanner {
  readonly #text: string;
  readonly #file: string;
  readonly #language: Language;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string, language: Language) {
    this.#text = text;
    this.#file = file;
    this.#language = language;
    if (text.startsWith('\uFEFF')) this.#at = this.#lineStart = 1;
  }

  /** The next statement, or undefined at the end. Throws SdError `<language>_syntax` and `<language>_missing_value`. */
  next(): Statement | undefined {
    if (!this.#toWord()) return undefined;
    const position = this.#position();
    const start = this.#at;
    this.#at = this.#wordEnd();
    const keyword = this.#text.slice(start, this.#at);
    this.#skipBlanks();
    const value = this.#value();
    return value === undefined ? { keyword, position } : { keyword, value, position };
  }

  /**
   * The next line as a further value of the keyword before it: undefined, and nothing is read, when the line begins with a word
   * that `ends` the list or the text is at its end.
   */
  nextValue(ends: (word: string) => boolean): Value | undefined {
    if (!this.#toWord() || ends(this.#text.slice(this.#at, this.#wordEnd()))) return undefined;
    return this.#value();
  }

  /** Skips empty lines and comments; false at the end of the text. */
  #toWord(): boolean {
    for (;;) {
      this.#skipBlanks();
      if (this.#at >= this.#text.length) return false;
      const code = this.#text.charCodeAt(this.#at);
      if (code === HASH) this.#at = this.#lineEnd();
      else if (code === NEWLINE) this.#nextLine();
      else return true;
    }
  }

  #value(): Value | undefined {
    const position = this.#position();
    const first = this.#text.charCodeAt(this.#at);
    if (first === QUOTE) {
      const value = this.#quotedValue(position);
      if (value !== undefined) return value;
    }
    const end = this.#lineEnd();
    const raw = trim(withoutComment(this.#text.slice(this.#at, end)));
    this.#at = end;
    if (raw === '') return undefined;
    if (first !== LESS)
      return { text: first === QUOTE ? joined(raw) : raw, raw, quoted: false, reference: false, position };
    const path = joined(trim(raw.slice(1)));
    if (path === '') {
      throw complaint(
        `${this.#language}_missing_value`,
        position,
        'No file is named behind "<".',
        '',
        'Write the path of the file.',
      );
    }
    return { text: path, raw, quoted: false, reference: true, position };
  }

  /** A value that is one quoted text; undefined (nothing read) when further words follow the closing quote. */
  #quotedValue(position: Position): Value | undefined {
    const close = closingQuote(this.#text, this.#at);
    if (close < 0) {
      throw this.#syntax(position, 'The quote that opens here is never closed.');
    }
    const lineEnd = this.#text.indexOf('\n', close);
    const rest = this.#text.slice(close + 1, lineEnd < 0 ? this.#text.length : lineEnd);
    // A stray quote behind the closing one is common in real PSFs (formats.md 2.10).
    const more = trim(withoutComment(` ${rest}`)).replaceAll('"', '') !== '';
    const raw = this.#text.slice(this.#at, close + 1);
    if (more && raw.includes('\n')) throw this.#syntax(position, 'Text follows the quote that closes this value.');
    if (more) return undefined;
    for (let newline = raw.indexOf('\n'); newline >= 0; newline = raw.indexOf('\n', newline + 1)) {
      this.#line++;
      this.#lineStart = this.#at + newline + 1;
    }
    this.#at = close + 1 + rest.length;
    return { text: unescaped(raw.slice(1, -1)), raw, quoted: true, reference: false, position };
  }

  #syntax(position: Position, what: string): SdError {
    return complaint(
      `${this.#language}_syntax`,
      position,
      what,
      'A quoted value runs to the next double quote, over as many lines as it takes.',
      'Close it, or write \\" for a quote that belongs to the text.',
    );
  }

  #position(): Position {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #wordEnd(): number {
    let end = this.#at;
    for (; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === NEWLINE || isBlank(code)) return end;
    }
    return end;
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #nextLine(): void {
    this.#at++;
    this.#line++;
    this.#lineStart = this.#at;
  }
}

/** Cuts a raw value into words at blanks; a word that opens with a quote runs to the closing one. */
export function splitWords(raw: string): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < raw.length; ) {
    if (endsWord(raw, at)) {
      at++;
      continue;
    }
    const close = raw[at] === '"' ? closingQuote(raw, at) : -1;
    if (close >= 0) {
      words.push({ text: unescaped(raw.slice(at + 1, close)), quoted: true });
      at = close + 1;
      continue;
    }
    let end = at;
    while (end < raw.length && !endsWord(raw, end)) end++;
    words.push({ text: raw.slice(at, end), quoted: false });
    at = end;
  }
  return words;
}

function endsWord(raw: string, at: number): boolean {
  const code = raw.charCodeAt(at);
  return code === NEWLINE || isBlank(code);
}

/** Position of the quote that closes the one at `open`, or -1. */
function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}

/** Cuts a comment off: a `#` at the beginning or behind a blank, outside quotes. */
function withoutComment(line: string): string {
  if (!line.includes('#')) return line;
  for (let at = 0; at < line.length; at++) {
    const wordStart = at === 0 || isBlank(line.charCodeAt(at - 1));
    if (!wordStart) continue;
    if (line[at] === '#') return line.slice(0, at);
    if (line[at] === '"') {
      const close = closingQuote(line, at);
      if (close > 0) at = close;
    }
  }
  return line;
}

/** Only `\"`, `\#` and `\\` are escapes; any other backslash is itself. */
function unescaped(quoted: string): string {
  return quoted.includes('\\') ? quoted.replace(/\\(["#\\])/g, '$1') : quoted;
}

/** Several words of which some are quoted, as one text. */
function joined(raw: string): string {
  return splitWords(raw)
    .map((word) => word.text)
    .join(' ');
}

/** Like trim(), but only for blanks of this language: a file name may end in any other white space. */
function trim(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}
