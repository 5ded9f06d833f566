// Job: what a session leaves behind of itself (commands.md 14): who did what, when, how far it came and what came of it.
// Promise: plain JSON. Only what a listing shows is in here; plans and logs, which may be large, are files beside the record.

import type { Finding, Reason } from './plan.ts';
import type { StepState } from './steps.ts';

export interface JobRecord {
  /** HOST-NNNN. */
  readonly jobid: string;
  /** The command whose session it is (`swinstall`). */
  readonly command: string;
  /** What was typed: the command, or `swjob` for a session that takes another job back. */
  readonly program: string;
  readonly argv: readonly string[];
  /** `name@host`. */
  readonly user: string;
  readonly title: string;
  /** The job that this session takes back. */
  readonly undoes?: string;
  /** Milliseconds since 1970; `end` is absent while it runs, or when it was killed. Of a scheduled job `begin` is when it was made. */
  readonly begin: number;
  readonly end?: number;
  /** For a job of -Q: when it shall run, and when it was made. */
  readonly schedule?: number;
  readonly created?: number;
  /** As asked for. */
  readonly software: readonly string[];
  /** `host:/path`. */
  readonly targets: readonly string[];
  /** True when the targets are depots. */
  readonly depot: boolean;
  /** `host:/path`. */
  readonly source?: string;
  readonly preview: boolean;
  /** Controller log of the session. */
  readonly logfile: string;
  /** The process that runs it; a process id alone is used again, so its start time (clock ticks since boot) is kept too. */
  readonly pid: number;
  readonly start: string;
  readonly progress: JobProgress;
  /** Of a job of steps: those that were begun, in order. */
  readonly steps?: readonly StepState[];
  /** One per target that came to its end, in order. */
  readonly results: readonly JobResult[];
  readonly exitCode?: number;
}

export interface JobProgress {
  readonly phase: 'begin' | 'selection' | 'analysis' | 'execution';
  /** Filesets done and planned so far; both 0 before the execution. */
  readonly done: number;
  readonly planned: number;
}

export interface JobResult {
  /** `host:/path`. */
  readonly target: string;
  readonly exitCode: number;
  readonly errors: number;
  readonly warnings: number;
  /** The first of these errors and warnings; all are in the log. */
  readonly findings: readonly Finding[];
  /** Generation of the target's catalog before and after; absent when the session did not come so far. */
  readonly before?: number;
  readonly after?: number;
}

/** `scheduled`: nobody has begun it yet. `crashed`: it was begun, has no end, and its process is gone. */
export type JobState = 'scheduled' | 'active' | 'completed' | 'crashed';

export interface Job extends JobRecord {
  readonly state: JobState;
}

/** `install`, `copy`, `remove`, `verify`, `config`. */
export function operationOf(job: Pick<JobRecord, 'command'>): string {
  return job.command.replace(/^sw/, '');
}

/** `success`, `warnings` or `errors`; '' while nothing is known. */
export function resultOf(job: Job, target?: string): string {
  const results = target === undefined ? job.results : job.results.filter((each) => each.target === target);
  if (job.state === 'crashed') return 'errors';
  if (job.state === 'active' || job.state === 'scheduled') return '';
  // 2 may stand for warnings only; 1, and what a signal leaves (130, 143), may come before any target has a result.
  const failed = target === undefined && ![undefined, 0, 2].includes(job.exitCode);
  if (failed || results.some((each) => each.exitCode !== 0)) return 'errors';
  return results.some((each) => each.warnings > 0) ? 'warnings' : 'success';
}

/** One step of an answer to "why is this installed": `name` (PRODUCT.FILESET) came with `job`, for this reason. */
export interface WhyLink {
  readonly name: string;
  readonly reason: Reason;
  readonly job: Job;
}

/** What the catalog alone tells of an installed fileset that no job of the queue brought. */
export interface WhyUnknown {
  readonly name: string;
  /** install_date: CCYYMMDDhhmm.ss; '' when the catalog does not say. */
  readonly date: string;
  readonly source: string;
  /** Installed filesets that need it now. */
  readonly neededBy: readonly { readonly name: string; readonly relation: string; readonly spec: string }[];
  /** For a patch: what it is applied to. */
  readonly appliedTo: readonly string[];
}

/** Why these installed filesets (fully qualified specs) are there: from themselves to what was asked for. */
export interface Why {
  readonly specs: readonly string[];
  readonly links: readonly WhyLink[];
  /** Set when the chain ends before somebody asked for something. */
  readonly unknown?: WhyUnknown;
}
