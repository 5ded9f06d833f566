// Control scripts (commands.md 7): finds one, gives it its environment and directory, streams its output, judges its exit value.
// Started and ended are recorded in the store, so that a script cut off by a crash is never silently run twice.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '../host/process.ts';
import { filesetName, type ControlFile, type Fileset, type Product, tagOf } from '../model/software.ts';
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

export type ScriptResult = 'absent' | 'success' | 'warning' | 'error' | 'exclude' | 'reboot';

/**
 * Runs the script `tag` of `owner`. With run_scripts=false nothing runs and the answer is `absent`. An exit value of 1 is an ERROR, or a
 * WARNING with enforce_scripts=false; 2 a WARNING; 3 and 12 have a meaning in checkinstall only (commands.md 7.3).
 * Relative to SW_CONTROL_DIRECTORY a script finds all control files of its owner.
 */
export async function runControlScript(session: RootSession, owner: ScriptOwner, tag: string): Promise<ScriptResult> {
  const holder = owner.fileset ?? owner.product;
  const control = holder.controlFiles.find((each) => each.tag === tag);
  const content = control && owner.content(tag);
  if (!control || !content || !session.options.run_scripts) return 'absent';
  const name = owner.fileset ? filesetName(owner.product, owner.fileset) : tagOf(owner.product);
  const level = owner.fileset ? 'fileset' : 'product';
  const directory = layOut(owner, holder.controlFiles);
  const file = join(directory, control.path);
  session.emit({ type: 'script.begin', tag, owner: name, level });
  const id = owner.fileset ? `${owner.product.id}/${owner.fileset.id}` : owner.product.id;
  try {
    await session.store.scriptStarted(id, tag);
    const exit = await runScript({
      file,
      ...(control.interpreter === undefined ? {} : { interpreter: control.interpreter }),
      env: environment(session, owner, tag, `${directory}/`),
      cwd: directory,
      onLine: (line, stream) => session.emit({ type: 'script.output', line, stream }),
    });
    await session.store.scriptEnded(id, tag, exit);
    return judge(session, { tag, name, level, exit, location: publishedPlace(session, owner, control) });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function judge(
  session: RootSession,
  run: { tag: string; name: string; level: 'product' | 'fileset'; exit: number; location: string },
): ScriptResult {
  const { tag, name, level, exit, location } = run;
  const check = tag === 'checkinstall';
  const result: ScriptResult =
    exit === 0 ? 'success' : exit === 2 ? 'warning' : check && exit === 3 ? 'exclude' : check && exit === 12 ? 'reboot' : 'error';
  const failed = result === 'error' && session.options.enforce_scripts;
  session.emit({ type: 'script.end', tag, owner: name, level, exit, location, fatal: failed });
  if (result !== 'error' && result !== 'warning') return result;
  tell(session, {
    severity: failed ? 'error' : 'warning',
    code: failed ? 'script_failed' : 'script_warning',
    text: `The "${tag}" script for "${name}" failed (exit code "${exit}"). The script location was "${location}".`,
    subjects: [name],
  });
  return failed ? 'error' : 'warning';
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
function publishedPlace(session: RootSession, owner: ScriptOwner, control: ControlFile): string {
  const below = owner.fileset ? owner.fileset.id : 'pfiles';
  return `${session.admin}/products/${owner.product.id}/${below}/${control.path}`;
}

function environment(session: RootSession, owner: ScriptOwner, tag: string, directory: string): Record<string, string> {
  const locale = Object.fromEntries(
    ['LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'LC_TIME', 'TZ', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const path = '/usr/sbin:/usr/bin:/sbin:/bin';
  return {
    ...locale,
    LANG: process.env['LANG'] ?? 'C',
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
