// A program that runs while a depot is locked, as control scripts run under the lock of their root: what it does to the depot's
// surroundings, no session of ours can disturb.

import { openDepotToChange } from '../depot/change.ts';
import { runProgram } from '../host/program.ts';
import type { Emit } from '../model/events.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';

export interface LockedScript {
  readonly context: SessionContext;
  readonly options: EngineOptions;
  /** Absolute path of the depot; it is made where there is none. */
  readonly depot: string;
  /** The program and its words. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs it; its output becomes `script.output` events. Answers its exit value.
 * Throws SdError `target_locked`, `not_a_depot`, `target_not_writable`, `program_missing`.
 */
export async function runLocked(script: LockedScript, emit: Emit): Promise<number> {
  const { context, options, depot, words, cwd, env } = script;
  const store = await openDepotToChange(depot, {
    create: true,
    command: context.command,
    user: context.user,
    lockTimeout: options.lock_timeout,
    onRecovered: (recovery) => emit({ type: 'recovered', ...recovery }),
  });
  try {
    return await runProgram(words, {
      cwd,
      env,
      onLine: (line) => emit({ type: 'script.output', line, stream: 'stdout' }),
    });
  } finally {
    await store.close();
  }
}
