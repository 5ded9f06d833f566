// A plan in words, for windows with text to read: what a preview says, and the space it takes.

import type { Plan, SpaceUse } from '../model/plan.ts';
import { layOut } from '../report/layout.ts';
import { planMessages } from '../report/plan.ts';
import { type Line, padded, span } from './text.ts';

/** The words of a preview with every reason. */
export function summaryText(plan: Plan | undefined): string[] {
  if (!plan) return ['There is no plan: the analysis did not come so far.'];
  const lines = planMessages(plan, true).flatMap((message) => layOut(message, { log_msgid: 0, gap: '' }));
  // The words of a log stand behind seven columns for its marks.
  return lines.length === 0 ? ['Nothing is planned.'] : lines.map((each) => each.replace(/^ {7}/, ''));
}

/** Space on each file system, in Kbytes. */
export function spaceText(space: readonly SpaceUse[]): (string | Line)[] {
  if (space.length === 0) return ['No file system needs more space.'];
  const number = (bytes: number) => String(Math.ceil(bytes / 1024));
  const rows = [
    ['File system', 'Available', 'Needed', 'Saves', 'After'],
    ...space.map(({ mount, available, needed, save }) => {
      const after = available - needed;
      return [mount, number(available), number(needed), number(save), after < 0 ? 'too little' : number(after)];
    }),
  ];
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row, n): Line => {
    const short = n > 0 && space[n - 1]!.needed > space[n - 1]!.available;
    const cells = row.map((cell, at) => padded(cell, widths[at]!, at === 0 ? 'left' : 'right'));
    return [span(cells.join('  '), n === 0 ? 'head' : short ? 'bad' : 'plain')];
  });
  return [...lines, '', 'Kbytes. What is needed holds what patches save for rollback (Saves).'];
}
