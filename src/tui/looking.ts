// What the selection windows of sessions and of swlist -i have in common: looking. Nothing here changes what is marked.

import { readFileSync } from 'node:fs';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { reasonOf, SdError } from '../model/error.ts';
import type { BrowsedObject, Place } from '../operations/browse.ts';
import { keptLogs } from '../operations/kept-logs.ts';
import { list } from '../operations/list.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { listingLines } from '../report/listing.ts';
import { askText } from './asking.ts';
import { COLUMNS, type ColumnId } from './columns.ts';
import { type Field, formWindow } from './form.ts';
import type { Interface } from './interface.ts';
import { menuWindow } from './menu.ts';
import { pickWindow } from './pick.ts';
import { askPrint } from './printing.ts';
import { filtered, filterOf, found, listedText, objectAt, type SelectionState, selectionWindow } from './selection.ts';
import { menusOf, type Wish } from './selection-menus.ts';
import { helpWindow, textWindow } from './viewer.ts';
import { savedAsDefault } from './views.ts';

export interface Looking {
  readonly ui: Interface;
  readonly about: { readonly host: string; readonly home: string };
  readonly options: ResolvedOptions;
  /** What is shown. */
  readonly place: Place;
  readonly catalog: Catalog;
  /** Where a session works, when what is shown is its source. */
  readonly target?: Place;
}

/** How it is after a wish to look: the state, and another software view when that was chosen. */
export interface Seen {
  readonly state: SelectionState;
  readonly view?: string;
  /** From the menus: a wish that is not about looking. */
  readonly wish?: Wish;
}

/** Log lines shown, from its end. */
const LOG_LINES = 2000;

/** Fulfils a wish to look; undefined for any other wish. Throws SdError for what cannot be read. */
export async function looked(wish: Wish, state: SelectionState, looking: Looking): Promise<Seen | undefined> {
  const { ui } = looking;
  const under = selectionWindow(state);
  switch (wish) {
    case 'menu':
      return menu(state, looking);
    case 'help':
      await ui.askOver(under, helpWindow(under.help));
      return { state };
    case 'describe':
      await describe(state, looking);
      return { state };
    case 'log':
      return { state: { ...state, message: await showLog(state, looking) } };
    case 'search': {
      const label = 'Name or information holds';
      const wanted = await askText(ui, under, {
        title: 'Search',
        label,
        value: state.search,
        note: '"n" goes on from there.',
      });
      return { state: wanted ? found(state, wanted) : state };
    }
    case 'again':
      return {
        state: state.search === '' ? { ...state, message: 'Nothing was looked for yet.' } : found(state, state.search),
      };
    case 'columns':
      return { state: await askColumns(state, looking) };
    case 'filter':
      return { state: await askFilter(state, looking) };
    case 'sort':
      return { state: await askSorting(state, looking) };
    case 'view':
      return askView(state, looking);
    case 'save_view':
      return { state: { ...state, message: savedAsDefault(state, looking) } };
    case 'print':
      return { state: { ...state, message: await askPrint(ui, under, listedText(state)) } };
    default:
      return undefined;
  }
}

async function menu(state: SelectionState, looking: Looking): Promise<Seen> {
  const under = selectionWindow(state);
  const wish = await looking.ui.ask(menuWindow(menusOf(state.verb), (size) => under.draw(size)));
  if (wish === undefined) return { state };
  const seen = await looked(wish, state, looking);
  return seen ?? { state, wish };
}

/** What `swlist -v` says of the object under the cursor. */
async function describe(state: SelectionState, looking: Looking): Promise<void> {
  const object = objectAt(state);
  if (!object) return;
  const lines = object.kind === 'file' ? fileLines(object) : await attributeLines(object, looking);
  await looking.ui.askOver(selectionWindow(state), textWindow(`${object.kind} ${object.name}`, lines));
}

async function attributeLines(object: BrowsedObject, { about, options, place }: Looking): Promise<string[]> {
  const { host } = about;
  const outcome = await list({
    host,
    target: place.path,
    depot: place.depot,
    levels: object.kind === 'file' ? [] : [object.kind],
    attributes: [],
    verbose: true,
    software: object.operands(),
    registries: [],
    options: { ...options.values, show_superseded_patches: true },
  });
  const said = outcome.findings.map((finding) => finding.text);
  // Of a fileset a listing tells its product too.
  const rows =
    outcome.listing?.sections.flatMap((section) => section.rows.filter((row) => row.role === 'object')) ?? [];
  const lines = listingLines({ of: 'software', sections: [{ rows }] }, { host, path: place.path });
  return [...said, ...lines.filter((line) => !line.startsWith('#') && line !== '')];
}

const OF_A_FILE = [
  'path',
  'type',
  'mode',
  'owner',
  'group',
  'size',
  'mtime',
  'cksum',
  'sha256',
  'link_source',
  'revision',
  'is_volatile',
];

function fileLines(object: BrowsedObject): string[] {
  return OF_A_FILE.flatMap((name) => {
    const value = object.attribute(name);
    return value === '' ? [] : [`${name.padEnd(14)}${value}`];
  });
}

/** One of the logs there are. Returns what to say about it. */
async function showLog(state: SelectionState, { ui, options, place, target }: Looking): Promise<string> {
  const { logfile, admin_directory } = options.values;
  const about = { place: target ?? place, logfile, own: options.ownDirectory, adminOption: admin_directory };
  const logs = keptLogs(about);
  const under = selectionWindow(state);
  const at = logs.length > 1 ? await ui.askOver(under, pickWindow('Logs', logs)) : 0;
  if (at === undefined) return '';
  const file = logs[at];
  if (file === undefined) return 'There is no log yet.';
  await ui.askOver(under, textWindow(file, logLines(file), true));
  return '';
}

function logLines(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return lines.slice(-LOG_LINES);
  } catch (error) {
    throw new SdError('log_not_kept', { what: `Cannot show the log "${file}".`, because: reasonOf(error) });
  }
}

async function askColumns(state: SelectionState, { ui }: Looking): Promise<SelectionState> {
  const ids = Object.keys(COLUMNS) as ColumnId[];
  const fields = ids
    .filter((id) => id !== 'name' && (id !== 'marked' || state.verb.name !== 'list'))
    .map((id): Field => ({ kind: 'check', name: id, label: COLUMNS[id].label, value: state.columns.includes(id) }));
  const filled = await ui.askOver(
    selectionWindow(state),
    formWindow({ title: 'Columns', fields, buttons: ['OK', 'Cancel'] }),
  );
  if (filled.button !== 'OK') return state;
  return { ...state, columns: ids.filter((id) => id === 'name' || filled.values[id] === 'true') };
}

async function askFilter(state: SelectionState, { ui }: Looking): Promise<SelectionState> {
  const fields: Field[] = [
    {
      kind: 'text',
      name: 'filter',
      label: 'Show what holds',
      value: filterOf(state),
      note: 'In its name or information; with * or ? a pattern for the name. Empty: all.',
    },
    ...(state.verb.name === 'list'
      ? []
      : [{ kind: 'check', name: 'marked', label: 'Only what is marked', value: state.markedOnly } as const]),
  ];
  const filled = await ui.askOver(
    selectionWindow(state),
    formWindow({ title: 'Filter', fields, buttons: ['OK', 'Cancel'] }),
  );
  if (filled.button !== 'OK') return state;
  return { ...filtered(state, filled.values.filter!.trim()), markedOnly: filled.values.marked === 'true' };
}

async function askSorting(state: SelectionState, { ui }: Looking): Promise<SelectionState> {
  const { by, down } = state.sorting;
  const fields: Field[] = [
    {
      kind: 'choice',
      name: 'by',
      label: 'Sort by',
      value: by,
      choices: ['none', ...state.columns.filter((id) => id !== 'marked')],
    },
    { kind: 'check', name: 'down', label: 'Largest or last first', value: down },
  ];
  const filled = await ui.askOver(
    selectionWindow(state),
    formWindow({ title: 'Sort', fields, buttons: ['OK', 'Cancel'] }),
  );
  if (filled.button !== 'OK') return state;
  return { ...state, sorting: { by: filled.values.by as ColumnId, down: filled.values.down === 'true' } };
}

async function askView(state: SelectionState, { ui, catalog }: Looking): Promise<Seen> {
  const tags = catalog.bundles().flatMap((bundle) => text(bundle.attributes, 'category_tag').split(/\s+/));
  const views = ['all_bundles', 'products', ...[...new Set(tags.filter((tag) => tag !== ''))].sort()];
  const rows = views.map(
    (view) =>
      ({ all_bundles: 'All bundles, and products outside them', products: 'Products' })[view] ??
      `Bundles of category ${view}`,
  );
  const at = await ui.askOver(selectionWindow(state), pickWindow('Change Software View', rows));
  return at === undefined ? { state } : { state, view: views[at]! };
}
