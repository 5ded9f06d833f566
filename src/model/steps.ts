// A job of ordered steps: what became of each (other-systems.md D.2 "upgrade runner"). Plain JSON, kept on disk between two runs.

/**
 * `skipped`: there was nothing to do. `ignored`: the operator left it out. `failed_ignored`: it failed and the operator went on. `undone`: it was done and taken back.
 */
export type StepResult = 'done' | 'skipped' | 'ignored' | 'failed_ignored' | 'failed' | 'undone';

/** One step as it stands. Begun without a result: it runs, or its process died in it. Neither: its turn has not come. */
export interface StepState {
  readonly name: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly begin?: number;
  readonly end?: number;
  readonly result?: StepResult;
  /** Why it failed, in whole sentences. */
  readonly because?: string;
  /** What it leaves behind until the step `until` was done. */
  readonly leaves?: { readonly until: string; readonly text: string };
}

/** True for a step that a resumed job does not run again. */
export function isSettled({ result }: StepState): boolean {
  return result === 'done' || result === 'skipped' || result === 'ignored' || result === 'failed_ignored';
}

/** What steps leave behind as long as their counterparts have not been done, as sentences. */
export function remaining(steps: readonly StepState[]): string[] {
  return steps.flatMap(({ begin, result, leaves }) => {
    if (leaves === undefined || begin === undefined) return [];
    if (['ignored', 'skipped', 'undone'].includes(result ?? '')) return [];
    return steps.some((each) => each.name === leaves.until && each.result === 'done') ? [] : [leaves.text];
  });
}

/** `done`, `failed-ignored` ..., `interrupted` or `pending`, as listings print it. `alive`: the job's process runs. */
export function stepWord(state: StepState, alive: boolean): string {
  if (state.result !== undefined) return state.result.replace('_', '-');
  if (state.begin === undefined) return 'pending';
  return alive ? 'running' : 'interrupted';
}
