// The interface as its programs see it: ask a window and get its result; show one while something works. Keys that mean the same
// everywhere live here: ? help, Ctrl-L draws again, Ctrl-Z stops the program, Ctrl-C leaves.

import { Stopped } from '../model/error.ts';
import { Terminal } from './terminal.ts';
import type { Size } from './text.ts';
import { helpWindow } from './viewer.ts';
import { floating, type Key, type Picture, type Window } from './window.ts';

/** A window on the screen that waits. */
interface Open {
  window: Window<unknown>;
  readonly done: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** Time between two paintings of a window that changes by itself. */
const EVERY_MS = 66;

export class Interface {
  readonly #terminal = new Terminal({
    key: (key) => this.#key(key),
    redraw: () => this.#draw(),
    suspend: () => this.#suspend(),
    stop: (stopped) => this.#stop(stopped),
  });
  /** Bottom to top; the last one has the keys. */
  readonly #open: Open[] = [];
  /** Result-less window shown while a session runs; keys go to `onKey`. */
  #shown: { window: () => Window<unknown>; onKey: (key: Key) => void } | undefined;
  /** Said on the shell's screen while the program is stopped. */
  #whileStopped = '';
  /** Pressed between two windows; the next one gets them. */
  readonly #early: Key[] = [];
  #last = 0;
  #stopped: Stopped | undefined;

  /** Runs `body` with the screen taken; gives it back whatever happens. */
  static async run<Result>(body: (ui: Interface) => Promise<Result>): Promise<Result> {
    const ui = new Interface();
    ui.#terminal.open();
    try {
      return await body(ui);
    } finally {
      ui.#terminal.close();
    }
  }

  size(): Size {
    return this.#terminal.size();
  }

  /** Shows a window until it has a result. Throws `Stopped` for Ctrl-C and signals. */
  ask<Result>(window: Window<Result>): Promise<Result> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    return new Promise<Result>((resolve, reject) => {
      this.#open.push({ window, done: (result) => resolve(result as Result), fail: reject });
      this.#draw();
      for (const key of this.#early.splice(0)) this.#key(key);
    });
  }

  /** As `ask`, over the picture of another window, which may change meanwhile. */
  askOver<Result>(under: Window<unknown>, window: Window<Result>): Promise<Result> {
    return this.ask(floating(window, (size) => under.draw(size)));
  }

  /** Shows a window while a session works; it is made when it is painted. Ctrl-C and signals are the session's own affair then. */
  show(window: () => Window<unknown>, onKey: (key: Key) => void): void {
    this.#shown = { window, onKey };
    for (const key of this.#early.splice(0)) onKey(key);
    const now = Date.now();
    if (now - this.#last < EVERY_MS) return;
    this.#last = now;
    this.#draw();
  }

  /** What `show` shows now is painted, however soon after the last time. */
  settle(): void {
    this.#draw();
  }

  /** A request script talks to whoever sits here by itself; `reclaim` takes the screen again. */
  lend(): void {
    this.#terminal.lend();
  }

  reclaim(): void {
    this.#terminal.reclaim();
    this.#draw();
  }

  /** Nothing works any more. */
  unshow(): void {
    this.#shown = undefined;
  }

  /** What the shell's screen shall say while the program is stopped by Ctrl-Z; '' for nothing. */
  sayWhenStopped(note: string): void {
    this.#whileStopped = note;
  }

  #top(): Window<unknown> | undefined {
    return this.#open.at(-1)?.window ?? this.#shown?.window();
  }

  #draw(): void {
    const top = this.#top();
    if (top) this.#terminal.paint(this.#picture(top));
  }

  #picture(window: Window<unknown>): Picture {
    return window.draw(this.#terminal.size());
  }

  #key(key: Key): void {
    const open = this.#open.at(-1);
    if (key.ctrl && key.name === 'l') this.#again();
    else if (key.ctrl && key.name === 'z') this.#suspend();
    else if (open) this.#pressed(open, key);
    else if (this.#shown) this.#shown.onKey(key);
    else this.#early.push(key);
  }

  #pressed(open: Open, key: Key): void {
    const answer = open.window.press(key, this.#terminal.size());
    if (answer && 'result' in answer) {
      this.#open.pop();
      open.done(answer.result);
      return;
    }
    if (answer) open.window = answer.become;
    else if (key.ctrl && key.name === 'c' && this.#shown) this.#shown.onKey(key);
    else if (key.ctrl && key.name === 'c') this.#stop(new Stopped('SIGINT'));
    else if (key.text === '?' || key.name === 'f1') this.#help(open.window);
    this.#draw();
  }

  #help(about: Window<unknown>): void {
    if (about.help.length > 0) void this.askOver(about, helpWindow(about.help)).catch(() => undefined);
  }

  #again(): void {
    this.#terminal.forget();
    this.#draw();
  }

  #suspend(): void {
    this.#terminal.suspend(this.#whileStopped);
  }

  /** A session that works has heard the signal itself, and a terminal that went away does not stop it; but nobody is asked any more. */
  #stop(stopped: Stopped): void {
    this.#stopped = stopped;
    for (const open of this.#open.splice(0)) open.fail(stopped);
  }
}
