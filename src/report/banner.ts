// The lines that open and close a session (commands.md 10.3).

import type { Message } from './message.ts';
import { zoneName } from './zone.ts';

/** `MM/DD/YY HH:MM:SS ZONE  BEGIN what`; `time` in milliseconds since 1970. */
export function banner(time: number, word: 'BEGIN' | 'END', what: string): Message {
  const now = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [now.getMonth() + 1, now.getDate(), now.getFullYear() % 100].map(two).join('/');
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return { as: 'banner', text: `${day} ${clock} ${zoneName(now)}  ${word} ${what}` };
}

/** ` (jobid=HOST-NNNN)`, or nothing for a session without a job. */
export function jobMark(jobid: string | undefined): string {
  return jobid === undefined ? '' : ` (jobid=${jobid})`;
}
