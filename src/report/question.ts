// A question with yes or no on standard input. Anything but y or yes is no, and so are the end of the input and a signal.

import { createInterface } from 'node:readline';
import { onSignal, stopPoint } from '../host/signals.ts';
import { prompt } from './terminal.ts';

/**
 * Asks on stdout and reads one line of stdin, also when that is no terminal. Returns the line; '' at the end of the input.
 * Throws `Stopped` when a signal came to the session that asks.
 */
export async function answerTo(question: string): Promise<string> {
  prompt(`${question} `);
  const line = await nextLine();
  await stopPoint();
  return line.trim();
}

/** True for y and yes in any case. */
export function isYes(answer: string): boolean {
  return /^(y|yes)$/i.test(answer);
}

function nextLine(): Promise<string> {
  const input = createInterface({ input: process.stdin });
  return new Promise((resolve) => {
    // A session holds signals back; whoever presses Ctrl-C at a question means no.
    const release = onSignal(() => input.close());
    input.once('line', (line) => {
      resolve(line);
      input.close();
    });
    input.once('close', () => {
      release();
      resolve('');
    });
  });
}
