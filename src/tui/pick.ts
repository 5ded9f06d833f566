// A list to pick one row from: filters, sources, software groups, views. Result: the row's index, or undefined after Escape.

import { boxed, moved, position, type Scroll, START, settled, widest } from './box.ts';
import { type Line, line, padded, type Size, span, widthOf } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

const HELP = [
  ['arrows', 'Move; PageUp, PageDown, Home, End too'],
  ['Return', 'Take the row'],
  ['Escape', 'Take none'],
] as const;

/** `rows` are shown as they are; '' of `note` leaves the line below out. */
export function pickWindow(
  title: string,
  rows: readonly string[],
  note = '',
  scroll: Scroll = START,
): Window<number | undefined> {
  return {
    help: HELP,
    draw: (size) => draw(title, rows, note, scroll, size),
    press: (key, size) => press(title, rows, note, scroll, key, size),
  };
}

function room(size: Size): number {
  return size.rows - 6;
}

function draw(title: string, rows: readonly string[], note: string, scroll: Scroll, size: Size): Picture {
  const at = settled(scroll, rows.length, room(size));
  const text = rows.map((row) => line(row));
  const width = Math.min(size.columns - 10, Math.max(widest(text), widthOf(title), widthOf(note), 20));
  const shown = rows
    .slice(at.top, at.top + room(size))
    .map((row, n): Line => [span(' '), span(` ${padded(row, width)} `, at.top + n === at.cursor ? 'cursor' : 'plain')]);
  const below = [note, position(at, rows.length, room(size))].filter((part) => part !== '').join('   ');
  return { lines: boxed(title, [[], ...shown, ...(below === '' ? [[]] : [[], line(`  ${below}`, 'dim')])], width + 6) };
}

function press(
  title: string,
  rows: readonly string[],
  note: string,
  scroll: Scroll,
  key: Key,
  size: Size,
): Answer<number | undefined> {
  if (key.name === 'escape' || key.text === 'q') return { result: undefined };
  const at = settled(scroll, rows.length, room(size));
  if (key.name === 'return' || key.name === 'enter' || key.name === 'space') {
    return { result: rows.length === 0 ? undefined : at.cursor };
  }
  const next = moved(at, key.name, rows.length, room(size));
  return next && { become: pickWindow(title, rows, note, next) };
}
