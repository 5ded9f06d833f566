// The terminal itself: the only file of this room that reads keys and writes to the screen.
// Promise: the screen that was there before comes back on every way out (end, error, signal, exit in the middle); only lines that changed
// are written; a picture is painted at once, also from within a synchronous loop. Must not: know what the windows show.

import { emitKeypressEvents, type Interface } from 'node:readline';
import { SdError, STOP_SIGNALS, Stopped, type StopSignal } from '../model/error.ts';
import { hasColour } from '../report/screen.ts';
import { fitLine, type Line, type Size, type Style } from './text.ts';
import type { Key, Picture } from './window.ts';

/** How long after Escape nothing must come for it to be the key itself and not the beginning of another's sequence. */
const ESCAPE_MS = 50;
/** How long after asking to be stopped a process that still runs was not. */
const UNSTOPPED_MS = 200;
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J';
const LEAVE = '\u001b[0m\u001b[?25h\u001b[?1049l';
const SMALLEST: Size = { columns: 40, rows: 12 };

const COLOUR: Readonly<Record<Style, string>> = {
  plain: '0',
  bold: '0;1',
  dim: '0;2',
  bar: '0;7',
  cursor: '0;7;1',
  head: '0;1;4',
  good: '0;32',
  bad: '0;1;31',
  doubt: '0;33',
  field: '0;4',
};
/** Without colour what is bad or doubtful is still bold; words carry the meaning. */
const PLAIN: Readonly<Record<Style, string>> = { ...COLOUR, good: '0', bad: '0;1', doubt: '0;1' };

export interface Listener {
  key(key: Key): void;
  /** The size changed, or the picture is gone: draw again. */
  redraw(): void;
  /** Somebody stopped the process (SIGTSTP): call `suspend`. */
  suspend(): void;
  /** A signal, or the terminal went away. */
  stop(stopped: Stopped): void;
}

/** Throws SdError `no_terminal` unless people sit at both ends. */
export function requireTerminal(command: string): void {
  if (process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb') return;
  throw new SdError('no_terminal', {
    what: `${command} cannot start its user interface.`,
    because: 'Standard input and output are not a terminal, or the terminal cannot place a cursor.',
    todo: 'Name the software on the command line, or run it in a terminal.',
  });
}

export class Terminal {
  readonly #listener: Listener;
  readonly #codes = hasColour('stdout') ? COLOUR : PLAIN;
  #painted: readonly string[] = [];
  #open = false;
  #lent = false;
  #closed = false;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Takes the screen. Whatever ends the process gives it back. */
  open(): void {
    const { stdin, stdout } = process;
    // The declared type wants a whole Interface; only this member is looked at.
    emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
    stdin.on('keypress', this.#pressed).on('end', this.#gone).on('error', this.#gone);
    stdout.on('resize', this.#resized).on('error', this.#gone);
    for (const signal of STOP_SIGNALS) process.on(signal, this.#stopped);
    process.on('SIGHUP', this.#gone);
    process.on('SIGTSTP', this.#suspended).on('SIGCONT', this.#continued).on('exit', this.#exit);
    this.#take();
    stdin.resume();
  }

  /** Gives the screen back; may be called again. */
  close(): void {
    const { stdin, stdout } = process;
    this.#closed = true;
    this.#give();
    stdin.off('keypress', this.#pressed).off('end', this.#gone).off('error', this.#gone);
    stdout.off('resize', this.#resized);
    for (const signal of STOP_SIGNALS) process.off(signal, this.#stopped);
    process.off('SIGHUP', this.#gone);
    process.off('SIGTSTP', this.#suspended).off('SIGCONT', this.#continued).off('exit', this.#exit);
    stdin.pause();
  }

  /** Asked of the terminal each time: a loop that works has not heard of a change yet. */
  size(): Size {
    const [columns, rows] = askedSize();
    return { columns: Math.max(SMALLEST.columns, columns), rows: Math.max(SMALLEST.rows, rows) };
  }

  paint(picture: Picture): void {
    if (!this.#open || process.stdout.destroyed) return;
    const { columns, rows } = this.size();
    const next = picture.lines.slice(0, rows).map((each) => this.#coded(fitLine(each, columns)));
    let output = '\u001b[?25l';
    for (const [row, text] of next.entries()) {
      if (text !== this.#painted[row]) output += `\u001b[${row + 1};1H${text}\u001b[0m`;
    }
    this.#painted = next;
    const { cursor } = picture;
    if (cursor) output += `\u001b[${cursor.row + 1};${cursor.column + 1}H\u001b[?25h`;
    process.stdout.write(output);
  }

  /** Everything is written again with the next picture. */
  forget(): void {
    this.#painted = [];
    if (this.#open) process.stdout.write('\u001b[0m\u001b[2J');
  }

  /**
   * As Ctrl-Z everywhere: the shell comes back with `note` on its screen, fg goes on here. All processes of the job stop, as when the
   * terminal itself sends the signal: sudo and scripts around us stop too.
   */
  suspend(note: string): void {
    this.#give();
    if (note !== '') process.stderr.write(`${note}\n`);
    process.off('SIGTSTP', this.#suspended);
    process.kill(0, 'SIGTSTP');
    // Without a shell that could go on with us the system does not stop us.
    setTimeout(() => this.#open || this.#continued(), UNSTOPPED_MS);
  }

  /** Gives the terminal to a program that asks questions itself, until `reclaim`. */
  lend(): void {
    this.#lent = true;
    this.#give();
    process.stdin.pause();
  }

  reclaim(): void {
    this.#lent = false;
    this.#take();
    process.stdin.resume();
  }

  #coded(spans: Line): string {
    return spans.map(({ text, style }) => `\u001b[${this.#codes[style]}m${text}`).join('');
  }

  #take(): void {
    process.stdin.setRawMode(true);
    process.stdout.write(ENTER);
    this.#painted = [];
    this.#open = true;
  }

  #give(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      if (!process.stdout.destroyed) process.stdout.write(LEAVE);
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone; there is nothing to give back.
    }
  }

  #exit = (): void => this.#give();

  #pressed = (
    text: string | undefined,
    key: { name?: string; ctrl?: boolean; meta?: boolean; sequence?: string },
  ): void => {
    const typed = text !== undefined && !key.ctrl && !key.meta && !/\p{Cc}/u.test(text) ? text : '';
    this.#listener.key({ name: key.name ?? typed, text: typed, ctrl: key.ctrl === true });
  };

  #resized = (): void => {
    this.forget();
    this.#listener.redraw();
  };

  #suspended = (): void => this.#listener.suspend();

  /** Whoever had the terminal meanwhile may have left it in another mode. */
  #continued = (): void => {
    if (this.#lent || this.#closed) return;
    process.off('SIGTSTP', this.#suspended).on('SIGTSTP', this.#suspended);
    this.#give();
    this.#take();
    this.#listener.redraw();
  };

  #stopped = (signal: NodeJS.Signals): void => this.#listener.stop(new Stopped(signal as StopSignal));

  #gone = (): void => {
    process.off('exit', dieOfHangUp).once('exit', dieOfHangUp);
    this.#listener.stop(new Stopped('SIGTERM'));
  };
}

/** Node itself fails with a core dump where it cannot give a terminal back that went away; everything of ours is done by now. */
function dieOfHangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/** A terminal that went away has no size; who works goes on without. */
function askedSize(): [number, number] {
  try {
    if (!process.stdout.destroyed) return process.stdout.getWindowSize();
  } catch {
    // Node's error for it is of no system call's kind.
  }
  return [80, 24];
}
