// A session with --json: its outcome as the one document on stdout, whatever became of it. What people read goes to stderr and the logs.

import { SdError } from '../model/error.ts';
import type { Emit, SdEvent } from '../model/events.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import { findingData, printDocument } from '../report/json.ts';
import { planData } from '../report/json-plan.ts';
import { print } from '../report/terminal.ts';
import { argument, has, type Invocation } from './declaration.ts';
import type { Work } from './work.ts';

/** What has become of one fileset. */
interface FilesetState {
  readonly software_spec: string;
  readonly state: string;
}

export class SessionDocument {
  private readonly work: Work;
  /** By target number: spec → last state told. */
  private readonly states: Map<string, FilesetState>[];

  constructor(work: Work) {
    this.work = work;
    this.states = work.targets.map(() => new Map());
  }

  /** Listens to the events of target number `place`. */
  heard(emit: Emit, place: number): Emit {
    return (event) => {
      const told = stateIn(event);
      if (told) this.states[place]!.set(told.software_spec, told);
      emit(event);
    };
  }

  /** `said` are findings of no target. */
  print(parts: { jobid?: string; outcomes: readonly Outcome[]; said: readonly Finding[]; exitCode: number }): void {
    const { invocation, options, software, source, targets } = this.work;
    const { caller, command } = invocation;
    printDocument('session', {
      command,
      host: caller.host,
      user: caller.user,
      jobid: parts.jobid ?? null,
      preview: options.values.preview,
      source: source ?? null,
      software,
      targets: targets.map((target, place) => this.target(target, place, parts.outcomes[place])),
      findings: parts.said.map(findingData),
      exit_code: parts.exitCode,
    });
  }

  private target(target: string, place: number, outcome: Outcome | undefined): object {
    return {
      target,
      exit_code: outcome?.exitCode ?? null,
      plan: outcome?.plan ? planData(outcome.plan) : null,
      filesets: [...this.states[place]!.values()],
      findings: (outcome?.findings ?? []).map(findingData),
      generation: outcome?.generation ?? null,
      reclaimed: outcome?.reclaimed ?? null,
    };
  }
}

function stateIn(event: SdEvent): FilesetState | undefined {
  if (event.type === 'fileset.state') return { software_spec: event.spec, state: event.state };
  return event.type === 'fileset.end' ? { software_spec: event.spec, state: event.state } : undefined;
}

/** The document where --json asks for one. Throws SdError `bad_usage` with -Q, which has no outcome yet. */
export function documentFor(work: Work): SessionDocument | undefined {
  if (!has(work.invocation, '--json')) return undefined;
  if (argument(work.invocation, '-Q') === undefined) return new SessionDocument(work);
  throw new SdError('bad_usage', {
    what: '"--json" tells what a session has done, and "-Q" only schedules one.',
    todo: 'Leave out --json; "swjob --json" shows the job.',
  });
}

/** Where the reporter's lines go: stdout belongs to the document. */
export function linesFor(invocation: Invocation): {
  terminal?: (stream: 'stdout' | 'stderr', lines: readonly string[]) => void;
} {
  if (!has(invocation, '--json')) return {};
  return {
    terminal: (stream, lines) => {
      if (stream === 'stderr') print('stderr', lines);
    },
  };
}
