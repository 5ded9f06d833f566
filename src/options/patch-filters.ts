// Patch filters that the terminal interface offers (commands.md 13.4): `swinstall.patch_filter_choices={ *.*,c=critical ... }` in
// defaults.patchfilters, the system's and the user's own. HP's manuals spell the user's file in two ways; both are read.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../model/error.ts';
import type { Surroundings } from './resolve.ts';
import { parseEntries } from './syntax.ts';
import type { CommandName } from './table.ts';

/** Filters in the order of the files, each once. Throws SdError `bad_option_file`. */
export function patchFilters(command: CommandName, around: Surroundings): string[] {
  const { home, systemDefaults } = around;
  const files = [
    `${systemDefaults}.patchfilters`,
    join(home, '.swdefaults.patchfilters'),
    join(home, '.sw', 'defaults.patchfilters'),
  ];
  const entries = files.flatMap((file) => parseEntries(textOf(file), file));
  const ours = entries.filter(
    (entry) => entry.name === 'patch_filter_choices' && (entry.command ?? command) === command,
  );
  return [...new Set(ours.flatMap((entry) => entry.value.split(/\s+/).filter((word) => word !== '')))];
}

/** '' for a file that is not there, or not for us to read: offers are no reason to fail. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) return '';
    throw error;
  }
}
