// The analysis window (commands.md 13.3): the status of each target, and the plan product by product with the reason of each entry.
// Promise: pure; shows the plan that execution would run, and what keeps it from running.

import type { Finding, Plan, PlannedFileset } from '../model/plan.ts';
import { shortReason } from '../report/reasons.ts';
import { bar, page, position, type Scroll, settled, widest } from './box.ts';
import { buttonLines, nextButton, pressedButton } from './buttons.ts';
import {
  cutTo,
  folded,
  harmless,
  type Line,
  line,
  padded,
  paddedEnd,
  type Size,
  type Style,
  span,
  widthOf,
} from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

export interface AnalysedTarget {
  /** `host:/path`. */
  readonly target: string;
  /** Absent before it was analysed, or when it did not come so far. */
  readonly plan?: Plan;
  readonly findings: readonly Finding[];
  /** Where it stands when no plan tells; what was never `approved` is not `done` in the end. */
  readonly stage: 'waiting' | 'working' | 'analysed' | 'approved' | 'done';
}

export interface AnalysisState {
  readonly title: string;
  readonly targets: readonly AnalysedTarget[];
  /** The one whose plan is shown. */
  readonly at: number;
  /** What OK would do, or why there is nothing to do. */
  readonly message: string;
  readonly buttons: readonly string[];
  readonly chosen: number;
  readonly scroll: Scroll;
}

const HELP = [
  ['Tab, arrows', 'Next button; Return presses it'],
  ['Up, Down', 'Move through the summary; PageUp, PageDown too'],
  ['O', 'OK: begin'],
  ['C Escape', 'Cancel: back to the selection, nothing changed'],
  ['P', 'Product Summary with every reason'],
  ['L', 'Logfile of this session so far'],
  ['D', 'Disk Space of each file system'],
  ['R', 'Analyse again'],
] as const;

/** Status words of SD, and how they look. */
export function statusOf({ plan, findings, stage }: AnalysedTarget): readonly [string, Style] {
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (stage === 'waiting') return ['Waiting', 'dim'];
  if (stage === 'working' && !plan && errors.length === 0) return ['Analysing', 'plain'];
  if (stage === 'done') return errors.length > 0 ? ['Completed with errors', 'bad'] : ['Completed', 'good'];
  if (errors.some((finding) => finding.code === 'disk_space')) return ['Disk Space Failure', 'bad'];
  const scheduled = plan ? plan.products.length : 0;
  if (errors.length > 0) return scheduled > 0 ? ['Ready with Errors', 'bad'] : ['Excluded due to errors', 'bad'];
  if (findings.some((finding) => finding.severity === 'warning')) return ['Ready with Warnings', 'doubt'];
  return scheduled > 0 ? ['Ready', 'good'] : ['Nothing to do', 'plain'];
}

export function analysisWindow(state: AnalysisState): Window<string> {
  return { help: HELP, draw: (size) => draw(state, size), press: (key, size) => press(state, key, size) };
}

/** `Install`, `New version` ... */
function actionWord(action: string): string {
  return action.charAt(0).toUpperCase() + action.slice(1).replaceAll('_', ' ');
}

/** Errors and warnings first, then what would be done, then what stays out; at most `columns` wide. */
function summaryLines({ plan, findings }: AnalysedTarget, columns: number): Line[] {
  const said = findings.filter((finding) => finding.severity !== 'note');
  const planned = plan?.products.flatMap((product) => product.filesets) ?? [];
  const left = plan?.left ?? [];
  const rest = [...planned, ...left];
  // The reason keeps 14 columns on the narrowest screen.
  const name = Math.min(34, columns - 30, Math.max(8, ...rest.map((each) => widthOf(harmless(each.name)))));
  const why = columns - 12 - name - 4;
  return [
    ...said.flatMap((finding) => findingLines(finding, columns)),
    ...(said.length > 0 && rest.length > 0 ? [[]] : []),
    ...(rest.length > 0
      ? [[span(padded('  Action', 14) + padded('Fileset', name + 2) + padded('Why', why), 'head')]]
      : []),
    ...planned.flatMap((each) => entryLines(each, shortReason(each.reason), name, why, 'good')),
    ...left.flatMap((each) => entryLines(each, each.because ?? shortReason(each.reason), name, why, 'dim')),
  ];
}

function findingLines({ severity, text, code }: Finding, columns: number): Line[] {
  const word = severity === 'error' ? 'ERROR    ' : 'WARNING  ';
  const lines = folded(harmless(severity === 'error' ? `${text} [${code}]` : text), columns - word.length - 2);
  return lines.map(
    (each, at): Line => [
      span(`  ${at === 0 ? word : ' '.repeat(word.length)}`, severity === 'error' ? 'bad' : 'doubt'),
      span(each),
    ],
  );
}

function entryLines(fileset: PlannedFileset, why: string, name: number, room: number, style: Style): Line[] {
  return folded(harmless(why), room).map(
    (text, at): Line => [
      span(`  ${padded(at === 0 ? actionWord(fileset.action) : '', 12)}`, style),
      span(padded(at === 0 ? cutTo(harmless(fileset.name), name) : '', name + 2)),
      span(text, 'dim'),
    ],
  );
}

/** `n of m`: products that would be worked on, of those that were selected. */
function scheduled({ plan }: AnalysedTarget): string {
  if (!plan) return '';
  const going = new Set(plan.products.map((product) => product.targetId));
  const all = new Set([...going, ...plan.left.map((each) => each.targetKey.split('/')[0]!)]);
  return `${going.size} of ${all.size}`;
}

/** Lines above the summary: title, blank, heading, targets, blank. Below: message, blank, buttons, footer. */
function room(state: AnalysisState, size: Size): number {
  const buttons = buttonLines(state.buttons, state.chosen, size.columns).length;
  const message = messageLines(state, size.columns).length;
  return Math.max(1, size.rows - 6 - message - buttons - Math.min(state.targets.length, 5));
}

function messageLines({ message }: AnalysisState, columns: number): Line[] {
  return folded(harmless(message), columns - 3).map((each) => line(`  ${each}`, 'bold'));
}

function draw(state: AnalysisState, size: Size): Picture {
  const { columns } = size;
  const lines = summaryLines(state.targets[state.at]!, columns);
  const rows = room(state, size);
  const { top } = settled(state.scroll, Math.max(1, lines.length), rows);
  const shown = lines.slice(top, top + rows);
  const blank = Array.from({ length: rows - shown.length }, (): Line => []);
  const first = Math.max(0, Math.min(state.at - 2, state.targets.length - 5));
  const targets = state.targets.slice(first, first + 5);
  // On a narrow screen the target is worth more than room for other words of the status.
  const statuses = columns < 76 ? Math.max(6, ...targets.map((each) => statusOf(each)[0].length)) : 24;
  const width = Math.min(columns - statuses - 24, Math.max(12, widest(targets.map((each) => line(each.target)))));
  return {
    lines: page(
      bar(state.title, position({ cursor: 0, top }, lines.length, rows), columns),
      [
        [],
        [
          span(
            `  ${padded('Target', width)}  ${padded('Status', statuses)}  ${padded('Products Scheduled', 18)}`,
            'head',
          ),
        ],
        ...targets.map((each): Line => {
          const [status, style] = statusOf(each);
          return [
            span(`  ${paddedEnd(each.target, width)}  `),
            span(padded(status, statuses), style),
            span(`  ${scheduled(each)}`),
          ];
        }),
        [],
        ...shown,
        ...blank,
        ...messageLines(state, columns),
        [],
        ...buttonLines(state.buttons, state.chosen, columns),
      ],
      [bar('Tab next button   Return press   arrows scroll   ? keys', '', columns)],
      size,
    ),
  };
}

function press(state: AnalysisState, key: Key, size: Size): Answer<string> {
  if (key.name === 'escape') return { result: 'Cancel' };
  const chosen = nextButton(state.buttons, state.chosen, key);
  if (chosen !== undefined) return { become: analysisWindow({ ...state, chosen }) };
  const pressed = pressedButton(state.buttons, state.chosen, key);
  if (pressed !== undefined) return { result: pressed };
  const count = summaryLines(state.targets[state.at]!, size.columns).length;
  const rows = room(state, size);
  const step = { up: -1, down: 1, pageup: 1 - rows, pagedown: rows - 1, home: -count, end: count }[key.name];
  if (step === undefined) return undefined;
  const { top } = settled(state.scroll, Math.max(1, count), rows);
  const next = Math.max(0, Math.min(top + step, count - rows));
  return { become: analysisWindow({ ...state, scroll: { cursor: next, top: next } }) };
}
