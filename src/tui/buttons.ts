// A row of buttons: Tab and the arrows choose, Return presses, a button's first letter presses it too.

import { type Line, type Span, span } from './text.ts';
import type { Key } from './window.ts';

/** The buttons in as many lines of at most `columns` as they need, two blanks before each. */
export function buttonLines(buttons: readonly string[], chosen: number, columns: number, active = true): Line[] {
  const lines: Span[][] = [[]];
  let used = 0;
  for (const [at, button] of buttons.entries()) {
    const width = button.length + 4;
    if (used > 0 && used + width > columns) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)!.push(span('  '), span(`[${button}]`, active && at === chosen ? 'cursor' : 'plain'));
    used += width;
  }
  return lines;
}

/** The button that Tab or an arrow leads to; undefined for another key. */
export function nextButton(buttons: readonly string[], chosen: number, key: Key): number | undefined {
  const step = { tab: 1, right: 1, left: -1 }[key.name];
  return step === undefined ? undefined : (chosen + step + buttons.length) % buttons.length;
}

/** The button a key presses; undefined for none. */
export function pressedButton(buttons: readonly string[], chosen: number, key: Key): string | undefined {
  if (key.name === 'return' || key.name === 'enter') return buttons[chosen];
  if (key.text.length !== 1 || key.text === ' ') return undefined;
  return buttons.find((button) => button[0]!.toLowerCase() === key.text.toLowerCase());
}
