// How a user wants the lists of the terminal interface (commands.md 13.1, Save View as Default): `$HOME/.sw/defaults.view`, in the syntax
// of the defaults files, one set of entries a command.
// Promise: written whole, entries of other commands kept. Must not: know which columns there are.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../host/durable.ts';
import { makeDirectories } from '../host/made-directories.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { type Entry, parseEntries, printEntry } from './syntax.ts';
import type { CommandName } from './table.ts';

export interface SavedView {
  readonly columns: readonly string[];
  /** A column, or `none`. */
  readonly sort: string;
  readonly descending: boolean;
  readonly filter: string;
  /** As the option of that name. */
  readonly software_view: string;
}

const PREFIX = 'view_';

function viewFile(home: string): string {
  return join(home, '.sw', 'defaults.view');
}

/** What is saved for a command; undefined where nothing is. Throws SdError `bad_option_file`. */
export function savedView(home: string, command: CommandName): Partial<SavedView> | undefined {
  const ours = entriesIn(viewFile(home)).filter((entry) => entry.command === command);
  if (ours.length === 0) return undefined;
  const values = new Map(ours.map((entry) => [entry.name, entry.value]));
  const word = (name: string) => values.get(`${PREFIX}${name}`);
  const columns = word('columns');
  const [sort, descending, filter, view] = [
    word('sort'),
    word('descending'),
    word('filter'),
    values.get('software_view'),
  ];
  return {
    ...(columns === undefined ? {} : { columns: columns.split(/\s+/).filter((each) => each !== '') }),
    ...(sort === undefined ? {} : { sort }),
    ...(descending === undefined ? {} : { descending: descending === 'true' }),
    ...(filter === undefined ? {} : { filter }),
    ...(view === undefined ? {} : { software_view: view }),
  };
}

/** Saves it in place of the command's earlier one. Returns the file. Throws SdError `bad_option_file`, `view_not_saved`. */
export function saveView(home: string, command: CommandName, view: SavedView): string {
  const file = viewFile(home);
  const others = entriesIn(file).filter((entry) => ![undefined, command].includes(entry.command as CommandName));
  const ours: [string, string][] = [
    [`${PREFIX}columns`, view.columns.join(' ')],
    [`${PREFIX}sort`, view.sort],
    [`${PREFIX}descending`, String(view.descending)],
    [`${PREFIX}filter`, view.filter],
    ['software_view', view.software_view],
  ];
  const lines = [
    '# Lists of the terminal interface, by Save View as Default.  A command without lines here has its built-in view.',
    ...others.map(({ command: name = '', name: key, value }) => printEntry(name, key, value)),
    ...ours.map(([key, value]) => printEntry(command, key, value)),
  ];
  try {
    makeDirectories(dirname(file));
    writeFileAtomically(file, `${lines.join('\n')}\n`, 0o644);
  } catch (error) {
    throw new SdError('view_not_saved', {
      what: `Cannot save the view in "${file}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or make room.',
    });
  }
  return file;
}

function entriesIn(file: string): Entry[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw new SdError('bad_option_file', {
      what: `Cannot read the views in "${file}".`,
      because: reasonOf(error),
      todo: 'Correct the permissions of the file, or remove it.',
      data: { file },
    });
  }
  return parseEntries(content, file);
}
