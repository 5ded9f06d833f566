// Where the hot patches of a root are, and with which options the engine works on them. Definitions wait in a depot below the root; the
// ledger of those that ran is the root's IPD.

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FlagDeclaration } from '../../model/command-line.ts';
import { SdError } from '../../model/error.ts';
import type { SessionContext } from '../../model/request.ts';
import { type ResolvedOptions, resolveOptions, surroundings } from '../../options/resolve.ts';
import type { CommandName, OptionValues } from '../../options/table.ts';
import { argument, type FrontInvocation } from '../declaration.ts';

/** Below a root. */
const SPOOL = 'var/spool/hotpatch';

export const ROOT: FlagDeclaration = {
  name: '--root',
  argument: 'directory',
  meaning: 'Work on an alternate root instead of "/".',
};
export const CMDLINE: FlagDeclaration = {
  name: '--cmdline',
  argument: 'file',
  meaning: 'Take the kernel command line from a file instead of /proc/cmdline.',
};
export const RELEASE: FlagDeclaration = {
  name: '--release',
  argument: 'file',
  meaning: 'Take release, datecode and buildid from this file below the root instead of /etc/sw-release.',
};

export interface Place {
  readonly invocation: FrontInvocation;
  /** Absolute. */
  readonly root: string;
  /** Directory of store and incoming bundles; absolute, may be missing. */
  readonly spool: string;
  /** Directory depot of the definitions; absolute, may be missing. */
  readonly store: string;
  /** Bundles that are put here are imported. */
  readonly incoming: string;
}

/** The place that --root names. */
export function placeOf(invocation: FrontInvocation): Place {
  const root = resolve(invocation.caller.cwd, argument(invocation, ROOT.name) ?? '/');
  const spool = join(root, SPOOL);
  return { invocation, root, spool, store: join(spool, 'store'), incoming: join(spool, 'incoming') };
}

/** Throws SdError `target_missing` for a root that is not there. */
export function requireRoot({ root }: Place): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new SdError('target_missing', {
    what: `The root "${root}" cannot be worked on.`,
    because: 'There is no such directory.',
    todo: 'Check the path behind "--root".',
    data: { root },
  });
}

/**
 * Options of the engine: an SD command's own, defaults files included, but what would make it ask, choose or talk is set. Throws what
 * resolveOptions throws.
 */
export function optionsOf(
  invocation: FrontInvocation,
  command: CommandName,
  set: Partial<OptionValues> = {},
): ResolvedOptions {
  const flags: Partial<OptionValues> = {
    verbose: 0,
    preview: false,
    ask: 'false',
    autoreboot: false,
    autoselect_dependencies: 'false',
    autoselect_patches: false,
    enforce_scripts: true,
    match_target: false,
    patch_match_target: false,
    recopy: true,
    register_new_depot: false,
    register_new_root: false,
    reinstall: false,
    remove_empty_depot: false,
    run_scripts: true,
    ...set,
  };
  return resolveOptions({ command, settings: [], flags }, surroundings(invocation.caller.home));
}

/** Options that decide about conditions and runs, as the flags say them. */
export function runOptions(invocation: FrontInvocation, set: Partial<OptionValues> = {}): ResolvedOptions {
  const cmdline = argument(invocation, CMDLINE.name);
  const release = argument(invocation, RELEASE.name);
  return optionsOf(invocation, 'swinstall', {
    ...(cmdline === undefined ? {} : { cmdline_file: resolve(invocation.caller.cwd, cmdline) }),
    ...(release === undefined ? {} : { release_file: release }),
    ...set,
  });
}

/** Who works, as sessions tell it. */
export function contextOf({ caller, command }: FrontInvocation, jobid?: string): SessionContext {
  const { user, host } = caller;
  return { command, user: `${user}@${host}`, host, ...(jobid === undefined ? {} : { jobid }) };
}
