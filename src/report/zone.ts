// The abbreviation of the local time zone (MET, MST), for banners. Intl takes 15 ms for it and knows only some, the zone files know all.

import { readFileSync } from 'node:fs';

/** Abbreviation that holds at `now`; `UTC` where the machine does not say. */
export function zoneName(now: Date, zone: string | undefined = process.env.TZ): string {
  // POSIX rule: standard name, hours west of Greenwich, name of summer time: CET-1CEST,M3.5.0,M10.5.0/3
  const rule = /^(<[^>]+>|[A-Za-z]{3,})([+-]?\d+)?(?::(\d+))?[\d:]*(<[^>]+>|[A-Za-z]{3,})?/.exec(ruleOf(zone));
  if (!rule) return 'UTC';
  const [, standard, hours = '0', minutes = '0', summer] = rule;
  const west = Math.abs(Number(hours)) * 60 + Number(minutes);
  const isStandard = now.getTimezoneOffset() === (hours.startsWith('-') ? -west : west);
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
