// The commands of the fronts: patch systems that are not SD's own, each a folder here. Name → its module, loaded when it is called.
// build.mjs makes one executable for each, as for src/commands/index.ts.

import type { FrontCommand } from './declaration.ts';

export const FRONTS: Readonly<Record<string, () => Promise<FrontCommand>>> = {
  'apply-patch': async () => (await import('./gated/apply-patch.ts')).applyPatchCommand,
  hotpatch: async () => (await import('./hotpatch/admin.ts')).hotpatch,
  'hotpatch-mk': async () => (await import('./hotpatch/make.ts')).hotpatchMk,
  hotpatchd: async () => (await import('./hotpatch/daemon.ts')).hotpatchd,
  'mk-gated-patch': async () => (await import('./gated/mk-gated-patch.ts')).mkGatedPatchCommand,
};
