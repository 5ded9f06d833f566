// Frames, bars and lists that windows draw with.
// Promise: pure; a frame uses line-drawing characters where the locale has them, else ASCII.

import { hasUtf8 } from '../report/screen.ts';
import { fitLine, type Line, padded, type Size, type Style, span, textOf, widthOf } from './text.ts';

/** `top-left top-right bottom-left bottom-right horizontal vertical` */
const [UTF8, ASCII] = ['┌┐└┘─│', '++++-|'].map((set) => [...set]);

/** Lines in a frame with a title; all are made `width` columns wide, the frame included. */
export function boxed(title: string, lines: readonly Line[], width: number): Line[] {
  const [topLeft, topRight, bottomLeft, bottomRight, across, down] = (hasUtf8() ? UTF8 : ASCII) as string[];
  const inner = width - 2;
  const name = ` ${title} `;
  const rule = (left: string, text: string, right: string): Line => [
    span(left),
    span(text, 'bold'),
    span(across!.repeat(Math.max(0, inner - widthOf(text))) + right),
  ];
  return [
    rule(topLeft!, padded(name, Math.min(widthOf(name), inner)), topRight!),
    ...lines.map((each): Line => [span(down!), ...fitLine(each, inner), span(down!)]),
    rule(bottomLeft!, '', bottomRight!),
  ];
}

/** A bar across the screen: `left` at its beginning, `right` at its end. Of hints, parted by two blanks or more, only whole ones stay. */
export function bar(left: string, right: string, columns: number, style: Style = 'bar'): Line {
  const room = Math.max(0, columns - widthOf(right) - 2);
  const space = right === '' ? room : room - 2;
  if (widthOf(left) > space && / {2}/.test(left))
    return bar(left.replace(/ {2,}(?:(?! {2}).)*$/, ''), right, columns, style);
  return [span(` ${padded(left, room)}${right} `, style)];
}

/** Where a list of `count` rows is: the row under the cursor and the first one shown. */
export interface Scroll {
  readonly cursor: number;
  readonly top: number;
}

export const START: Scroll = { cursor: 0, top: 0 };

/** The same place, brought into the list and onto a page of `rows`. */
export function settled({ cursor, top }: Scroll, count: number, rows: number): Scroll {
  const at = Math.max(0, Math.min(cursor, count - 1));
  const first = Math.min(Math.max(top, at - rows + 1), at);
  return { cursor: at, top: Math.max(0, Math.min(first, count - rows)) };
}

/** Where a key moves to; undefined for a key that moves nowhere. */
export function moved(scroll: Scroll, key: string, count: number, rows: number): Scroll | undefined {
  const to = { up: -1, down: 1, pageup: -(rows - 1), pagedown: rows - 1, home: -count, end: count }[key];
  return to === undefined ? undefined : settled({ ...scroll, cursor: scroll.cursor + to }, count, rows);
}

/** Full-screen layout: title bar, lines, footer bar, in exactly the size; what is too much is cut at the end of the lines. */
export function page(title: Line, lines: readonly Line[], footer: readonly Line[], size: Size): Line[] {
  const room = size.rows - 1 - footer.length;
  const middle = [...lines.slice(0, room), ...Array.from({ length: Math.max(0, room - lines.length) }, () => [])];
  return [title, ...middle, ...footer].map((each) => fitLine(each, size.columns));
}

/** `shown` of a longer list: `12-30 of 400`, '' when all is in sight. */
export function position(scroll: Scroll, count: number, rows: number): string {
  if (count <= rows) return '';
  return `${scroll.top + 1}-${Math.min(count, scroll.top + rows)} of ${count}`;
}

/** The widest of some lines, in columns. */
export function widest(lines: readonly Line[]): number {
  return Math.max(0, ...lines.map((each) => widthOf(textOf(each))));
}
