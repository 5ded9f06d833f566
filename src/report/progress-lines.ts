// Progress while a session runs, for two readers: people at a terminal (one line that is written over) and programs (--progress=json:
// one JSON object a line). Both go to stderr, so that stdout says what it always says.
// Promise: cheap enough to hear every file; nothing is written more often than ten times a second but what happens once.

import type { SdEvent } from '../model/events.ts';
import { ProgressCount, progressLine } from './progress.ts';

/** How progress is shown; `auto` is a line on a terminal, else nothing. */
export const PROGRESS_STYLES = ['auto', 'json', 'none'] as const;
export type ProgressStyle = (typeof PROGRESS_STYLES)[number];

/** Hears a session for somebody who waits. */
export interface ProgressReader {
  hear(event: SdEvent): void;
  /** Takes the line away: something else is going to be written. It comes back with the next event. */
  clear(): void;
}

/** What is written to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const EVERY_MS = 100;
const ERASE = '\r\u001b[K';

/** The reader for a style; undefined when nothing is to be shown. */
export function progressReader(style: ProgressStyle, stream: ProgressStream): ProgressReader | undefined {
  if (style === 'json') return new EventLines(stream);
  const line = style === 'auto' && stream.isTTY === true && process.env.TERM !== 'dumb';
  return line ? new TerminalLine(stream) : undefined;
}

class TerminalLine implements ProgressReader {
  readonly #count = new ProgressCount();
  readonly #stream: ProgressStream;
  #shown = false;
  #last = 0;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  hear(event: SdEvent): void {
    const now = Date.now();
    this.#count.hear(event, now);
    if (event.type === 'session.end') this.clear();
    else if (now - this.#last >= EVERY_MS) {
      this.#last = now;
      // The last column stays free: some terminals wrap as soon as it is written.
      const line = progressLine(this.#count.view(now), (this.#stream.columns ?? 80) - 1);
      this.#stream.write(`${ERASE}${line}`);
      this.#shown = true;
    }
  }

  clear(): void {
    if (this.#shown) this.#stream.write(ERASE);
    this.#shown = false;
  }
}

/** Version of the event lines; told in the first of them. */
const VERSION = 1;

class EventLines implements ProgressReader {
  readonly #count = new ProgressCount();
  readonly #stream: ProgressStream;
  #last = 0;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  hear(event: SdEvent): void {
    const now = Date.now();
    this.#count.hear(event, now);
    const line = told(event);
    if (line) this.#write(line);
    if (!PACED.has(event.type) || (event.type !== 'fileset.end' && now - this.#last < EVERY_MS)) return;
    this.#last = now;
    this.#write({ event: 'progress', ...this.#count.view(now) });
  }

  clear(): void {
    // Lines stay.
  }

  #write(line: object): void {
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }
}

/** Events that move the count. */
const PACED: ReadonlySet<SdEvent['type']> = new Set(['file.done', 'file.part', 'fileset.begin', 'fileset.end']);

/** What happens once: a line of its own. */
function told(event: SdEvent): object | undefined {
  switch (event.type) {
    case 'session.begin':
      return { event: 'begin', version: VERSION, command: event.command, ...jobOf(event), time: event.time };
    case 'selection.begin':
      return { event: 'phase', phase: 'selection' };
    case 'analysis.begin':
      return { event: 'phase', phase: 'analysis' };
    case 'execution.begin': {
      const { task, filesets, files, bytes } = event;
      return { event: 'phase', phase: 'execution', task, filesets, files, bytes };
    }
    case 'check.begin': {
      if (event.check !== 'contents') return undefined;
      const { filesets, bytes } = event;
      return { event: 'phase', phase: 'execution', task: 'verify', filesets, bytes };
    }
    case 'finding':
      return { event: 'finding', ...event.finding };
    case 'session.end':
      return { event: 'end', ...jobOf(event), target: event.target, ok: event.ok, time: event.time };
    default:
      return undefined;
  }
}

function jobOf({ jobid }: { readonly jobid?: string }): { jobid?: string } {
  return jobid === undefined ? {} : { jobid };
}
