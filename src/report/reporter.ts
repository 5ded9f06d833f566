// The reader of a session's events (D7): says them on the terminal, in the controller log and in the agent's log.
// Promise: never throws for a log that cannot be written; says that once. Errors reach stderr whatever verbose says.
// Must not: decide anything about the session.

import { dirname, join } from 'node:path';
import type { Emit, SdEvent } from '../model/events.ts';
import { agentVoice } from './agent.ts';
import { controllerVoice, type Setting, type Voice } from './controller.ts';
import { JobLog } from './job-log.ts';
import { layOut } from './layout.ts';
import { LogFile } from './log.ts';
import type { Message } from './message.ts';
import { packagingVoice } from './packaging.ts';
import { type ProgressReader, type ProgressStyle, progressReader } from './progress-lines.ts';
import { messageWidth } from './screen.ts';
import { print } from './terminal.ts';
import { tinted } from './tint.ts';

/** Options a reporter looks at, by SD's names. */
export interface ReportOptions {
  /** 0 only errors and warnings, 1 events, 2 each file too. */
  readonly verbose: number;
  /** 0 no log at all, 1 events, 2 each file too. */
  readonly loglevel: number;
  readonly logdetail: boolean;
  readonly log_msgid: number;
  readonly logfile: string;
}

export interface ReporterParts {
  readonly command: string;
  readonly options: ReportOptions;
  /** -v was given. */
  readonly explain: boolean;
  readonly settings: readonly Setting[];
  /** False for a preview that leaves no log (swpackage -p). */
  readonly log: boolean;
  /** Files for the job's own copies: of the controller's log, and of the log of a target's agent (`host:/path`). */
  readonly copies?: { readonly controller: string; agent(target: string): string };
  /** Default: `none`. */
  readonly progress?: ProgressStyle;
  /** Takes what else goes to stdout and stderr: the terminal interface has a place of its own for it. */
  readonly terminal?: (stream: 'stdout' | 'stderr', lines: readonly string[]) => void;
}

export interface Reporter {
  readonly emit: Emit;
  /** Writes what is left of the logs. */
  close(): void;
}

/** Too many to write the log out after each. */
const PER_FILE: ReadonlySet<SdEvent['type']> = new Set(['file.done', 'file.part']);

/** Plain lines say what the ERROR or WARNING after them is about. */
const ON_STDERR: ReadonlySet<Message['as']> = new Set(['error', 'warning', 'plain']);

/** The reporter of one command. */
export function reporter(parts: ReporterParts): Reporter {
  return new SessionReporter(parts);
}

class SessionReporter implements Reporter {
  private readonly parts: ReporterParts;
  private readonly controller: Voice;
  private readonly agent = agentVoice();
  private readonly log: LogFile | undefined;
  private agentLog: LogFile | undefined;
  private readonly copy: JobLog | undefined;
  private agentCopy: JobLog | undefined;
  private readonly progress: ProgressReader | undefined;
  private first = true;
  private readonly width = messageWidth();

  constructor(parts: ReporterParts) {
    this.parts = parts;
    const voice = parts.command === 'swpackage' ? packagingVoice : controllerVoice;
    this.controller = voice(parts);
    this.progress = progressReader(parts.progress ?? 'none', process.stderr);
    const { logfile, loglevel } = parts.options;
    if (!parts.log || loglevel === 0) return;
    this.log = new LogFile(logfile, (path, reason) => this.warn(path, reason));
    if (parts.copies) this.copy = new JobLog(parts.copies.controller);
  }

  readonly emit: Emit = (event) => {
    if (event.type === 'agent.begin') this.openAgentLog(event.logfile, event.target);
    this.tellAgent(event);
    const messages = this.controller.say(event);
    for (const message of messages) {
      this.toTerminal(message);
      if (this.log && this.wanted(message, 'log')) {
        const lines = this.lines(message, 'log');
        this.log.add(lines);
        this.copy?.add(lines);
      }
    }
    if (messages.length > 0) this.log?.flush();
    if (event.type === 'agent.end') this.closeAgentLog();
    this.progress?.hear(event);
  };

  close(): void {
    this.closeAgentLog();
    this.log?.flush();
    this.copy?.close();
  }

  private tellAgent(event: SdEvent): void {
    const { agentLog } = this;
    if (!agentLog) return;
    for (const message of this.agent.say(event)) {
      if (!this.wanted(message, 'log')) continue;
      const lines = this.lines(message, 'log');
      agentLog.add(lines);
      this.agentCopy?.add(lines);
    }
    // Until the target has its own folder for it the log waits: a refused session leaves the target untouched.
    if (!PER_FILE.has(event.type) && agentLog.hasPlace()) agentLog.flush();
  }

  /** `place` is `host:/path`. */
  private openAgentLog(place: string, target: string): void {
    const { options, command, copies } = this.parts;
    if (options.loglevel === 0 || command === 'swpackage') return;
    if (copies) this.agentCopy = new JobLog(copies.agent(target));
    // Links on the machine's own root are its administrator's.
    const own = target.slice(target.indexOf(':') + 1) === '/';
    this.agentLog = new LogFile(place.slice(place.indexOf(':') + 1), () => undefined, own);
  }

  /** What the target could not take goes beside the controller's log. */
  private closeAgentLog(): void {
    const { agentLog } = this;
    this.agentLog = undefined;
    this.agentCopy?.close();
    this.agentCopy = undefined;
    if (!agentLog || (agentLog.hasPlace() && agentLog.flush())) return;
    const beside = join(dirname(this.parts.options.logfile), 'swagent.log');
    const other = new LogFile(beside, () => undefined);
    other.add(agentLog.rest());
    other.flush();
  }

  private toTerminal(message: Message): void {
    const { verbose } = this.parts.options;
    const stderr = ON_STDERR.has(message.as) || (message.as === 'lines' && message.stream !== undefined);
    if (!stderr && (verbose === 0 || !this.wanted(message, 'terminal'))) return;
    let lines = this.lines(message, 'terminal');
    // The output opens with the banner itself; clients read its first line.
    if (this.first && lines[0] === '') lines = lines.slice(1);
    this.first = false;
    const stream = stderr ? 'stderr' : 'stdout';
    this.print(stream, this.parts.terminal ? lines : tinted(message, lines, stream));
  }

  private wanted(message: Message, by: 'terminal' | 'log'): boolean {
    const detail = 'detail' in message ? message.detail : undefined;
    if (detail === undefined) return true;
    const { verbose, loglevel, logdetail } = this.parts.options;
    const all = by === 'terminal' ? verbose >= 2 : loglevel >= 2;
    if (all || detail === 'file') return all;
    return logdetail || (by === 'log' && detail === 'options' && this.parts.command === 'swpackage');
  }

  private lines(message: Message, where: 'terminal' | 'log'): readonly string[] {
    const { log_msgid } = this.parts.options;
    return layOut(
      message,
      where === 'log' ? { log_msgid, gap: ' '.repeat(9) } : { log_msgid, gap: '', width: this.width },
    );
  }

  private warn(path: string, reason: string): void {
    const message: Message = {
      as: 'warning',
      text: `Cannot write the logfile "${path}".  ${reason}  The session goes on without it.`,
    };
    this.print('stderr', this.lines(message, 'terminal'));
  }

  /** With --progress=json every line of stderr is an event; findings are told there. */
  private print(stream: 'stdout' | 'stderr', lines: readonly string[]): void {
    const { terminal, progress } = this.parts;
    if (stream === 'stderr' && progress === 'json') return;
    this.progress?.clear();
    if (terminal) terminal(stream, lines);
    else print(stream, lines);
  }
}
