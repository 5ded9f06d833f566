// Suspend and Resume of a session that works (commands.md 13.3), and its clock, which stands still while it rests.
// Promise: the session itself decides where it may rest (SessionContext `rest`); here is only kept what somebody wants.

export class Pause {
  /** Between Suspend and Resume. */
  wanted = false;
  #rested = 0;
  #since: number | undefined;
  #go: () => void = () => undefined;

  /** True once the session has come to a place where it waits. */
  get resting(): boolean {
    return this.#since !== undefined;
  }

  /** Milliseconds that pass only while the session does not rest. */
  now(): number {
    return (this.#since ?? Date.now()) - this.#rested;
  }

  /** Suspend. */
  begin(): void {
    this.wanted = true;
  }

  /** What the session asks there: undefined goes on. */
  rest(): Promise<void> | undefined {
    if (!this.wanted) return undefined;
    this.#since = Date.now();
    return new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  /** Resume. */
  end(): void {
    if (this.#since !== undefined) this.#rested += Date.now() - this.#since;
    this.#since = undefined;
    this.wanted = false;
    this.#go();
  }
}
