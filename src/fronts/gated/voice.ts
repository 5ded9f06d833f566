// What the commands of this front say while they work: one line a step on the terminal, `<date time> <text> ... OK.`, and all the detail
// in log files only (other-systems.md B.3).

import type { SdError } from '../../model/error.ts';
import type { Emit } from '../../model/events.ts';
import { type Voice as ControllerVoice, controllerVoice, type VoiceParts } from '../../report/controller.ts';
import { errorMessage } from '../../report/finding.ts';
import { JobLog } from '../../report/job-log.ts';
import { layOut, shown } from '../../report/layout.ts';
import { LogFile } from '../../report/log.ts';
import { print, prompt } from '../../report/terminal.ts';

/** How a step ended, as its line says it. */
const ENDS = {
  done: 'OK.',
  skipped: 'nothing to do.',
  ignored: 'Ignored!',
  failed: 'Error!',
  failed_ignored: 'Error! Ignored manually.',
  undone: 'undone.',
} as const;

/** `2019-07-10 12:00:00`, local time. */
export function stamp(time: number): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

export class Voice {
  readonly #sd: LogFile;
  readonly #copy: JobLog | undefined;
  readonly #parts: VoiceParts;
  #controller: ControllerVoice;
  readonly #lost = new Set<string>();
  /** The log of the step that runs. */
  #log: LogFile | undefined;
  #open = false;

  /** `logfile` takes SD's words of the operations; `copy` is the job's own log. */
  constructor(command: string, logfile: string, copy?: string) {
    this.#parts = { command, explain: false, settings: [] };
    this.#controller = controllerVoice(this.#parts);
    this.#sd = this.#logFile(logfile);
    if (copy !== undefined) this.#copy = new JobLog(copy);
  }

  /** Details go to this file from now on; undefined for the job's log alone. Files are appended to. */
  logTo(file: string | undefined): void {
    this.#log = file === undefined ? undefined : this.#logFile(file);
  }

  /** A line for the terminal and the logs. */
  readonly say = (...lines: readonly string[]): void => {
    this.#closeLine();
    print('stdout', lines);
    this.#keep(lines);
  };

  /** A line of detail, for the logs only. */
  readonly detail = (line: string): void => this.#keep([line]);

  /** The reader of the step runner's events, and of the operations' that steps call. */
  readonly emit: Emit = (event) => {
    if (event.type === 'step.begin') {
      prompt(`${stamp(event.time)} ${event.title} ... `);
      this.#open = true;
      this.#keep([`${stamp(event.time)} ${event.title} ...`]);
      return;
    }
    if (event.type === 'step.end' && event.result === 'skipped') return;
    if (event.type === 'step.end') {
      const end = ENDS[event.result];
      if (this.#open) print('stdout', [end]);
      else print('stdout', [`${stamp(event.time)} ${event.title} ... ${end}`]);
      this.#open = false;
      const because = event.because === undefined ? [] : [event.because];
      this.#keep([...because, `${stamp(event.time)} ${event.title} ... ${end}`]);
      return;
    }
    if (event.type === 'script.output') return this.#keep([event.line]);
    if (event.type === 'session.begin') this.#controller = controllerVoice(this.#parts);
    for (const message of this.#controller.say(event)) {
      // Option dumps and single files: what SD's own logs leave out as well.
      if ('detail' in message && message.detail !== undefined) continue;
      const lines = layOut(message, { log_msgid: 0, gap: ' '.repeat(9) });
      this.#sd.add(lines);
      this.#sd.flush();
      this.#copy?.add(lines);
    }
  };

  /** What main.ts will tell of the error that ends the work: the logs have it too. */
  failed(error: SdError): void {
    this.#keep(layOut(errorMessage(error), { log_msgid: 0, gap: '' }));
  }

  close(): void {
    this.#closeLine();
    this.#sd.flush();
    this.#copy?.close();
  }

  #closeLine(): void {
    if (this.#open) print('stdout', ['']);
    this.#open = false;
  }

  /** What a script said must not steer a terminal that shows the log. */
  #keep(said: readonly string[]): void {
    const lines = said.map(shown);
    this.#copy?.add(lines);
    this.#log?.add(lines);
    this.#log?.flush();
  }

  /** A log that cannot be written is told of once and stops nothing. */
  #logFile(path: string): LogFile {
    return new LogFile(path, (_, reason) => {
      if (this.#lost.has(path)) return;
      this.#lost.add(path);
      const text = `Cannot write the logfile "${path}".  ${reason}  The work goes on without it.`;
      print('stderr', layOut({ as: 'warning', text }, { log_msgid: 0, gap: '' }));
    });
  }
}
