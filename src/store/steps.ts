// A file step as the journal keeps it: all that undo and redo need, no content. Plain JSON, paths relative to the anchor.

import { dirname } from 'node:path';
import type { FileStep, PlacedAs } from './transaction-types.ts';

export type JournalStep =
  | { readonly step: 'directory'; readonly path: string; readonly as: PlacedAs; readonly made: boolean }
  /** place, symlink, hardlink, node and restore are one thing once staged: rename `stage` over `path`. */
  | {
      readonly step: 'put';
      readonly path: string;
      readonly stage: string;
      readonly save?: string;
      readonly copySave?: boolean;
      /** The stage may be one of several names of what is at the path. */
      readonly linked?: boolean;
    }
  | { readonly step: 'attributes'; readonly path: string; readonly as: PlacedAs }
  | { readonly step: 'remove'; readonly path: string; readonly save?: string }
  | { readonly step: 'rename'; readonly path: string; readonly to: string }
  | { readonly step: 'rmdir'; readonly path: string };

/** Name of the n-th temporary object of a session, beside `path`. */
export function temporaryName(path: string, session: string, n: number): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}.sw~${session}~${n}`;
}

/**
 * The journal's form of the steps. `missing` says whether a directory is not there yet. What goes into a directory that the transaction
 * itself makes is staged under its final name: the directory is closed to others until its attributes are given, last of all. Only the
 * first step of a path can have it.
 */
export function journalSteps(
  steps: readonly FileStep[],
  session: string,
  missing: (path: string) => boolean,
): JournalStep[] {
  const made = new Set<string>();
  const taken = new Set<string>();
  return steps.map((step, n): JournalStep => {
    switch (step.step) {
      case 'directory': {
        const isMade = missing(step.path);
        if (isMade) made.add(step.path);
        return { step: 'directory', path: step.path, as: step.as, made: isMade };
      }
      case 'attributes':
      case 'remove':
      case 'rename':
      case 'rmdir':
        return step;
      default: {
        const final = made.has(dirname(step.path)) && !taken.has(step.path);
        if (final) taken.add(step.path);
        return {
          step: 'put',
          path: step.path,
          stage: final ? step.path : temporaryName(step.path, session, n),
          ...('save' in step && step.save !== undefined ? { save: step.save } : {}),
          ...('copySave' in step && step.copySave === true ? { copySave: true } : {}),
          ...(step.step === 'hardlink' || step.step === 'restore' ? { linked: true } : {}),
        };
      }
    }
  });
}

/** Directories whose entries the steps change, anchor-relative ('.' is the anchor). */
export function directoriesOf(steps: readonly JournalStep[]): Set<string> {
  const result = new Set<string>();
  for (const step of steps) {
    result.add(dirname(step.path));
    if (step.step === 'directory') result.add(step.path);
    if (step.step === 'rename') result.add(dirname(step.to));
    if ('save' in step && step.save !== undefined) result.add(dirname(step.save));
  }
  return result;
}
