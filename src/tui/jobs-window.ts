// The job browser's window (commands.md 13.6): a line a job, in the columns of swjob, with the time above. Its result is a wish.

import { type Job, resultOf } from '../model/job.ts';
import { jobLines } from '../report/job.ts';
import { bar, moved, page, position, type Scroll, settled } from './box.ts';
import { type Menu, type MenuItem, menuBar } from './menu.ts';
import { counted, harmless, type Line, line, padded, type Size, type Style, span } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

export type JobWish =
  | 'menu'
  | 'help'
  | 'print'
  | 'search'
  | 'again'
  | 'filter'
  | 'sort'
  | 'refresh'
  | 'describe'
  | 'log'
  | 'agent_log'
  | 'plan'
  | 'remove'
  | 'install'
  | 'copy'
  | 'delete'
  | 'exit';

export interface JobsState {
  readonly title: string;
  /** Those that are shown, in their order. */
  readonly jobs: readonly Job[];
  /** Names of attributes of a job. */
  readonly columns: readonly string[];
  /** Text that the lines hold; '' for all. */
  readonly filter: string;
  /** The time, as the window shows it. */
  readonly time: string;
  readonly scroll: Scroll;
  readonly message: string;
}

export interface JobsResult {
  readonly wish: JobWish;
  readonly job?: Job;
  readonly scroll: Scroll;
}

function item(label: string, key: string, wish: JobWish): MenuItem<JobWish> {
  return { label, key, wish };
}

export const JOB_MENUS: readonly Menu<JobWish>[] = [
  {
    title: 'File',
    items: [
      item('Search...', '/', 'search'),
      item('Search Again', 'n', 'again'),
      item('Print...', 'P', 'print'),
      item('Exit', 'q', 'exit'),
    ],
  },
  { title: 'View', items: [item('Filter...', 'f', 'filter'), item('Sort...', 's', 'sort')] },
  { title: 'Options', items: [item('Refresh List', 'r', 'refresh')] },
  {
    title: 'Actions',
    items: [
      item('Show Job Description', 'd', 'describe'),
      item('Show Results: each fileset, and why', 'p', 'plan'),
      item('Show Log', 'l', 'log'),
      item('Show Log of the Agent on the first target', 'g', 'agent_log'),
      item('Remove Job (what it did stays)', 'x', 'remove'),
      item('Create Install Job: swinstall', 'I', 'install'),
      item('Create Copy Job: swcopy', 'C', 'copy'),
      item('Create Remove Job: swremove', 'R', 'delete'),
    ],
  },
  { title: 'Help', items: [item('Keyboard', '?', 'help')] },
];
const ITEMS = JOB_MENUS.flatMap((menu) => menu.items);

const HELP = [
  ['arrows', 'Move; PageUp, PageDown, Home, End too'],
  ['Return', 'Show Job Description'],
  ['Tab F10', 'Menus'],
  ...ITEMS.filter(({ key }) => key !== '?').map(({ key, label }) => [key, label] as const),
] as const;

/** Title, menus, count, blank, heading; message and footer below. */
const AROUND = 7;

/** `state` is asked at each drawing: jobs come and go while somebody looks. */
export function jobsWindow(state: () => JobsState, at?: Scroll): Window<JobsResult> {
  const scroll = at ?? state().scroll;
  return {
    help: HELP,
    draw: (size) => draw({ ...state(), scroll }, size),
    press: (key, size) => press(state, scroll, key, size),
  };
}

/** The heading and a line for each job. */
export function linesOf({ jobs, columns }: Pick<JobsState, 'jobs' | 'columns'>): string[] {
  return jobLines(
    jobs.map((job) => ({ job })),
    columns,
  );
}

function wishOf(key: Key): JobWish | undefined {
  if (['return', 'enter'].includes(key.name)) return 'describe';
  if (['f10', 'tab'].includes(key.name)) return 'menu';
  return ITEMS.find((each) => each.key === key.text)?.wish;
}

function draw(state: JobsState, size: Size): Picture {
  const { columns } = size;
  const rows = Math.max(1, size.rows - AROUND);
  const scroll = settled(state.scroll, state.jobs.length, rows);
  const [heading, ...lines] = linesOf(state);
  const shown = lines.slice(scroll.top, scroll.top + rows).map((text, n): Line => {
    const at = scroll.top + n;
    const style = at === scroll.cursor ? 'cursor' : styleOf(state.jobs[at]!);
    return [span(at === scroll.cursor ? '>' : ' '), span(padded(harmless(text.slice(2)), columns - 2), style)];
  });
  const counts = `${counted(state.jobs.length, 'job')}${state.filter === '' ? '.' : `, filter ${state.filter}.`}`;
  return {
    lines: page(
      bar(state.title, state.time, columns),
      [
        menuBar(JOB_MENUS, columns, 'F10 menus   ? keys'),
        line(` ${counts}`, 'bold'),
        [],
        [span(' '), span(padded((heading ?? '').slice(2), columns - 2), 'head')],
        ...(shown.length > 0 ? shown : [line('  There are no jobs.', 'dim')]),
      ],
      [
        line(` ${state.message}`, 'bold'),
        bar('Return describe  l log  p results  x remove  q quit', position(scroll, state.jobs.length, rows), columns),
      ],
      size,
    ),
  };
}

/** Errors red, warnings yellow, as the icons' backgrounds were; the words are in the columns. */
function styleOf(job: Job): Style {
  if (job.state === 'active') return 'bold';
  const result = resultOf(job);
  return result === 'errors' ? 'bad' : result === 'warnings' ? 'doubt' : 'plain';
}

function press(state: () => JobsState, scroll: Scroll, key: Key, size: Size): Answer<JobsResult> {
  const { jobs } = state();
  const rows = Math.max(1, size.rows - AROUND);
  const at = settled(scroll, jobs.length, rows);
  const next = moved(at, key.name, jobs.length, rows);
  if (next) return { become: jobsWindow(state, next) };
  const wish = wishOf(key);
  if (wish === undefined) return undefined;
  const job = jobs[at.cursor];
  return { result: { wish, scroll: at, ...(job ? { job } : {}) } };
}
