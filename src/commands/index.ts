// The commands there are: name → its module, loaded when it is called. build.mjs makes one executable for each.

import type { Command } from './declaration.ts';

export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  check_patches: async () => (await import('./check-patches.ts')).checkPatchesCommand,
  cleanup: async () => (await import('./cleanup.ts')).cleanup,
  sd: async () => (await import('./sd.ts')).sd,
  show_patches: async () => (await import('./show-patches.ts')).showPatchesCommand,
  swacl: async () => (await import('./swacl.ts')).swacl,
  swagentd: async () => (await import('./swagentd.ts')).swagentd,
  swask: async () => (await import('./swask.ts')).swask,
  swconfig: async () => (await import('./swconfig.ts')).swconfig,
  swcopy: async () => (await import('./swcopy.ts')).swcopy,
  swinstall: async () => (await import('./swinstall.ts')).swinstall,
  swjob: async () => (await import('./swjob.ts')).swjob,
  swlist: async () => (await import('./swlist.ts')).swlist,
  swmodify: async () => (await import('./swmodify.ts')).swmodify,
  swpackage: async () => (await import('./swpackage.ts')).swpackage,
  swreg: async () => (await import('./swreg.ts')).swreg,
  swremove: async () => (await import('./swremove.ts')).swremove,
  swsign: async () => (await import('./swsign.ts')).swsign,
  swverify: async () => (await import('./swverify.ts')).swverify,
};
