// The report of check_patches (patches.md 6.4): said on the terminal and left in a file, which replaces the one of the last run.
// Promise: the file is written whole or not at all; what somebody planted at its path, say a symbolic link in /tmp, is replaced and
// never written through.

import { writeFileDurably } from '../host/durable.ts';
import { reasonOf, SdError } from '../model/error.ts';
import { printError } from './failure.ts';
import { print } from './terminal.ts';

export class Report {
  problems = 0;
  private readonly path: string;
  private readonly lines: string[] = [];

  constructor(path: string) {
    this.path = path;
  }

  say(...lines: readonly string[]): void {
    print('stdout', lines);
    this.lines.push(...lines);
  }

  /** Counts the problems and writes the file. Returns false, after saying why, when it cannot be written. */
  finish(): boolean {
    const { problems } = this;
    this.say(
      problems === 0 ? 'No problems were found.' : `${problems} problem${problems === 1 ? ' was' : 's were'} found.`,
    );
    try {
      writeFileDurably(this.path, `${this.lines.join('\n')}\n`, 0o644);
    } catch (error) {
      printError(cannotWrite(this.path, error));
      return false;
    }
    print('stdout', [`The report is in ${this.path}.`]);
    return true;
  }
}

function cannotWrite(path: string, error: unknown): SdError {
  return new SdError('report_not_written', {
    what: `Cannot write the report "${path}".`,
    because: reasonOf(error),
    todo: 'Name another directory with the environment variable TMPDIR, or remove what is there.',
    data: { path },
  });
}
