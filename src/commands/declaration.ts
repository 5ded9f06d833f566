// What a command declares of itself, and what the command line becomes. cli/program.ts parses by a declaration, --help and the manual
// print it, and a command's `run` gets an Invocation: syntax only, nothing looked up yet.

import type { Caller, Example, FlagDeclaration, Flags } from '../model/command-line.ts';
import type { Job } from '../model/job.ts';
import type { Setting } from '../options/resolve.ts';
import type { CommandName } from '../options/table.ts';

export type { Caller, FlagDeclaration } from '../model/command-line.ts';
export { argument, has } from '../model/command-line.ts';

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

/** One command line, taken apart. */
export interface Invocation extends Flags {
  readonly command: CommandName;
  /** Words behind the command name, as typed. */
  readonly argv: readonly string[];
  /** -x and -X in order. */
  readonly settings: readonly Setting[];
  /** Words before `@` that are no flags. */
  readonly operands: readonly string[];
  /** Words behind `@`. */
  readonly targets: readonly string[];
  readonly caller: Caller;
  /** Set where the command line was only -J: the scheduled job whose command line this is. */
  readonly job?: Job;
}

/** A command: one file each in this folder, listed in index.ts. */
export interface Command {
  readonly declaration: CommandDeclaration;
  /** Does the work, says what there is to say, returns the exit code. Throws SdError for what stops it before the session begins. */
  run(invocation: Invocation): Promise<number>;
}
