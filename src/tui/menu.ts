// The menu bar and its pull-down menus. A menu is a table of items with the key that does the same without the menu.

import { boxed, settled } from './box.ts';
import { type Line, padded, type Size, span, widthOf } from './text.ts';
import { type Answer, type Key, layOver, type Picture, type Window } from './window.ts';

export interface MenuItem<Wish> {
  readonly label: string;
  /** Key that does the same, as help writes it; '' for none. */
  readonly key: string;
  readonly wish: Wish;
}

export interface Menu<Wish> {
  readonly title: string;
  readonly items: readonly MenuItem<Wish>[];
}

/** The bar; `chosen` is open. */
export function menuBar(menus: readonly Menu<unknown>[], columns: number, hint: string, chosen = -1): Line {
  const titles = menus.map(({ title }, at) => span(` ${title} `, at === chosen ? 'cursor' : 'bold'));
  const used = menus.reduce((sum, { title }) => sum + title.length + 2, 1);
  const room = Math.max(0, columns - used - 1);
  return [span(' '), ...titles, span(padded(widthOf(hint) < room ? hint : '', room, 'right'), 'dim'), span(' ')];
}

/** Pull-down menus over `under`, whose second line is the bar. Result: the wish, or undefined after Escape. */
export function menuWindow<Wish>(
  menus: readonly Menu<Wish>[],
  under: (size: Size) => Picture,
  open = 0,
  cursor = 0,
): Window<Wish | undefined> {
  const again = (menu: number, item: number) => ({
    become: menuWindow(menus, under, (menu + menus.length) % menus.length, item),
  });
  return {
    help: [],
    draw: (size) => draw(menus, under, open, cursor, size),
    press: (key: Key): Answer<Wish | undefined> => {
      const { items } = menus[open]!;
      if (key.name === 'escape' || key.name === 'f10') return { result: undefined };
      if (key.name === 'return' || key.name === 'enter' || key.name === 'space') return { result: items[cursor]!.wish };
      if (key.name === 'right' || key.name === 'tab') return again(open + 1, 0);
      if (key.name === 'left') return again(open - 1, 0);
      if (key.name === 'down') return again(open, (cursor + 1) % items.length);
      if (key.name === 'up') return again(open, (cursor - 1 + items.length) % items.length);
      const item = items.find((each) => each.key === key.text && key.text !== '');
      return item && { result: item.wish };
    },
  };
}

function draw(
  menus: readonly Menu<unknown>[],
  under: (size: Size) => Picture,
  open: number,
  cursor: number,
  size: Size,
): Picture {
  const { title, items } = menus[open]!;
  const width = Math.max(...items.map((item) => item.label.length)) + 2;
  const keys = Math.max(...items.map((item) => item.key.length));
  // Bars above and below, and the frame.
  const room = Math.max(1, size.rows - 5);
  const { top } = settled({ cursor, top: 0 }, items.length, room);
  const rows = items
    .slice(top, top + room)
    .map(
      (item, n): Line => [
        span(` ${padded(item.label, width)}${padded(item.key, keys)} `, top + n === cursor ? 'cursor' : 'plain'),
      ],
    );
  const column = menus.slice(0, open).reduce((sum, menu) => sum + menu.title.length + 2, 1);
  const below = under(size).lines;
  const base = {
    lines: [below[0]!, menuBar(menus, size.columns, 'Return takes, Escape leaves', open), ...below.slice(2)],
  };
  return layOver(base, { lines: boxed(title, rows, width + keys + 4) }, size, { row: 2, column });
}
