// Scripts of an rpm: the four that have a counterpart in SD, and the names of those that have none. Pure.

import type { Occasion, OriginScript } from './origin.ts';
import { type RpmHeader, TAG } from './rpm-header.ts';

const SCRIPTS: readonly (readonly [Occasion, string, script: number, program: number, flags: number])[] = [
  ['before-install', '%pre', TAG.preIn, TAG.preInProg, TAG.preInFlags],
  ['after-install', '%post', TAG.postIn, TAG.postInProg, TAG.postInFlags],
  ['before-remove', '%preun', TAG.preUn, TAG.preUnProg, TAG.preUnFlags],
  ['after-remove', '%postun', TAG.postUn, TAG.postUnProg, TAG.postUnFlags],
];
const WITHOUT: readonly (readonly [string, number])[] = [
  ['its script "%pretrans"', TAG.preTrans],
  ['its script "%posttrans"', TAG.postTrans],
  ['its script "%preuntrans"', TAG.preUnTrans],
  ['its script "%postuntrans"', TAG.postUnTrans],
  ['its script "%verifyscript"', TAG.verifyScript],
  ['its triggers', TAG.triggerName],
  ['its file triggers', TAG.fileTriggerName],
  ['its transaction file triggers', TAG.transFileTriggerName],
];
/** The script is to be expanded with the macros of the machine's rpm first. */
const EXPAND = 1 << 0;

/** The scripts SD can run, and what is left out. */
export function rpmScripts(header: RpmHeader): {
  scripts: Partial<Record<Occasion, OriginScript>>;
  leftOut: string[];
} {
  const scripts: Partial<Record<Occasion, OriginScript>> = {};
  const leftOut: string[] = [];
  for (const [occasion, name, script, program, flags] of SCRIPTS) {
    if (!header.has(script) && !header.has(program)) continue;
    const interpreter = header.texts(program);
    const reason = unable(interpreter, header.number(flags) ?? 0);
    if (reason !== undefined) leftOut.push(`its script "${name}" (${reason})`);
    else scripts[occasion] = made(name, interpreter, header.has(script) ? header.text(script) : undefined);
  }
  leftOut.push(...WITHOUT.flatMap(([what, tag]) => (header.has(tag) ? [what] : [])));
  return { scripts, leftOut };
}

function unable(interpreter: readonly string[], flags: number): string | undefined {
  if (interpreter[0]?.startsWith('<')) return `for rpm's own interpreter ${interpreter[0]}`;
  return flags & EXPAND ? "with macros of rpm's own" : undefined;
}

function made(name: string, interpreter: readonly string[], body: string | undefined): OriginScript {
  const program = interpreter.length > 0 ? interpreter : ['/bin/sh'];
  if (body === undefined) return { name, interpreter: program };
  return { name, interpreter: program, content: Buffer.from(body.endsWith('\n') ? body : `${body}\n`) };
}
