// A Difference as lines of a listing: sections under `#` headings, two blanks before each object (clients.md 1-2).

import type { Changed, Difference, Lacking, LackingPatch } from '../model/difference.ts';
import { shown } from './layout.ts';
import { arrow, toned } from './screen.ts';

/** Lines behind the heading of the target; `same` stands where there is nothing to tell. */
export function differenceLines({ newer, patches, lacking, older }: Difference): string[] {
  const sections = [
    ...section('Newer in the depot', newer.map(changedRow)),
    ...section('Patches in the depot that apply and are not on the target', patches.map(patchRow)),
    ...section('Not on the target', lacking.map(lackingRow)),
    ...section('Newer on the target', older.map(changedRow)),
  ];
  return sections.length > 0 ? sections : ['# The target has everything of the depot, in the same revisions.'];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
  return ['#', toned('stdout', 'title', `# ${title}:`), '#', '', ...lines];
}

function changedRow({ name, title, onTarget, inDepot }: Changed): string[] {
  return [shown(name), `${shown(onTarget)} ${arrow()} ${shown(inDepot)}`, shown(title)];
}

function patchRow({ name, revision, title, base, chain }: LackingPatch): string[] {
  const older = chain.slice(0, -1);
  const replaces = older.length === 0 ? '' : `; supersedes ${older.map(shown).join(', ')}`;
  return [shown(name), shown(revision), `${shown(title)} (for ${shown(base)}${replaces})`];
}

function lackingRow({ name, revision, title }: Lacking): string[] {
  return [shown(name), shown(revision), shown(title)];
}
