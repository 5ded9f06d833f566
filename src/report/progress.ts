// How far a session has come, counted from its events: phase, filesets, bytes, rate, time left. The line of a terminal, the event lines
// of --progress=json and the progress window of the terminal interface are made from the same count.
// Promise: pure; a few additions an event, whatever the size of the session. Times are milliseconds and come from outside.

import type { SdEvent, Task } from '../model/events.ts';
import type { PlannedFileset } from '../model/plan.ts';
import { DOING } from './events.ts';

export interface Count {
  readonly done: number;
  readonly of: number;
}

export interface ProgressView {
  readonly phase: 'selection' | 'analysis' | 'execution';
  /** What execution does now; absent before it. */
  readonly task?: Task;
  readonly filesets: Count;
  readonly bytes: Count;
  /** `PRODUCT.FILESET` being worked on; '' while nothing is. */
  readonly current: string;
  /** Bytes a second since execution began; 0 while nothing can be said. */
  readonly rate: number;
  /** Seconds until the end at this rate; absent while nothing can be said. */
  readonly left?: number;
}

const NONE: Count = { done: 0, of: 0 };
/** Tasks that read content; what the others have to do is told by filesets. */
const READS: ReadonlySet<Task> = new Set<Task>(['install', 'copy', 'package']);
/** Before that a rate would be a guess. */
const SETTLED_MS = 500;

/** Counts the sessions of one command, target after target. */
export class ProgressCount {
  #phase: ProgressView['phase'] = 'selection';
  #task: Task | undefined;
  #filesets = NONE;
  #bytes = NONE;
  /** Bytes told by `file.part` of the file that is not done yet. */
  #parts = 0;
  #planned: readonly PlannedFileset[] = [];
  #spec = '';
  #began = 0;

  hear(event: SdEvent, now: number): void {
    switch (event.type) {
      case 'selection.begin':
        this.#enter('selection');
        break;
      case 'analysis.begin':
        this.#enter('analysis');
        break;
      case 'analysis.end':
        this.#planned = event.plan.products.flatMap((product) => product.filesets);
        break;
      case 'execution.begin':
        this.#enter('execution', event.task);
        this.#filesets = { done: 0, of: event.filesets };
        this.#bytes = READS.has(event.task) ? { done: 0, of: event.bytes } : NONE;
        this.#began = now;
        break;
      case 'check.begin':
        if (event.check !== 'contents') break;
        this.#enter('execution', 'verify');
        this.#filesets = { done: 0, of: event.filesets };
        this.#bytes = { done: 0, of: event.bytes };
        this.#began = now;
        break;
      case 'fileset.begin':
        this.#begin(event);
        break;
      case 'fileset.end':
        if (event.task === this.#task) this.#ended();
        break;
      case 'file.part':
        this.#parts += event.bytes;
        this.#bytes = more(this.#bytes, event.bytes);
        break;
      case 'file.done':
        this.#bytes = more(this.#bytes, event.bytes - this.#parts);
        this.#parts = 0;
    }
  }

  view(now: number): ProgressView {
    const { done, of } = this.#bytes;
    const passed = this.#phase === 'execution' && this.#began > 0 ? now - this.#began : 0;
    const rate = passed >= SETTLED_MS ? (done * 1000) / passed : 0;
    return {
      phase: this.#phase,
      ...(this.#task === undefined ? {} : { task: this.#task }),
      filesets: this.#filesets,
      bytes: this.#bytes,
      current: this.#current(),
      rate,
      ...(rate > 0 && of > done ? { left: (of - done) / rate } : {}),
    };
  }

  /** Links and directories have no bytes of their own: when the last fileset is there, so is everything. */
  #ended(): void {
    this.#filesets = more(this.#filesets, 1);
    if (this.#filesets.done >= this.#filesets.of) this.#bytes = { ...this.#bytes, done: this.#bytes.of };
  }

  #enter(phase: ProgressView['phase'], task?: Task): void {
    this.#phase = phase;
    this.#task = task;
    this.#filesets = NONE;
    this.#bytes = NONE;
    this.#parts = 0;
    this.#spec = '';
    if (phase === 'selection') this.#planned = [];
  }

  /** Configuration follows a load: its filesets tell themselves how many there are. */
  #begin(event: Extract<SdEvent, { type: 'fileset.begin' }>): void {
    if (event.task !== this.#task) {
      this.#enter('execution', event.task);
      this.#planned = [];
    }
    if (this.#filesets.of === 0) this.#filesets = { done: 0, of: event.of };
    this.#spec = event.spec.split(',')[0]!;
  }

  /** All filesets of a product begin at once, in one transaction; which one is on its way is told by the bytes. */
  #current(): string {
    let before = 0;
    if (this.#bytes.of === 0) return this.#spec;
    for (const { name, bytes } of this.#planned) {
      before += bytes;
      if (this.#bytes.done < before) return name;
    }
    return this.#spec;
  }
}

/** `Installing  3/14 filesets  12.4 of 88.0 MB  45.1 MB/s  0:02 left  X11.RUN`, at most `columns` wide. */
export function progressLine(view: ProgressView, columns: number): string {
  const { phase, task, filesets, bytes, rate, left, current } = view;
  if (phase !== 'execution') {
    const read = bytes.done > 0 ? `  ${megabytes(bytes.done)} MB read` : '';
    return `${phase === 'selection' ? 'Selection' : 'Analysis'} ...${read}`.slice(0, Math.max(0, columns));
  }
  const parts = [
    task === undefined ? 'Execution' : DOING[task],
    filesets.of > 0 ? `${filesets.done}/${filesets.of} filesets` : '',
    bytes.of > 0 ? `${megabytes(bytes.done)} of ${megabytes(bytes.of)} MB` : '',
    rate > 0 ? `${megabytes(rate)} MB/s` : '',
    left === undefined ? '' : `${duration(left)} left`,
    current,
  ];
  return parts
    .filter((part) => part !== '')
    .join('  ')
    .slice(0, Math.max(0, columns));
}

/** `1:05`, `2:03:07`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function more({ done, of }: Count, by: number): Count {
  return { done: done + by, of };
}
