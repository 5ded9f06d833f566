// The job of a session that runs: its record follows what the session says (commands.md 14).
// Promise: nothing here stops a session. A plan that is about to be executed is on disk first, durably, and so is the end of a session
// that changed something; progress in between is written with each phase and then with every twentieth part of the filesets.

import { rmSync } from 'node:fs';
import { hasErrno, reasonOf } from '../model/error.ts';
import type { SdEvent } from '../model/events.ts';
import type { JobProgress, JobRecord, JobResult } from '../model/job.ts';
import { operationOf } from '../model/job.ts';
import type { Outcome, Plan } from '../model/plan.ts';
import type { StepState } from '../model/steps.ts';
import { processStart } from '../store/holder.ts';
import { type JobQueue, logFile, removeJob, reserveId, scheduleFile, writePlan, writeRecord } from './jobs.ts';
import { claim } from './schedule.ts';

/** What a session knows of itself when it begins. */
export type JobBeginning = Omit<JobRecord, 'jobid' | 'pid' | 'start' | 'progress' | 'results' | 'end' | 'exitCode'>;

/** Errors and warnings that a record quotes for each target. */
const QUOTED = 20;
/** How often an execution writes its progress. */
const STEPS = 20;

/** Takes the next free id and writes the record of a beginning session. Throws the errno error of the file system. */
export function beginJob(queue: JobQueue, about: JobBeginning): RunningJob {
  const record: JobRecord = {
    jobid: reserveId(queue),
    ...about,
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    progress: { phase: 'begin', done: 0, planned: 0 },
    results: [],
  };
  writeRecord(queue, record, false);
  return new RunningJob(queue, record);
}

/**
 * Begins a job that was scheduled: it keeps its id, title and dates. Of several that try one succeeds, and a job that was begun once is
 * never begun again. Throws SdError `job_not_scheduled`, and the errno error of the file system.
 */
export function beginScheduled(queue: JobQueue, job: JobRecord, about: JobBeginning): RunningJob {
  claim(queue, job.jobid);
  const { title, schedule, created = job.begin } = job;
  const record: JobRecord = {
    ...about,
    jobid: job.jobid,
    title,
    created,
    ...(schedule === undefined ? {} : { schedule }),
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    progress: { phase: 'begin', done: 0, planned: 0 },
    results: [],
  };
  writeRecord(queue, record, true);
  rmSync(scheduleFile(queue, job.jobid, 'asked'), { force: true });
  return new RunningJob(queue, record);
}

export class RunningJob {
  readonly #queue: JobQueue;
  #record: JobRecord;
  /** True once a plan was to be executed. */
  #changes = false;
  #failure: string | undefined;

  constructor(queue: JobQueue, record: JobRecord) {
    this.#queue = queue;
    this.#record = record;
  }

  get jobid(): string {
    return this.#record.jobid;
  }

  /** Files for the session's own part of the logs; `place` numbers the targets from 0. */
  logFile(place?: number): string {
    return logFile(this.#queue, this.jobid, place);
  }

  /** Hears what the session on target number `place` says. */
  heard(event: SdEvent, place: number): void {
    const { progress } = this.#record;
    const { done, planned } = progress;
    if (event.type === 'selection.begin') this.#reached({ ...progress, phase: 'selection' });
    else if (event.type === 'analysis.begin') this.#reached({ ...progress, phase: 'analysis' });
    else if (event.type === 'analysis.end') this.#keepPlan(event.plan, place, event.preview);
    else if (event.type === 'execution.begin') {
      this.#reached({ phase: 'execution', done, planned: planned + event.filesets });
    } else if (event.type === 'fileset.begin' && event.task === 'verify') {
      // A verification has no plan; its first fileset tells how many there are.
      if (event.index === 1) this.#reached({ phase: 'execution', done, planned: planned + event.of });
    } else if (event.type === 'step.begin') {
      const { name, title, time, of } = event;
      this.#step({ name, title, begin: time }, { phase: 'execution', done, planned: of });
    } else if (event.type === 'step.end') {
      const { name, title, result, time, because } = event;
      const state = { name, title, end: time, result, ...(because === undefined ? {} : { because }) };
      this.#step(state, { phase: 'execution', done: done + 1, planned: Math.max(planned, done + 1) });
    } else if (event.type === 'fileset.end' && this.#counts(event.task)) {
      this.#record = { ...this.#record, progress: { ...progress, done: done + 1 } };
      const part = (count: number) => Math.floor((count * STEPS) / planned);
      if (part(done + 1) > part(done)) this.#write(false);
    }
  }

  /** Completes the record; with `forget` (autoremove_job) removes the job. Returns why the job is not whole, if it is not. */
  end(outcomes: readonly Outcome[], exitCode: number, forget: boolean): string | undefined {
    if (forget) {
      this.#attempt(() => removeJob(this.#queue, this.jobid));
      return this.#failure;
    }
    const results = outcomes.map((outcome, place) => resultOf(this.#record.targets[place] ?? '', outcome));
    this.#record = { ...this.#record, end: Date.now(), exitCode, results };
    this.#write(this.#changes);
    return this.#failure;
  }

  /** A step that began or ended. */
  #step(state: StepState, progress: JobProgress): void {
    const steps = this.#record.steps ?? [];
    const known = steps.find((each) => each.name === state.name);
    const others = known ? steps.filter((each) => each !== known) : steps;
    this.#record = { ...this.#record, progress, steps: [...others, { ...known, ...state }] };
    this.#changes = true;
    this.#write(true);
  }

  /** Configuration that follows an installation is not counted twice. */
  #counts(task: string): boolean {
    return task.includes(operationOf(this.#record));
  }

  #keepPlan(plan: Plan, place: number, preview: boolean): void {
    const changes = !preview && plan.products.length > 0;
    this.#attempt(() => writePlan(this.#queue, this.jobid, place, plan, changes));
    if (!changes) return;
    this.#changes = true;
    this.#write(true);
  }

  #reached(progress: JobProgress): void {
    this.#record = { ...this.#record, progress };
    this.#write(false);
  }

  #write(durable: boolean): void {
    this.#attempt(() => writeRecord(this.#queue, this.#record, durable));
  }

  /** A full disk costs the job, not the session. */
  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!hasErrno(error, 'ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR')) throw error;
      this.#failure ??= reasonOf(error);
    }
  }
}

function resultOf(target: string, { exitCode, findings, plan, generation }: Outcome): JobResult {
  const said = findings.filter((finding) => finding.severity !== 'note');
  const errors = said.filter((finding) => finding.severity === 'error').length;
  return {
    target,
    exitCode,
    errors,
    warnings: said.length - errors,
    findings: said.slice(0, QUOTED),
    ...(plan ? { before: plan.generation } : {}),
    ...(generation === undefined ? {} : { after: generation }),
  };
}
