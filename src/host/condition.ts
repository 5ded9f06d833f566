// Evaluates a condition: one fresh tclsh a condition, with a constant runner (lib/tcl-safe.tcl) that gets everything as data.
// Promise: whatever the condition does, an answer comes within KILL_AFTER and only `true` holds. Its memory is limited by the kernel, its
// commands and time by the interpreter, and what neither can interrupt is ended by SIGKILL.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { ConditionFacts, Verdict } from '../model/condition.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { findProgram } from './interpreter.ts';
import { libraryFile } from './library.ts';

/** Milliseconds. The interpreter's own limit strikes after 2 to 3 seconds, but only between two commands. */
const KILL_AFTER = 5000;
/** KiB of address space. */
const MEMORY = 262_144;
const SHELL = '/bin/sh';

/**
 * Judges a condition; with `check` syntax errors anywhere in the text are errors too. Throws SdError `interpreter_missing` where there is
 * no tclsh.
 */
export async function evaluateCondition(condition: string, facts: ConditionFacts, check = false): Promise<Verdict> {
  const token = randomUUID();
  const input = Buffer.concat(
    [
      ...[token, check ? 'check' : 'judge', facts.id, facts.root, condition],
      ...counted(Object.entries(facts.cmdline).flat()),
      ...counted(Object.entries(facts.release).flat()),
      ...counted([...facts.ran]),
    ].map(asField),
  );
  return verdictOf(await run(input), token);
}

/** Throws SdError `interpreter_missing` where there is no tclsh. */
export function requireTclsh(): string {
  const tclsh = findProgram('tclsh', process.env.PATH ?? '');
  if (tclsh !== undefined) return tclsh;
  throw new SdError('interpreter_missing', {
    what: 'Conditions cannot be evaluated.',
    because: 'Their interpreter "tclsh" was not found.',
    todo: 'Install the Debian package "tcl".',
    data: { interpreter: 'tclsh' },
  });
}

interface Ran {
  readonly output: string;
  readonly timedOut: boolean;
  readonly signal: NodeJS.Signals | null;
}

function run(input: Buffer): Promise<Ran> {
  const command = [`ulimit -v ${MEMORY} && exec "$0" "$@"`, requireTclsh(), libraryFile('tcl-safe.tcl')];
  const child = spawn(SHELL, ['-c', ...command], {
    cwd: '/',
    env: { LC_ALL: 'C.UTF-8' },
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let timedOut = false;
  const killer = setTimeout(() => {
    timedOut = true;
    kill(child.pid);
  }, KILL_AFTER);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => chunks.push(bytes));
  // An interpreter that dies early does not read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => resolve({ output: Buffer.concat(chunks).toString(), timedOut, signal }));
  }).finally(() => clearTimeout(killer));
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error;
  }
}

function verdictOf({ output, timedOut, signal }: Ran, token: string): Verdict {
  const [, said, how, text = ''] = /^(\S+) (true|false|error) \d+\n(.*)$/s.exec(output) ?? [];
  if (said !== token) {
    const why = timedOut
      ? `it was killed after ${KILL_AFTER / 1000} seconds`
      : `its interpreter ended without an answer${signal === null ? '' : ` (${signal})`}`;
    return { holds: false, how: 'stopped', text: why };
  }
  return { holds: how === 'true', how: how as 'true' | 'false' | 'error', text };
}

function counted(fields: readonly string[]): string[] {
  return [String(fields.length), ...fields];
}

function asField(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]);
}
