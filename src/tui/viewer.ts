// A window with text to read: descriptions, summaries, logs, help, questions. Scrolls, searches, and has buttons where it asks something.

import { boxed, position, type Scroll, START, settled, widest } from './box.ts';
import { buttonLines, nextButton, pressedButton } from './buttons.ts';
import { folded, harmless, type Line, line, type Size, span, textOf, widthOf } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

interface View {
  readonly title: string;
  /** Folded to the width. */
  readonly text: readonly (string | Line)[];
  readonly buttons: readonly string[];
  readonly chosen: number;
  readonly scroll: Scroll;
  /** What Escape stands for. */
  readonly escape: string;
}

/** Text with one button. `atEnd` begins with the last lines, as a log is read. */
export function textWindow(title: string, text: readonly (string | Line)[], atEnd = false): Window<string> {
  const scroll = atEnd ? { cursor: Number.MAX_SAFE_INTEGER, top: Number.MAX_SAFE_INTEGER } : START;
  return viewer({ title, text, buttons: ['OK'], chosen: 0, scroll, escape: 'OK' });
}

/** A question: its result is the button's word; Escape is the last one. */
export function question(
  title: string,
  text: readonly string[],
  buttons: readonly [string, ...string[]],
): Window<string> {
  return viewer({ title, text, buttons, chosen: 0, scroll: START, escape: buttons.at(-1)! });
}

/** Keys of a window, and those that mean the same in all. */
export function helpWindow(help: Window<unknown>['help']): Window<string> {
  const everywhere = [
    ['? F1', 'This help'],
    ['Ctrl-L', 'Draw the screen again'],
    ['Ctrl-Z', 'Back to the shell; fg goes on'],
    ['Ctrl-C', 'Leave; what a session has begun is undone'],
  ] as const;
  const width = Math.max(...[...help, ...everywhere].map(([keys]) => keys.length)) + 2;
  const rows = ([keys, meaning]: readonly [string, string]): Line => [span(keys.padEnd(width), 'bold'), span(meaning)];
  return textWindow('Keyboard', [...help.map(rows), '', ...everywhere.map(rows)]);
}

function viewer(view: View): Window<string> {
  return {
    help: [],
    draw: (size) => draw(view, size),
    press: (key, size) => press(view, key, size),
  };
}

/** Room for text inside the frame and above the buttons. */
function room(size: Size): { columns: number; rows: number } {
  return { columns: size.columns - 8, rows: size.rows - 7 };
}

function linesOf({ text }: View, size: Size): Line[] {
  const { columns } = room(size);
  return text.flatMap((each) =>
    typeof each === 'string'
      ? folded(each.split('\n').map(harmless).join('\n'), columns).map((part) => line(part))
      : foldedBehind(each, columns),
  );
}

/** A styled line that is too long has its last piece folded below itself. */
function foldedBehind(spans: Line, columns: number): Line[] {
  const last = spans.at(-1);
  const before = spans.slice(0, -1);
  const indent = widthOf(textOf(before));
  if (!last || indent === 0 || widthOf(textOf(spans)) <= columns || indent > columns / 2) return [spans];
  return folded(last.text, columns - indent).map((text, at) => [
    ...(at === 0 ? before : [span(' '.repeat(indent))]),
    { ...last, text },
  ]);
}

function draw(view: View, size: Size): Picture {
  const lines = linesOf(view, size);
  const { rows, columns } = room(size);
  const { top } = settled(view.scroll, Math.max(1, lines.length), rows);
  const shown = lines.slice(top, top + rows);
  const buttons = buttonLines(view.buttons, view.chosen, columns + 2);
  const width = Math.min(columns, Math.max(widest(lines), widest(buttons), view.title.length + 2));
  const where = position({ cursor: 0, top }, lines.length, rows);
  return {
    lines: boxed(
      view.title,
      [
        [],
        ...shown.map((each): Line => [span('  '), ...each]),
        [],
        ...buttons.slice(0, -1),
        [...buttons.at(-1)!, span(`  ${where}`, 'dim')],
      ],
      width + 6,
    ),
  };
}

function press(view: View, key: Key, size: Size): Answer<string> {
  const count = linesOf(view, size).length;
  const { rows } = room(size);
  if (key.name === 'escape' || key.text === 'q') return { result: view.escape };
  const chosen = nextButton(view.buttons, view.chosen, key);
  if (chosen !== undefined) return { become: viewer({ ...view, chosen }) };
  const pressed = pressedButton(view.buttons, view.chosen, key);
  if (pressed !== undefined) return { result: pressed };
  // Text has no cursor: a key moves what is seen.
  const { top } = settled(view.scroll, Math.max(1, count), rows);
  const to = { up: -1, down: 1, pageup: -(rows - 1), pagedown: rows - 1, home: -count, end: count }[key.name];
  if (to === undefined) return undefined;
  const next = Math.max(0, Math.min(top + to, count - rows));
  return { become: viewer({ ...view, scroll: { cursor: next, top: next } }) };
}
