// autorecover: a product that was loaded can be taken back while its postinstall scripts run (commands.md 6.2 Recovery).
//
//   before the load     whatever a step replaces or removes is also kept, as a hard link, in <admin>/recover
//   scripts succeed     that directory goes
//   a script fails      one more transaction puts files and catalog back as they were
//   the session dies    the files stay loaded, the filesets are corrupt (interrupted.ts), the directory goes with the next installation
//
// Not brought back: an empty directory that a file took the place of, and what scripts did themselves; for that there are undo scripts.

import { readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { CatalogOp } from '../model/change.ts';
import { hasErrno } from '../model/error.ts';
import type { FileStep, PlacedAs } from '../store/transaction-types.ts';
import { inverse } from './inverse.ts';
import { type Load, ownDirectory } from './load.ts';
import { adminInRoot, installed, lstatIn, physical, type RootSession } from './session.ts';

export interface Recoverable {
  /** The same load, keeping what it replaces. */
  readonly load: Load;
  /** Puts everything back, in one transaction; for after the load's own. */
  takeBack(label: string): Promise<void>;
}

/** Prepares a load so that it can be taken back. */
export function recoverable(session: RootSession, load: Load): Recoverable {
  const area = areaOf(session);
  const undo: Undo = { directories: [], files: [], emptied: [], kept: [] };
  const steps = load.steps.map((step, index) => keeping(step, `${area}/${index}`, lstatIn(session, step.path), undo));
  const made: FileStep[] = lstatIn(session, area) ? [] : [{ step: 'directory', path: area, as: ownDirectory() }];
  let back: CatalogOp[] = [];
  return {
    load: {
      look: load.look,
      steps: [...made, ...steps],
      change: (staged) => {
        const change = load.change(staged);
        // The catalog is live: what it says now is what has to come back.
        back = inverse(change, installed(session));
        return change;
      },
    },
    takeBack: async (label) => {
      const files = stepsBack(undo, area);
      await session.store.apply({ label, files, change: () => back });
      session.paths.forget();
    },
  };
}

/** Takes away what a load has kept, of this session or of one that died. */
export async function forgetKept(session: RootSession): Promise<void> {
  const area = areaOf(session);
  const names = entriesOf(join(session.root, area));
  if (!names) return;
  const files: FileStep[] = names.map((name) => ({ step: 'remove', path: `${area}/${name}` }));
  await session.store.apply({
    label: 'forget kept files',
    files: [...files, { step: 'rmdir', path: area }],
    change: () => [],
  });
}

function areaOf(session: RootSession): string {
  return physical(session, `${adminInRoot(session)}/recover/.`);
}

/** The steps back, by when they have their turn. */
interface Undo {
  readonly directories: FileStep[];
  readonly files: FileStep[];
  readonly emptied: string[];
  readonly kept: string[];
}

/** The step itself, keeping at `keep` what it takes away; notes how to take it back. */
function keeping(step: FileStep, keep: string, before: Stats | undefined, undo: Undo): FileStep {
  const { path } = step;
  switch (step.step) {
    case 'directory':
      if (!before) undo.emptied.push(path);
      else if (before.isDirectory()) undo.directories.push(directoryAs(path, before));
      return step;
    case 'rmdir':
      if (before?.isDirectory()) undo.directories.push(directoryAs(path, before));
      return step;
    case 'attributes':
      if (before) undo.files.push({ step: 'attributes', path, as: asBefore(before) });
      return step;
    case 'rename':
    case 'restore':
      throw new Error(`a load does not ${step.step}`);
    case 'remove':
      if (!before || before.isDirectory()) return step;
      break;
    default:
      if (!before || before.isDirectory()) {
        undo.files.push({ step: 'remove', path });
        return step;
      }
  }
  const from = step.save ?? keep;
  undo.files.push({ step: 'restore', path, from });
  undo.kept.push(from);
  return { ...step, save: from };
}

function directoryAs(path: string, stats: Stats): FileStep {
  return { step: 'directory', path, as: asBefore(stats) };
}

function asBefore({ mode, uid, gid, mtimeMs }: Stats): PlacedAs {
  return { mode: mode & 0o7777, uid, gid, mtime: Math.floor(mtimeMs / 1000) };
}

function stepsBack(undo: Undo, area: string): FileStep[] {
  const byPath = (left: FileStep, right: FileStep) => (left.path < right.path ? -1 : 1);
  const emptied = [...undo.emptied].sort().reverse();
  return [
    ...undo.directories.sort(byPath),
    ...undo.files,
    ...undo.kept.map((path): FileStep => ({ step: 'remove', path })),
    ...[...emptied, area].map((path): FileStep => ({ step: 'rmdir', path })),
  ];
}

function entriesOf(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
