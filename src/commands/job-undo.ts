// swjob -a undo: shows the plan that takes a job back, then carries it out as sessions of swinstall, swcopy and swremove.
// Promise: every step that can be analysed is analysed first, silently; an ERROR there, or software of other jobs that would go along,
// ends the undo before anything is changed. Each session is a job of its own, so that an undo can be taken back too.

import type { Emit } from '../model/events.ts';
import type { Job } from '../model/job.ts';
import type { Finding, Outcome, Plan } from '../model/plan.ts';
import type { SessionContext } from '../model/request.ts';
import { bringer, planUndo, refusal, type UndoStep } from '../operations/jobs-undo.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { commandText, timeText } from '../report/job.ts';
import { planTable, specTable } from '../report/job-plan.ts';
import { print } from '../report/terminal.ts';
import { optionsFor } from './asked.ts';
import { has, type Invocation } from './declaration.ts';
import { jobTargets, type Wish } from './job-asked.ts';
import { runWork } from './session.ts';

/** Takes one job back, or with -p shows how. Returns why not; what the sessions say they say themselves. */
export async function undo(job: Job, wish: Wish): Promise<readonly Finding[]> {
  const { queue, options, invocation } = wish;
  const wanted = jobTargets(wish) ?? 'all';
  const { steps, findings } = await planUndo(queue, job, { admin: options.values.admin_directory, wanted });
  const lines = [`# Taking back ${job.jobid}: ${commandText(job)}`, `# ${job.user}, ${timeText(job.begin)}`];
  const refusals: Finding[] = [];
  for (const step of steps) {
    lines.push(`# ${titleOf(step, wish)}`);
    if (step.now) {
      const looked = await look(job, step, wish);
      refusals.push(...looked.refusals);
      if (looked.plan) lines.push(...(await planTable(looked.plan, () => whyText(job, step))));
    } else lines.push(...(await specTable(step.verb, step.software, `analysed after the step before it`)));
  }
  const all = [...findings, ...refusals];
  if (steps.length === 0 || refusals.length > 0) return all;
  const preview = has(invocation, '-p');
  print('stdout', preview ? [...lines, '# A preview: nothing was changed.'] : lines);
  if (preview) return all;
  for (const [index, step] of steps.entries()) {
    const code = await perform(job, step, wish);
    if (code !== 1) continue;
    const rest = index + 1 < steps.length ? '  What comes after it was not done.' : '';
    return [...all, refusal(job, `the session that should ${titleOf(step, wish)} had errors.${rest}`)];
  }
  return all;
}

/** Analyses a step without a word and without a change. */
async function look(job: Job, step: UndoStep, wish: Wish): Promise<{ plan?: Plan; refusals: Finding[] }> {
  const { caller } = wish.invocation;
  const context = { command: commandOf(step), user: `${caller.user}@${caller.host}`, host: caller.host };
  const options = stepOptions(job, step, wish);
  const { plan, findings } = await operate(step, { context, options, preview: true, emit: () => undefined });
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (!plan || errors.length > 0) return { refusals: errors.map((finding) => explained(finding, job, step, wish)) };
  const refusals = alongWith(plan, step).map(({ key, spec }) => {
    const by = bringer(wish.queue, step, key, spec);
    const then = by ? `, which came with the job ${by.jobid}.  Take that job back first` : '';
    return refusal(job, `"${spec}" would go along${then}.`);
  });
  return { plan, refusals };
}

/** What would leave the target though the job did not bring it. */
function alongWith(plan: Plan, { verb, own }: UndoStep): { key: string; spec: string }[] {
  const going = plan.products.flatMap(({ filesets, drops, dropped }) => [
    ...(verb === 'remove' ? filesets.map(({ targetKey, spec }) => ({ key: targetKey, spec })) : []),
    ...drops.map((key, index) => ({ key, spec: dropped?.[index] ?? key })),
  ]);
  return going.filter(({ key }) => !own.has(key));
}

/** The analysis's own ERROR, and with which job the software came that it speaks of. */
function explained(finding: Finding, job: Job, step: UndoStep, { queue }: Wish): Finding {
  const [, other] = finding.subjects ?? [];
  const by = other && bringer(queue, step, other.split(',')[0]!.replace('.', '/'), other);
  const then = by ? `  "${other}" came with the job ${by.jobid}.  Take that job back first.` : '';
  return refusal(job, finding.text + then, finding.code);
}

/** Runs a step as a session of its command, with its job. Returns the exit code. */
function perform(job: Job, step: UndoStep, wish: Wish): Promise<number> {
  const { invocation } = wish;
  const work = {
    invocation: stepInvocation(step, invocation),
    options: stepOptions(job, step, wish),
    software: step.software,
    targets: [step.target],
    ...(step.source === undefined ? {} : { source: step.source }),
    job: true,
    depot: step.depot,
    undo: { program: invocation.command, argv: invocation.argv, undoes: job.jobid },
  };
  return runWork(work, (_, context, emit) => operate(step, { context, options: work.options, preview: false, emit }));
}

async function operate(
  step: UndoStep,
  how: { context: SessionContext; options: ResolvedOptions; preview: boolean; emit: Emit },
): Promise<Outcome> {
  const { software, target, depot, source = '' } = step;
  const request = { context: how.context, options: how.options.values, software, preview: how.preview, target };
  if (step.verb === 'remove') {
    return (await import('../operations/remove.ts')).remove({ ...request, depot }, how.emit);
  }
  if (step.verb === 'copy') return (await import('../operations/copy.ts')).copy({ ...request, source }, how.emit);
  return (await import('../operations/install.ts')).install({ ...request, source }, how.emit);
}

/** The step's command as if it had been typed; of swjob's settings it takes those that name it (`-x swremove.autoreboot=true`). */
function stepInvocation(step: UndoStep, { caller, settings }: Invocation): Invocation {
  return {
    command: commandOf(step),
    argv: [],
    counts: {},
    arguments: {},
    settings: settings.filter(
      (setting) => setting.kind === 'file' || /^\s*(swinstall|swcopy|swremove)\./.test(setting.text),
    ),
    operands: step.software,
    targets: [step.target],
    caller,
  };
}

function stepOptions(job: Job, step: UndoStep, { invocation, options }: Wish): ResolvedOptions {
  const { admin_directory, run_as_superuser, return_warning_exitcode } = options.values;
  return optionsFor(stepInvocation(step, invocation), {
    ...step.options,
    run_as_superuser,
    return_warning_exitcode,
    preview: false,
    job_title: `undo of ${job.jobid}`,
    ...(options.origins.admin_directory === undefined ? {} : { admin_directory }),
  });
}

function commandOf({ verb }: UndoStep): 'swinstall' | 'swcopy' | 'swremove' {
  return `sw${verb}`;
}

function titleOf({ verb, target, source }: UndoStep, { invocation }: Wish): string {
  const place = `${invocation.caller.host}:${target}`;
  return source === undefined ? `${verb} on ${place}` : `${verb} from ${source} on ${place}`;
}

function whyText(job: Job, { verb }: UndoStep): string {
  return verb === 'remove' ? `came with ${job.jobid}` : `was there before ${job.jobid}`;
}
