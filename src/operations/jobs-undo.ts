// Taking a job back (swjob -a undo; evidence/ecosystem.md "History and undo"): a job's record becomes sessions that undo what it did.
//
//   it installed or copied something new   removed again; a patch is rolled back
//   it put a version in another's place    the old version comes back from the depot it once came from, as a downdate
//   it removed or rolled back              everything comes back from the depots it came from, oldest job first
//
// Promise: nothing is changed here; refused with an ERROR finding for each reason when the job has not succeeded, when a later job stands
// on its work, or when no recorded depot holds what must come back. What analysis then says of each step is the caller's to look at.

import { openDepot } from '../depot/open.ts';
import { installedCatalog } from '../ipd/ipd.ts';
import { adminDirectory } from '../ipd/place.ts';
import type { Catalog } from '../model/catalog.ts';
import { type Job, operationOf, resultOf } from '../model/job.ts';
import { lookUp } from '../model/patches.ts';
import type { Finding, Plan, PlannedFileset } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import type { FilesetKey } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { contentsOf } from '../selection/match.ts';
import { type JobQueue, planOf } from './jobs.ts';
import { type Brought, History, pathOf } from './jobs-history.ts';
import { type ComesBack, restoreSteps } from './jobs-restore.ts';

/** One session of an undo. */
export interface UndoStep {
  readonly verb: 'install' | 'copy' | 'remove';
  /** Absolute path. */
  readonly target: string;
  readonly depot: boolean;
  /** Absolute path of a depot; for install and copy. */
  readonly source?: string;
  /** Fully qualified specs. */
  readonly software: readonly string[];
  /** Options that make the session do exactly this. */
  readonly options: Partial<EngineOptions>;
  /** Target keys of filesets that may leave the target with it. */
  readonly own: ReadonlySet<FilesetKey>;
  /** False when it rests on what the step before it will bring, so that it cannot be analysed yet. */
  readonly now: boolean;
}

export interface Undo {
  /** In order; empty when refused. */
  readonly steps: readonly UndoStep[];
  readonly findings: readonly Finding[];
}

/**
 * The sessions that take `job` back on the targets `wanted` (`host:/path`). `admin` is the option admin_directory.
 * Throws what opening depots and catalogs throws.
 */
export async function planUndo(
  queue: JobQueue,
  job: Job,
  { admin, wanted }: { admin: string; wanted: readonly string[] | 'all' },
): Promise<Undo> {
  const refused = notUndoable(job);
  if (refused !== undefined) return { steps: [], findings: [refusal(job, refused)] };
  const steps: UndoStep[] = [];
  const findings: Finding[] = [];
  for (const [place, target] of job.targets.entries()) {
    const plan = wanted === 'all' || wanted.includes(target) ? planOf(queue, job.jobid, place) : undefined;
    if (!plan || plan.products.length === 0) continue;
    const path = pathOf(target);
    const undoing = new Undoing(
      job,
      plan,
      await catalogOf(path, job.depot, admin),
      new History(queue, path, job.depot),
      admin,
    );
    steps.push(...(await undoing.steps()));
    findings.push(...undoing.findings);
  }
  const failed = findings.some((finding) => finding.severity === 'error');
  if (steps.length === 0 && !failed) findings.push(refusal(job, 'there is nothing to take back.'));
  return { steps: failed ? [] : steps, findings };
}

/** The job that put what stands at `key` on a target, `spec` or one that begins so; for messages. Undefined when none tells. */
export function bringer(queue: JobQueue, step: UndoStep, key: FilesetKey, spec: string): Job | undefined {
  return new History(queue, step.target, step.depot).bringing(key, spec)?.job;
}

function notUndoable(job: Job): string | undefined {
  const operation = operationOf(job);
  if (job.state === 'active') return 'it is still running.';
  if (job.state === 'crashed') return 'it did not come to its end.  Remove by name what it should not have brought.';
  if (!['install', 'copy', 'remove'].includes(operation)) {
    const how = operation === 'config' ? '  "swconfig -u" unconfigures software.' : '';
    return `a session of ${job.command} brings and removes nothing.${how}`;
  }
  if (job.preview) return 'it was a preview and changed nothing.';
  if (resultOf(job) === 'errors') {
    return 'it ended with errors, so that not all of its plan was done.  Remove or install by name what is to change.';
  }
  return undefined;
}

async function catalogOf(path: string, depot: boolean, admin: string): Promise<Catalog> {
  if (!depot) return installedCatalog(path, adminDirectory(path, admin)).catalog;
  const opened = await openDepot(path);
  opened.close();
  return opened.catalog;
}

/** One target of a job being taken back. */
class Undoing {
  readonly findings: Finding[] = [];
  readonly #job: Job;
  readonly #plan: Plan;
  readonly #catalog: Catalog;
  readonly #history: History;
  readonly #admin: string;

  constructor(job: Job, plan: Plan, catalog: Catalog, history: History, admin: string) {
    this.#job = job;
    this.#plan = plan;
    this.#catalog = catalog;
    this.#history = history;
    this.#admin = admin;
  }

  async steps(): Promise<UndoStep[]> {
    const done = this.#plan.products.flatMap((product) => product.filesets);
    if (this.#plan.verb === 'remove') return this.#restore(this.#stillGone(done), false, new Set());
    const standing = done.filter((fileset) => this.#standsAsLeft(fileset));
    const own = new Set(standing.map((fileset) => fileset.targetKey));
    const came = standing.filter((fileset) => fileset.replaces === undefined);
    const back = standing.flatMap(({ targetKey, replaces }) =>
      replaces === undefined ? [] : [{ key: targetKey, spec: replaces }],
    );
    const dropped = this.#plan.products
      .filter((product) => product.filesets.some((fileset) => own.has(fileset.targetKey)))
      .flatMap((product) => product.drops.map((key, index) => ({ key, spec: product.dropped?.[index] ?? '' })));
    const restored = await this.#restore([...back, ...dropped.filter((each) => !own.has(each.key))], true, own);
    return [...(came.length > 0 ? [this.#removeStep(came, own)] : []), ...restored];
  }

  /** What a job brought is taken back only while it is there as that job left it. */
  #standsAsLeft(fileset: PlannedFileset): boolean {
    if (fileset.replaces === fileset.spec) {
      this.findings.push(note(`"${fileset.spec}" was there before and was only loaded again.`));
      return false;
    }
    const there = lookUp(this.#catalog, fileset.targetKey);
    if (!there) {
      this.findings.push(note(`"${fileset.spec}" is not there any more.`));
      return false;
    }
    const now = qualified(there.product, there.fileset);
    if (now !== fileset.spec) {
      const by = this.#history.bringing(fileset.targetKey, now)?.job;
      this.findings.push(
        refusal(this.#job, `"${fileset.spec}" has given way to "${now}"${by ? ` with the job ${by.jobid}` : ''}.`),
      );
      return false;
    }
    const newest = this.#history.newest(fileset.targetKey, fileset.spec);
    const latest = this.#bringer(fileset);
    if (!latest || [newest, latest].some((each) => each?.job.jobid === this.#job.jobid)) return true;
    this.findings.push(
      refusal(this.#job, `"${fileset.spec}" has gone and come again with the job ${latest.job.jobid}.`),
    );
    return false;
  }

  /** The job that brought what is there; one that only loaded the same again does not count. */
  #bringer({ targetKey, spec }: PlannedFileset): Brought | undefined {
    let latest = this.#history.bringing(targetKey, spec);
    while (latest && latest.fileset.replaces === spec) latest = this.#history.bringing(targetKey, spec, latest.job);
    return latest;
  }

  #stillGone(removed: readonly PlannedFileset[]): ComesBack[] {
    return removed.flatMap(({ targetKey, spec }) => {
      const there = lookUp(this.#catalog, targetKey);
      if (!there) return [{ key: targetKey, spec }];
      const now = qualified(there.product, there.fileset);
      this.findings.push(
        now === spec
          ? note(`"${spec}" is there again already.`)
          : refusal(this.#job, `"${now}" has taken the place of "${spec}" since then.`),
      );
      return [];
    });
  }

  #removeStep(came: readonly PlannedFileset[], own: ReadonlySet<FilesetKey>): UndoStep {
    const bundles = this.#catalog.bundles().filter((bundle) => {
      if (!this.#plan.bundles?.includes(bundle.id)) return false;
      const held = contentsOf(bundle, this.#catalog).filesets;
      return held.every((key) => own.has(key));
    });
    const bundleSpecs = bundles.map((bundle) =>
      qualified({ ...bundle, subproducts: [], filesets: [], controlFiles: [] }),
    );
    return {
      verb: 'remove',
      target: this.#plan.target,
      depot: this.#job.depot,
      software: [...came.map((fileset) => fileset.spec), ...bundleSpecs],
      options: {
        allow_split_patches: true,
        autoselect_dependents: false,
        autoselect_reference_bundles: true,
        enforce_dependencies: true,
        enforce_selections: true,
      },
      own,
      now: true,
    };
  }

  async #restore(wanted: readonly ComesBack[], downdate: boolean, own: ReadonlySet<FilesetKey>): Promise<UndoStep[]> {
    if (wanted.length === 0) return [];
    const restored = await restoreSteps({
      job: this.#job,
      wanted,
      history: this.#history,
      admin: this.#admin,
      bundles: this.#plan.bundles ?? [],
    });
    for (const because of restored.missing) this.findings.push(refusal(this.#job, because, 'undo_source_missing'));
    return restored.parts.map(({ source, software }, index) => ({
      verb: this.#job.depot ? 'copy' : 'install',
      target: this.#plan.target,
      depot: this.#job.depot,
      source,
      software,
      options: restoring(downdate, (this.#plan.bundles ?? []).length > 0),
      own,
      now: index === 0,
    }));
  }
}

/** What was there before comes back exactly: nothing is chosen along, and what was accepted then is accepted again. */
function restoring(downdate: boolean, bundles: boolean): Partial<EngineOptions> {
  return {
    allow_downdate: downdate,
    allow_incompatible: true,
    allow_multiple_versions: true,
    allow_split_patches: true,
    autoselect_dependencies: 'false',
    autoselect_patches: false,
    autoselect_reference_bundles: bundles,
    enforce_locatable: false,
    enforce_selections: true,
    match_target: false,
    patch_match_target: false,
    patch_save_files: true,
    reinstall: false,
  };
}

/** The ERROR of a job that cannot be taken back. */
export function refusal(job: Job, because: string, code = 'undo_refused'): Finding {
  return {
    severity: 'error',
    code,
    text: `The job "${job.jobid}" cannot be taken back: ${because}`,
    subjects: [job.jobid],
  };
}

function note(text: string): Finding {
  return { severity: 'note', code: 'undo_passed_over', text };
}
