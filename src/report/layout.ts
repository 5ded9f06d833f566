// Messages → lines, as SD lays them out (commands.md 10.3): prefixes of nine columns, at most 71 columns, long words on a line of their own.
// A terminal with fewer columns gets shorter lines; logs and pipes never do.

import { safeName } from '../host/rootpath.ts';
import { INDENT, type Message } from './message.ts';

/** Columns of a line where nothing narrower is asked for. */
export const WIDTH = 71;
const PREFIX = {
  error: 'ERROR:   ',
  warning: 'WARNING: ',
  note: 'NOTE:    ',
  progress: '       * ',
  plain: '         ',
} as const;
const BLANK = PREFIX.plain;
const BANNER = '=======  ';
/** Width of the label of a field, blanks included. */
const LABEL = { controller: 24, agent: 18 } as const;

/** From which log_msgid on a kind of message shows its number. */
const NUMBERED = { error: 1, warning: 2, note: 3, progress: 4, plain: 4 } as const;

export interface LayoutOptions {
  /** 0..4: which messages show their number. */
  readonly log_msgid: number;
  /** Nine blanks in a log file, nothing on a terminal. */
  readonly gap: string;
  /** Columns of a line; default 71. */
  readonly width?: number;
}

/** Lines of one message, without newlines. */
export function layOut(message: Message, options: LayoutOptions): readonly string[] {
  const { width = WIDTH } = options;
  switch (message.as) {
    case 'lines':
      return message.lines.map(shown);
    case 'gap':
      return [options.gap];
    case 'banner':
      return ['', ...wrap(BANNER, message.text, width), ''];
    case 'field':
      return field(message.label, shown(message.value), { label: LABEL[message.in], width });
    default: {
      const numbered = message.msgid !== undefined && options.log_msgid >= NUMBERED[message.as];
      return wrap(PREFIX[message.as], numbered ? `[${message.msgid}] ${message.text}` : message.text, width);
    }
  }
}

/** Text as it may go to a terminal or a log: what comes from a depot must not steer the one or fake a line of the other. Tabs stay. */
export function shown(text: string): string {
  return text.includes('\t') ? text.split('\t').map(safeName).join('\t') : safeName(text);
}

/** Wraps at blanks so that no line is longer than `width` columns; blanks between words on one line stay as they are. */
export function wrap(prefix: string, text: string, width = WIDTH): string[] {
  const safe = shown(text);
  const lines: string[] = [];
  let line = prefix;
  let empty = true;
  for (const [, blanks, word] of safe.matchAll(/(\s*)(\S+)/g)) {
    if (empty) line += word;
    else if (line.length + blanks!.length + word!.length <= width) line += blanks! + word!;
    else {
      lines.push(line);
      line = BLANK + word;
    }
    empty = false;
  }
  lines.push(line);
  return lines;
}

function field(label: string, value: string, columns: { label: number; width: number }): string[] {
  const start = `${PREFIX.progress}${label}:`;
  const padded = start.padEnd(BLANK.length + columns.label);
  return padded.length + value.length <= columns.width ? [padded + value] : [start, BLANK + value];
}

/** `name value` lines of an option dump: the name in 27 columns, a longer one in 35. Options with an empty value are left out. */
export function optionLines(options: Iterable<readonly [name: string, value: string]>): string[] {
  return [...options]
    .filter(([, value]) => value !== '')
    .map(([name, value]) => INDENT + name.padEnd(name.length < 27 ? 27 : 35) + value);
}
