// What a window is: a value that draws itself for a size and answers a key with the window it becomes, or with a result. A program of the
// interface (sessions.ts, browser.ts, jobs.ts) asks window after window and does what the results say.
// Promise: windows are pure; whoever has one can draw it, press keys and compare what comes out, without a terminal.

import { type Line, overlaid, type Size, textOf, widthOf } from './text.ts';

export interface Key {
  /** As node:readline names keys (`return`, `up`, `f10`); the character itself for what types one; '' when it has no name. */
  readonly name: string;
  /** What it types; '' for a key that types nothing. */
  readonly text: string;
  readonly ctrl: boolean;
}

export interface Picture {
  readonly lines: readonly Line[];
  /** Where the terminal's cursor stands, from 0; absent: hidden. */
  readonly cursor?: { readonly row: number; readonly column: number };
}

/** What a key leads to; undefined when the window has no use for it. */
export type Answer<Result> = { readonly become: Window<Result> } | { readonly result: Result } | undefined;

export interface Window<Result> {
  draw(size: Size): Picture;
  press(key: Key, size: Size): Answer<Result>;
  /** Title and lines of its keyboard help. */
  readonly help: readonly (readonly [keys: string, meaning: string])[];
}

/** A picture laid over another: over its middle, or at a place. */
export function layOver(under: Picture, over: Picture, size: Size, place?: { row: number; column: number }): Picture {
  const width = Math.max(0, ...over.lines.map((each) => widthOf(textOf(each))));
  const column = place?.column ?? Math.max(0, Math.floor((size.columns - width) / 2));
  const row = place?.row ?? Math.max(0, Math.floor((size.rows - over.lines.length) / 2));
  const lines = under.lines.map((each, at) => {
    const part = over.lines[at - row];
    return part ? overlaid(each, part, column) : each;
  });
  return {
    lines,
    ...(over.cursor ? { cursor: { row: over.cursor.row + row, column: over.cursor.column + column } } : {}),
  };
}

/** A window drawn over a picture that does not move meanwhile. */
export function floating<Result>(window: Window<Result>, under: (size: Size) => Picture): Window<Result> {
  return {
    help: window.help,
    draw: (size) => layOver(under(size), window.draw(size), size),
    press: (key, size) => {
      const answer = window.press(key, size);
      return answer && 'become' in answer ? { become: floating(answer.become, under) } : answer;
    },
  };
}
