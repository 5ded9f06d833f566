// Dates as people write them behind -Q (commands.md 5; getdate(3) templates): `10/20/26 03:15`, `2026-10-20 03:15`, `22:00`, `now + 2 hours`.
// Promise: local time; a template is a line of getdate.templ, whose %-letters are those of strptime. Pure: the caller says what now is.

import { SdError } from './error.ts';

/** Tried in this order when no template of the machine's own fits. */
const DATE_TEMPLATES: readonly string[] = [
  '%m/%d/%y %H:%M:%S',
  '%m/%d/%y %H:%M',
  '%m/%d/%y %I:%M %p',
  '%m/%d/%Y %H:%M:%S',
  '%m/%d/%Y %H:%M',
  '%m/%d/%Y %I:%M %p',
  '%m/%d %H:%M',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%d %H:%M',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%dT%H:%M',
  '%b %d %H:%M %Y',
  '%b %d %H:%M',
  '%d %b %Y %H:%M',
  '%m/%d/%y',
  '%m/%d/%Y',
  '%Y-%m-%d',
  '%I:%M %p',
  '%H:%M:%S',
  '%H:%M',
];

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const UNITS = { minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
const WORDS: Readonly<Record<string, string>> = { midnight: '00:00', noon: '12:00' };

/** %-letter → what it matches. */
const LETTERS: Readonly<Record<string, string>> = {
  m: '(\\d{1,2})',
  d: '(\\d{1,2})',
  e: '(\\d{1,2})',
  y: '(\\d{2})',
  Y: '(\\d{4})',
  H: '(\\d{1,2})',
  I: '(\\d{1,2})',
  M: '(\\d{2})',
  S: '(\\d{2})',
  p: '([ap]m)',
  b: '([a-z]{3,9})',
  B: '([a-z]{3,9})',
};
/** Letters that stand for others. */
const SHORT: Readonly<Record<string, string>> = { D: '%m/%d/%y', T: '%H:%M:%S', R: '%H:%M', h: '%b' };

/**
 * Milliseconds since 1970 that `text` means, seen from `now`. `templates` come before the built-in ones; a date without a year, or without
 * a day, means the next such time. Throws SdError `bad_date` for what is no date, and for a time that is past.
 */
export function dateFrom(text: string, now: number, templates: readonly string[] = []): number {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const relative = fromNow(words, now);
  if (relative !== undefined) return relative;
  for (const template of [...templates, ...DATE_TEMPLATES]) {
    const fields = matched(WORDS[words] ?? words, template);
    const time = fields && timeOf(fields, now);
    if (time === undefined) continue;
    if (time < now) throw noDate(text, 'That time is past.');
    return time;
  }
  throw noDate(text, 'No template for dates fits it.');
}

/** `now`, `now + 2 hours`, `now+1day`. */
function fromNow(words: string, now: number): number | undefined {
  const found = /^now(?: ?\+ ?(\d{1,6}) ?(minute|hour|day|week)s?)?$/.exec(words);
  if (!found) return undefined;
  const [, count = '0', unit = 'minute'] = found;
  return now + Number(count) * UNITS[unit as keyof typeof UNITS] * 1000;
}

type Fields = Readonly<Record<string, string>>;

function matched(words: string, template: string): Fields | undefined {
  const letters: string[] = [];
  const whole = template.replace(/%([DTRh])/g, (_, letter: string) => SHORT[letter]!);
  let pattern = '';
  for (let at = 0; at < whole.length; at++) {
    if (whole[at] !== '%') {
      const plain = whole[at]!.toLowerCase();
      pattern += plain === ' ' ? ' ?' : plain.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      continue;
    }
    at += 1;
    const letter = whole[at] ?? '';
    if (LETTERS[letter] === undefined) return undefined;
    letters.push(letter);
    pattern += LETTERS[letter];
  }
  const found = new RegExp(`^${pattern}$`).exec(words);
  return found ? Object.fromEntries(letters.map((letter, index) => [letter, found[index + 1]!])) : undefined;
}

/** Undefined for fields that are no date, such as a 13th month. */
function timeOf(fields: Fields, now: number): number | undefined {
  const today = new Date(now);
  const hasDay = ['d', 'e'].some((letter) => fields[letter] !== undefined);
  const month = monthOf(fields) ?? today.getMonth();
  const day = Number(fields.d ?? fields.e ?? today.getDate());
  const year = fields.Y ?? (fields.y === undefined ? undefined : 2000 + Number(fields.y));
  const hour = hourOf(fields);
  const [minute, second] = [Number(fields.M ?? 0), Number(fields.S ?? 0)];
  if (hour === undefined || minute > 59 || second > 59) return undefined;
  const at = (years: number, days: number) => new Date(years, month, days, hour, minute, second);
  let date = at(Number(year ?? today.getFullYear()), day);
  if (date.getMonth() !== month || date.getDate() !== day) return undefined;
  if (date.getTime() < now && !hasDay) date = at(today.getFullYear(), day + 1);
  else if (date.getTime() < now && year === undefined) date = at(today.getFullYear() + 1, day);
  return date.getTime();
}

function monthOf({ m, b, B }: Fields): number | undefined {
  const name = b ?? B;
  if (name !== undefined) return MONTHS.indexOf(name.slice(0, 3));
  return m === undefined ? undefined : Number(m) - 1;
}

function hourOf({ H, I, p }: Fields): number | undefined {
  const hour = Number(H ?? I ?? 0);
  if (p === undefined) return hour > 23 ? undefined : hour;
  return hour < 1 || hour > 12 ? undefined : (hour % 12) + (p === 'pm' ? 12 : 0);
}

function noDate(text: string, because: string): SdError {
  return new SdError('bad_date', {
    what: `"${text}" is no date to schedule a session for.`,
    because,
    todo: 'Write MM/DD/YY HH:MM, YYYY-MM-DD HH:MM, HH:MM or "now + 2 hours".',
    data: { date: text },
  });
}
