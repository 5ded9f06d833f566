// A dialog with fields: check boxes, texts, choices from a few words, lists to read; OK and Cancel, and buttons of its own.
// Result: which button, and the fields as they stand.

import { boxed, widest } from './box.ts';
import { buttonLines, nextButton, pressedButton } from './buttons.ts';
import { cutTo, folded, type Line, line, padded, type Size, type Span, span, widthOf } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

export type Field =
  | {
      readonly kind: 'check';
      readonly name: string;
      readonly label: string;
      readonly value: boolean;
      readonly note?: string;
    }
  | {
      readonly kind: 'text';
      readonly name: string;
      readonly label: string;
      readonly value: string;
      readonly note?: string;
    }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly label: string;
      readonly value: string;
      readonly choices: readonly string[];
      readonly note?: string;
    }
  /** Lines to read between the others. */
  | { readonly kind: 'lines'; readonly lines: readonly Line[] };

export interface Form {
  readonly title: string;
  readonly fields: readonly Field[];
  /** OK first, Cancel last. */
  readonly buttons: readonly string[];
}

export interface Filled {
  readonly button: string;
  /** `true` and `false` of a check box as words. */
  readonly values: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
}

interface State extends Form {
  /** Index into fields that can be changed; past them the row of buttons. */
  readonly focus: number;
  readonly chosen: number;
  /** Place of the text cursor in the field that has the focus, in characters. */
  readonly caret: number;
}

const HELP = [
  ['Tab, arrows', 'Next and previous field'],
  ['Space', 'Change a check box or a choice'],
  ['Return', 'In a field: OK; on a button: that button'],
  ['Escape', 'Cancel'],
] as const;

/** `focus` names the field to begin with. */
export function formWindow(form: Form, focus?: string): Window<Filled> {
  const live = form.fields.filter((field) => field.kind !== 'lines');
  const at = Math.max(
    0,
    live.findIndex((field) => field.name === focus),
  );
  return opened(entered({ ...form, focus: at, chosen: 0, caret: 0 }, at));
}

function opened(state: State): Window<Filled> {
  return { help: HELP, draw: (size) => draw(state, size), press: (key) => press(state, key) };
}

type Live = Exclude<Field, { kind: 'lines' }>;

function liveFields(state: State): Live[] {
  return state.fields.filter((field): field is Live => field.kind !== 'lines');
}

/** The state with the focus on field `at`; a text's cursor stands behind it. */
function entered(state: State, at: number): State {
  const field = liveFields(state)[at];
  return { ...state, focus: at, chosen: 0, caret: field?.kind === 'text' ? field.value.length : 0 };
}

function draw(state: State, size: Size): Picture {
  const live = liveFields(state);
  const inner = size.columns - 10;
  const labels = Math.max(0, ...live.map((field) => (field.kind === 'check' ? 0 : widthOf(field.label))));
  const rows: Line[] = [];
  const rowOf = new Map<Live, number>();
  for (const field of state.fields) {
    if (field.kind === 'lines') {
      rows.push(...field.lines);
      continue;
    }
    rowOf.set(field, rows.length);
    const caret = field === live[state.focus] ? state.caret : undefined;
    rows.push(...fieldLines(field, caret, labels, inner));
  }
  const focused = live[state.focus];
  const visible = size.rows - 8;
  const at = focused ? rowOf.get(focused)! : rows.length - 1;
  const top = Math.max(0, Math.min(at - Math.floor(visible / 2), rows.length - visible));
  const buttons = buttonLines(state.buttons, state.chosen, inner, !focused);
  const note = folded(focused?.note ?? '', inner);
  const width = Math.min(
    inner,
    Math.max(widest(rows), widest(buttons), widthOf(state.title), ...live.map((each) => widthOf(each.note ?? ''))),
  );
  const lines = boxed(
    state.title,
    [
      [],
      ...rows.slice(top, top + visible).map((each): Line => [span('  '), ...each]),
      ...note.map((each) => line(`  ${each}`, 'dim')),
      ...buttons,
    ],
    width + 6,
  );
  if (focused?.kind !== 'text') return { lines };
  const from = firstShown(focused.value, state.caret, room(labels, inner));
  const column = 1 + 2 + labels + 2 + widthOf(focused.value.slice(from, state.caret));
  return { lines, cursor: { row: 2 + at - top, column } };
}

/** Columns of a text field. */
function room(labels: number, inner: number): number {
  return Math.min(48, inner - labels - 2);
}

/** First character shown of a text in `width` columns: a longer one shows its end, where people write, as far as the cursor lets it. */
function firstShown(value: string, caret: number, width: number): number {
  let from = 0;
  while (widthOf(value.slice(from)) >= width && widthOf(value.slice(from, caret)) > width / 2) from += 1;
  return from;
}

/** `caret` is there where the field has the focus. */
function fieldLines(field: Live, caret: number | undefined, labels: number, inner: number): Line[] {
  const style = caret === undefined ? 'plain' : 'cursor';
  if (field.kind === 'text') return [textLine(field, caret ?? field.value.length, labels, inner)];
  if (field.kind === 'choice') return [[label(field, labels), span(`< ${field.value} >`, style)]];
  const box = `[${field.value ? 'X' : ' '}] `;
  return folded(field.label, inner - box.length).map((text, at) =>
    line((at === 0 ? box : ' '.repeat(box.length)) + text, style),
  );
}

function textLine(field: Extract<Live, { kind: 'text' }>, caret: number, labels: number, inner: number): Line {
  const width = room(labels, inner);
  const text = field.value.slice(firstShown(field.value, caret, width));
  return [label(field, labels), span(padded(cutTo(text, width), width), 'field')];
}

function label(field: Live, labels: number): Span {
  return span(`${padded(field.label, labels)}  `);
}

function press(state: State, key: Key): Answer<Filled> {
  const live = liveFields(state);
  const field = live[state.focus];
  if (key.name === 'escape') return { result: filled(state, state.buttons.at(-1)!) };
  if (!field) return pressButtons(state, key, live.length);
  if (key.name === 'return' || key.name === 'enter') return { result: filled(state, state.buttons[0]!) };
  const step = { tab: 1, down: 1, up: -1 }[key.name];
  if (step !== undefined) return { become: opened(entered(state, Math.max(0, state.focus + step))) };
  const changed = changedField(field, key, state.caret);
  if (!changed) return undefined;
  const fields = state.fields.map((each) => (each === field ? changed.field : each));
  return { become: opened({ ...state, fields, caret: changed.caret }) };
}

function pressButtons(state: State, key: Key, fields: number): Answer<Filled> {
  if (key.name === 'up') return { become: opened(entered(state, fields - 1)) };
  // Behind the last button Tab goes round to the first field.
  if (key.name === 'tab' && state.chosen === state.buttons.length - 1 && fields > 0) {
    return { become: opened(entered(state, 0)) };
  }
  const chosen = nextButton(state.buttons, state.chosen, key);
  if (chosen !== undefined) return { become: opened({ ...state, chosen }) };
  const button = pressedButton(state.buttons, state.chosen, key);
  return button === undefined ? undefined : { result: filled(state, button) };
}

function changedField(field: Live, key: Key, caret: number): { field: Live; caret: number } | undefined {
  if (field.kind === 'check')
    return key.name === 'space' ? { field: { ...field, value: !field.value }, caret } : undefined;
  if (field.kind === 'text') return edited(field, key, caret);
  const step = { space: 1, right: 1, left: -1 }[key.name];
  if (step === undefined) return undefined;
  const { choices } = field;
  const value = choices[(choices.indexOf(field.value) + step + choices.length) % choices.length]!;
  return { field: { ...field, value }, caret };
}

function edited(
  field: Extract<Live, { kind: 'text' }>,
  key: Key,
  caret: number,
): { field: Live; caret: number } | undefined {
  const { value } = field;
  const before = value.slice(0, caret);
  const after = value.slice(caret);
  const now = (text: string, at: number) => ({ field: { ...field, value: text }, caret: at });
  if (key.text !== '') return now(before + key.text + after, caret + key.text.length);
  if (key.name === 'backspace') return now(before.slice(0, -1) + after, Math.max(0, caret - 1));
  if (key.name === 'delete') return now(before + after.slice(1), caret);
  if (key.ctrl && key.name === 'u') return now(after, 0);
  if (key.name === 'left') return now(value, Math.max(0, caret - 1));
  if (key.name === 'right') return now(value, Math.min(value.length, caret + 1));
  if (key.name === 'home' || (key.ctrl && key.name === 'a')) return now(value, 0);
  if (key.name === 'end' || (key.ctrl && key.name === 'e')) return now(value, value.length);
  return undefined;
}

function filled(state: State, button: string): Filled {
  const values = Object.fromEntries(liveFields(state).map((field) => [field.name, String(field.value)]));
  return { button, values, fields: state.fields };
}
