// Columns of the software selection window (commands.md 13.1): what they show of an object, how wide they are, how rows are sorted and
// filtered by them.

import { compareRevisions } from '../model/revision.ts';
import type { BrowsedObject } from '../operations/browse.ts';
import { harmless, type Line, padded, type Span, span, widthOf } from './text.ts';

export type ColumnId =
  | 'marked'
  | 'name'
  | 'revision'
  | 'title'
  | 'size'
  | 'state'
  | 'architecture'
  | 'category'
  | 'directory';

interface Column {
  readonly label: string;
  /** Widest it may get; the rest goes to Information. */
  readonly limit: number;
  readonly right?: true;
}

/** In the order of the window. */
export const COLUMNS: Readonly<Record<ColumnId, Column>> = {
  marked: { label: 'Marked?', limit: 7 },
  name: { label: 'Name', limit: 40 },
  revision: { label: 'Revision', limit: 16 },
  title: { label: 'Information', limit: 1000 },
  size: { label: 'Size(Kb)', limit: 10, right: true },
  state: { label: 'State', limit: 22 },
  architecture: { label: 'Architecture', limit: 20 },
  category: { label: 'Category', limit: 24 },
  directory: { label: 'Product Directory', limit: 24 },
};

/** Information keeps this much; where it cannot, columns behind it go. */
const LEAST = 14;
/** And gets this much on a wide screen, or what its texts need: a list whose columns moved with each page could not be read. */
const ACROSS = 64;
const GAP = '  ';

/** What a marked object shows: everything of it is selected, or some. */
export type Marked = '' | 'Yes' | 'Partial';

/** Text of a cell; `marked` is known only to who knows the selection. */
export function cellOf(object: BrowsedObject, column: ColumnId): string {
  switch (column) {
    case 'marked':
      return '';
    case 'name':
      return harmless(object.name) + (object.kind === 'file' ? '' : ' ->');
    case 'size':
      return sizeText(object.attribute('size'));
    case 'state':
      return stateOf(object);
    case 'category':
      return harmless(object.attribute('category_tag'));
    default:
      return harmless(object.attribute(column));
  }
}

/** State of a fileset; of a product the state its filesets share, '' where they differ. A bundle may hold too many to ask at each drawing. */
function stateOf(object: BrowsedObject): string {
  if (object.kind === 'file' || object.kind === 'bundle') return '';
  if (object.kind === 'fileset') return object.attribute('patch_state') || object.attribute('state');
  const states = new Set(object.inside().map(stateOf));
  return states.size === 1 ? [...states][0]! : '';
}

/** Bytes as Kbytes, rounded up, as SD counts. */
function sizeText(bytes: string): string {
  return /^\d+$/.test(bytes) ? String(Math.ceil(Number(bytes) / 1024)) : '';
}

export interface Row {
  readonly cells: readonly string[];
  readonly selected: boolean;
  readonly marked: Marked;
}

/** Heading and rows, each exactly `columns` wide; columns that find no room are left out. Without `columns` nothing is cut. */
export function tableLines(ids: readonly ColumnId[], rows: readonly Row[], columns?: number): Line[] {
  const whole = ids.map((id, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row.cells[at]!)), COLUMNS[id].label.length),
  );
  const needed = whole.reduce((sum, width) => sum + width + GAP.length, 0);
  const room = columns === undefined ? needed : columns - 2;
  const widths = needed <= room ? whole : ids.map((id, at) => Math.min(COLUMNS[id].limit, whole[at]!));
  const shown = shares(ids, widths, room);
  const cell = (text: string, id: ColumnId, at: number) =>
    padded(text, shown[at]!, COLUMNS[id].right ? 'right' : 'left');
  const joined = (cells: readonly string[]) =>
    padded(ids.map((id, at) => (shown[at]! > 0 ? cell(cells[at]!, id, at) + GAP : '')).join(''), room);
  return [
    [span(' '), span(joined(ids.map((id) => COLUMNS[id].label)), 'head'), span(' ')],
    ...rows.map((row): Line => {
      const style: Span['style'] = row.selected
        ? 'cursor'
        : row.marked === 'Yes'
          ? 'good'
          : row.marked === 'Partial'
            ? 'doubt'
            : 'plain';
      return [span(row.selected ? '>' : ' '), span(joined(row.cells), style), span(' ')];
    }),
  ];
}

/** Width of each column, 0 for one left out: Information takes what is left over, as far as somebody could still read across. */
function shares(ids: readonly ColumnId[], widths: readonly number[], room: number): number[] {
  const result = [...widths];
  const flexible = ids.indexOf('title');
  const used = () => result.reduce((sum, width) => sum + (width > 0 ? width + GAP.length : 0), 0);
  for (let at = ids.length - 1; at > 0 && flexible >= 0; at--) {
    const free = room - used() + result[flexible]!;
    if (free >= Math.min(LEAST, widths[flexible]!)) break;
    if (at !== flexible && ids[at] !== 'name') result[at] = 0;
  }
  if (flexible >= 0) {
    const free = Math.max(0, room - used() + result[flexible]!);
    result[flexible] = Math.min(free, Math.max(ACROSS, widths[flexible]!));
  }
  return result;
}

export interface Sorting {
  /** `none` keeps the order of the catalog. */
  readonly by: ColumnId | 'none';
  readonly down: boolean;
}

const ORDERS: Readonly<Partial<Record<ColumnId, (a: string, b: string) => number>>> = {
  size: (a, b) => Number(a) - Number(b),
  revision: compareRevisions,
};

/** Sorted copies; sizes by number, revisions in SD's order, the rest by their text. */
export function sortedBy(objects: readonly BrowsedObject[], { by, down }: Sorting): readonly BrowsedObject[] {
  if (by === 'none') return objects;
  const keyed = objects.map((object) => ({ object, key: cellOf(object, by) }));
  const order = ORDERS[by] ?? ((a: string, b: string) => (a < b ? -1 : Number(a > b)));
  keyed.sort((a, b) => (down ? order(b.key, a.key) : order(a.key, b.key)));
  return keyed.map((each) => each.object);
}

/** True when a text is in the name or the information, whatever the case; `*` and `?` make it a pattern for all of the name. */
export function isFound(object: BrowsedObject, wanted: string): boolean {
  if (wanted === '') return true;
  const low = wanted.toLowerCase();
  const name = object.name.toLowerCase();
  if (/[*?]/.test(low)) {
    const parts = low
      .split(/([*?])/)
      .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/\W/g, '\\$&')));
    return new RegExp(`^${parts.join('')}$`, 's').test(name);
  }
  return name.includes(low) || object.attribute('title').toLowerCase().includes(low);
}
