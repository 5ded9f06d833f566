// The view a list begins with (commands.md 13.1): what the user saved as default, else the program's own.

import { SdError } from '../model/error.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { type SavedView, savedView, saveView } from '../options/saved-view.ts';
import { COLUMNS, type ColumnId, type Sorting } from './columns.ts';
import type { SelectionState } from './selection.ts';

/** What of a window's state is its view. */
export interface View extends Pick<SelectionState, 'columns' | 'sorting' | 'filter'> {
  /** Chosen with it; undefined leaves the option as it is. */
  readonly softwareView?: string;
  /** What is wrong with the saved one; '' for nothing. */
  readonly complaint: string;
}

/** The default view of a command's lists. A saved one that cannot be read is told, and stops nothing. */
export function defaultView(home: string, options: ResolvedOptions, own: readonly ColumnId[]): View {
  let saved: Partial<SavedView> = {};
  let complaint = '';
  try {
    saved = savedView(home, options.command) ?? {};
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    complaint = error.message;
  }
  const columns = (saved.columns ?? []).filter(isColumn);
  const sort = saved.sort ?? 'none';
  const sorting: Sorting = { by: isColumn(sort) ? sort : 'none', down: saved.descending ?? false };
  // Who names a view in an option means that one.
  const named = options.origins.software_view !== undefined || saved.software_view === undefined;
  return {
    columns: columns.includes('name') ? columns : own,
    sorting,
    filter: saved.filter ?? '',
    complaint,
    ...(named ? {} : { softwareView: saved.software_view! }),
  };
}

/** Save View as Default. Returns what to say about it. Throws SdError `view_not_saved`, `bad_option_file`. */
export function savedAsDefault(
  state: SelectionState,
  { about, options }: { about: { home: string }; options: ResolvedOptions },
): string {
  const { columns, sorting, filter } = state;
  const { software_view } = options.values;
  const view = { columns, sort: sorting.by, descending: sorting.down, filter, software_view };
  return `${options.command} begins with this view from now on ("${saveView(about.home, options.command, view)}").`;
}

function isColumn(name: string): name is ColumnId {
  return Object.hasOwn(COLUMNS, name);
}
