// The controller's voice: what stdout, stderr and sw<command>.log say of a session, in SD's words (commands.md 10.4, 10.6, 11).
// Promise: the cause of every failure is said here too, although the agent's log has the detail.

import type { SdEvent } from '../model/events.ts';
import { banner, jobMark } from './banner.ts';
import { DOING, sharedMessages } from './events.ts';
import { optionLines } from './layout.ts';
import { error, type Message, note, progress, specs } from './message.ts';
import { planMessages } from './plan.ts';

/** Turns the events of one session into messages; keeps what later messages refer to. */
export interface Voice {
  say(event: SdEvent): readonly Message[];
}

export interface VoiceParts {
  readonly command: string;
  /** -v was given: a preview gives its reasons, and the options that differ from the built-in values are listed. */
  readonly explain: boolean;
  /** Every option with its value, for the option dump. */
  readonly settings: readonly Setting[];
  /** Set where the terminal interface takes what is said. */
  readonly terminal?: unknown;
}

export interface Setting {
  readonly name: string;
  readonly value: string;
  /** Where the value comes from; absent for a built-in one. */
  readonly origin?: string;
}

export function controllerVoice(parts: VoiceParts): Voice {
  return new Controller(parts);
}

class Controller implements Voice {
  private readonly parts: VoiceParts;
  private target = '';
  private preview = false;
  /** Phase lines that the end of the session still has to close. */
  private open: 'nothing' | 'selection' | 'analysis' = 'nothing';
  private agentRan = false;
  private stopped = false;
  private scriptLines: string[] = [];

  constructor(parts: VoiceParts) {
    this.parts = parts;
  }

  say(event: SdEvent): readonly Message[] {
    switch (event.type) {
      case 'session.begin':
        return this.begin(event);
      case 'selection.begin':
        this.open = 'selection';
        return [progress('Beginning Selection'), ...this.options()];
      case 'target.connected':
        return [connection('Target', event.target, event.ok)];
      case 'source.connected':
        return [connection('Source', event.source, event.ok)];
      case 'source.fetched':
        return [progress(fetched(event))];
      case 'selection.made':
        return selections(event);
      case 'selection.end':
        this.open = 'nothing';
        return [progress(event.ok ? 'Selection succeeded.' : 'Selection had errors.')];
      case 'session.saved':
        return [progress(`Session selections have been saved in the file "${event.file}".`)];
      case 'agent.begin':
        this.agentRan = true;
        this.target = event.target;
        return [];
      case 'analysis.begin':
        this.preview = event.preview || this.parts.command === 'swverify';
        this.open = 'analysis';
        return [progress(this.preview ? 'Beginning Analysis' : 'Beginning Analysis and Execution')];
      case 'analysis.end':
        return this.analysed(event);
      case 'fileset.begin':
        return [
          progress(`${DOING[event.task]} fileset "${event.spec}" (${event.index} of ${event.of}).`, {
            detail: 'progress',
          }),
        ];
      case 'execution.end':
        return this.done(event);
      case 'session.end':
        return this.end(event);
      default:
        if (event.type === 'finding' && event.finding.code === 'stopped') this.stopped = true;
        return this.script(event) ?? sharedMessages(event);
    }
  }

  private begin(event: Extract<SdEvent, { type: 'session.begin' }>): Message[] {
    return [
      banner(event.time, 'BEGIN', this.session(event)),
      progress(`Session started for user "${event.user}".`),
      { as: 'gap' },
    ];
  }

  /** `swinstall SESSION (non-interactive) (jobid=...)`, `(interactive)` from the terminal interface; swpackage and swmodify have neither mode nor job. */
  private session(event: { command: string; jobid?: string }): string {
    const plain = event.command === 'swpackage' || event.command === 'swmodify';
    const mode = this.parts.terminal === undefined ? 'non-interactive' : 'interactive';
    return `${event.command} SESSION${plain ? '' : ` (${mode})${jobMark(event.jobid)}`}`;
  }

  private options(): Message[] {
    const { settings, explain } = this.parts;
    const dump = optionLines(settings.map(({ name, value }) => [name, value]));
    const set = settings.filter((setting) => setting.origin !== undefined);
    const origins = optionLines(set.map(({ name, value, origin }) => [name, `${value}  (${origin})`]));
    return [
      { as: 'lines', lines: ['       * Options:', ...dump], detail: 'options' },
      ...(explain && origins.length > 0 ? [progress('Options set:'), { as: 'lines', lines: origins } as const] : []),
    ];
  }

  private analysed(event: Extract<SdEvent, { type: 'analysis.end' }>): Message[] {
    const goesOn = !this.preview && event.plan.products.length > 0;
    if (goesOn) return [];
    const verdict = event.ok
      ? progress(`The analysis phase succeeded for "${event.target}".`)
      : error(`The analysis phase failed for "${event.target}".`);
    return [...(this.preview ? planMessages(event.plan, this.parts.explain) : []), verdict];
  }

  private done(event: Extract<SdEvent, { type: 'execution.end' }>): Message[] {
    const phase = event.task === 'verify' ? 'analysis' : 'execution';
    if (event.ok) return [progress(`The ${phase} phase succeeded for "${this.target}".`)];
    return [error(`The ${phase} phase failed for "${this.target}".`)];
  }

  private end(event: Extract<SdEvent, { type: 'session.end' }>): Message[] {
    const messages: Message[] = [];
    // One line has said why; whoever stopped a session wants no advice.
    if (this.stopped) return [banner(event.time, 'END', this.session(event))];
    if (this.open === 'selection') messages.push(progress('Selection had errors.'));
    if (this.open === 'analysis') {
      const what =
        this.parts.command === 'swverify' ? 'Verification' : this.preview ? 'Analysis' : 'Analysis and Execution';
      messages.push(progress(`${what} ${event.ok ? 'succeeded' : 'had errors'}.`));
    }
    if (this.agentRan && event.jobid !== undefined) {
      const text = `More information may be found in the agent logfile using the command "swjob -a log ${event.jobid} @ ${event.target}".`;
      messages.push(event.ok ? note(text) : error(text));
    }
    return [...messages, banner(event.time, 'END', this.session(event))];
  }

  /** Output of a script that failed is the cause; that of others is only for those who want to see each file. */
  private script(event: SdEvent): readonly Message[] | undefined {
    if (event.type === 'script.begin') this.scriptLines = [];
    if (event.type === 'script.output') {
      this.scriptLines.push(event.line);
      return [];
    }
    if (event.type !== 'script.end') return undefined;
    const lines = this.scriptLines;
    this.scriptLines = [];
    if (lines.length === 0) return [];
    return [event.exit === 0 ? { as: 'lines', lines, detail: 'file' } : { as: 'lines', lines, stream: 'stderr' }];
  }
}

function connection(end: 'Target' | 'Source', place: string, ok: boolean): Message {
  return ok
    ? progress(`${end} connection succeeded for "${place}".`)
    : error(`${end} connection failed for "${place}".`);
}

function fetched({ source, files, bytes, kept }: Extract<SdEvent, { type: 'source.fetched' }>): string {
  const here = kept === 0 ? '' : `; ${kept} ${kept === 1 ? 'was' : 'were'} here already`;
  return `Fetched ${files} ${files === 1 ? 'file' : 'files'} (${bytes} bytes) from "${source}"${here}.`;
}

function selections(event: Extract<SdEvent, { type: 'selection.made' }>): Message[] {
  const field = (label: string, value: string): Message => ({ as: 'field', label, value, in: 'controller' });
  return [
    ...(event.source === undefined ? [] : [field('Source', event.source)]),
    ...event.targets.map((target) => field('Targets', target)),
    ...(event.software.length === 0 ? [] : [progress('Software selections:'), specs(event.software)]),
  ];
}
