// Colour on lines that are laid out already: the words ERROR and WARNING, and the action words of a plan.
// Promise: only the terminal's lines pass here, never a log's; without colour a line comes back as it was.

import type { Message } from './message.ts';
import { hasColour, type Tone, toned } from './screen.ts';

const ACTIONS: Readonly<Record<string, Tone>> = {
  install: 'good',
  copy: 'good',
  new_version: 'good',
  update: 'good',
  reinstall: 'good',
  recopy: 'good',
  patch: 'good',
  configure: 'good',
  revive: 'good',
  downdate: 'doubt',
  supersede: 'quiet',
  rollback: 'change',
  remove: 'gone',
  unconfigure: 'gone',
  drop: 'gone',
  save: 'kept',
  commit: 'kept',
  exclude: 'doubt',
  device: 'doubt',
  setuid: 'doubt',
  setgid: 'doubt',
};

/** The lines of one message as `stream` shows them. */
export function tinted(message: Message, lines: readonly string[], stream: 'stdout' | 'stderr'): readonly string[] {
  if (!hasColour(stream)) return lines;
  if (message.as === 'lines') return message.actions ? lines.map((line) => actionLine(line, stream)) : lines;
  if (message.as === 'error') return lines.map((line) => line.replace(/^ERROR:/, (word) => toned(stream, 'bad', word)));
  if (message.as !== 'warning') return lines;
  return lines.map((line) => line.replace(/^WARNING:/, (word) => toned(stream, 'doubt', word)));
}

/** The first word behind exactly 13 blanks is the action; reasons stand further to the right. */
function actionLine(line: string, stream: 'stdout' | 'stderr'): string {
  return line.replace(/^( {13})([a-z_]+)(?= )/, (whole, indent: string, word: string) => {
    const tone = ACTIONS[word];
    return tone === undefined ? whole : indent + toned(stream, tone, word);
  });
}
