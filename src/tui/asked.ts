// What a command and the interface of its sessions tell each other: what is asked for, and what only the command can do.

import type { ResolvedOptions } from '../options/resolve.ts';
import type { Watcher } from '../report/watcher.ts';

/** What a session is asked to do. */
export interface Asked {
  readonly options: ResolvedOptions;
  readonly software: readonly string[];
  /** Absolute paths. */
  readonly targets: readonly string[];
  readonly source?: string;
}

export interface Interactive extends Asked {
  readonly verb: 'install' | 'copy' | 'remove';
  readonly host: string;
  readonly home: string;
  /** True when the targets are depots. */
  readonly depot: boolean;
  /** What the command would be asked with a session file and the same flags, without one from the defaults alone. Throws SdError. */
  restored(sessionFile?: string): Asked;
  /** Absolute path of a source or target as somebody types it. Throws SdError. */
  pathOf(kind: 'source' | 'target', text: string): string;
  /** Runs the session on every target; returns the exit code of the command. */
  perform(asked: Asked, watcher: Watcher): Promise<number>;
}
