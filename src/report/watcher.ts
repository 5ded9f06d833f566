// Somebody who watches a session while it runs, and says whether its plan shall be carried out: the terminal interface.

import type { Emit } from '../model/events.ts';
import type { Plan } from '../model/plan.ts';

export interface Watcher {
  readonly hear: Emit;
  /** Lines that would go to stdout and stderr. */
  terminal(stream: 'stdout' | 'stderr', lines: readonly string[]): void;
  /** See SessionContext. `target` is `host:/path`. */
  approve(plan: Plan, target: string): Promise<boolean>;
  /** See SessionContext: asked wherever the session may rest. */
  rest(): Promise<void> | undefined;
}
