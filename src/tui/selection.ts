// The software selection window (commands.md 13.1, 13.2, 13.5): objects that open and close like directories, marks, columns.
// Promise: knows no rule of selection; what is marked it is told. What needs more than the window itself is a wish of its result.

import type { BrowsedObject } from '../operations/browse.ts';
import { bar, moved, page, position, type Scroll, START, settled } from './box.ts';
import {
  type ColumnId,
  cellOf,
  isFound,
  type Marked,
  type Row,
  type Sorting,
  sortedBy,
  tableLines,
} from './columns.ts';
import { menuBar } from './menu.ts';
import { keysOf, menusOf, type Verb, type Wish } from './selection-menus.ts';
import { harmless, type Line, line, paddedEnd, type Size, span, textOf } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

/** One opened object: what is in it, and where the cursor stands. */
export interface Level {
  readonly name: string;
  readonly objects: readonly BrowsedObject[];
  readonly scroll: Scroll;
  /** As that of the state, for what is in an opened object. */
  readonly filter?: string;
}

export interface SelectionState {
  readonly command: string;
  readonly verb: Verb;
  /** What `target` is called: `Target`; where software is only looked at, what it is. */
  readonly targetWord: 'Target' | 'Depot' | 'Root';
  /** `host:/path`; a listing and a removal have no source. */
  readonly source?: string;
  readonly target: string;
  /** Opened objects, the outermost first; never empty. */
  readonly trail: readonly Level[];
  readonly columns: readonly ColumnId[];
  readonly sorting: Sorting;
  /** Text that names or informations of the outermost objects must hold; '' shows all. What is in them has filters of its own. */
  readonly filter: string;
  readonly markedOnly: boolean;
  /** What `n` looks for again. */
  readonly search: string;
  /** Fileset key → why it is selected, one sentence. */
  readonly selected: ReadonlyMap<string, string>;
  /** What is marked, in one line. */
  readonly summary: string;
  /** Which patches come by themselves, in one line; '' where none can. */
  readonly patches: string;
  /** What happened last; goes with the next key. */
  readonly message: string;
}

export interface SelectionResult {
  readonly wish: Wish;
  readonly state: SelectionState;
}

/** Lines that are not rows: title, menus, places, summary, blank, heading, where there may be any the patches; status and keys below. */
const ABOVE = 6;
const BELOW = 2;
const UP = '..(go up)';

export function selectionWindow(state: SelectionState): Window<SelectionResult> {
  return {
    help: keysOf(state.verb),
    draw: (size) => draw(state, size),
    press: (key, size) => press(state, key, size),
  };
}

/** The object under the cursor; undefined on the way up and in an empty list. */
export function objectAt(state: SelectionState): BrowsedObject | undefined {
  const rows = rowsOf(state);
  const { cursor } = settled(levelOf(state).scroll, rows.length, 1);
  return rows[cursor];
}

/** The state with `object` opened. Throws what reading its contents throws. */
export function openedAt(state: SelectionState, object: BrowsedObject): SelectionState {
  if (object.kind === 'file') return { ...state, message: `"${object.name}" is a file; "d" describes it.` };
  const level: Level = { name: object.name, objects: object.inside(), scroll: { cursor: 1, top: 0 } };
  return { ...state, trail: [...state.trail, level], message: '' };
}

/** The state with the innermost object closed. */
export function closed(state: SelectionState): SelectionState {
  return state.trail.length > 1 ? { ...state, trail: state.trail.slice(0, -1), message: '' } : state;
}

/** The state with the cursor on the next object that holds `search`, from behind the cursor on and round. */
export function found(state: SelectionState, search: string): SelectionState {
  const rows = rowsOf(state);
  const from = settled(levelOf(state).scroll, rows.length, 1).cursor;
  for (let step = 1; step <= rows.length; step++) {
    const at = (from + step) % rows.length;
    const object = rows[at];
    if (object && isFound(object, search))
      return scrolled({ ...state, search, message: '' }, { ...levelOf(state).scroll, cursor: at });
  }
  return { ...state, search, message: `Nothing here holds "${search}".` };
}

/** Whether all, some or none of an object's filesets are selected. */
export function markedOf(state: SelectionState, object: BrowsedObject): Marked {
  const keys = object.filesets();
  const count = keys.reduce((sum, key) => sum + Number(state.selected.has(key)), 0);
  return count === 0 ? '' : count === keys.length ? 'Yes' : 'Partial';
}

/** The filter of what is shown now. */
export function filterOf(state: SelectionState): string {
  return state.trail.length > 1 ? (levelOf(state).filter ?? '') : state.filter;
}

/** The state with another filter for what is shown now: it goes with the object it was given in. */
export function filtered(state: SelectionState, filter: string): SelectionState {
  if (state.trail.length === 1) return { ...state, filter };
  return { ...state, trail: [...state.trail.slice(0, -1), { ...levelOf(state), filter }] };
}

function levelOf(state: SelectionState): Level {
  return state.trail.at(-1)!;
}

function scrolled(state: SelectionState, scroll: Scroll): SelectionState {
  return { ...state, trail: [...state.trail.slice(0, -1), { ...levelOf(state), scroll }] };
}

const arranged = new WeakMap<Level['objects'], { of: string; rows: (BrowsedObject | undefined)[] }>();

/** What is shown of a level, in its order; undefined is the row that leads up. Ten thousand rows are not arranged for every key. */
function rowsOf(state: SelectionState): readonly (BrowsedObject | undefined)[] {
  const { objects } = levelOf(state);
  const { sorting, markedOnly, trail } = state;
  const filter = filterOf(state);
  const of = JSON.stringify([sorting, filter, markedOnly, trail.length]);
  const known = arranged.get(objects);
  if (known?.of === of && !markedOnly) return known.rows;
  const some = objects.filter((object) => isFound(object, filter) && (!markedOnly || markedOf(state, object) !== ''));
  const rows = [...(trail.length > 1 ? [undefined] : []), ...sortedBy(some, sorting)];
  arranged.set(objects, { of, rows });
  return rows;
}

/** All of the list that is shown, also what is not in sight, as lines for paper: nothing is cut. */
export function listedText(state: SelectionState): string[] {
  const rows = rowsOf(state)
    .filter((object) => object !== undefined)
    .map((object) => rowOf(state, object, false));
  const { source, target, targetWord, markedOnly, summary, patches } = state;
  const filter = filterOf(state);
  const above = [
    titleOf(state),
    ...(source === undefined ? [] : [`Source: ${source}`]),
    `${targetWord}: ${target}`,
    ...(filter === '' ? [] : [`Filter: ${filter}`]),
    ...(markedOnly ? ['Only what is marked'] : []),
    summary,
    patches,
  ].filter((text) => text !== '');
  const table = tableLines(state.columns, rows).map((each) => textOf(each).trimEnd());
  return [...above, '', ...table];
}

function titleOf({ command, verb, trail }: SelectionState): string {
  const inside = trail.slice(1).map((level) => ` / ${harmless(level.name)}`);
  return `${command} - ${verb.title}${inside.join('')}`;
}

function pageRows(size: Size, { patches }: SelectionState): number {
  return Math.max(1, size.rows - ABOVE - Number(patches !== '') - BELOW);
}

function draw(state: SelectionState, size: Size): Picture {
  const { columns } = size;
  const rows = rowsOf(state);
  const height = pageRows(size, state);
  const scroll = settled(levelOf(state).scroll, rows.length, height);
  const shown = rows.slice(scroll.top, scroll.top + height);
  const table = tableLines(
    state.columns,
    shown.map((object, n) => rowOf(state, object, scroll.top + n === scroll.cursor)),
    columns,
  );
  const where = [
    filterOf(state) === '' ? '' : `filter ${filterOf(state)}`,
    state.markedOnly ? 'marked only' : '',
    position(scroll, rows.length, height),
  ];
  const empty = rows.length === 0 ? [line('  Nothing to show here.', 'dim')] : [];
  return {
    lines: page(
      bar(titleOf(state), '', columns),
      [
        menuBar(menusOf(state.verb), columns, 'F10 menus   ? keys'),
        placeLine(state, columns),
        line(` ${state.summary}`, 'bold'),
        ...(state.patches === '' ? [] : [line(` ${state.patches}`, 'dim')]),
        [],
        ...table,
        ...empty,
      ],
      [
        line(` ${state.message === '' ? statusOf(state) : state.message}`, state.message === '' ? 'dim' : 'bold'),
        footer(state, where, columns),
      ],
      size,
    ),
  };
}

function placeLine({ source, target, targetWord }: SelectionState, columns: number): Line {
  if (source === undefined) return [span(` ${targetWord}: `), span(target, 'bold')];
  const half = Math.floor((columns - 20) / 2);
  return [
    span(' Source: '),
    span(paddedEnd(source, half), 'bold'),
    span('  Target: '),
    span(paddedEnd(target, half), 'bold'),
  ];
}

function footer(state: SelectionState, where: readonly string[], columns: number): Line {
  return bar(state.verb.hints, where.filter((part) => part !== '').join('  '), columns);
}

function rowOf(state: SelectionState, object: BrowsedObject | undefined, selected: boolean): Row {
  if (!object) return { cells: state.columns.map((id) => (id === 'name' ? UP : '')), selected, marked: '' };
  const marked = markedOf(state, object);
  return { cells: state.columns.map((id) => (id === 'marked' ? marked : cellOf(object, id))), selected, marked };
}

/** Why what stands under the cursor is marked. */
function statusOf(state: SelectionState): string {
  const object = objectAt(state);
  if (!object) return '';
  const keys = object.filesets();
  const some = keys.filter((key) => state.selected.has(key));
  if (some.length === 0) return `${object.kind} ${harmless(object.name)}`;
  const reasons = new Set(some.map((key) => state.selected.get(key)!));
  const count = keys.length === 1 ? 'marked' : `${some.length} of ${keys.length} filesets marked`;
  const [reason] = reasons;
  return `${count}: ${reason}${reasons.size > 1 ? ', and other reasons' : ''}`;
}

function press(state: SelectionState, key: Key, size: Size): Answer<SelectionResult> {
  const quiet = { ...state, message: '' };
  const rows = rowsOf(state);
  const at = settled(levelOf(state).scroll, rows.length, pageRows(size, state));
  const next = moved(at, key.name, rows.length, pageRows(size, state));
  if (next) return { become: selectionWindow(scrolled(quiet, next)) };
  const here = scrolled(quiet, at);
  const object = rows[at.cursor];
  if (['return', 'enter', 'right'].includes(key.name)) {
    return object ? { result: { wish: 'open', state: here } } : { become: selectionWindow(closed(here)) };
  }
  if (['backspace', 'left'].includes(key.name)) return { become: selectionWindow(closed(here)) };
  if (key.name === 'escape') return { become: selectionWindow(here) };
  if (key.name === 'f10' || key.name === 'tab') return { result: { wish: 'menu', state: here } };
  if (key.name === 'space' && state.verb.name !== 'list') {
    if (!object) return undefined;
    return { result: { wish: markedOf(state, object) === 'Yes' ? 'unmark' : 'mark', state: here } };
  }
  const item = menusOf(state.verb)
    .flatMap((menu) => menu.items)
    .find((each) => each.key !== '' && each.key === key.text);
  return item && { result: { wish: item.wish, state: here } };
}

/** Where every window of software begins. */
export function beginState(
  parts: Pick<SelectionState, 'command' | 'verb' | 'source' | 'target' | 'targetWord' | 'columns'>,
  objects: readonly BrowsedObject[],
): SelectionState {
  return {
    ...parts,
    trail: [{ name: '', objects, scroll: START }],
    sorting: { by: 'none', down: false },
    filter: '',
    markedOnly: false,
    search: '',
    selected: new Map(),
    summary: '',
    patches: '',
    message: '',
  };
}
