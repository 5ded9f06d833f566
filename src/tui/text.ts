// Styled text of the terminal interface: what a line is, how wide it is, how it is cut. A picture of a screen is an array of such lines.
// Promise: pure; no control character of a depot gets through (report/layout.ts has the same promise); wide characters count two.

import { shown } from '../report/layout.ts';

/** What a piece means for the eye; the terminal decides how that looks. */
export type Style = 'plain' | 'bold' | 'dim' | 'bar' | 'cursor' | 'head' | 'good' | 'bad' | 'doubt' | 'field';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Span[];

/** Columns and lines of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** One piece of text as a line. */
export function line(text: string, style: Style = 'plain'): Line {
  return [span(text, style)];
}

/** Text of objects as it may go to a terminal: control characters are shown as `\x1b`. */
export function harmless(text: string): string {
  return shown(text.replaceAll(/[\t\n]/g, ' '));
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const PLAIN = /^[\u0020-\u007e]*$/;

/** Columns a text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The text in exactly `width` columns: cut, or with blanks behind it (`right`: before it). */
export function padded(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = cutTo(text, Math.max(0, width));
  const blanks = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return side === 'left' ? cut + blanks : blanks + cut;
}

/** The text in exactly `width` columns; of a longer one its end, behind three dots: of a path the end says most. */
export function paddedEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return padded(text, width);
  let end = text;
  while (widthOf(end) > Math.max(0, width - 3)) end = end.slice(1);
  return padded(`...${end}`, width);
}

/** The longest beginning that takes no more than `width` columns. */
export function cutTo(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, width);
  let result = '';
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width) break;
    result += character;
  }
  return result;
}

/** A line in exactly `width` columns; what is missing is filled in `style`. */
export function fitLine(spans: Line, width: number, style: Style = 'plain'): Line {
  const result: Span[] = [];
  let left = width;
  for (const each of spans) {
    const text = cutTo(each.text, left);
    left -= widthOf(text);
    if (text !== '') result.push({ ...each, text });
  }
  if (left > 0) result.push(span(' '.repeat(left), style));
  return result;
}

/** Words of a text in lines of at most `width` columns; a longer word is cut over lines. */
export function folded(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => foldedOne(paragraph, Math.max(1, width)));
}

function foldedOne(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const indent = /^ */.exec(text)![0].slice(0, Math.floor(width / 2));
  const lines: string[] = [];
  let current = indent;
  let empty = true;
  for (let word of text.trim().split(/ +/)) {
    const joined = empty ? current + word : `${current} ${word}`;
    if (widthOf(joined) <= width) current = joined;
    else {
      if (!empty) lines.push(current);
      while (widthOf(indent + word) > width) {
        // A wide character stands alone where it is too wide: something must go, or this never ends.
        const piece = cutTo(word, width - indent.length) || [...word][0]!;
        lines.push(indent + piece);
        word = word.slice(piece.length);
      }
      current = indent + word;
    }
    empty = false;
  }
  return [...lines, current];
}

/** The line's text without its styles. */
export function textOf(spans: Line): string {
  return spans.map((each) => each.text).join('');
}

/** `over` written on `under` from column `at` on. */
export function overlaid(under: Line, over: Line, at: number): Line {
  const width = widthOf(textOf(over));
  const all = widthOf(textOf(under));
  return [...fitLine(under, at), ...over, ...(all > at + width ? skipped(under, at + width) : [])];
}

/** The line without its first `columns` columns. */
function skipped(spans: Line, columns: number): Span[] {
  const result: Span[] = [];
  let left = columns;
  for (const each of spans) {
    const gone = cutTo(each.text, left);
    left -= widthOf(gone);
    const rest = each.text.slice(gone.length);
    if (rest !== '') result.push({ ...each, text: rest });
  }
  return result;
}

/** `1 product`, `2 products`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
