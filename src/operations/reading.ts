// How much a session has read that no `file.done` tells of, said with `file.part`.
// Promise: an event a MiB at the most, however many files there are.

import type { Emit } from '../model/events.ts';

const OFTEN = 1024 * 1024;

export class Reading {
  readonly #emit: Emit;
  #unsaid = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** So many more bytes are read. */
  readonly read = (bytes: number): void => {
    this.#unsaid += bytes;
    if (this.#unsaid >= OFTEN) this.flush();
  };

  /** Says what is not said yet. */
  flush(): void {
    if (this.#unsaid > 0) this.#emit({ type: 'file.part', bytes: this.#unsaid });
    this.#unsaid = 0;
  }
}
