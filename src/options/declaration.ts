// The form in which an option is declared (D8). A declaration is one call: type, columns, default, meaning.
// Columns are those of the option table of sd(5), two letters a command, so that a line of table.ts reads like a line of the manual.

/** Command → its column in the option table. `ag` stands for the agent and daemon, which read the same names. */
export const COLUMNS = {
  swinstall: 'in',
  swcopy: 'cp',
  swremove: 'rm',
  swconfig: 'cf',
  swverify: 'vf',
  swlist: 'ls',
  swmodify: 'md',
  swpackage: 'pk',
  swreg: 'rg',
  swask: 'ak',
  swjob: 'jb',
  swsign: 'sg',
  sd: 'jb',
  swacl: 'ac',
  swagentd: 'ag',
  cleanup: 'cl',
  show_patches: 'sp',
  check_patches: 'ch',
} as const;

export type CommandName = keyof typeof COLUMNS;

export type OptionType = 'boolean' | 'tristate' | 'integer' | 'octal' | 'text' | 'path' | 'list' | 'choice';

export interface OptionDeclaration<Value = unknown> {
  readonly type: OptionType;
  /** Two-letter columns of the commands it applies to, separated by blanks; '' for one that only files may set. */
  readonly columns: string;
  readonly default: Value;
  /** Defaults of commands that differ from the others. */
  readonly defaults?: Readonly<Partial<Record<CommandName, Value>>>;
  /** One line, one sentence, for --help and sd(5). */
  readonly meaning: string;
  /** For `choice`: the accepted words. */
  readonly choices?: readonly string[];
  /** For `integer`: smallest and largest accepted value. */
  readonly range?: readonly [number, number];
  /** Set for an option that is accepted and changes nothing: why. */
  readonly without?: string;
}

/** Upper end of numbers that have none of their own. */
export const LARGEST = 2 ** 31 - 1;

type PerCommand<Value> = Readonly<Partial<Record<CommandName, Value>>>;

export function boolean(
  columns: string,
  value: boolean,
  meaning: string,
  defaults: PerCommand<boolean> = {},
): OptionDeclaration<boolean> {
  return { type: 'boolean', columns, default: value, meaning, defaults };
}

export type Tristate = 'true' | 'false' | 'as_needed';

export function tristate(
  columns: string,
  value: Tristate,
  meaning: string,
  defaults: PerCommand<Tristate> = {},
): OptionDeclaration<Tristate> {
  return { type: 'tristate', columns, default: value, meaning, defaults, choices: ['true', 'false', 'as_needed'] };
}

export function integer(
  columns: string,
  value: number,
  range: readonly [number, number],
  meaning: string,
  defaults: PerCommand<number> = {},
): OptionDeclaration<number> {
  return { type: 'integer', columns, default: value, range, meaning, defaults };
}

/** Permission bits, written in octal. */
export function octal(columns: string, value: number, meaning: string): OptionDeclaration<number> {
  return { type: 'octal', columns, default: value, meaning };
}

export function text(columns: string, value: string, meaning: string): OptionDeclaration<string> {
  return { type: 'text', columns, default: value, meaning };
}

/** A path, or `host:/path`; kept as written. */
export function path(columns: string, value: string, meaning: string): OptionDeclaration<string> {
  return { type: 'path', columns, default: value, meaning };
}

/** Words separated by blanks, in quotes or braces where there are several. */
export function list(
  columns: string,
  value: readonly string[],
  meaning: string,
  defaults: PerCommand<readonly string[]> = {},
): OptionDeclaration<readonly string[]> {
  return { type: 'list', columns, default: value, meaning, defaults };
}

export function choice(
  columns: string,
  value: string,
  choices: readonly string[],
  meaning: string,
): OptionDeclaration<string> {
  return { type: 'choice', columns, default: value, choices, meaning };
}

/** Marks options that are accepted, documented and change nothing here, with the one reason they share. */
export function without<Declared extends Record<string, OptionDeclaration>>(
  reason: string,
  options: Declared,
): Declared {
  const marked = Object.entries(options).map(([name, option]) => [name, { ...option, without: reason }] as const);
  return Object.fromEntries(marked) as unknown as Declared;
}
