// A job's own copy of its log lines. The logs proper are shared: sessions that run at one time interleave in them, and they are rotated
// away; `swjob -a log` shall find a job's part whole.
// Promise: never throws for a copy that cannot be written. It stays open, so that a line costs a few microseconds (HACKING.md, Jobs).

import { closeSync, openSync, writeSync } from 'node:fs';

/** Appends to one file until it is closed; the file is made with the first line. */
export class JobLog {
  private readonly path: string;
  private fd: number | undefined;
  private broken = false;

  constructor(path: string) {
    this.path = path;
  }

  add(lines: readonly string[]): void {
    if (lines.length === 0 || this.broken) return;
    try {
      this.fd ??= openSync(this.path, 'a', 0o644);
      writeSync(this.fd, `${lines.join('\n')}\n`);
    } catch {
      // The log proper has the lines; that it cannot be written would be told there.
      this.broken = true;
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
