// The abbreviation of the local time zone (MET, MST), for banners. Intl takes 15 ms for it and knows only some, the zone files know all.

import { readFileSync } from 'node:fs';

/** Abbreviation that holds at `now`; `UTC` where the machine does not say. */
export function zoneName(now: Date): string {
  return abbreviation(ruleOf(process.env.TZ), now.getTimezoneOffset());
}

/**
 * The name a POSIX rule has for the time `offset` minutes west of Greenwich. Where the clock does not follow the rule, as Node's does not for
 * most rules that stand in TZ itself, the name of what it shows instead.
 * A rule is: standard name, hours west, name of summer time (an hour east, or what stands there), its dates: `CET-1CEST,M3.5.0,M10.5.0/3`.
 */
export function abbreviation(rule: string, offset: number): string {
  const name = '(<[^>]+>|[A-Za-z]{3,})';
  const time = '([+-]?\\d+(?::\\d+)*)';
  const match = new RegExp(`^${name}${time}(?:${name}${time}?)?`).exec(rule);
  if (!match) return 'UTC';
  const [, standard, west, summer, summerWest] = match;
  const winter = minutesOf(west!);
  const plain = (text: string) => text.replace(/[<>]/g, '');
  if (offset === winter) return plain(standard!);
  if (summer !== undefined && offset === (summerWest === undefined ? winter - 60 : minutesOf(summerWest)))
    return plain(summer);
  return offset === 0 ? 'UTC' : numeric(offset);
}

/** `-0330` for 210 minutes west. */
function numeric(offset: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.abs(offset);
  return `${offset > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

/** `-5:30` → -330. */
function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.replace(/^[+-]/, '').split(':');
  const all = Number(hours) * 60 + Number(minutes);
  return time.startsWith('-') && all !== 0 ? -all : all;
}

/** The rule that a TZ value names: itself, or the last line of its zone file. */
function ruleOf(zone: string | undefined): string {
  const name = zone?.replace(/^:/, '');
  const file =
    name === undefined || name === '' ? '/etc/localtime' : name.startsWith('/') ? name : `/usr/share/zoneinfo/${name}`;
  try {
    return readFileSync(file, 'latin1').trimEnd().split('\n').at(-1) ?? '';
  } catch {
    return name ?? '';
  }
}
