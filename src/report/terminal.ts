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

/** cli-table3 takes quadratic time, so long tables are made of pieces of this many rows. */
const PIECE = 100;

/** A bordered table, in characters that every terminal and log has. */
export async function table(head: readonly string[], rows: readonly (readonly string[])[]): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const crossings = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((at) => [
    `${at}-mid`,
    `${at}-left`,
    `${at}-right`,
  ]);
  const chars = Object.fromEntries([
    ...crossings.map((name) => [name, '+']),
    ...['top', 'bottom', 'mid'].map((name) => [name, '-']),
    ...['left', 'right', 'middle'].map((name) => [name, '|']),
  ]);
  const colWidths = head.map(
    (title, column) => rows.reduce((widest, row) => Math.max(widest, row[column]!.length), title.length) + 2,
  );
  // One rule below the heading is enough; colours are nobody's wish in a log.
  const options = { chars, colWidths, style: { head: [], border: [], compact: true } };
  const lines = new Table({ ...options, head: [...head] }).toString().split('\n');
  const border = lines.at(-1)!;
  for (let from = 0; from < rows.length; from += PIECE) {
    const piece = new Table(options);
    piece.push(...rows.slice(from, from + PIECE).map((row) => [...row]));
    lines.push(...piece.toString().split('\n').slice(1, -1));
  }
  return rows.length === 0 ? lines : [...lines, border];
}
