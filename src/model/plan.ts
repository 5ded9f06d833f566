// Selection → Plan → Outcome (D6): three plain JSON values. Selection says what is meant and why; the plan says what will be done,
// in order; the outcome says what became of it. Preview prints the very plan that execution runs.

import type { FilesetKey } from './software.ts';

export type Severity = 'error' | 'warning' | 'note';

/** Something worth telling: a refusal, an exclusion, a doubt. */
export interface Finding {
  readonly severity: Severity;
  /** Stable word, documented in sd(5); same namespace as SdError.code. */
  readonly code: string;
  /** Whole sentences in SD's manner, without prefix. */
  readonly text: string;
  /** Printed specs it is about, most important first. */
  readonly subjects?: readonly string[];
  /** HP's message number where commands.md 11 names one. */
  readonly msgid?: number;
}

/** Why a fileset is in the session. `-p -v` prints it; jobs keep it. Names are printed `PRODUCT.FILESET`. */
export type Reason =
  | { readonly kind: 'asked'; readonly spec: string }
  | { readonly kind: 'matched'; readonly installed: string }
  /** autoselect_patches or patch_match_target: head of `chain` (oldest first) for `base`. */
  | {
      readonly kind: 'automatic';
      readonly by: 'autoselect_patches' | 'patch_match_target';
      readonly base: string;
      readonly chain: readonly string[];
      readonly filter: string;
    }
  | {
      readonly kind: 'requisite';
      readonly relation: 'prerequisite' | 'corequisite';
      readonly of: string;
      readonly spec: string;
    }
  | { readonly kind: 'sibling'; readonly of: string }
  /** swremove: an installed fileset that depends on a removed one (autoselect_dependents). */
  | { readonly kind: 'dependent'; readonly of: string }
  /** swremove: a patch that goes with its base (patches.md 5.1). */
  | { readonly kind: 'with_base'; readonly base: string }
  /** swmodify patch_commit: a patch that a committed one supersedes (patches.md 6.1). */
  | { readonly kind: 'superseded'; readonly by: string };

/** Name of the fileset on whose account another one comes or goes; undefined when somebody asked for it. */
export function causeOf(reason: Reason): string | undefined {
  switch (reason.kind) {
    case 'automatic':
    case 'with_base':
      return reason.base;
    case 'requisite':
    case 'sibling':
    case 'dependent':
      return reason.of;
    case 'superseded':
      return reason.by;
    default:
      return undefined;
  }
}

export interface SelectionEntry {
  /** Key in the source catalog (install, copy) or in the target catalog (all others). */
  readonly key: FilesetKey;
  readonly reason: Reason;
}

/** An automatic patch that was considered and left out, or a named one that cannot come; for `-p -v`. */
export interface Exclusion {
  readonly key: FilesetKey;
  readonly name: string;
  /** One sentence, e.g. `superseded by installed PT_3.RUN`. */
  readonly because: string;
}

export interface Selection {
  readonly entries: readonly SelectionEntry[];
  readonly excluded: readonly Exclusion[];
  /** Bundle ids (source or target catalog) covered by an operand; their records travel with the software. */
  readonly bundles: readonly string[];
  /** Operands that matched nothing. */
  readonly unmatched: readonly string[];
  /** Location asked for with `,l=` per product id. */
  readonly locations: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

export type InstallAction = 'install' | 'reinstall' | 'update' | 'downdate' | 'new_version' | 'copy' | 'recopy';
export type RemoveAction = 'remove' | 'rollback';
export type OtherAction = 'skip' | 'exclude' | 'verify' | 'configure' | 'unconfigure' | 'modify' | 'commit';
export type Action = InstallAction | RemoveAction | OtherAction;

/** A file that gives rights to whoever uses it, or a device. */
export interface NotableFile {
  /** Absolute path as seen from the root. */
  readonly path: string;
  readonly what: 'device' | 'setuid' | 'setgid';
}

export interface PlannedFileset {
  /** Key in the catalog it comes from: the source for install and copy, the target for the others. */
  readonly key: FilesetKey;
  /** Key it has, or will have, on the target. */
  readonly targetKey: FilesetKey;
  /** `PRODUCT.FILESET`. */
  readonly name: string;
  /** Fully qualified spec as logs print it. */
  readonly spec: string;
  readonly action: Action;
  readonly reason: Reason;
  /** For skip and exclude. */
  readonly because?: string;
  /** Fully qualified spec of the installed (or stored) fileset this one takes the place of. */
  readonly replaces?: string;
  /** Bytes and number of files that execution will handle. */
  readonly bytes: number;
  readonly files: number;
  readonly isKernel?: boolean;
  readonly isReboot?: boolean;
  /** Set for patch filesets applied to a root. Keys are target keys. */
  readonly patch?: {
    readonly base: FilesetKey;
    /** Installed (or planned earlier in this session) patch filesets this one puts into a superseded state. */
    readonly supersedes: readonly FilesetKey[];
    /** False with patch_save_files=false: nothing is saved and the patch arrives committed. */
    readonly save: boolean;
  };
  /** Installed on a root: files that a preview lists by name. */
  readonly notable?: readonly NotableFile[];
  /** For rollback: superseded patch filesets that become active again. */
  readonly revives?: readonly FilesetKey[];
  /** For rollback: patches that named this one in superseded_by and stay superseded, with the superseder that remains (8.7.8). */
  readonly hands_over?: readonly { readonly patch: FilesetKey; readonly to: FilesetKey }[];
}

/** One product is one transaction (D4). */
export interface PlannedProduct {
  /** Product id in the catalog it comes from. */
  readonly id: string;
  /** Product id on the target. */
  readonly targetId: string;
  readonly tag: string;
  /** Fully qualified spec of the product. */
  readonly spec: string;
  readonly filesets: readonly PlannedFileset[];
  /** Root: location the product is installed at; '/' unless `,l=` moved it. */
  readonly location: string;
  /** Installed filesets that leave with this step: obsolete ones of an update, patches of an updated base. Target keys. */
  readonly drops: readonly FilesetKey[];
  /** Fully qualified specs of `drops`, in the same order, so that a job's record tells what went; absent when there are none. */
  readonly dropped?: readonly string[];
  /** On `/`: this part is loaded before the kernel is built. A product with other filesets too comes a second time. */
  readonly kernel?: boolean;
}

/** Space on one file system, in bytes. */
export interface SpaceUse {
  readonly mount: string;
  readonly available: number;
  readonly needed: number;
  readonly save: number;
}

export interface Plan {
  readonly verb: 'install' | 'copy' | 'remove' | 'verify' | 'configure' | 'unconfigure' | 'modify' | 'package';
  /** Absolute path of the root or depot. */
  readonly target: string;
  /** Generation of the target's catalog this plan was made for; execution refuses another (`plan_stale`). */
  readonly generation: number;
  /** In execution order. */
  readonly products: readonly PlannedProduct[];
  /** Filesets that stay out: already there, or refused. */
  readonly left: readonly PlannedFileset[];
  readonly excluded: readonly Exclusion[];
  /** What analysis found; the selection's own findings are in the Selection. */
  readonly findings: readonly Finding[];
  readonly space: readonly SpaceUse[];
  /** Ids of bundles whose record comes from the source (install, copy) or leaves the target (remove). */
  readonly bundles?: readonly string[];
}

/** What swmodify does to one definition; `words` are `keyword=value`, paths or tags. */
export interface ObjectChange {
  readonly action: 'add' | 'change' | 'delete';
  /** `depot` is the target itself. */
  readonly level: 'bundle' | 'product' | 'subproduct' | 'fileset' | 'category' | 'depot';
  readonly spec: string;
  readonly words: readonly string[];
}

export interface Outcome {
  /** 0 done, 1 failed (or done with errors), 2 failed on some targets (commands.md 5.14). */
  readonly exitCode: number;
  readonly plan?: Plan;
  readonly findings: readonly Finding[];
  /** Bytes of the save area given back (commit, rollback). */
  readonly reclaimed?: number;
  /** Generation of the target's catalog when the session had changed it. */
  readonly generation?: number;
}
