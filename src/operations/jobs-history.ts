// What the jobs of a queue did to one target, newest first: which job brought a fileset, from where, for what reason.
// Promise: a plan is read once and only when a question needs one so old; previews and sessions that came to no plan do not count.

import type { Job } from '../model/job.ts';
import { isWebLocation } from '../model/place.ts';
import type { Plan, PlannedFileset } from '../model/plan.ts';
import type { FilesetKey } from '../model/software.ts';
import { type JobQueue, jobs, planOf } from './jobs.ts';

/** A fileset that a job put on the target. */
export interface Brought {
  readonly job: Job;
  readonly plan: Plan;
  readonly fileset: PlannedFileset;
}

export class History {
  readonly #queue: JobQueue;
  /** Jobs whose plans are not read yet, oldest first. */
  readonly #unread: { job: Job; place: number }[];
  /** Newest first. */
  readonly #brought = new Map<FilesetKey, Brought[]>();

  /** `target` is the absolute path of a root, or with `depot` of a depot. */
  constructor(queue: JobQueue, target: string, depot: boolean) {
    this.#queue = queue;
    this.#unread = jobs(queue).flatMap((job) => {
      const place = job.targets.findIndex((each) => pathOf(each) === target);
      return place < 0 || job.preview || job.depot !== depot ? [] : [{ job, place }];
    });
  }

  /**
   * The newest job that put the fileset at `key`; only with this `spec` (fully qualified, or its beginning), only older than `before`,
   * where given. A job that took another back only restored what others brought, so it is named when nobody else is.
   */
  bringing(key: FilesetKey, spec?: string, before?: Job): Brought | undefined {
    const fits = ({ fileset, job }: Brought) =>
      (spec === undefined || fileset.spec === spec || fileset.spec.startsWith(`${spec},`)) &&
      (before === undefined || job.begin < before.begin);
    for (;;) {
      const found = this.#brought.get(key)?.find((each) => each.job.undoes === undefined && fits(each));
      if (found) return found;
      if (!this.#readOlder()) return this.#brought.get(key)?.find(fits);
    }
  }

  /** As bringing, and jobs that took another back count like all others. */
  newest(key: FilesetKey, spec: string): Brought | undefined {
    const found = () => this.#brought.get(key)?.find(({ fileset }) => fileset.spec === spec);
    while (!found() && this.#readOlder());
    return found();
  }

  /** Absolute paths of the depots that software came from, the latest first. */
  sources(): string[] {
    while (this.#readOlder());
    const all = [...this.#brought.values()].flat().sort((left, right) => right.job.begin - left.job.begin);
    return [...new Set(all.flatMap(({ job }) => (job.source === undefined ? [] : [pathOf(job.source)])))];
  }

  /** False when there is nothing older. */
  #readOlder(): boolean {
    const next = this.#unread.pop();
    if (!next) return false;
    const plan = planOf(this.#queue, next.job.jobid, next.place);
    if (plan?.verb !== 'install' && plan?.verb !== 'copy') return true;
    for (const fileset of plan.products.flatMap((product) => product.filesets)) {
      const known = this.#brought.get(fileset.targetKey) ?? [];
      this.#brought.set(fileset.targetKey, known);
      known.push({ job: next.job, plan, fileset });
    }
    return true;
  }
}

/** `host:/path` → `/path`; an address on the web stays. */
export function pathOf(place: string): string {
  if (isWebLocation(place)) return place;
  return place.slice(place.indexOf(':') + 1);
}
