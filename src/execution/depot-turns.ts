// Works through a depot plan product by product and tells of it (commands.md 6.3, 6.4; D4: one transaction a product).
// Promise: a failed product is as it was before and ends nothing but itself.

import { SdError } from '../model/error.ts';
import type { Emit, Task } from '../model/events.ts';
import type { Finding, Outcome, Plan, PlannedFileset, PlannedProduct } from '../model/plan.ts';
import type { FileRecord } from '../model/software.ts';
import type { Store } from '../store/store.ts';
import type { FileStep } from '../store/transaction-types.ts';

/** The open depot that is changed, and where to tell. */
export interface DepotParts {
  readonly store: Store;
  readonly emit: Emit;
  /** Seconds since 1970 for create_time and mod_time of what changes. */
  readonly now: number;
}

/** Stored files of one fileset at their depot-relative physical paths. */
export interface FilesetFiles {
  readonly spec: string;
  readonly files: readonly { readonly at: string; readonly file: FileRecord }[];
}

/** Tells of one product's files while its transaction runs. */
export interface Progress {
  /** For `Transaction.onFile`. */
  file(step: FileStep, bytes: number): void;
  /** Begins the filesets that had no file; call it after the transaction. */
  rest(): void;
}

/** Work on one product; `progressOf` makes the teller of its files, given in the order of `planned.filesets`. */
type Work = (planned: PlannedProduct, progressOf: (filesets: readonly FilesetFiles[]) => Progress) => Promise<void>;

/**
 * Runs `work` on each product between `execution.begin` and `execution.end`, then `last` when all went well.
 * `done` is the state a fileset ends in. Throws SdError `plan_stale` when the depot changed since the analysis.
 */
export async function inTurn(
  plan: Plan,
  parts: DepotParts,
  task: Task,
  done: string,
  work: Work,
  last: () => Promise<void>,
): Promise<Outcome> {
  refuseStale(plan, parts.store);
  const filesets = plan.products.flatMap((product) => product.filesets);
  const findings: Finding[] = [];
  parts.emit({
    type: 'execution.begin',
    task,
    filesets: filesets.length,
    files: sum(filesets, 'files'),
    bytes: sum(filesets, 'bytes'),
  });
  let before = 0;
  let errors = 0;
  for (const product of plan.products) {
    const first = before + 1;
    before += product.filesets.length;
    parts.emit({ type: 'product.begin', task, spec: product.spec });
    const ok = await attempt(parts.emit, findings, () =>
      work(product, (files) => progress(parts.emit, task, files, first, filesets.length)),
    );
    if (!ok) errors += product.filesets.length;
    for (const { spec } of product.filesets)
      parts.emit({ type: 'fileset.end', task, spec, ok, state: ok ? done : 'unchanged' });
    parts.emit({ type: 'product.end', task, spec: product.spec, ok });
  }
  if (errors === 0) await attempt(parts.emit, findings, last);
  const ok = findings.length === 0;
  parts.emit({ type: 'execution.end', task, ok, target: plan.target, errors, warnings: 0, filesets: filesets.length });
  return { exitCode: ok ? 0 : 1, plan, findings };
}

async function attempt(emit: Emit, findings: Finding[], work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    const finding: Finding = { severity: 'error', code: error.code, text: error.message };
    findings.push(finding);
    emit({ type: 'finding', finding });
    return false;
  }
}

/** Turns file steps into `fileset.begin` and `file.done`. `first` is the number of the product's first fileset in the session. */
function progress(emit: Emit, task: Task, filesets: readonly FilesetFiles[], first: number, of: number): Progress {
  const owner = new Map<string, { index: number; path: string }>();
  filesets.forEach((fileset, index) => {
    for (const { at, file } of fileset.files) owner.set(at, { index, path: file.path });
  });
  let begun = 0;
  const beginUpTo = (index: number) => {
    for (; begun <= index; begun += 1)
      emit({ type: 'fileset.begin', task, spec: filesets[begun]!.spec, index: first + begun, of });
  };
  return {
    file: (step, bytes) => {
      const known = owner.get(step.path);
      if (!known || (step.step !== 'place' && step.step !== 'remove')) return;
      beginUpTo(known.index);
      emit({ type: 'file.done', path: known.path, action: step.step, bytes });
    },
    rest: () => beginUpTo(filesets.length - 1),
  };
}

function refuseStale(plan: Plan, store: Store): void {
  if (plan.generation === store.catalog().generation) return;
  throw new SdError('plan_stale', {
    what: `The depot "${plan.target}" was not changed.`,
    because: 'It has changed since the analysis.',
    todo: 'Run the command again.',
    data: { planned: plan.generation, found: store.catalog().generation },
  });
}

function sum(filesets: readonly PlannedFileset[], what: 'files' | 'bytes'): number {
  return filesets.reduce((total, fileset) => total + fileset[what], 0);
}
