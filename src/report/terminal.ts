// stdout and stderr (commands.md 10.2): banners, progress and notes to stdout, warnings and errors to stderr.
// Doorkeeper of cli-table3, which only a command that prints a table loads.
// Promise: a reader that goes away (`| head`), or a terminal that hangs up, silences the output and stops nothing else.

import { writeSync } from 'node:fs';
import { hasErrno, reasonOf } from '../model/error.ts';

// Node's own streams for these cost a listing 5 ms of loading its network modules, and hold back what a slow reader has not taken yet.
const FILES = { stdout: 1, stderr: 2 };
const gone = new Set<keyof typeof FILES>();

/** Writes lines to one of the two streams. */
export function print(stream: keyof typeof FILES, lines: readonly string[]): void {
  if (lines.length > 0) write(stream, `${lines.join('\n')}\n`);
}

/** False once the reader of a stream has gone away: what is written to it then is for nobody. */
export function isRead(stream: keyof typeof FILES): boolean {
  return !gone.has(stream);
}

/** Writes a question to stdout; the answer shall stand behind it. */
export function prompt(question: string): void {
  write('stdout', question);
}

function write(stream: keyof typeof FILES, text: string): void {
  if (gone.has(stream)) return;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(FILES[stream], bytes, at);
    } catch (error) {
      if (hasErrno(error, 'EAGAIN')) pause();
      else {
        gone.add(stream);
        if (!hasErrno(error, 'EPIPE', 'EIO')) lost(stream, error);
        return;
      }
    }
  }
}

/** A pipe that somebody made non-blocking is full: its reader gets a moment. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

/** Output that a full disk has lost is no reason to stop in the middle of the work, but the exit code tells. */
function lost(stream: keyof typeof FILES, error: unknown): void {
  process.once('exit', () => {
    process.exitCode ||= 1;
  });
  if (stream === 'stdout') print('stderr', [`ERROR:   The output is not whole.  ${reasonOf(error)}  [output_lost]`]);
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
