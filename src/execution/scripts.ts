// Control scripts (commands.md 7): finds one, gives it its environment and directory, streams its output, judges its exit value.
// Started and ended are recorded in the store, so that a script cut off by a crash is never silently run twice (interrupted.ts).

import { join } from 'node:path';
import { runScript } from '../host/process.ts';
import { SdError } from '../model/error.ts';
import { filesetKey, filesetName, tagOf } from '../model/software.ts';
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
  if (!control || !session.options.run_scripts || !owner.content(tag)) return undefined;
  const directory = controlDirectory(owner, tag, session.admin);
  const who = { tag, owner: nameOf(owner), level: owner.fileset ? 'fileset' : 'product' } as const;
  session.emit({ type: 'script.begin', ...who });
  try {
    const exit = await noted(session, owner, tag, () =>
      started(session, {
        file: join(directory.path, control.path),
        ...(control.interpreter === undefined ? {} : { interpreter: control.interpreter }),
        env: environment(session, owner, tag, directory),
        cwd: directory.path,
        interactive: tag === 'request',
        onLine: (line, stream) => session.emit({ type: 'script.output', line, stream }),
      }),
    );
    const fatal = exit !== 0 && exit !== 2 && session.options.enforce_scripts;
    session.emit({ type: 'script.end', ...who, exit, location: placeOf(session, owner, tag), fatal });
    after(directory.path);
    return exit;
  } finally {
    directory.remove();
  }
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
  await session.store.scriptEnded(key, tag, exit);
  return exit;
}

/** What keeps a script from starting is told like its own output. */
async function started(session: ScriptSession, run: Parameters<typeof runScript>[0]): Promise<number> {
  try {
    return await runScript(run);
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
