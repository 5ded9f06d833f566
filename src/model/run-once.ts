// Software that acts instead of staying: a fileset with `run_once true` is installed at most once on a root, whatever its scripts say, and its
// record in the IPD tells of the run. A fileset with `tombstone true` withdraws what another depot has under its name.
// Promise: pure rules; the run itself is execution's (execution/run-once.ts).

import { flag, text } from './attributes.ts';
import { type Fileset, type Product, tagOf } from './software.ts';

/** Control file of an installed fileset that holds what its run said. */
export const RUN_OUTPUT = 'run_output';

/** True for a fileset that is never installed a second time on one root. */
export function runsOnce(fileset: Pick<Fileset, 'attributes'>): boolean {
  return flag(fileset.attributes, 'run_once');
}

/** True for a fileset that cannot be installed and replaces, in a depot, what has its name. */
export function isTombstone(fileset: Pick<Fileset, 'attributes'>): boolean {
  return flag(fileset.attributes, 'tombstone');
}

/** What conditions know it by: run_id, which takes words that no tag may be, else the product's tag. */
export function runId(product: Pick<Product, 'attributes'>, fileset: Pick<Fileset, 'attributes'>): string {
  return text(fileset.attributes, 'run_id') || tagOf(product);
}

/** What an IPD knows of one run. Times are ISO 8601 in UTC with milliseconds. */
export interface Run {
  /** State of the fileset: transient while it runs, or when nothing was recorded any more. */
  readonly state: string;
  readonly began: string;
  /** '' while it runs, and for ever when it was cut off. */
  readonly ended: string;
  /** Absent as long as `ended` is ''. */
  readonly exit?: number;
}

/** The run of an installed fileset. */
export function runOf(fileset: Pick<Fileset, 'attributes'>): Run {
  const { attributes } = fileset;
  const exit = text(attributes, 'run_exit');
  return {
    state: text(attributes, 'state'),
    began: text(attributes, 'run_began'),
    ended: text(attributes, 'run_ended'),
    ...(exit === '' ? {} : { exit: Number(exit) }),
  };
}
