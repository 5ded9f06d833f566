// What a command declares of itself, and what the command line becomes. cli/program.ts parses by a declaration, --help and the manual
// print it, and a command's `run` gets an Invocation: syntax only, nothing looked up yet.

import type { Setting } from '../options/resolve.ts';
import type { CommandName } from '../options/table.ts';

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

export interface CommandDeclaration {
  readonly name: CommandName;
  /** One line without a full stop, as in NAME of a manual page. */
  readonly summary: string;
  readonly flags: readonly FlagDeclaration[];
  /** Placeholder of the operands before `@`; '' when there are none. */
  readonly operands: string;
  /** Placeholder of the words behind `@`; '' when there are none. */
  readonly targets: string;
  /** The most usual call first. */
  readonly examples: readonly Example[];
  /** Exit code for a command line that cannot be used; 1 unless set. */
  readonly usageExit?: number;
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

/** One command line, taken apart. */
export interface Invocation {
  readonly command: CommandName;
  /** Words behind the command name, as typed. */
  readonly argv: readonly string[];
  /** How often each flag without argument came, by name (`-v` → 2). */
  readonly counts: Readonly<Record<string, number>>;
  /** Arguments of each flag that takes one, in order, by name (`-l` → ['bundle', 'product']). */
  readonly arguments: Readonly<Record<string, readonly string[]>>;
  /** -x and -X in order. */
  readonly settings: readonly Setting[];
  /** Words before `@` that are no flags. */
  readonly operands: readonly string[];
  /** Words behind `@`. */
  readonly targets: readonly string[];
  readonly caller: Caller;
}

/** A command: one file each in this folder, listed in index.ts. */
export interface Command {
  readonly declaration: CommandDeclaration;
  /** Does the work, says what there is to say, returns the exit code. Throws SdError for what stops it before the session begins. */
  run(invocation: Invocation): Promise<number>;
}

/** True when the flag (`-p`) came at least once. */
export function has(invocation: Invocation, flag: string): boolean {
  return (invocation.counts[flag] ?? 0) > 0;
}

/** The last argument given to a flag; undefined when it did not come. */
export function argument(invocation: Invocation, flag: string): string | undefined {
  return invocation.arguments[flag]?.at(-1);
}
