// A line of shell that runs on this machine, for a platform below some root: its own scripts and configured commands.

import { runProgram } from '../host/program.ts';

export interface HereRun {
  readonly cwd: string;
  /** The root the command is about; it finds it in SW_ROOT_DIRECTORY. */
  readonly root: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** Runs it with sh. Answers its exit value, 128 + n when signal n ended it. */
export function runHere(command: string, { cwd, root, env, onLine }: HereRun): Promise<number> {
  return runProgram(['sh', '-c', command], { cwd, onLine, env: { ...process.env, ...env, SW_ROOT_DIRECTORY: root } });
}
