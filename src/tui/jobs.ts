// The job browser: sd, swjob -i (commands.md 13.6).

import { SdError } from '../model/error.ts';
import type { Job } from '../model/job.ts';
import type { Finding } from '../model/plan.ts';
import { type JobQueue, jobs, logOf, planOf } from '../operations/jobs.ts';
import { jobDefinition, timeText } from '../report/job.ts';
import { askText } from './asking.ts';
import { formWindow } from './form.ts';
import { Interface } from './interface.ts';
import { JOB_MENUS, type JobsState, type JobWish, jobsWindow, linesOf } from './jobs-window.ts';
import { menuWindow } from './menu.ts';
import { summaryText } from './plan-text.ts';
import { askPrint } from './printing.ts';
import { requireTerminal } from './terminal.ts';
import { helpWindow, question, textWindow } from './viewer.ts';
import type { Window } from './window.ts';

export interface JobBrowsing {
  readonly command: string;
  readonly queue: JobQueue;
  /** Attributes of a job, as columns. */
  readonly columns: readonly string[];
  /** Forgets a job; an ERROR among the findings says why it did not. */
  remove(job: Job): readonly Finding[];
}

/** A command that somebody wants to start from the browser. */
export type JobStart = 'swinstall' | 'swcopy' | 'swremove';

/** Milliseconds between two looks at the queue. */
const EVERY_MS = 2000;
const STARTS: Readonly<Partial<Record<JobWish, JobStart>>> = {
  install: 'swinstall',
  copy: 'swcopy',
  delete: 'swremove',
};

/**
 * Lets somebody look at jobs, after they read why what they started last has `failed`. Returns the command to start next, undefined when
 * they leave. Throws SdError `no_terminal`, `Stopped`.
 */
export async function interactJobs(browsing: JobBrowsing, failed?: SdError): Promise<JobStart | undefined> {
  requireTerminal(browsing.command);
  return Interface.run((ui) => browse(ui, browsing, failed));
}

/** How the list is looked at. */
interface Look extends Pick<JobsState, 'scroll' | 'message' | 'filter'> {
  /** A column; '' keeps the order in which jobs were made. */
  readonly sort: string;
  readonly descending: boolean;
  readonly search: string;
}

/** The newest job is what people come for. */
const FIRST: Look = {
  scroll: { cursor: Number.MAX_SAFE_INTEGER, top: 0 },
  message: '',
  filter: '',
  sort: '',
  descending: false,
  search: '',
};

async function browse(ui: Interface, browsing: JobBrowsing, failed?: SdError): Promise<JobStart | undefined> {
  let look = FIRST;
  let state = stateOf(browsing, look);
  const timer = setInterval(() => {
    state = stateOf(browsing, look);
    ui.settle();
  }, EVERY_MS);
  try {
    if (failed)
      await tell(
        ui,
        jobsWindow(() => state),
        failed,
      );
    for (;;) {
      const result = await ui.ask(jobsWindow(() => state));
      const under = jobsWindow(() => state, result.scroll);
      const wish =
        result.wish === 'menu' ? await ui.ask(menuWindow(JOB_MENUS, (size) => under.draw(size))) : result.wish;
      if (wish === undefined) continue;
      const start = STARTS[wish];
      if (wish === 'exit' || start) return start;
      look = { ...look, scroll: result.scroll, message: '' };
      look = await guarded(ui, under, look, () => changed(ui, under, wish, { browsing, look, state, job: result.job }));
      state = stateOf(browsing, look);
    }
  } finally {
    clearInterval(timer);
  }
}

/** What a user can cause is shown, and the list stays as it was. */
async function guarded(ui: Interface, under: Window<unknown>, look: Look, work: () => Promise<Look>): Promise<Look> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    await tell(ui, under, error);
    return look;
  }
}

async function tell(ui: Interface, under: Window<unknown>, error: SdError): Promise<void> {
  await ui.askOver(under, textWindow('Error', [`${error.message} [${error.code}]`]));
}

/** Fulfils a wish; how the list is looked at then. */
async function changed(
  ui: Interface,
  under: Window<unknown>,
  wish: JobWish,
  about: { browsing: JobBrowsing; look: Look; state: JobsState; job: Job | undefined },
): Promise<Look> {
  const { browsing, look, state, job } = about;
  if (wish === 'help') await ui.askOver(under, helpWindow(under.help));
  else if (wish === 'filter') return askFilter(ui, under, look);
  else if (wish === 'sort') return askSorting(ui, under, look, browsing.columns);
  else if (wish === 'search') return askSearch(ui, under, look, state);
  else if (wish === 'again') return found(look, state);
  else if (wish === 'print') {
    return { ...look, message: await askPrint(ui, under, [state.title, '', ...linesOf(state)]) };
  } else if (wish !== 'refresh') return { ...look, message: await aboutJob(ui, under, wish, job, browsing) };
  return look;
}

/** Shows something of a job, or removes it. Returns what to say about it. */
async function aboutJob(
  ui: Interface,
  under: Window<unknown>,
  wish: JobWish,
  job: Job | undefined,
  browsing: JobBrowsing,
): Promise<string> {
  if (!job) return 'There are no jobs.';
  if (wish === 'remove') return remove(ui, under, job, browsing);
  const text = textOf(wish, job, browsing.queue);
  await ui.askOver(under, textWindow(`Job ${job.jobid}`, text, wish === 'log' || wish === 'agent_log'));
  return '';
}

async function askFilter(ui: Interface, under: Window<unknown>, look: Look): Promise<Look> {
  const note = 'In any column. Empty: all.';
  const filter = await askText(ui, under, { title: 'Filter', label: 'Show jobs that hold', value: look.filter, note });
  return filter === undefined ? look : { ...look, filter, scroll: FIRST.scroll };
}

async function askSorting(
  ui: Interface,
  under: Window<unknown>,
  look: Look,
  columns: readonly string[],
): Promise<Look> {
  const by = {
    kind: 'choice',
    name: 'by',
    label: 'Sort by',
    value: look.sort || NONE,
    choices: [NONE, ...columns],
  } as const;
  const down = { kind: 'check', name: 'down', label: 'Largest or last first', value: look.descending } as const;
  const filled = await ui.askOver(under, formWindow({ title: 'Sort', fields: [by, down], buttons: ['OK', 'Cancel'] }));
  if (filled.button !== 'OK') return look;
  const { by: sort = NONE, down: descending } = filled.values;
  return { ...look, sort: sort === NONE ? '' : sort, descending: descending === 'true' };
}

async function askSearch(ui: Interface, under: Window<unknown>, look: Look, state: JobsState): Promise<Look> {
  const note = '"n" goes on from there.';
  const search = await askText(ui, under, { title: 'Search', label: 'A line holds', value: look.search, note });
  return search ? found({ ...look, search }, state) : look;
}

/** The cursor on the next line that holds what is looked for, from behind the cursor on and round. */
function found(look: Look, state: JobsState): Look {
  const [, ...lines] = linesOf(state);
  const from = Math.min(look.scroll.cursor, lines.length - 1);
  for (let step = 1; step <= lines.length && look.search !== ''; step++) {
    const at = (from + step) % lines.length;
    if (holds(lines[at]!, look.search)) return { ...look, scroll: { ...look.scroll, cursor: at } };
  }
  return { ...look, message: look.search === '' ? 'Nothing was looked for yet.' : `No job holds "${look.search}".` };
}

function holds(line: string, wanted: string): boolean {
  return line.toLowerCase().includes(wanted.toLowerCase());
}

const NONE = 'none';

function stateOf({ command, queue, columns }: JobBrowsing, look: Look): JobsState {
  const { scroll, message, filter } = look;
  return {
    title: `${command} - Job Browser`,
    jobs: arranged(jobs(queue), columns, look),
    columns,
    filter,
    time: timeText(Date.now()),
    scroll,
    message,
  };
}

function arranged(all: readonly Job[], columns: readonly string[], { filter, sort, descending }: Look): readonly Job[] {
  const [, ...lines] = filter === '' ? [] : linesOf({ jobs: all, columns });
  const some = filter === '' ? all : all.filter((_, at) => holds(lines[at]!, filter));
  if (sort === '') return some;
  const [, ...keys] = linesOf({ jobs: some, columns: [sort] });
  const order = some.map((_, at) => at).sort((a, b) => keys[a]!.localeCompare(keys[b]!, 'en', { numeric: true }));
  return (descending ? order.reverse() : order).map((at) => some[at]!);
}

function textOf(wish: JobWish, job: Job, queue: JobQueue): string[] {
  const text =
    wish === 'describe'
      ? jobDefinition({ job }).slice(1).join('\n')
      : wish === 'plan'
        ? plans(job, queue)
        : logOf(queue, job.jobid, wish === 'agent_log' ? 0 : undefined);
  return text === undefined
    ? ['There is none: the job did not come so far, or ran with loglevel=0.']
    : text.trimEnd().split('\n');
}

function plans(job: Job, queue: JobQueue): string | undefined {
  const lines: string[] = [];
  for (const [place, target] of job.targets.entries()) {
    const plan = planOf(queue, job.jobid, place);
    if (plan) lines.push(target, ...summaryText(plan));
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

/** Returns what to say about it. */
async function remove(ui: Interface, under: Window<unknown>, job: Job, browsing: JobBrowsing): Promise<string> {
  const text = [`Forget the job ${job.jobid}?`, 'What it did stays; its record, plan and log go.'];
  if ((await ui.askOver(under, question('Remove Job', text, ['Remove', 'Cancel']))) !== 'Remove') return '';
  try {
    return browsing.remove(job)[0]?.text ?? `The job "${job.jobid}" is forgotten.`;
  } catch (error) {
    if (error instanceof SdError) return error.message;
    throw error;
  }
}
