// The selection window as a value: keys in, windows and wishes out.

import { expect, test } from 'vitest';
import { sortedBy } from '../../../src/tui/columns.ts';
import {
  beginState,
  closed,
  filtered,
  found,
  markedOf,
  objectAt,
  openedAt,
  type SelectionResult,
  type SelectionState,
  selectionWindow,
} from '../../../src/tui/selection.ts';
import { VERBS } from '../../../src/tui/selection-menus.ts';
import { textOf } from '../../../src/tui/text.ts';
import type { Key, Window } from '../../../src/tui/window.ts';
import { product } from './objects.ts';

const SIZE = { columns: 80, rows: 24 };
const OBJECTS = [product('ALPHA', ['RUN', 'MAN']), product('BETA', ['RUN'], '9000'), product('GAMMA', ['RUN'], '100')];

function state(more: Partial<SelectionState> = {}): SelectionState {
  const columns = ['marked', 'name', 'revision', 'title', 'size'] as const;
  const parts = {
    command: 'swinstall',
    verb: VERBS.install,
    source: 'vm:/D',
    target: 'vm:/R',
    targetWord: 'Target' as const,
    columns,
  };
  return { ...beginState(parts, OBJECTS), ...more };
}

function key(name: string): Key {
  const text = name.length === 1 ? name : name === 'space' ? ' ' : '';
  return { name, text, ctrl: false };
}

/** Presses keys until one has a result; returns it, or the last window. */
function press(window: Window<SelectionResult>, ...names: string[]): SelectionResult | Window<SelectionResult> {
  let now = window;
  for (const name of names) {
    const answer = now.press(key(name), SIZE);
    if (answer && 'result' in answer) return answer.result;
    if (answer) now = answer.become;
  }
  return now;
}

const lines = (window: Window<unknown>, size = SIZE) => window.draw(size).lines.map(textOf);

test('fills its size exactly, whatever it is', () => {
  for (const size of [SIZE, { columns: 40, rows: 12 }, { columns: 200, rows: 60 }]) {
    const drawn = lines(selectionWindow(state()), size);
    expect(drawn).toHaveLength(size.rows);
    expect(new Set(drawn.map((each) => each.length))).toEqual(new Set([size.columns]));
  }
});

test('Space wishes to mark what the cursor is on, and to unmark what is marked', () => {
  const result = press(selectionWindow(state()), 'down', 'space') as SelectionResult;
  expect([result.wish, objectAt(result.state)?.name]).toEqual(['mark', 'BETA']);
  const selected = new Map([['BETA/RUN', 'asked for: BETA']]);
  const again = press(selectionWindow(state({ selected })), 'down', 'space') as SelectionResult;
  expect(again.wish).toBe('unmark');
});

test('an object of which some filesets are selected is Partial', () => {
  const selected = new Map([['ALPHA/MAN', 'asked for: ALPHA.MAN']]);
  const some = state({ selected });
  expect(OBJECTS.map((each) => markedOf(some, each))).toEqual(['Partial', '', '']);
  const drawn = lines(selectionWindow(some));
  expect(drawn.find((each) => each.includes('ALPHA'))).toMatch(/^>Partial +ALPHA -> /);
  expect(drawn.at(-2)).toContain('1 of 2 filesets marked: asked for: ALPHA.MAN');
});

test('opens, goes up by its first row, and keeps the cursor outside', () => {
  const opened = openedAt(state(), OBJECTS[0]!);
  expect(opened.trail).toHaveLength(2);
  expect(objectAt(opened)?.name).toBe('RUN');
  const up = press(selectionWindow(opened), 'up', 'return') as Window<SelectionResult>;
  expect(lines(up)[0]).not.toContain('ALPHA');
  expect(closed(closed(opened)).trail).toHaveLength(1);
});

test('searches from behind the cursor on and round', () => {
  const one = found(state(), 'a');
  expect(objectAt(one)?.name).toBe('BETA');
  expect(objectAt(found(found(one, 'a'), 'a'))?.name).toBe('ALPHA');
  expect(found(state(), 'nowhere').message).toContain('nowhere');
});

test('filters by text or pattern and sorts by size as a number', () => {
  const names = (some: SelectionState) =>
    lines(selectionWindow(some)).flatMap((each) => /(\w+) ->/.exec(each)?.[1] ?? []);
  expect(names(state({ filter: '*MA' }))).toEqual(['GAMMA']);
  expect(names(state({ filter: 'product b' }))).toEqual(['BETA']);
  expect(names(state({ sorting: { by: 'size', down: true } }))).toEqual(['BETA', 'ALPHA', 'GAMMA']);
  expect(names(state({ markedOnly: true, selected: new Map([['BETA/RUN', 'x']]) }))).toEqual(['BETA']);
});

test('a filter stays with the list it was given for: what it found opens to all that is in it', () => {
  const names = (some: SelectionState) =>
    lines(selectionWindow(some)).flatMap((each) => /(\w+) ->/.exec(each)?.[1] ?? []);
  const opened = openedAt(state({ filter: 'AL*' }), OBJECTS[0]!);
  expect(names(opened)).toEqual(['RUN', 'MAN']);
  expect(lines(selectionWindow(opened)).at(-1)).not.toContain('filter');
  const inside = filtered(opened, 'MAN');
  expect(names(inside)).toEqual(['MAN']);
  expect(lines(selectionWindow(inside)).at(-1)).toContain('filter MAN');
  expect(names(closed(inside))).toEqual(['ALPHA']);
});

test('revisions are sorted in the order of revisions', () => {
  const revisions = ['10.0', '1', '2.0', '1.0'];
  const objects = revisions.map((revision) => ({ ...product('P', ['RUN']), attribute: () => revision }));
  const sorted = (down: boolean) => sortedBy(objects, { by: 'revision', down }).map((each) => each.attribute(''));
  expect(sorted(false)).toEqual(['1', '1.0', '2.0', '10.0']);
  expect(sorted(true)).toEqual(['10.0', '2.0', '1.0', '1']);
});

test('every menu key is a wish of its own', () => {
  for (const [name, wish] of [
    ['p', 'patches'],
    ['a', 'analyse'],
    ['S', 'source'],
    ['T', 'target'],
    ['q', 'exit'],
  ] as const) {
    expect((press(selectionWindow(state()), name) as SelectionResult).wish).toBe(wish);
  }
  expect(selectionWindow(state({ verb: VERBS.list })).press(key('m'), SIZE)).toBeUndefined();
});
