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
  const width = Math.max(12, ...space.map((use) => use.mount.length)) + 2;
  const number = (bytes: number) => padded(String(Math.ceil(bytes / 1024)), 14, 'right');
  return [
    [
      span(
        `${padded('File system', width)}${['Available', 'Needed', 'For saves', 'After'].map((word) => padded(word, 14, 'right')).join('')}`,
        'head',
      ),
    ],
    ...space.map((use): Line => {
      const after = use.available - use.needed;
      return [
        span(`${padded(use.mount, width)}${number(use.available)}${number(use.needed)}${number(use.save)}`),
        span(after < 0 ? padded('too little', 14, 'right') : number(after), after < 0 ? 'bad' : 'plain'),
      ];
    }),
    '',
    'Kbytes. What is needed holds what patches save for rollback.',
  ];
}
