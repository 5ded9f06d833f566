// Printing (commands.md 13.1): text for whoever wants it on paper or in a file. HP's programs handed it to lp; any shell command will do.
// Promise: nothing half printed is passed over: a command that fails, or is not there, is an error with its own words.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../host/program.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';

/** Milliseconds a print command may take: it only has to take the text. */
const LIMIT = 60_000;
/** The shell's word for a command that is not there. */
const NOT_FOUND = 127;

/** Gives the text to a shell command. Returns the lines it said. Throws SdError `not_printed`. */
export async function printByCommand(text: string, command: string): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'swprint.'));
  const said: string[] = [];
  try {
    const input = join(directory, 'text');
    writeFileSync(input, text, { mode: 0o600 });
    const exit = await runProgram(['sh', '-c', command], { input, limit: LIMIT, onLine: (line) => said.push(line) });
    if (exit !== 0) throw commandFailed(command, exit, said);
    return said;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Writes the text to a file. Returns false, with nothing written, where there is one already and `replace` is false.
 * Throws SdError `not_printed`.
 */
export function printToFile(text: string, file: string, replace: boolean): boolean {
  try {
    writeFileSync(file, text, { flag: replace ? 'w' : 'wx' });
    return true;
  } catch (error) {
    if (!replace && hasErrno(error, 'EEXIST')) return false;
    throw new SdError('not_printed', {
      what: `Cannot write the list to "${file}".`,
      because: reasonOf(error),
      todo: 'Name another file.',
    });
  }
}

function commandFailed(command: string, exit: number, said: readonly string[]): SdError {
  const [program] = command.trim().split(/\s+/);
  return new SdError('not_printed', {
    what:
      exit === NOT_FOUND
        ? `Nothing was printed: there is no command "${program}" here.`
        : `The list was not printed: "${command}" failed with exit status ${exit}.`,
    because: exit === NOT_FOUND ? '' : said.slice(-3).join('  '),
    todo:
      exit === NOT_FOUND
        ? 'Install a print system (Debian package "cups-client" has lp), or name another command or a file.'
        : 'Correct what its words complain of, or name another command or a file.',
  });
}
