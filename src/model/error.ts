// SdError: the one error a user may meet. What, because, what to do next; a code that stays the same over releases.
// Programmer errors stay plain `Error`.

/**
 * A failure that belongs to the user's world.
 * Printed as `ERROR:   <what> <because> <todo> [code]` by report/; tests compare `code` and `data`.
 */
export class SdError extends Error {
  /** Stable lower-case word, documented in sd(5). */
  readonly code: string;
  /** What did not happen, as one sentence with its full stop. */
  readonly what: string;
  /** Why, as one or more sentences; '' when `what` says it. */
  readonly because: string;
  /** What the user can do next; '' when nothing sensible can be said. */
  readonly todo: string;
  /** Facts for machines. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    parts: { what: string; because?: string; todo?: string; data?: Record<string, unknown>; cause?: unknown },
  ) {
    const because = parts.because ?? '';
    const todo = parts.todo ?? '';
    super([parts.what, because, todo].filter((part) => part !== '').join('  '), { cause: parts.cause });
    this.name = 'SdError';
    this.code = code;
    this.what = parts.what;
    this.because = because;
    this.todo = todo;
    this.data = parts.data ?? {};
  }
}

/** Signals that ask a session to wrap up (commands.md 18), with its exit code: 128 and the signal's number, as shells count. */
const STOPPED_EXIT = { SIGINT: 130, SIGQUIT: 131, SIGUSR1: 138, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof STOPPED_EXIT;

export const STOP_SIGNALS = Object.keys(STOPPED_EXIT) as readonly StopSignal[];

/** Unwinds a session that one of STOP_SIGNALS stopped (host/signals.ts); no failure, so no SdError. */
export class Stopped extends Error {
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.name = 'Stopped';
    this.signal = signal;
  }

  /** 128 and the signal's number, as shells count. */
  get exitCode(): number {
    return STOPPED_EXIT[this.signal];
  }
}

/** True for an error of the file system or process layer with this errno name (`ENOENT`, `ENOSPC` ...). */
export function hasErrno(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && 'code' in error && names.includes(String((error as { code: unknown }).code));
}

/**
 * Why the machine refused, as a sentence for `because`: what Node words as `ENOENT: no such file or directory, open '/x'` is
 * "No such file or directory." here. Other errors give their message; what is no Error gives ''.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const words = /^E[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1] ?? error.message;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
