// stdout and stderr (commands.md 10.2): banners, progress and notes to stdout, warnings and errors to stderr.
// Doorkeeper of cli-table3, which only a command that prints a table loads.
// Promise: a reader that goes away (`| head`), or a terminal that hangs up, silences the output and stops nothing else.

import { hasErrno } from '../model/error.ts';

let guarded = false;

/** Writes lines to one of the two streams. */
export function print(stream: 'stdout' | 'stderr', lines: readonly string[]): void {
  if (lines.length > 0) write(stream === 'stdout' ? process.stdout : process.stderr, `${lines.join('\n')}\n`);
}

/** Writes a question to stdout; the answer shall stand behind it. */
export function prompt(question: string): void {
  write(process.stdout, question);
}

function write(out: NodeJS.WriteStream, text: string): void {
  guard();
  if (!out.destroyed) out.write(text);
}

/** A closed pipe reports itself as an event; without a listener it would end the program in the middle of its work. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  for (const out of [process.stdout, process.stderr]) {
    out.on('error', (error) => {
      if (!hasErrno(error, 'EPIPE', 'EIO')) throw error;
    });
  }
}

/** A bordered table, in characters that every terminal and log has. */
export async function table(head: readonly string[], rows: readonly (readonly string[])[]): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const chars = Object.fromEntries([
    ...[...corners, 'left-mid', 'mid-mid', 'right-mid'].map((name) => [name, '+']),
    ...['top', 'bottom', 'mid'].map((name) => [name, '-']),
    ...['left', 'right', 'middle'].map((name) => [name, '|']),
  ]);
  // One rule below the heading is enough; colours are nobody's wish in a log.
  const made = new Table({ head: [...head], chars, style: { head: [], border: [], compact: true } });
  made.push(...rows.map((row) => [...row]));
  return made.toString().split('\n');
}
