// Options changed while a command is at work: what somebody chose in the terminal interface beats every file and the command line.

import type { ResolvedOptions } from './resolve.ts';
import { OPTIONS, type OptionName, type OptionValues } from './table.ts';

/** Origin that the log names for such a value. */
const ORIGIN = 'user interface';

/** The same options with other values; those that do not change keep their origin. */
export function withChosen(options: ResolvedOptions, chosen: Partial<OptionValues>): ResolvedOptions {
  const changed = (Object.entries(chosen) as [OptionName, unknown][]).filter(
    ([name, value]) => OPTIONS.has(name) && options.values[name] !== value,
  );
  return Object.freeze({
    ...options,
    values: Object.freeze({ ...options.values, ...Object.fromEntries(changed) }),
    origins: Object.freeze({ ...options.origins, ...Object.fromEntries(changed.map(([name]) => [name, ORIGIN])) }),
  });
}
