// Forms, marks and patch filters as values.

import { expect, test } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog.ts';
import type { Reason } from '../../../src/model/plan.ts';
import { type Filled, formWindow } from '../../../src/tui/form.ts';
import { withMark, withoutMark } from '../../../src/tui/marks.ts';
import { addedFilter, offered, patchForm } from '../../../src/tui/patches.ts';
import { textOf } from '../../../src/tui/text.ts';
import { question } from '../../../src/tui/viewer.ts';
import type { Answer, Key, Window } from '../../../src/tui/window.ts';
import { fileset, product } from './objects.ts';

const SIZE = { columns: 80, rows: 24 };
const key = (name: string, text = name.length === 1 ? name : '', ctrl = false): Key => ({ name, text, ctrl });

function pressed<Result>(window: Window<Result>, ...keys: Key[]): Answer<Result> {
  let answer: Answer<Result> = { become: window };
  for (const each of keys) answer = answer && 'become' in answer ? answer.become.press(each, SIZE) : answer;
  return answer;
}

const OPTIONS = { autoselect_patches: true, patch_match_target: false, patch_filter: '*.*', patch_save_files: true };

test('a form is filled by keys: check boxes by Space, texts by typing, OK by Return', () => {
  const window = formWindow(patchForm(OPTIONS, emptyCatalog('depot'), true));
  const keys = [key('down'), key('space', ' '), key('tab'), key('tab'), key('u', '', true)];
  const typed = [...'a,c=b'].map((each) => key(each));
  const answer = pressed(window, ...keys, ...typed, key('left'), key('backspace'), key('x'), key('return'));
  const { button, values } = (answer as { result: Filled }).result;
  expect(button).toBe('OK');
  expect(values).toEqual({
    autoselect_patches: 'true',
    patch_match_target: 'true',
    patch_save_files: 'true',
    patch_filter: 'a,cxb',
  });
  expect(pressed(window, key('escape'))).toMatchObject({ result: { button: 'Cancel' } });
});

test('a long text is shown around its cursor', () => {
  const value = Array.from({ length: 30 }, (_, n) => `/dir${n}`).join('');
  const form = formWindow({ title: 'T', fields: [{ kind: 'text', name: 'text', label: 'L', value }], buttons: ['OK'] });
  const shown = (...keys: Key[]) => {
    const { lines, cursor } = (pressed(form, ...keys) as { become: Window<Filled> }).become.draw(SIZE);
    const text = lines.map(textOf)[cursor!.row]!;
    return { text, behind: text.slice(cursor!.column) };
  };
  expect(shown().text).toContain('/dir28/dir29 ');
  expect(shown(key('left')).behind).toMatch(/^9 /);
  expect(shown(key('home')).behind).toMatch(/^\/dir0\/dir1/);
  const middle = [...Array<Key>(90).fill(key('left')), key('X')];
  const typed = shown(...middle);
  expect(typed.text).toMatch(/\/dir.*X/);
  expect(typed.behind).toMatch(new RegExp(`^${value.slice(-90, -75)}`));
});

test('a copy saves nothing, so its dialog does not ask for it', () => {
  const shown = (saves: boolean) =>
    formWindow(patchForm(OPTIONS, emptyCatalog('depot'), saves))
      .draw(SIZE)
      .lines.map(textOf)
      .join('\n');
  expect([shown(true).includes('rollback'), shown(false).includes('rollback')]).toEqual([true, false]);
});

test('a chosen category joins another, and takes the place of any other filter', () => {
  expect(addedFilter('*.*', '*.*,c=critical')).toBe('*.*,c=critical');
  expect(addedFilter('*.*,c=critical', '*.*,c=panic')).toBe('*.*,c=critical|panic');
  expect(addedFilter('*.*,c=critical|panic', '*.*,c=panic')).toBe('*.*,c=critical|panic');
  expect(addedFilter('*.*,c=critical', '*.*')).toBe('*.*');
  expect(offered(['*.*,c=x'], emptyCatalog('depot'))).toEqual(['*.*', '*.*,c=x']);
});

test('unmarking inside a marked product leaves its other filesets marked', () => {
  const whole = product('P', ['A', 'B', 'C']);
  const marks = withMark(new Map(), whole);
  const reason: Reason = { kind: 'asked', spec: 'P' };
  const selected = new Map(whole.filesets().map((each) => [each, reason]));
  expect([...withoutMark(marks, fileset('P', 'B'), selected).keys()]).toEqual(['P.A', 'P.C']);
  expect([...withoutMark(marks, whole, selected).keys()]).toEqual([]);
});

test('marking a product takes in the marks inside it; what was not asked for keeps its marks', () => {
  const marks = withMark(new Map(), fileset('P', 'A'));
  expect([...withMark(marks, product('P', ['A', 'B'])).keys()]).toEqual(['P']);
  const along: Reason = { kind: 'requisite', relation: 'prerequisite', of: 'Q.X', spec: 'P.A' };
  expect(withoutMark(marks, fileset('P', 'A'), new Map([['P/A', along]]))).toEqual(marks);
});

test('a question answers with its button, by letter, arrows or Escape', () => {
  const asked = question('Remove', ['Sure?'], ['Remove', 'Cancel']);
  expect(pressed(asked, key('r'))).toEqual({ result: 'Remove' });
  expect(pressed(asked, key('right'), key('return'))).toEqual({ result: 'Cancel' });
  expect(pressed(asked, key('escape'))).toEqual({ result: 'Cancel' });
});
