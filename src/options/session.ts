// Session files (commands.md 3): what a run was asked for, as text that -S reads back.
// Promise: written before the work starts, replaced whole, readable by the parser of the defaults files.

import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import type { ResolvedOptions } from './resolve.ts';
import { printEntry } from './syntax.ts';
import { type CommandName, type OptionName, optionsOf } from './table.ts';
import { printValue } from './value.ts';

/** What the operands and -s asked for; they replace the options `software`, `targets` and `source` (swpackage: `source_file`). */
export interface SessionSelections {
  readonly software: readonly string[];
  readonly targets: readonly string[];
  readonly source?: string;
}

/** Path of a session file: `$HOME/.sw/sessions/<command>.last` without a name, a bare name in the same folder, else as it is. */
export function sessionPath(home: string, command: CommandName, name?: string): string {
  if (name?.includes('/')) return name;
  return join(home, '.sw', 'sessions', name ?? `${command}.last`);
}

/** Writes every option of the command with the value it has. Throws the errno error of the file system. */
export function writeSession(file: string, options: ResolvedOptions, asked: SessionSelections, now: Date): void {
  const { command } = options;
  const lines = [
    `# ${command} session file`,
    '#',
    `# Filename  ${file}`,
    `# Date saved  ${date(now)}`,
    ...settingsOf(options, asked).map(([name, value]) => printEntry(command, name, value)),
  ];
  makeDirectories(dirname(file));
  writeFileAtomically(file, `${lines.join('\n')}\n`, 0o644);
}

/** The same for control scripts (SW_SESSION_OPTIONS, commands.md 7.2): one `option=value` a line, nothing quoted, lists parted by blanks. */
export function printForScripts(options: ResolvedOptions, asked: SessionSelections): string {
  return settingsOf(options, asked)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : value.join(' ')}\n`)
    .join('');
}

function settingsOf(options: ResolvedOptions, asked: SessionSelections): [OptionName, string | readonly string[]][] {
  const { command } = options;
  const values = new Map<OptionName, unknown>(Object.entries(options.values) as [OptionName, unknown][]);
  // swreg's operands are its own option; all others keep theirs in `software`.
  values.set(command === 'swreg' ? 'objects_to_register' : 'software', asked.software).set('targets', asked.targets);
  if (asked.source !== undefined) values.set(command === 'swpackage' ? 'source_file' : 'source', asked.source);
  return optionsOf(command).map(([name, option]) => [name, printValue(option, values.get(name))]);
}

function date(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [now.getMonth() + 1, now.getDate(), now.getFullYear() % 100].map(two).join('/');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return `${day} ${time}`;
}
