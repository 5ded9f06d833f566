// A plan as a bordered table: what `swjob -a plan` shows of a job, and what an undo is about to do.

import type { Plan, PlannedFileset } from '../model/plan.ts';
import { reasonText } from './reasons.ts';
import { table } from './terminal.ts';

/** A table of the plan's filesets in order, then those that stay as they are; `why` is the last column. */
export function planTable(
  plan: Plan,
  why: (fileset: PlannedFileset) => string = (fileset) => fileset.because ?? reasonText(fileset.reason),
): Promise<string[]> {
  const rows = [
    ...plan.products.flatMap((product) => [
      ...product.filesets.map((fileset) => row(fileset.action, fileset.spec, why(fileset))),
      ...(product.dropped ?? []).map((spec) => row('drop', spec, `goes with the ${product.tag} that was there`)),
    ]),
    ...plan.left.map((fileset) => row(fileset.action, fileset.spec, why(fileset))),
  ];
  return table(['Action', 'Fileset', 'Revision', 'Why'], rows);
}

/** The same columns for software of which only the specs are known. */
export function specTable(action: string, specs: readonly string[], why: string): Promise<string[]> {
  return table(
    ['Action', 'Fileset', 'Revision', 'Why'],
    specs.map((spec) => row(action, spec, why)),
  );
}

function row(action: string, spec: string, why: string): string[] {
  return [action, spec.split(',')[0]!, revisionOf(spec), why];
}

/** Of the fileset, else of the product. */
function revisionOf(spec: string): string {
  return /,fr=([^,]*)/.exec(spec)?.[1] ?? /,r=([^,]*)/.exec(spec)?.[1] ?? '';
}
