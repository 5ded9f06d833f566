// Text of defaults, option and session files (commands.md 3): `[command.]option = value`, `#` comments, quotes, braces over lines.
// Promise: every entry knows its line; what parseEntries reads printEntry writes back the same.
// Must not: know which options exist.

import { SdError } from '../model/error.ts';

export interface Entry {
  /** Command the entry is for; absent when it is for all. */
  readonly command?: string;
  readonly name: string;
  /** Without its outer quotes or braces; the parts of a list over several lines are joined by blanks. */
  readonly value: string;
  readonly line: number;
}

/** Reads all entries of a file. Throws SdError `bad_option_file` with file and line where a line is none. */
export function parseEntries(content: string, file: string): Entry[] {
  const lines = content.split('\n');
  const entries: Entry[] = [];
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    const line = lines[index]!.trim();
    if (line === '' || line.startsWith('#')) continue;
    const assignment = splitAssignment(line);
    const lacks = line.includes('=') ? 'names no option before its' : 'has no';
    if (!assignment) throw broken(file, start, `The line "${line}" ${lacks} "=".`);
    let value = assignment.value;
    if (value.startsWith('{')) {
      while (!endsBraces(value)) {
        index += 1;
        if (index >= lines.length) throw broken(file, start, 'The closing brace is missing.');
        const more = lines[index]!.trim();
        if (!more.startsWith('#')) value += ` ${more}`;
      }
    }
    entries.push({ ...assignment, value: bare(value), line: start + 1 });
  }
  return entries;
}

/** Splits `[command.]option=value`; undefined without a `=` or a name before it. The value keeps its quotes. */
export function splitAssignment(text: string): { command?: string; name: string; value: string } | undefined {
  const match = /^\s*(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/s.exec(text);
  if (!match) return undefined;
  const [, command, name, value] = match;
  return { ...(command === undefined ? {} : { command }), name: name!, value: value! };
}

/** A value without a trailing comment and without its outer quotes or braces. */
export function bare(value: string): string {
  const first = value[0];
  if (first === '"' || first === "'") {
    const end = value.indexOf(first, 1);
    const rest = end < 0 ? '' : value.slice(end + 1).trim();
    if (end > 0 && (rest === '' || rest.startsWith('#'))) return value.slice(1, end);
  }
  if (first === '{') return value.slice(1, value.lastIndexOf('}')).trim();
  return value.replace(/\s+#.*$/, '');
}

/** Words of a list: separated by blanks; quotes keep blanks inside a word. */
export function words(value: string): string[] {
  const found = value.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return Array.from(found, ([, double, single, plain]) => double ?? single ?? plain ?? '');
}

/** One entry as text that parseEntries reads back: a list of several words in braces, one a line. */
export function printEntry(command: string, name: string, value: string | readonly string[]): string {
  const key = `${command}.${name} =`;
  if (typeof value === 'string') return `${key} ${/[\s#"'{]/.test(value) ? quoted(value) : value}`.trimEnd();
  const list = value.map((word) => (/[\s"'{}#]/.test(word) || word === '' ? quoted(word) : word));
  return list.length > 1
    ? [`${key} {`, ...list.map((word) => `    ${word}`), '}'].join('\n')
    : `${key} { ${list.join(' ')} }`;
}

function quoted(word: string): string {
  return word.includes('"') ? `'${word}'` : `"${word}"`;
}

/** A list may be closed by a brace that a comment follows. */
function endsBraces(value: string): boolean {
  return /\}\s*(#.*)?$/.test(value);
}

function broken(file: string, index: number, because: string): SdError {
  return new SdError('bad_option_file', {
    what: `Cannot read the options in "${file}", line ${index + 1}.`,
    because,
    todo: 'Write "option = value", or "command.option = value".',
    data: { file, line: index + 1 },
  });
}
