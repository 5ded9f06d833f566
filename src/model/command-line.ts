// The parts that the declaration and the invocation of every command share, SD's own and those of the fronts.
// Promise: syntax only; nothing here says what a command does.

export interface FlagDeclaration {
  /** `-p`, or a long flag of ours such as `--owner`. */
  readonly name: string;
  /** Placeholder of its argument, e.g. `software_file`; absent for a flag without one. */
  readonly argument?: string;
  /** One line, one sentence. */
  readonly meaning: string;
  /** Set for a flag of SD that this release refuses: what to do instead. */
  readonly refused?: string;
}

export interface Example {
  /** What it does, one sentence. */
  readonly does: string;
  readonly command: string;
}

/** Who calls, and from where: what the machine says, so that commands need not ask it. */
export interface Caller {
  /** Short host name, as logs print it. */
  readonly host: string;
  /** The name the machine gives itself, with its domain where it has one. */
  readonly fullHost: string;
  /** Login name. */
  readonly user: string;
  readonly home: string;
  /** Working directory, absolute. */
  readonly cwd: string;
}

/** The flags of one command line. */
export interface Flags {
  /** How often each flag without argument came, by name (`-v` → 2). */
  readonly counts: Readonly<Record<string, number>>;
  /** Arguments of each flag that takes one, in order, by name (`-l` → ['bundle', 'product']). */
  readonly arguments: Readonly<Record<string, readonly string[]>>;
}

/** True when the flag (`-p`) came at least once. */
export function has(flags: Flags, flag: string): boolean {
  return (flags.counts[flag] ?? 0) > 0;
}

/** The last argument given to a flag; undefined when it did not come. */
export function argument(flags: Flags, flag: string): string | undefined {
  return flags.arguments[flag]?.at(-1);
}
