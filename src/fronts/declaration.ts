// What a command of a front declares of itself, and what its command line becomes: plain flags and operands, no `@` and no -x.
// cli/program.ts parses by it, --help and the manual print it.

import type { Caller, Example, FlagDeclaration, Flags } from '../model/command-line.ts';

export { argument, has } from '../model/command-line.ts';

/** One way to call the command: a line of its synopsis. */
export interface Form {
  /** A word that is typed as it stands before the operands, e.g. `show`. */
  readonly verb?: string;
  /** Placeholders of the operands, e.g. `id ...`; '' for a call without any. */
  readonly operands: string;
  /** One line, one sentence. */
  readonly meaning: string;
}

export interface FrontDeclaration {
  readonly name: string;
  /** One line without a full stop, as in NAME of a manual page. */
  readonly summary: string;
  /** The most usual call first. */
  readonly forms: readonly Form[];
  readonly flags: readonly FlagDeclaration[];
  readonly examples: readonly Example[];
  /** Exit code for a command line that cannot be used; 1 unless set. */
  readonly usageExit?: number;
}

/** One command line, taken apart: syntax only, nothing looked up yet. */
export interface FrontInvocation extends Flags {
  readonly command: string;
  /** Words behind the command name, as typed. */
  readonly argv: readonly string[];
  /** Words that are no flags, or stand behind `--`. */
  readonly operands: readonly string[];
  readonly caller: Caller;
}

/** A command of a front: listed in index.ts. */
export interface FrontCommand {
  readonly declaration: FrontDeclaration;
  /** Does the work, says what there is to say, returns the exit code. Throws SdError for what it refuses. */
  run(invocation: FrontInvocation): Promise<number>;
}
