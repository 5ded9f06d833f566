// Several volumes of one serial depot (formats.md 13): names on the command line, and on a terminal a question for each further one.
// Between two volumes SD takes Return for the same device, a path for another one, and `quit` to stop.

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Volumes } from '../model/request.ts';
import { isTerminal } from '../report/screen.ts';
import type { Invocation } from './declaration.ts';

const TERMINAL = '/dev/tty';

/** The volumes named behind the first; who sits at a terminal is asked for those that are missing. */
export function volumesOf(named: readonly string[], { caller }: Invocation): { volumes?: Volumes } {
  const names = named.slice(1).map((name) => (name.startsWith('|') || name === '-' ? name : resolve(caller.cwd, name)));
  if (!isTerminal('stdin')) return names.length === 0 ? {} : { volumes: { names } };
  return { volumes: { names, ask: (number, last) => askFor(number, last, caller.cwd) } };
}

function askFor(number: number, last: string, cwd: string): string | undefined {
  const question = `Volume ${number} is needed.  Press Return when it is in "${last}", or type another path, or "quit": `;
  const terminal = openSync(TERMINAL, 'r+');
  try {
    writeSync(terminal, question);
    const answer = readLine(terminal);
    if (answer === undefined || answer === 'quit') return undefined;
    return answer === '' ? last : resolve(cwd, answer);
  } finally {
    closeSync(terminal);
  }
}

/** One line without its end; undefined when the terminal is gone. A terminal gives a line at a time. */
function readLine(terminal: number): string | undefined {
  const line = Buffer.alloc(4096);
  const count = readSync(terminal, line, 0, line.length, null);
  return count === 0 ? undefined : line.toString('utf8', 0, count).trim();
}
