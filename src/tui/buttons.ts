// A row of buttons: Tab and the arrows choose, Return presses, a button's first letter presses it too.

import { type Line, span } from './text.ts';
import type { Key } from './window.ts';

export function buttonsLine(buttons: readonly string[], chosen: number, active = true): Line {
  return buttons.flatMap((button, at) => [
    span(`[${button}]`, active && at === chosen ? 'cursor' : 'plain'),
    span(at < buttons.length - 1 ? '  ' : ''),
  ]);
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
