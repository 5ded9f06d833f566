// What the two streams can show: width, colour, characters (evidence/ecosystem.md 4). Colour never carries anything that no word says.
// Promise: without a terminal there is neither colour nor a width, so that what scripts read does not depend on who runs them.

import { fstatSync } from 'node:fs';
import { WIDTH } from './layout.ts';

/** What a word of a plan, a state or a message means, for the eye. */
export type Tone = 'good' | 'change' | 'gone' | 'quiet' | 'kept' | 'bad' | 'doubt' | 'title';

/** Numbers of SGR (ECMA-48) that turn it on and off. Node's styleText asks the stream again, against --color=always. */
const STYLES: Readonly<Record<Tone, readonly [on: string, off: string]>> = {
  good: ['32', '39'],
  change: ['36', '39'],
  gone: ['31', '39'],
  quiet: ['2', '22'],
  kept: ['34', '39'],
  bad: ['1;31', '22;39'],
  doubt: ['33', '39'],
  title: ['1', '22'],
};

const DESCRIPTORS = { stdin: 0, stdout: 1, stderr: 2 };

export const COLOUR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColourChoice = (typeof COLOUR_CHOICES)[number];

let chosen: ColourChoice = 'auto';

/** --color; holds for the rest of the process. */
export function chooseColour(choice: ColourChoice): void {
  chosen = choice;
}

/** True where a stream shall get colour: as chosen, else a terminal that has it, unless NO_COLOR is set (no-color.org). */
export function hasColour(stream: 'stdout' | 'stderr'): boolean {
  if (chosen !== 'auto') return chosen === 'always';
  return isTerminal(stream) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

/** The text in its tone where the stream has colour, else as it is. */
export function toned(stream: 'stdout' | 'stderr', tone: Tone, text: string): string {
  if (!hasColour(stream)) return text;
  const [on, off] = STYLES[tone];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Whether a terminal is behind the stream. */
export function isTerminal(stream: keyof typeof DESCRIPTORS): boolean {
  // Node loads its network modules to answer for a pipe.
  const stats = fstatSync(DESCRIPTORS[stream]);
  return stats.isCharacterDevice() && process[stream].isTTY === true;
}

/** Columns of the terminal behind stdout; `otherwise` where there is none. */
export function columns(otherwise: number): number {
  return isTerminal('stdout') ? process.stdout.columns || otherwise : otherwise;
}

/** Lines of the terminal behind stdout; undefined where there is none. */
export function rows(): number | undefined {
  return isTerminal('stdout') ? process.stdout.rows || 24 : undefined;
}

/** True when the locale says UTF-8; LC_ALL beats LC_CTYPE beats LANG. */
export function hasUtf8(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

/** `→`, or `->` where the locale has no such character. */
export function arrow(): string {
  return hasUtf8() ? '→' : '->';
}

/** `…`, or `...` where the locale has no such character. */
export function ellipsis(): string {
  return hasUtf8() ? '…' : '...';
}

/** Columns of a message on the terminal: SD's 71, fewer on a narrow one. */
export function messageWidth(): number {
  return Math.max(30, Math.min(WIDTH, columns(80) - 1));
}
