// What HP-UX does around kernel filesets and reboots (commands.md 6.2, 6.4), for whoever names programs that do it here. Only on `/`.
//
//   system_prep_cmd    before kernel filesets are loaded
//   postkernel         of each product whose kernel filesets are loaded, once (sd(4)); run_scripts=false keeps it from running
//   kernel_build_cmd   when kernel filesets of a product without postkernel are loaded, or any removed with auto_kernel_build
//                      the failure of any is an ERROR, or with enforce_kernbld_failure=false a WARNING
//   reboot_cmd         at the very end, with autoreboot=true
//
// A program that is not on this machine is not run, and a NOTE says so: Linux has none of HP-UX's own.

import { accessSync, constants } from 'node:fs';
import { runScript } from '../host/process.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { RootSession } from './session.ts';

/** The command, and the option that names it. */
type Command = 'system_prep_cmd' | 'kernel_build_cmd' | 'reboot_cmd';

/** Runs system_prep_cmd. Throws SdError `kernel_not_built`, but not with enforce_kernbld_failure=false. */
export async function prepareKernel(session: RootSession): Promise<void> {
  await judged(session, 'system_prep_cmd');
}

/**
 * Runs what builds the kernel for loaded or removed kernel filesets: `scripts` are the postkernel attributes of their products, '' for a
 * product that has none and leaves it to kernel_build_cmd. Each runs once. Throws as prepareKernel.
 */
export async function buildKernel(session: RootSession, scripts: readonly string[] = ['']): Promise<void> {
  for (const script of new Set(scripts)) {
    if (script === '') await judged(session, 'kernel_build_cmd');
    else if (session.options.run_scripts) await judge(session, 'attribute "postkernel"', script);
  }
}

/** Runs reboot_cmd. Nothing may be open any more: the machine may be gone before it returns. */
export async function reboot(command: string, emit: Emit): Promise<void> {
  const exit = await run('option "reboot_cmd"', command, emit);
  if (exit === undefined || exit === 0) return;
  const text = `The reboot command "${command}" failed (exit code "${exit}").  Reboot the system yourself; swconfig then configures what was installed.`;
  emit({ type: 'finding', finding: { severity: 'error', code: 'not_rebooted', text } });
}

async function judged(session: RootSession, option: Command): Promise<void> {
  await judge(session, `option "${option}"`, session.options[option]);
}

/** `from` says who names the command (`option "kernel_build_cmd"`). */
async function judge(session: RootSession, from: string, command: string): Promise<void> {
  const exit = await run(from, command, session.emit);
  if (exit === undefined || exit === 0) return;
  const what = `The command "${command}" (${from}) failed (exit code "${exit}").`;
  if (session.options.enforce_kernbld_failure) {
    throw new SdError('kernel_not_built', {
      what,
      because: 'Without a kernel for the new software nothing more is done.',
      todo: 'Look at its output above; enforce_kernbld_failure=false goes on all the same.',
    });
  }
  session.emit({ type: 'finding', finding: { severity: 'warning', code: 'kernel_not_built', text: what } });
}

async function run(from: string, command: string, emit: Emit): Promise<number | undefined> {
  const note = (text: string) => emit({ type: 'finding', finding: { severity: 'note', code: 'kernel_command', text } });
  const program = command.trim().split(/\s+/)[0] ?? '';
  if (!isProgram(program)) {
    note(`The ${from} names "${program}", which this system does not have; no such command was run.`);
    return undefined;
  }
  note(`Running the command "${command}".`);
  return runScript({
    content: Buffer.from(`exec ${command}\n`),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: process.env.LANG ?? 'C' },
    cwd: '/',
    onLine: (line, stream) => emit({ type: 'script.output', line, stream }),
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path.startsWith('/');
  } catch {
    return false;
  }
}
