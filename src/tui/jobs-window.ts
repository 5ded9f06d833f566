// The job browser's window (commands.md 13.6): a line a job, in the columns of swjob, with the time above. Its result is a wish.

import { type Job, resultOf } from '../model/job.ts';
import { jobLines } from '../report/job.ts';
import { bar, moved, page, position, type Scroll, settled } from './box.ts';
import { harmless, type Line, line, padded, type Size, type Style, span } from './text.ts';
import type { Answer, Key, Picture, Window } from './window.ts';

export type JobWish = 'describe' | 'log' | 'agent_log' | 'plan' | 'remove' | 'install' | 'copy' | 'delete' | 'exit';

export interface JobsState {
  readonly title: string;
  readonly jobs: readonly Job[];
  /** Names of attributes of a job. */
  readonly columns: readonly string[];
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

const KEYS = [
  ['d', 'describe', 'Show Job Description'],
  ['l', 'log', 'Show Log'],
  ['g', 'agent_log', 'Show Log of the Agent on the first target'],
  ['p', 'plan', 'Show Results: what it did to each fileset, and why'],
  ['x', 'remove', 'Remove Job (what it did stays)'],
  ['I', 'install', 'Create Install Job: swinstall'],
  ['C', 'copy', 'Create Copy Job: swcopy'],
  ['R', 'delete', 'Create Remove Job: swremove'],
  ['q', 'exit', 'Exit'],
] as const satisfies readonly (readonly [string, JobWish, string])[];

const HELP = [
  ['arrows', 'Move; PageUp, PageDown, Home, End too'],
  ['Return', 'Show Job Description'],
  ...KEYS.map(([key, , meaning]) => [key, meaning] as const),
] as const;

/** Title, time, blank, heading; message and footer below. */
const AROUND = 6;

/** `state` is asked at each drawing: jobs come and go while somebody looks. */
export function jobsWindow(state: () => JobsState, at?: Scroll): Window<JobsResult> {
  const scroll = at ?? state().scroll;
  return {
    help: HELP,
    draw: (size) => draw({ ...state(), scroll }, size),
    press: (key, size) => press(state, scroll, key, size),
  };
}

function draw(state: JobsState, size: Size): Picture {
  const { columns } = size;
  const rows = Math.max(1, size.rows - AROUND);
  const scroll = settled(state.scroll, state.jobs.length, rows);
  const [heading, ...lines] = jobLines(
    state.jobs.map((job) => ({ job })),
    state.columns,
  );
  const shown = lines.slice(scroll.top, scroll.top + rows).map((text, n): Line => {
    const at = scroll.top + n;
    const style = at === scroll.cursor ? 'cursor' : styleOf(state.jobs[at]!);
    return [span(at === scroll.cursor ? '>' : ' '), span(padded(harmless(text.slice(2)), columns - 2), style)];
  });
  const counts = `${state.jobs.length} job${state.jobs.length === 1 ? '' : 's'}`;
  return {
    lines: page(
      bar(state.title, state.time, columns),
      [
        line(` ${counts}`, 'bold'),
        [],
        [span(' '), span(padded((heading ?? '').slice(2), columns - 2), 'head')],
        ...(shown.length > 0 ? shown : [line('  There are no jobs.', 'dim')]),
      ],
      [
        line(` ${state.message}`, 'bold'),
        bar(
          'Return describe  l log  p results  x remove  ? keys  q quit',
          position(scroll, state.jobs.length, rows),
          columns,
        ),
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
  const wish = ['return', 'enter'].includes(key.name) ? 'describe' : KEYS.find(([each]) => each === key.text)?.[1];
  if (wish === undefined) return undefined;
  const job = jobs[at.cursor];
  return { result: { wish, scroll: at, ...(job ? { job } : {}) } };
}
