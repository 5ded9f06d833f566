// Requests: what a door hands to operations. Option names are SD's own, so that the option table's values fit as they are.

import type { Plan } from './plan.ts';

/** Options the engine looks at, with SD's names (commands.md 4). Doors fill all of them from options/resolve.ts. */
export interface EngineOptions {
  readonly admin_directory: string;
  readonly allow_downdate: boolean;
  readonly allow_incompatible: boolean;
  readonly allow_insecure_depot: boolean;
  readonly allow_multiple_versions: boolean;
  readonly allow_split_patches: boolean;
  /** Of several versions of a deb or rpm the newer become patches. Ours, not SD's. */
  readonly as_patch: boolean;
  readonly ask: 'true' | 'false' | 'as_needed';
  readonly auto_kernel_build: boolean;
  readonly autorecover: boolean;
  readonly autorecover_product: boolean;
  readonly autoreboot: boolean;
  readonly autoselect_dependencies: 'true' | 'false' | 'as_needed';
  readonly autoselect_dependents: boolean;
  readonly autoselect_minimum_dependencies: boolean;
  readonly autoselect_patches: boolean;
  readonly autoselect_reference_bundles: boolean;
  readonly check_contents: boolean;
  readonly check_contents_use_cksum: boolean;
  readonly check_permissions: boolean;
  readonly check_requisites: boolean;
  readonly check_scripts: boolean;
  readonly check_volatile: boolean;
  /** File with the kernel command line, for conditions. Ours. */
  readonly cmdline_file: string;
  readonly compress_files: boolean;
  readonly create_target_path: boolean;
  readonly create_time_filter: number;
  readonly defer_configure: boolean;
  readonly enforce_dependencies: boolean;
  readonly enforce_dsa: boolean;
  readonly enforce_kernbld_failure: boolean;
  readonly enforce_locatable: boolean;
  readonly enforce_scripts: boolean;
  readonly enforce_selections: boolean;
  readonly follow_symlinks: boolean;
  readonly ipd: boolean;
  readonly kernel_build_cmd: string;
  readonly kernel_path: string;
  readonly layout_version: string;
  /** Seconds to wait for another session on the same target; 0 = refuse at once. Ours, not SD's. */
  readonly lock_timeout: number;
  readonly match_target: boolean;
  readonly media_type: string;
  readonly patch_commit: boolean;
  readonly patch_filter: string;
  readonly patch_match_target: boolean;
  readonly patch_save_files: boolean;
  readonly preserve_create_time: boolean;
  readonly reboot_cmd: string;
  readonly recopy: boolean;
  readonly reconfigure: boolean;
  readonly register_new_depot: boolean;
  readonly register_new_root: boolean;
  readonly reinstall: boolean;
  /** File below the root with release, datecode and buildid, for conditions. Ours. */
  readonly release_file: string;
  readonly remove_empty_depot: boolean;
  readonly remove_obsolete_filesets: boolean;
  readonly run_scripts: boolean;
  /** Seconds after which a control script is killed; 0 = never. Ours. */
  readonly script_timeout: number;
  readonly run_as_superuser: boolean;
  readonly show_superseded_patches: boolean;
  readonly sign_key: string;
  readonly system_file_path: string;
  readonly system_prep_cmd: string;
  readonly uncompress_files: boolean;
  readonly trusted_keys: string;
  readonly verify_signatures: boolean;
  readonly web_cache: string;
  /** Megabytes. */
  readonly web_cache_size: number;
  readonly web_connections: number;
  readonly web_retries: number;
  /** Seconds. */
  readonly web_timeout: number;
}

/** Where and who: the same for every operation. */
export interface SessionContext {
  /** Command name as logs print it (`swinstall`). */
  readonly command: string;
  /** `name@host`. */
  readonly user: string;
  readonly host: string;
  readonly jobid?: string;
  /** Text for SW_SESSION_OPTIONS, `option=value` lines with software and targets: all targets, or only this one. Absent: no scripts. */
  readonly sessionOptions?: (targets: 'all' | 'this') => string;
  /**
   * Asked once between analysis and execution when there is something to do; false ends the session with nothing changed.
   * `target` is `host:/path`. Absent: go on.
   */
  readonly approve?: (plan: Plan, target: string) => Promise<boolean>;
  /**
   * Asked wherever the session may stop: a promise is waited for, undefined goes on. The target stays locked meanwhile; signals as SIGINT and
   * SIGTERM end the wait and the session. Absent: go on.
   */
  readonly rest?: () => Promise<void> | undefined;
}

interface Base {
  readonly context: SessionContext;
  readonly options: EngineOptions;
  /** Software operands, unparsed. */
  readonly software: readonly string[];
  readonly preview: boolean;
}

/** Volumes of a serial depot beside the first. */
export interface Volumes {
  /** Absolute paths. */
  readonly names: readonly string[];
  /**
   * Where volume `number` is, once none of `names` is it; `last` is where the one before was. Undefined stops the session. Absent where
   * nobody can be asked.
   */
  readonly ask?: (number: number, last: string) => string | undefined;
}

/** swinstall and swcopy: `source` is a depot path, `target` an absolute root or depot path. */
export interface InstallRequest extends Base {
  readonly source: string;
  readonly volumes?: Volumes;
  readonly target: string;
  /** swcopy: the layout_version asked for; absent where the depot keeps its own. */
  readonly layout?: string;
  /** swinstall -c: directory with responses to request scripts (operations/responses.ts). */
  readonly responses?: string;
}

/** swremove, swverify, swconfig, swmodify: `depot` chooses what `target` is. */
export interface TargetRequest extends Base {
  readonly target: string;
  readonly depot: boolean;
}

/** swpackage: `source` is a PSF or a depot; `target` a directory, a file, or `|command` for a serial depot. */
export interface PackageRequest extends Base {
  readonly source: string;
  /** Of the source. */
  readonly volumes?: Volumes;
  readonly target: string;
  /** The layout_version asked for; absent where the target, or else the source, says it. */
  readonly layout?: string;
  readonly serial: boolean;
  /** Of a serial target. */
  readonly targetVolumes?: Volumes;
  /** Bytes that one volume of a serial target takes; absent where there is no limit. */
  readonly capacity?: number;
}
