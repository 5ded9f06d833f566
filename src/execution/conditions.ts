// Check scripts that are conditions (model/condition.ts): gathers what they may know and makes an exit value of their verdict.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateCondition } from '../host/condition.ts';
import { resolveInRoot } from '../host/rootpath.ts';
import { installedCatalog } from '../ipd/ipd.ts';
import type { Catalog } from '../model/catalog.ts';
import { type ConditionFacts, parseKernelLine, parseRelease } from '../model/condition.ts';
import { hasErrno } from '../model/error.ts';
import { everyFileset } from '../model/patches.ts';
import type { EngineOptions } from '../model/request.ts';
import { runId, runOf, runsOnce } from '../model/run-once.ts';
import type { ScriptSession } from './session.ts';

/** The value checkinstall has for "not here, not now" (commands.md 7.3). */
const STAYS_OUT = 3;

/** All but the id; `ran` is what the IPD says now. Throws the errno error of a file that is there and cannot be read. */
export function conditionFacts(
  root: string,
  options: Pick<EngineOptions, 'cmdline_file' | 'release_file'>,
  ran: ReadonlySet<string>,
): Omit<ConditionFacts, 'id'> {
  return {
    root: root === '/' ? '' : root,
    cmdline: parseKernelLine(contentOf(options.cmdline_file)),
    release: parseRelease(contentOf(join(root, resolveInRoot(root, options.release_file)))),
    ran,
  };
}

/** Ids of the software of an IPD that ran once; what was only loaded for it did not run. */
export function ranOnce(catalog: Catalog): Set<string> {
  const ran = new Set<string>();
  for (const { product, fileset } of everyFileset(catalog))
    if (runsOnce(fileset) && runOf(fileset).state !== 'transient') ran.add(runId(product, fileset));
  return ran;
}

/** Evaluates the condition of the software `id` and says what came of it. Throws SdError `interpreter_missing`. */
export async function judgeCondition(session: ScriptSession, id: string, condition: Buffer): Promise<number> {
  const { root, admin, options } = session;
  const facts = session.facts ?? conditionFacts(root, options, ranOnce(installedCatalog(root, admin).catalog));
  const verdict = await evaluateCondition(condition.toString(), { ...facts, id });
  if (verdict.holds) return 0;
  const line = verdict.how === 'false' ? 'The condition is false.' : `The condition failed: ${verdict.text}`;
  session.emit({ type: 'script.output', line, stream: 'stdout' });
  return STAYS_OUT;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
}
