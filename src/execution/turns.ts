// Product after product (D4: one transaction each), with the events around them. A product that fails has been undone whole; it ends the
// execution, because what comes later may rest on it. The products before it stay; the rest is named as not done.

import { stopPoint } from '../host/signals.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Emit, Task } from '../model/events.ts';
import type { Plan, PlannedProduct } from '../model/plan.ts';

/** What became of a product. */
export interface Done {
  /** State its filesets are in now; '' for gone. */
  readonly state: string;
  /** Target keys of filesets whose scripts failed: loaded, but corrupt. */
  readonly corrupt?: ReadonlySet<string>;
}

/**
 * Runs `each` for every product between `execution.begin` and `execution.end`, then `last` if none threw; it may answer with how many
 * filesets it failed.
 * Answers true when nothing failed. Throws SdError `plan_stale` when the catalog moved on since the plan was made (D6); what a product throws as SdError becomes a finding.
 */
export async function inTurn(
  parts: { plan: Plan; catalog: Catalog; task: Task; emit: Emit },
  each: (product: PlannedProduct) => Promise<Done>,
  last: () => Promise<unknown> = async () => 0,
): Promise<boolean> {
  const { plan, task, emit } = parts;
  refuseStale(plan, parts.catalog);
  const filesets = plan.products.flatMap((product) => product.filesets);
  const total = (field: 'files' | 'bytes') => filesets.reduce((sum, fileset) => sum + fileset[field], 0);
  emit({ type: 'execution.begin', task, filesets: filesets.length, files: total('files'), bytes: total('bytes') });
  let errors = 0;
  let begun = 0;
  let broken = false;
  for (const [position, product] of plan.products.entries()) {
    await stopPoint();
    emit({ type: 'product.begin', task, spec: product.spec });
    for (const fileset of product.filesets) {
      begun += 1;
      emit({ type: 'fileset.begin', task, spec: fileset.spec, index: begun, of: filesets.length });
    }
    const done = await attempt(emit, product.spec, () => each(product));
    for (const fileset of product.filesets) {
      const ok = done !== undefined && !done.corrupt?.has(fileset.targetKey);
      if (!ok) errors += 1;
      emit({
        type: 'fileset.end',
        task,
        spec: fileset.spec,
        ok,
        state: !done ? 'unchanged' : ok ? done.state : 'corrupt',
      });
    }
    emit({ type: 'product.end', task, spec: product.spec, ok: done !== undefined });
    if (done) continue;
    errors += tellNotDone(emit, plan.products.slice(position + 1));
    broken = true;
    break;
  }
  if (!broken) errors += (await attempt(emit, '', async () => Number((await last()) ?? 0))) ?? 1;
  emit({
    type: 'execution.end',
    task,
    ok: errors === 0,
    target: plan.target,
    errors,
    warnings: 0,
    filesets: filesets.length,
  });
  return errors === 0;
}

/** A plan is for one generation of the target's catalog. */
export function refuseStale(plan: Plan, catalog: Catalog): void {
  if (catalog.generation === plan.generation) return;
  throw new SdError('plan_stale', {
    what: 'Nothing was done.',
    because: `The catalog of "${plan.target}" has changed since the analysis.`,
    todo: 'Run the command again.',
  });
}

async function attempt<Result>(emit: Emit, spec: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    const subjects = spec === '' ? {} : { subjects: [spec] };
    emit({ type: 'finding', finding: { severity: 'error', code: error.code, text: error.message, ...subjects } });
    return undefined;
  }
}

function tellNotDone(emit: Emit, rest: readonly PlannedProduct[]): number {
  if (rest.length === 0) return 0;
  const text = `${rest.length} more product${rest.length === 1 ? ' was' : 's were'} left alone because of the error before.`;
  emit({
    type: 'finding',
    finding: { severity: 'error', code: 'not_done', text, subjects: rest.map((product) => product.spec) },
  });
  return rest.reduce((sum, product) => sum + product.filesets.length, 0);
}
