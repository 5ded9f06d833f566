// Control scripts (commands.md 7): finds one, gives it its environment and directory, streams its output, judges its exit value.
// Started and ended are recorded in the store, so that a script cut off by a crash is never silently run twice (interrupted.ts).

import { join } from 'node:path';
import { runScript } from '../host/process.ts';
import { CONDITION_INTERPRETER } from '../model/condition.ts';
import { SdError } from '../model/error.ts';
import { runId, runsOnce } from '../model/run-once.ts';
import { type ControlFile, filesetKey, filesetName, tagOf } from '../model/software.ts';
import { judgeCondition } from './conditions.ts';
import { controlDirectory, publishedDirectory, type ScriptOwner } from './control-directory.ts';
import { environment } from './script-environment.ts';
import { type ScriptSession, tell } from './session.ts';

export type { ScriptOwner } from './control-directory.ts';
export type { ScriptSession } from './session.ts';

export type ScriptResult = 'absent' | 'success' | 'warning' | 'error';

/** They change nothing, so one that was cut off needs no note. */
const HARMLESS = new Set(['checkinstall', 'checkremove', 'verify', 'request']);

/** A script that could not be started at all; the shell's own value for that. */
const NOT_STARTED = 127;

/** What SIGKILL leaves. */
const KILLED = 137;

/**
 * Runs the script `tag` of `owner` and gives its exit value; undefined when there is none or run_scripts=false. Scripts that change
 * something are noted in the store. Relative to SW_CONTROL_DIRECTORY a script finds all control files of its owner; `after` may read
 * what it left there.
 */
export async function execScript(
  session: ScriptSession,
  owner: ScriptOwner,
  tag: string,
  after: (directory: string) => void = () => undefined,
): Promise<number | undefined> {
  const holder = owner.fileset ?? owner.product;
  const control = holder.controlFiles.find((each) => each.tag === tag);
  const content = owner.content(tag);
  if (!control || !session.options.run_scripts || !content) return undefined;
  const who = { tag, owner: nameOf(owner), level: owner.fileset ? 'fileset' : 'product' } as const;
  session.emit({ type: 'script.begin', ...who });
  const exit = await noted(session, owner, tag, () =>
    started(session, () =>
      control.interpreter === CONDITION_INTERPRETER
        ? judgeCondition(session, owner.fileset ? runId(owner.product, owner.fileset) : tagOf(owner.product), content)
        : runProgram(session, owner, control, after),
    ),
  );
  const fatal = exit !== 0 && exit !== 2 && session.options.enforce_scripts;
  session.emit({ type: 'script.end', ...who, exit, location: placeOf(session, owner, tag), fatal });
  return exit;
}

/**
 * Runs a script and judges it (commands.md 7.3): 0 success, 2 a WARNING, all else an ERROR, or a WARNING with enforce_scripts=false.
 * The check scripts are judged by analysis instead.
 */
export async function runControlScript(
  session: ScriptSession,
  owner: ScriptOwner,
  tag: string,
  after?: (directory: string) => void,
): Promise<ScriptResult> {
  const exit = await execScript(session, owner, tag, after);
  if (exit === undefined) return 'absent';
  if (exit === 0) return 'success';
  const failed = exit !== 2 && session.options.enforce_scripts;
  tell(session, {
    severity: failed ? 'error' : 'warning',
    code: !failed ? 'script_warning' : stops(session, tag) ? 'script_stopped' : 'script_failed',
    text:
      `The "${tag}" script for "${nameOf(owner)}" failed (exit code "${exit}").  ` +
      `The script location was "${placeOf(session, owner, tag)}".`,
    subjects: [nameOf(owner)],
  });
  return failed ? 'error' : 'warning';
}

/** After the other failures the execution of the product proceeds. */
function stops({ options }: ScriptSession, tag: string): boolean {
  if (tag === 'request') return true;
  return (options.autorecover || options.autorecover_product) && /^(pre|post)install$/.test(tag);
}

/** True when the owner brings a script of this tag that the session would run. */
export function hasScript(session: Pick<ScriptSession, 'options'>, owner: ScriptOwner, tag: string): boolean {
  const holder = owner.fileset ?? owner.product;
  return session.options.run_scripts && holder.controlFiles.some((each) => each.tag === tag);
}

/** True for the script that is the one run of a fileset that runs once. */
export function isRun({ fileset }: Pick<ScriptOwner, 'fileset'>, tag: string): boolean {
  return tag === 'postinstall' && fileset !== undefined && runsOnce(fileset);
}

async function noted(
  session: ScriptSession,
  owner: ScriptOwner,
  tag: string,
  run: () => Promise<number>,
): Promise<number> {
  if (!session.store || HARMLESS.has(tag)) return run();
  const key = owner.fileset ? filesetKey(owner.product.id, owner.fileset.id) : owner.product.id;
  await session.store.scriptStarted(key, tag);
  const exit = await run();
  // The end of a run is noted when the run is recorded (states.ts): in between it must not look as if it had never begun.
  if (!isRun(owner, tag)) await session.store.scriptEnded(key, tag, exit);
  return exit;
}

/** Runs it among its siblings. One that acts on the machine instead of on software begins at the machine's root directory. */
async function runProgram(
  session: ScriptSession,
  owner: ScriptOwner,
  { tag, path, interpreter }: ControlFile,
  after: (directory: string) => void,
): Promise<number> {
  const seconds = tag === 'request' ? 0 : session.options.script_timeout;
  const deadline = Date.now() + seconds * 1000;
  const directory = controlDirectory(owner, tag, session.admin);
  try {
    const exit = await runScript({
      file: join(directory.path, path),
      ...(interpreter === undefined ? {} : { interpreter }),
      env: environment(session, owner, tag, directory),
      cwd: owner.fileset && runsOnce(owner.fileset) ? '/' : directory.path,
      interactive: tag === 'request',
      ...(seconds > 0 ? { timeout: seconds * 1000 } : {}),
      onLine: (line, stream) => session.emit({ type: 'script.output', line, stream }),
    });
    if (exit === KILLED && seconds > 0 && Date.now() >= deadline) {
      const line = `ERROR:   It was killed after ${seconds} seconds (script_timeout).`;
      session.emit({ type: 'script.output', line, stream: 'stderr' });
    }
    after(directory.path);
    return exit;
  } finally {
    directory.remove();
  }
}

/** What keeps a script from starting is told like its own output. */
async function started(session: ScriptSession, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    session.emit({ type: 'script.output', line: `ERROR:   ${error.message}`, stream: 'stderr' });
    return NOT_STARTED;
  }
}

function nameOf(owner: ScriptOwner): string {
  return owner.fileset ? filesetName(owner.product, owner.fileset) : tagOf(owner.product);
}

/** Where the IPD keeps the script once its product is loaded; messages name this place. */
function placeOf(session: ScriptSession, owner: ScriptOwner, tag: string): string {
  const control = (owner.fileset ?? owner.product).controlFiles.find((each) => each.tag === tag);
  return join(publishedDirectory(owner, session.admin), control?.path ?? tag);
}
