// Events: all that operations say while they work (D7). The SD logs, the terminal and JSON are readers of this one stream.
// Facts only: wording and layout belong to report/messages.ts.

import type { Finding, ObjectChange, Plan } from './plan.ts';
import type { StepResult } from './steps.ts';

export type Task =
  | 'install'
  | 'copy'
  | 'remove'
  | 'verify'
  | 'configure'
  | 'unconfigure'
  | 'modify'
  | 'package'
  | 'ask'
  | 'register'
  | 'list';

export type SdEvent =
  /** `user` is `name@host`; swpackage and swmodify have neither mode nor job. Times are milliseconds since 1970. */
  | {
      readonly type: 'session.begin';
      readonly command: string;
      readonly user: string;
      readonly jobid?: string;
      readonly time: number;
    }
  | {
      readonly type: 'session.end';
      readonly command: string;
      readonly jobid?: string;
      readonly time: number;
      readonly ok: boolean;
      readonly target: string;
    }
  /** `asked` where a session names its ends before it looks at them (swpackage): `host:/path`, and the operands as given. */
  | {
      readonly type: 'selection.begin';
      readonly asked?: { readonly source: string; readonly target: string; readonly software: readonly string[] };
    }
  | { readonly type: 'target.connected'; readonly target: string; readonly ok: boolean }
  | { readonly type: 'source.connected'; readonly source: string; readonly ok: boolean }
  /** A source on the web: what travelled, and how many files were here already. */
  | {
      readonly type: 'source.fetched';
      readonly source: string;
      readonly files: number;
      readonly bytes: number;
      readonly kept: number;
    }
  /** `software` are fully qualified specs. */
  | {
      readonly type: 'selection.made';
      readonly source?: string;
      readonly targets: readonly string[];
      readonly software: readonly string[];
    }
  | { readonly type: 'selection.end'; readonly ok: boolean }
  | { readonly type: 'session.saved'; readonly file: string }
  /** `logfile` is the agent's log of this target. */
  | {
      readonly type: 'agent.begin';
      readonly task: Task;
      readonly user: string;
      readonly pid: number;
      readonly jobid?: string;
      readonly target: string;
      readonly logfile: string;
      readonly source?: string;
      readonly time: number;
    }
  | {
      readonly type: 'agent.end';
      readonly task: Task;
      readonly pid: number;
      readonly jobid?: string;
      readonly time: number;
    }
  | { readonly type: 'analysis.begin'; readonly preview: boolean }
  | {
      readonly type: 'analysis.end';
      readonly ok: boolean;
      readonly target: string;
      readonly plan: Plan;
      readonly preview: boolean;
    }
  | {
      readonly type: 'execution.begin';
      readonly task: Task;
      readonly filesets: number;
      readonly files: number;
      readonly bytes: number;
    }
  | {
      readonly type: 'execution.end';
      readonly task: Task;
      readonly ok: boolean;
      readonly target: string;
      readonly errors: number;
      readonly warnings: number;
      readonly filesets: number;
    }
  | { readonly type: 'product.begin'; readonly task: Task; readonly spec: string }
  | { readonly type: 'product.end'; readonly task: Task; readonly spec: string; readonly ok: boolean }
  | {
      readonly type: 'fileset.begin';
      readonly task: Task;
      readonly spec: string;
      readonly index: number;
      readonly of: number;
    }
  | {
      readonly type: 'fileset.end';
      readonly task: Task;
      readonly spec: string;
      readonly ok: boolean;
      readonly state: string;
    }
  /** swmodify: what is planned for one definition. */
  | { readonly type: 'object.change'; readonly change: ObjectChange }
  /** swverify: what is checked next; `spec` names the product whose files are. */
  | { readonly type: 'check.begin'; readonly check: 'requisites' }
  /** How many filesets are going to be checked, and how many bytes of theirs read; `file.part` tells of these. */
  | { readonly type: 'check.begin'; readonly check: 'contents'; readonly filesets: number; readonly bytes: number }
  | { readonly type: 'check.begin'; readonly check: 'files'; readonly spec: string }
  /** swverify: the state a fileset was found in. */
  | { readonly type: 'fileset.state'; readonly spec: string; readonly state: string }
  /** loglevel 2 and verbose 2 print these. */
  | {
      readonly type: 'file.done';
      readonly path: string;
      readonly action: 'place' | 'save' | 'restore' | 'remove' | 'keep' | 'verify';
      readonly bytes: number;
    }
  /** So many more bytes have been read: of a large file, whose `file.done` counts all of its bytes again, or of many that have none. */
  | { readonly type: 'file.part'; readonly bytes: number }
  | {
      readonly type: 'script.begin';
      readonly tag: string;
      readonly owner: string;
      readonly level: 'product' | 'fileset';
    }
  /** One line of the script's stdout or stderr, without its newline. */
  | { readonly type: 'script.output'; readonly line: string; readonly stream: 'stdout' | 'stderr' }
  | {
      readonly type: 'script.end';
      readonly tag: string;
      readonly owner: string;
      readonly level: 'product' | 'fileset';
      readonly exit: number;
      readonly location: string;
      readonly fatal: boolean;
    }
  | { readonly type: 'finding'; readonly finding: Finding }
  /** A job of steps (operations/steps.ts). `result` is as in model/steps.ts; `because` says why it failed. */
  | {
      readonly type: 'step.begin';
      readonly name: string;
      readonly title: string;
      readonly index: number;
      readonly of: number;
      readonly time: number;
    }
  | {
      readonly type: 'step.end';
      readonly name: string;
      readonly title: string;
      readonly result: StepResult;
      readonly because?: string;
      readonly time: number;
    }
  /** An interrupted session was found at opening and undone or completed. */
  | { readonly type: 'recovered'; readonly how: 'undone' | 'redone' | 'rebuilt'; readonly what: string }
  | { readonly type: 'registered'; readonly path: string; readonly level: 'depot' | 'root'; readonly on: boolean };

export type Emit = (event: SdEvent) => void;
