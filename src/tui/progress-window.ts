// The progress window (commands.md 13.3): a bar, Kbytes, the current fileset, the log; at the end what became of it.

import { DOING } from '../report/events.ts';
import { duration, type ProgressView } from '../report/progress.ts';
import { hasUtf8 } from '../report/screen.ts';
import { bar, page } from './box.ts';
import { buttonLines, nextButton, pressedButton } from './buttons.ts';
import { harmless, type Line, line, paddedEnd, type Size, type Style, span } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

interface Status {
  readonly text: string;
  readonly style: Style;
}

export interface ProgressState {
  readonly title: string;
  readonly target: string;
  /** What became of each, once it is over; several stand in place of the one. */
  readonly targets?: readonly { readonly target: string; readonly status: Status }[];
  readonly view: ProgressView;
  /** Set once it is over, or about to be. */
  readonly status?: Status;
  /** The log so far; its end is shown. */
  readonly log: readonly string[];
  /** True while the session works: there are other keys then. */
  readonly working: boolean;
  readonly buttons: readonly string[];
  readonly chosen: number;
}

const DONE_HELP = [
  ['Tab, arrows', 'Next button; Return presses it'],
  ['D Escape', 'Done'],
  ['P', 'Product Summary'],
  ['L', 'Logfile of this session'],
] as const;
const WORKING_HELP = [
  ['Tab, arrows', 'Next button; Return presses it'],
  ['S', 'Suspend behind the file in work; the target stays locked'],
  ['R', 'Resume'],
  ['P', 'Product Summary'],
  ['L', 'Logfile of this session so far'],
  ['A Ctrl-C', 'Abort: what is unfinished is undone'],
] as const;
const DONE_KEYS = 'Tab next button   Return press   ? keys';
const WORKING_KEYS = 'Tab next button   Return press   Ctrl-C abort   ? keys';

/** Lines that are not targets: title, blanks, status, bar, counts, heading and a line of the log, buttons in two lines, keys. */
const ABOVE_BELOW = 16;

/** Answers keys only where the session does not work: while it does, whoever runs it takes them. */
export function progressWindow(state: ProgressState): Window<string> {
  const help = state.working ? WORKING_HELP : DONE_HELP;
  return { help, draw: (size) => draw(state, size), press: (key) => press(state, key) };
}

function draw(state: ProgressState, size: Size): Picture {
  const { columns } = size;
  const { view, buttons } = state;
  const status = state.status ?? { text: doing(view), style: 'plain' };
  const above: Line[] = [
    [],
    ...targetLines(state, size),
    [span('  Status    '), span(status.text, status.style)],
    [],
    barLine(view, columns),
    [],
    [span('  Kbytes    '), span(bytesText(view))],
    [span('  Filesets  '), span(view.filesets.of > 0 ? `${view.filesets.done} of ${view.filesets.of}` : '')],
    [span('  Current   '), span(harmless(view.current))],
    [],
    line('  Log', 'bold'),
  ];
  const below: Line[] = [[], ...buttonLines(buttons, state.chosen, columns)];
  const room = Math.max(1, size.rows - 2 - above.length - below.length);
  const log = state.log.slice(-room).map((each) => line(`  ${harmless(each)}`, 'dim'));
  const blank = Array.from({ length: room - log.length }, (): Line => []);
  const keys = state.working ? WORKING_KEYS : DONE_KEYS;
  return {
    lines: page(bar(state.title, '', columns), [...above, ...log, ...blank, ...below], [bar(keys, '', columns)], size),
  };
}

/** One line; of a session with several targets one for each, with its own status, as many as leave room for the rest. */
function targetLines({ target, targets = [] }: ProgressState, { columns, rows }: Size): Line[] {
  if (targets.length < 2) return [[span('  Target    '), span(target, 'bold')]];
  const statuses = Math.max(...targets.map(({ status }) => status.text.length));
  const lines = targets.map(
    ({ target: place, status }, at): Line => [
      span(at === 0 ? '  Targets   ' : '            '),
      span(paddedEnd(place, columns - statuses - 16), 'bold'),
      span('  '),
      span(status.text, status.style),
    ],
  );
  const room = Math.max(2, rows - ABOVE_BELOW);
  return lines.length <= room
    ? lines
    : [...lines.slice(0, room - 1), line(`            and ${lines.length - room + 1} more`)];
}

function doing({ phase, task }: ProgressView): string {
  if (phase === 'execution') return `${task === undefined ? 'Working' : DOING[task]} ...`;
  return phase === 'analysis' ? 'Analysing ...' : 'Selecting ...';
}

/** Part done, by bytes where there are any. */
function partOf({ bytes, filesets, phase }: ProgressView): number {
  if (phase !== 'execution') return 0;
  const { done, of } = bytes.of > 0 ? bytes : filesets;
  // Bytes end before the work does: the last product is still being put in its place.
  const whole = filesets.of > 0 && filesets.done === filesets.of;
  return of === 0 ? 0 : Math.min(whole ? 1 : 0.99, done / of);
}

function barLine(view: ProgressView, columns: number): Line {
  const width = Math.max(10, columns - 14);
  const part = partOf(view);
  const full = Math.floor(part * width);
  const [done, open] = hasUtf8() ? ['█', '░'] : ['#', '.'];
  return [
    span('  '),
    span(done!.repeat(full), 'good'),
    span(open!.repeat(width - full), 'dim'),
    span(`  ${String(Math.floor(part * 100)).padStart(3)} %`, 'bold'),
  ];
}

function bytesText({ bytes, rate, left }: ProgressView): string {
  if (bytes.of === 0) return '';
  const kbytes = (count: number) => String(Math.ceil(count / 1024));
  const speed = rate > 0 ? `   ${kbytes(rate)} Kbytes/s` : '';
  return `${kbytes(bytes.done)} of ${kbytes(bytes.of)}${speed}${left === undefined ? '' : `   ${duration(left)} left`}`;
}

function press(state: ProgressState, key: Key): Answer<string> {
  if (key.name === 'escape') return { result: state.buttons[0]! };
  const chosen = nextButton(state.buttons, state.chosen, key);
  if (chosen !== undefined) return { become: progressWindow({ ...state, chosen }) };
  const pressed = pressedButton(state.buttons, state.chosen, key);
  return pressed === undefined ? undefined : { result: pressed };
}
