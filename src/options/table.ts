// The option table (D8; commands.md 4): every option of every command, declared once. `-x`, defaults files, session files, --help and
// the manual are read from it. To add an option: one line in choosing.ts, working.ts, running.ts, telling.ts or sources.ts, and its text in man/.
// Must not: read files or look at the machine; resolve.ts does.

import type { EngineOptions } from '../model/request.ts';
import { CHOOSING } from './choosing.ts';
import { COLUMNS, type CommandName, type OptionDeclaration } from './declaration.ts';
import { IDLE } from './idle.ts';
import { RUNNING } from './running.ts';
import { SOURCES } from './sources.ts';
import { TELLING } from './telling.ts';
import { WORKING } from './working.ts';

export type { CommandName, OptionDeclaration } from './declaration.ts';

const TABLE = { ...CHOOSING, ...WORKING, ...RUNNING, ...TELLING, ...SOURCES, ...IDLE } as const;

export type OptionName = keyof typeof TABLE;

/** What the engine demands must be declared here with a fitting type; `OptionValues` does not compile otherwise. */
type Fits<Values extends EngineOptions> = Values;

/** Name → value with the type its declaration gives. */
export type OptionValues = Fits<{ readonly [Name in OptionName]: (typeof TABLE)[Name]['default'] }>;

/** Name → declaration, sorted by name. */
export const OPTIONS: ReadonlyMap<OptionName, OptionDeclaration> = new Map(
  (Object.entries(TABLE) as [OptionName, OptionDeclaration][]).sort(([left], [right]) => (left < right ? -1 : 1)),
);

/** Names of older releases → the name of today. */
export const OLD_NAMES: Readonly<Record<string, OptionName>> = {
  source_directory: 'distribution_source_directory',
  target_directory: 'distribution_target_directory',
  target_tape: 'distribution_target_serial',
  target_type: 'media_type',
};

/** The option of this name, or of this old name; undefined when there is none. */
export function optionNamed(name: string): OptionName | undefined {
  const known = Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name] : name;
  return OPTIONS.has(known as OptionName) ? (known as OptionName) : undefined;
}

/** True when `command` has this option. */
export function appliesTo(name: OptionName, command: CommandName): boolean {
  return OPTIONS.get(name)!.columns.split(' ').includes(COLUMNS[command]);
}

/** Options of one command, sorted by name. */
export function optionsOf(command: CommandName): [OptionName, OptionDeclaration][] {
  return [...OPTIONS].filter(([name]) => appliesTo(name, command));
}

/** Built-in value of an option for a command. */
export function defaultOf(name: OptionName, command: CommandName): unknown {
  const option = OPTIONS.get(name)!;
  return option.defaults?.[command] ?? option.default;
}

/** Commands that have this option, in the order of the table's columns. */
export function commandsWith(name: OptionName): CommandName[] {
  return (Object.keys(COLUMNS) as CommandName[]).filter((command) => appliesTo(name, command));
}
