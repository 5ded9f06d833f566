// What a command says, on the terminal and word for word in a log that is only appended to (patches.md 6.2).
// Promise: each piece is in the log before the next one is said; a log that cannot be written is told once and stops nothing.
// Warnings and errors go to stderr, and into the log like all else.

import type { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Finding } from '../model/plan.ts';
import { sharedMessages } from './events.ts';
import { errorMessage, findingMessages } from './finding.ts';
import { layOut } from './layout.ts';
import { LogFile } from './log.ts';
import type { Message } from './message.ts';
import { answerTo, isYes } from './question.ts';
import { print } from './terminal.ts';

const PLAIN = { log_msgid: 0, gap: '' } as const;

export class Transcript {
  readonly path: string;
  private readonly log: LogFile;
  private broken = false;

  constructor(path: string) {
    this.path = path;
    this.log = new LogFile(path, (_, reason) => this.warn(reason));
  }

  /** True while everything that was said is in the log. */
  get logged(): boolean {
    return !this.broken;
  }

  /** Says these lines as they are. */
  say(...lines: readonly string[]): void {
    print('stdout', lines);
    this.keep(lines);
  }

  /** Says messages with SD's prefixes. */
  tell(findings: readonly Finding[]): void {
    for (const finding of findings) this.messages(findingMessages(finding));
  }

  /** Says what stopped the command. */
  fail(error: SdError): void {
    this.messages([errorMessage(error)]);
  }

  note(text: string): void {
    this.messages([{ as: 'note', text }]);
  }

  /** For an operation: says what it recovered and found, nothing else. */
  readonly emit: Emit = (event) => {
    if (event.type === 'recovered' || event.type === 'finding') this.messages(sharedMessages(event));
  };

  /**
   * Asks, and reads one line of standard input, also when that is no terminal. Anything but y or yes is no, and so is the end of the input.
   * The answer goes into the log, and is shown where the terminal has not shown it.
   */
  async ask(question: string): Promise<boolean> {
    const answer = await answerTo(question);
    if (!process.stdin.isTTY) print('stdout', [answer]);
    this.keep([`${question} ${answer}`]);
    return isYes(answer);
  }

  private messages(messages: readonly Message[]): void {
    for (const message of messages) {
      const lines = layOut(message, PLAIN);
      print(message.as === 'note' || message.as === 'progress' ? 'stdout' : 'stderr', lines);
      this.keep(lines);
    }
  }

  private keep(lines: readonly string[]): void {
    this.log.add(lines);
    this.log.flush();
  }

  private warn(reason: string): void {
    this.broken = true;
    const text = `Cannot write the logfile "${this.path}".  ${reason}  The command goes on without it.`;
    print('stderr', layOut({ as: 'warning', text }, PLAIN));
  }
}
