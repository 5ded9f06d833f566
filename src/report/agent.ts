// The agent's voice: what swagent.log of the target says of a session (commands.md 10.5, 10.7, 11).

import type { SdEvent, Task } from '../model/events.ts';
import type { Plan } from '../model/plan.ts';
import { banner, jobMark } from './banner.ts';
import type { Voice } from './controller.ts';
import { DOING, ofFilesets, scriptText, sharedMessages } from './events.ts';
import { error, type Message, progress } from './message.ts';
import { kbytes } from './plan.ts';

export function agentVoice(): Voice {
  return new Agent();
}

/** Tasks as the line about the execution phase names them. */
const PHASE: Partial<Record<Task, string>> = {
  install: 'Install',
  copy: 'Copy',
  remove: 'Remove',
  configure: 'Configure',
  unconfigure: 'Unconfigure',
  modify: 'Modify',
};

class Agent implements Voice {
  private task: Task = 'install';
  /** Filesets that failed, with the state they are left in. */
  private failed: { state: string; spec: string }[] = [];

  say(event: SdEvent): readonly Message[] {
    switch (event.type) {
      case 'agent.begin':
        return this.begin(event);
      case 'analysis.begin':
        return [progress('Reading source for file information.')];
      case 'analysis.end':
        return analysisSummary(event.plan, event.ok);
      case 'execution.begin':
        return this.executing(event);
      case 'fileset.begin':
        if (event.task === 'verify') return [];
        return [progress(`${DOING[event.task]} fileset "${event.spec}" (${event.index} of ${event.of}).`)];
      case 'fileset.end':
        return this.filesetDone(event);
      case 'fileset.state':
        return [progress(stateLine(event), { msgid: 140061 })];
      case 'check.begin':
        if (event.check === 'contents') return [];
        if (event.check === 'requisites')
          return [progress('Checking product and fileset dependencies.', { msgid: 140107 })];
        return [progress(`Checking files for product "${event.spec}".`, { msgid: 140108 })];
      case 'script.begin':
        return [progress(scriptText(event), { msgid: 20255 })];
      case 'script.output':
        return [{ as: 'lines', lines: [event.line] }];
      case 'execution.end':
        return this.executionSummary(event);
      case 'agent.end':
        return [banner(event.time, 'END', session(event))];
      default:
        return sharedMessages(event);
    }
  }

  private begin(event: Extract<SdEvent, { type: 'agent.begin' }>): Message[] {
    this.task = event.task;
    this.failed = [];
    const field = (label: string, value: string): Message => ({ as: 'field', label, value, in: 'agent' });
    return [
      banner(event.time, 'BEGIN', session(event)),
      progress(`Agent session started for user "${event.user}". (pid=${event.pid})`),
      { as: 'gap' },
      progress('Beginning Analysis Phase.'),
      ...(event.source === undefined ? [] : [field('Source', event.source)]),
      field('Target', event.target),
      field('Target logfile', event.logfile),
    ];
  }

  private executing(event: Extract<SdEvent, { type: 'execution.begin' }>): Message[] {
    const field = (label: string, value: string): Message => ({ as: 'field', label, value, in: 'agent' });
    return [
      progress(`Beginning the ${PHASE[event.task] ?? DOING[event.task]} Execution Phase.`),
      field('Filesets', String(event.filesets)),
      ...(event.files === 0 ? [] : [field('Files', String(event.files))]),
      ...(event.bytes === 0 ? [] : [field('Kbytes', kbytes(event.bytes).replace(/ .*/, ''))]),
    ];
  }

  private filesetDone(event: Extract<SdEvent, { type: 'fileset.end' }>): Message[] {
    if (event.task === 'verify') {
      if (event.ok) return [progress(`Verified      ${event.spec}`, { msgid: 140045 })];
      return [error(`Verify failed ${event.spec}`, { msgid: 140043 })];
    }
    if (!event.ok) this.failed.push({ state: event.state, spec: event.spec });
    else if (event.task === 'configure') return [progress(stateLine(event), { msgid: 140061 })];
    return [];
  }

  private executionSummary(event: Extract<SdEvent, { type: 'execution.end' }>): Message[] {
    const phase = this.task === 'verify' ? 'Analysis' : 'Execution';
    const bad = Math.max(event.errors, new Set(this.failed.map(({ spec }) => spec)).size);
    return [
      progress(`Summary of ${phase} Phase:`),
      ...(this.failed.length === 0 ? [] : [failures(this.failed)]),
      ...counts(bad, event.filesets),
      verdict(phase, event.ok),
    ];
  }
}

function session(event: { task: Task; pid: number; jobid?: string }): string {
  return `${event.task} AGENT SESSION (pid=${event.pid})${jobMark(event.jobid)}`;
}

function analysisSummary(plan: Plan, ok: boolean): Message[] {
  const planned = plan.products.reduce((sum, product) => sum + product.filesets.length, 0);
  const refused = plan.left.filter((fileset) => fileset.action === 'exclude').length;
  return [
    progress('Summary of Analysis Phase:'),
    ...counts(refused, planned + plan.left.length),
    verdict('Analysis', ok),
  ];
}

function counts(bad: number, all: number): Message[] {
  return [
    ...(bad === 0 ? [] : [error(`${ofFilesets(bad, all)} had Errors.`)]),
    progress(`${ofFilesets(Math.max(0, all - bad), all)} had no Errors or Warnings.`),
  ];
}

function verdict(phase: 'Analysis' | 'Execution', ok: boolean): Message {
  if (ok) return progress(`The ${phase} Phase succeeded.`);
  return error(`The ${phase} Phase had errors.  See the above output for details.`);
}

/** State word in 14 columns, then the spec; these lines stay whole. */
function failures(failed: readonly { state: string; spec: string }[]): Message {
  return { as: 'lines', lines: failed.map((each) => `ERROR:       ${stateLine(each)}`) };
}

function stateLine(each: { state: string; spec: string }): string {
  const word = each.state.charAt(0).toUpperCase() + each.state.slice(1);
  return `${word.padEnd(14)}${each.spec}`;
}
