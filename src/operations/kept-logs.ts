// Logs that somebody who looks at a root or depot may want to read: those of this user's sessions, and the agent's of the place.
// Promise: only looks which are there; reads none.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../host/look.ts';
import { adminDirectory } from '../ipd/place.ts';
import type { Place } from './browse.ts';

/** Paths of logs, that of the command itself first, then the agent's of the place, then the others by name. `own` is the user's directory. */
export function keptLogs(about: { place: Place; logfile: string; own: string; adminOption: string }): string[] {
  const { place, logfile, own, adminOption } = about;
  const agent = join(place.depot ? place.path : adminDirectory(place.path, adminOption), 'swagent.log');
  const others = namesIn(own).filter((name) => /^sw\w*\.log$/.test(name));
  const all = [logfile, agent, ...others.sort().map((name) => join(own, name))];
  return [...new Set(all)].filter((file) => existsSync(file));
}
