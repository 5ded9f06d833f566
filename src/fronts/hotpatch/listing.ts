// What `hotpatch list` and `hotpatch show` print. Pure: entries in, lines out.

import { shown } from '../../report/layout.ts';
import type { Entry } from './entries.ts';

const HEAD = ['ID', 'STATE', 'EXIT', 'BEGAN', 'ENDED'] as const;

/** One line an entry, in columns; the head alone where there is none. */
export function listing(entries: readonly Entry[]): string[] {
  const rows = [
    [...HEAD],
    ...entries.map(({ id, state, ran }) => [
      id,
      state,
      ran?.run.exit === undefined ? '-' : String(ran.run.exit),
      time(ran?.run.began),
      time(ran?.run.ended),
    ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Everything about one entry. */
export function sheet({ id, state, ran, waiting }: Entry): string[] {
  const condition = ran?.condition ?? waiting?.condition ?? '';
  return [
    `ID:         ${id}`,
    `State:      ${state}`,
    ...(ran
      ? [
          `Exit value: ${ran.run.exit ?? '-'}`,
          `Began:      ${time(ran.run.began)}`,
          `Ended:      ${time(ran.run.ended)}`,
        ]
      : []),
    ...(ran ? [`Source:     ${shown(ran.source)}`] : []),
    ...block('Condition:', condition),
    ...block('Output:', ran?.output ?? ''),
    '',
  ];
}

function block(head: string, text: string): string[] {
  if (text === '') return [];
  return [
    head,
    ...text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `    ${shown(line)}`),
  ];
}

/** Local time, `2026-11-21 05:51:58`. */
function time(iso: string | undefined): string {
  return iso === undefined || iso === '' ? '-' : new Date(iso).toLocaleString('sv-SE');
}
