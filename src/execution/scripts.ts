// Control scripts (commands.md 7): finds one, gives it its environment and directory, streams its output, judges its exit value.
// Started and ended are recorded in the store, so that a script cut off by a crash is never silently run twice.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '../host/process.ts';
import { type ControlFile, type Fileset, filesetName, type Product, tagOf } from '../model/software.ts';
import { qualified } from '../model/spec.ts';
import { adminInRoot, type RootSession, tell } from './session.ts';

/** Whose script, and where its control files come from. */
export interface ScriptOwner {
  readonly product: Product;
  /** Absent for a product script. */
  readonly fileset?: Fileset;
  readonly location: string;
  /** Content of one of the owner's control files. */
  readonly content: (tag: string) => Buffer | undefined;
}

export type ScriptResult = 'absent' | 'success' | 'warning' | 'error';

/** What running a script needs of a session; a preview has no store and leaves no note. */
export type ScriptSession = Pick<RootSession, 'root' | 'admin' | 'options' | 'emit'> & {
  readonly store?: Pick<RootSession['store'], 'scriptStarted' | 'scriptEnded'>;
};

/**
 * Runs the script `tag` of `owner` and gives its exit value; undefined when there is none or run_scripts=false. Started and ended are
 * noted in the store. Relative to SW_CONTROL_DIRECTORY a script finds all control files of its owner.
 */
export async function execScript(session: ScriptSession, owner: ScriptOwner, tag: string): Promise<number | undefined> {
  const holder = owner.fileset ?? owner.product;
  const control = holder.controlFiles.find((each) => each.tag === tag);
  if (!control || !session.options.run_scripts || !owner.content(tag)) return undefined;
  const directory = layOut(owner, holder.controlFiles);
  const who = { tag, owner: nameOf(owner), level: owner.fileset ? 'fileset' : 'product' } as const;
  session.emit({ type: 'script.begin', ...who });
  const id = owner.fileset ? `${owner.product.id}/${owner.fileset.id}` : owner.product.id;
  try {
    await session.store?.scriptStarted(id, tag);
    const exit = await runScript({
      file: join(directory, control.path),
      ...(control.interpreter === undefined ? {} : { interpreter: control.interpreter }),
      env: environment(session, owner, tag, `${directory}/`),
      cwd: directory,
      onLine: (line, stream) => session.emit({ type: 'script.output', line, stream }),
    });
    await session.store?.scriptEnded(id, tag, exit);
    const fatal = exit === 1 && session.options.enforce_scripts;
    session.emit({ type: 'script.end', ...who, exit, location: publishedPlace(session, owner, control), fatal });
    return exit;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Runs a load, configuration or removal script and judges it (commands.md 7.3): 0 success, 2 a WARNING, all else an ERROR, or a WARNING
 * with enforce_scripts=false. The check scripts are judged by analysis instead.
 */
export async function runControlScript(session: RootSession, owner: ScriptOwner, tag: string): Promise<ScriptResult> {
  const exit = await execScript(session, owner, tag);
  if (exit === undefined) return 'absent';
  if (exit === 0) return 'success';
  const failed = exit !== 2 && session.options.enforce_scripts;
  const control = (owner.fileset ?? owner.product).controlFiles.find((each) => each.tag === tag)!;
  tell(session, {
    severity: failed ? 'error' : 'warning',
    code: failed ? 'script_failed' : 'script_warning',
    text:
      `The "${tag}" script for "${nameOf(owner)}" failed (exit code "${exit}").  ` +
      `The script location was "${publishedPlace(session, owner, control)}".`,
    subjects: [nameOf(owner)],
  });
  return failed ? 'error' : 'warning';
}

function nameOf(owner: ScriptOwner): string {
  return owner.fileset ? filesetName(owner.product, owner.fileset) : tagOf(owner.product);
}

/** Control files of the owner in a directory of their own; every script of the session sees its siblings there. */
function layOut(owner: ScriptOwner, files: readonly ControlFile[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'swagent.'));
  for (const file of files) {
    const content = owner.content(file.tag);
    const target = join(directory, file.path);
    // A control file's name is a single word; anything else would leave the directory.
    if (!content || file.path.includes('/') || file.path === '..') continue;
    writeFileSync(target, content, { mode: 0o700 });
  }
  return directory;
}

/** Where the IPD keeps the script once its product is loaded; messages name this place. */
function publishedPlace(session: ScriptSession, owner: ScriptOwner, control: ControlFile): string {
  const below = owner.fileset ? owner.fileset.id : 'pfiles';
  return `${session.admin}/products/${owner.product.id}/${below}/${control.path}`;
}

function environment(
  session: ScriptSession,
  owner: ScriptOwner,
  tag: string,
  directory: string,
): Record<string, string> {
  const locale = Object.fromEntries(
    ['LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'LC_TIME', 'TZ', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const path = '/usr/sbin:/usr/bin:/sbin:/bin';
  return {
    ...locale,
    LANG: process.env.LANG ?? 'C',
    PATH: path,
    SW_CATALOG: `${adminInRoot(session).replace(/^\//, '')}/products`,
    SW_CONTROL_DIRECTORY: directory,
    SW_CONTROL_TAG: tag,
    SW_LOCATION: owner.location,
    SW_PATH: path,
    SW_ROOT_DIRECTORY: session.root,
    SW_SOFTWARE_SPEC: qualified(owner.product, owner.fileset),
  };
}
