// Questions to an operator, `[y/N]`: y, yes, n and no in any case; anything else, an empty line too, is asked again (other-systems.md B.3).

import { createInterface, type Interface } from 'node:readline';
import { SdError, STOP_SIGNALS, Stopped, type StopSignal } from '../../model/error.ts';
import { print, prompt } from '../../report/terminal.ts';

export class Answers {
  #input: Interface | undefined;
  readonly #lines: string[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  /** Asks until there is an answer. Throws SdError `no_answer` at the end of the input. */
  async ask(question: string): Promise<boolean> {
    for (;;) {
      prompt(`${question} [y/N] `);
      const line = await this.#next();
      if (line === undefined) {
        print('stdout', ['']);
        throw new SdError('no_answer', {
          what: `The question "${question}" was not answered.`,
          because: 'The input has ended.',
          todo: 'Answer y or n, or run the command without -i (or with -f).',
        });
      }
      // A terminal has shown it already.
      if (!process.stdin.isTTY) print('stdout', [line]);
      const word = line.trim().toLowerCase();
      if (word === 'y' || word === 'yes') return true;
      if (word === 'n' || word === 'no') return false;
    }
  }

  /** Stops reading, so that the program can end. */
  close(): void {
    this.#input?.close();
  }

  /** Lines that came at once wait for their questions. */
  async #next(): Promise<string | undefined> {
    this.#input ??= createInterface({ input: process.stdin })
      .on('line', (line) => {
        this.#lines.push(line);
        this.#wake?.();
      })
      .on('close', () => {
        this.#ended = true;
        this.#wake?.();
      });
    while (this.#lines.length === 0 && !this.#ended) await this.#waiting();
    return this.#lines.shift();
  }

  /** Nothing is half done while a question waits: a signal ends it. */
  #waiting(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (signal: NodeJS.Signals) => {
        print('stdout', ['']);
        reject(new Stopped(signal as StopSignal));
      };
      this.#wake = () => {
        for (const signal of STOP_SIGNALS) process.off(signal, stop);
        resolve();
      };
      for (const signal of STOP_SIGNALS) process.once(signal, stop);
    });
  }
}
