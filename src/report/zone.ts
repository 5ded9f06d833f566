// The abbreviation of the local time zone (MET, MST), for banners. Intl takes 15 ms for it and knows only some, the zone files know all.

import { readFileSync } from 'node:fs';

/** Abbreviation that holds at `now`; `UTC` where the machine does not say. */
export function zoneName(now: Date): string {
  return abbreviation(ruleOf(process.env.TZ), now.getTimezoneOffset());
}

/**
 * The name a POSIX rule has for the time `offset` minutes west of Greenwich.
 * A rule is: standard name, hours west, name of summer time, its dates: `CET-1CEST,M3.5.0,M10.5.0/3`.
 */
export function abbreviation(rule: string, offset: number): string {
  const match = /^(<[^>]+>|[A-Za-z]{3,})([+-]?\d+)(?::(\d+))?[\d:]*(<[^>]+>|[A-Za-z]{3,})?/.exec(rule);
  if (!match) return 'UTC';
  const [, standard, hours, minutes = '0', summer] = match;
  const west = Math.abs(Number(hours)) * 60 + Number(minutes);
  const isStandard = offset === (hours!.startsWith('-') ? -west : west);
  return (isStandard || summer === undefined ? standard! : summer).replace(/[<>]/g, '');
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
