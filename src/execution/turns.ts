// Unit after unit, with the events around them. A unit is one product (D4: one transaction each), or products that cannot go without each
// other. One that fails has been undone whole; it ends the execution, because what comes later may rest on it. The units before it stay;
// the rest is named as not done.

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

/** Products that are whole or absent together; nearly always one. */
export type Unit = readonly [PlannedProduct, ...PlannedProduct[]];

/**
 * Runs `each` for every unit (default: every product by itself) between `execution.begin` and `execution.end`, then `last` if none threw; it may answer with how many
 * filesets it failed.
 * Answers true when nothing failed. Throws SdError `plan_stale` when the catalog moved on since the plan was made (D6); what a product throws as SdError becomes a finding.
 */
export async function inTurn(
  parts: { plan: Plan; catalog: Catalog; task: Task; emit: Emit; units?: readonly Unit[] },
  each: (unit: Unit) => Promise<Done>,
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
  const units = parts.units ?? plan.products.map((product): Unit => [product]);
  for (const [position, unit] of units.entries()) {
    await stopPoint();
    for (const product of unit) {
      emit({ type: 'product.begin', task, spec: product.spec });
      for (const fileset of product.filesets) {
        begun += 1;
        emit({ type: 'fileset.begin', task, spec: fileset.spec, index: begun, of: filesets.length });
      }
    }
    const done = await attempt(emit, unit.at(-1)!.spec, () => each(unit));
    for (const product of unit) errors += tellDone(emit, task, product, done);
    if (done) continue;
    errors += tellNotDone(emit, units.slice(position + 1).flat());
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

/** Answers how many of its filesets failed. */
function tellDone(emit: Emit, task: Task, product: PlannedProduct, done: Done | undefined): number {
  let errors = 0;
  for (const fileset of product.filesets) {
    const ok = done !== undefined && !done.corrupt?.has(fileset.targetKey);
    if (!ok) errors += 1;
    const state = !done ? 'unchanged' : ok ? done.state : 'corrupt';
    emit({ type: 'fileset.end', task, spec: fileset.spec, ok, state });
  }
  emit({ type: 'product.end', task, spec: product.spec, ok: done !== undefined });
  return errors;
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
