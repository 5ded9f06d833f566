// Log files: appended to, never cut; one that cannot be written is told once and never stops a session (commands.md 10.1).

import { appendFileSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../host/made-directories.ts';
import { reasonOf } from '../model/error.ts';

const APPENDING = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY;

/** Collects lines and appends them with each flush. */
export class LogFile {
  private readonly path: string;
  /** Called once with the reason when the file cannot be written. */
  private readonly onFailure: (path: string, reason: string) => void;
  private readonly flags: number;
  private lines: string[] = [];
  private broken = false;

  /** `links` is false for a file that whoever owns the target may have made: a link there counts as one that cannot be written. */
  constructor(path: string, onFailure: (path: string, reason: string) => void, links = true) {
    this.path = path;
    this.onFailure = onFailure;
    this.flags = links ? APPENDING : APPENDING | constants.O_NOFOLLOW;
  }

  add(lines: readonly string[]): void {
    for (const line of lines) this.lines.push(line);
  }

  /** True when the folder of the file is there; a log below a target must not be the first thing made there. */
  hasPlace(): boolean {
    return existsSync(dirname(this.path));
  }

  /** Appends what was added since. Returns false when that cannot be done. */
  flush(): boolean {
    if (this.lines.length === 0 || this.broken) return !this.broken;
    try {
      makeDirectories(dirname(this.path));
      const fd = openSync(this.path, this.flags, 0o666);
      try {
        appendFileSync(fd, `${this.lines.join('\n')}\n`);
      } finally {
        closeSync(fd);
      }
      this.lines = [];
      return true;
    } catch (error) {
      this.broken = true;
      this.onFailure(this.path, reasonOf(error));
      return false;
    }
  }

  /** Gives up this file and hands over what it did not take. */
  rest(): readonly string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }
}
