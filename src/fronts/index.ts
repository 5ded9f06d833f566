// The commands of the fronts: patch systems that are not SD's own, each a folder here. Name → its module, loaded when it is called.
// build.mjs makes one executable for each, as for src/commands/index.ts.

import type { FrontCommand } from './declaration.ts';

export const FRONTS: Readonly<Record<string, () => Promise<FrontCommand>>> = {
  'apply-patch': async () => (await import('./gated/apply-patch.ts')).applyPatchCommand,
  'exec-nodes': async () => (await import('./gated/exec-nodes.ts')).execNodesCommand,
  'gen-node-list': async () => (await import('./gated/gen-node-list.ts')).genNodeListCommand,
  hotpatch: async () => (await import('./hotpatch/admin.ts')).hotpatch,
  'hotpatch-mk': async () => (await import('./hotpatch/make.ts')).hotpatchMk,
  hotpatchd: async () => (await import('./hotpatch/daemon.ts')).hotpatchd,
  'mk-gated-patch': async () => (await import('./gated/mk-gated-patch.ts')).mkGatedPatchCommand,
  'platform-check': async () => (await import('./gated/platform-check.ts')).platformCheckCommand,
  'platform-upgrade': async () => (await import('./gated/platform-upgrade.ts')).platformUpgradeCommand,
  'scan-all': async () => (await import('./gated/scan-all.ts')).scanAllCommand,
  'update-nodes': async () => (await import('./gated/update-nodes.ts')).updateNodesCommand,
};
