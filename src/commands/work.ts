// What a command hands over to be done, and what its job's record and queue are.

import { join } from 'node:path';
import { placeOf } from '../model/place.ts';
import type { JobQueue } from '../operations/jobs.ts';
import type { JobBeginning } from '../operations/jobs-running.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import type { Watcher } from '../report/watcher.ts';
import type { Invocation } from './declaration.ts';

export interface Work {
  readonly invocation: Invocation;
  readonly options: ResolvedOptions;
  readonly software: readonly string[];
  /** Absolute paths (swpackage: also `|command`). */
  readonly targets: readonly string[];
  readonly source?: string;
  /** True for the commands that leave a job: swinstall, swcopy, swremove, swverify, swconfig. */
  readonly job: boolean;
  /** True when the targets are depots; the job keeps it. */
  readonly depot?: boolean;
  /** The terminal interface, where it runs the session. */
  readonly watcher?: Watcher;
  /** For a session of `swjob -a undo`: what was typed, and the job that is taken back. */
  readonly undo?: Pick<JobBeginning, 'program' | 'argv' | 'undoes'>;
}

/** The queue of jobs below this user's admin directory. */
export function queueOf({ caller }: Invocation, options: ResolvedOptions): JobQueue {
  return {
    directory: join(options.ownDirectory, 'queue'),
    host: caller.host,
    reuseShort: options.values.reuse_short_job_numbers,
  };
}

/** What a job's record says of its session from the beginning. */
export function aboutJob({ invocation, options, ...work }: Work): JobBeginning {
  const { caller } = invocation;
  return {
    command: invocation.command,
    ...(work.undo ?? { program: invocation.command, argv: invocation.argv }),
    user: `${caller.user}@${caller.host}`,
    title: options.values.job_title,
    begin: Date.now(),
    software: work.software,
    targets: work.targets.map((target) => placeOf(caller.host, target)),
    depot: work.depot ?? false,
    ...(work.source === undefined ? {} : { source: placeOf(caller.host, work.source) }),
    preview: options.values.preview,
    logfile: options.values.logfile,
  };
}
