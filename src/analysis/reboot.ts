// Software that reboots the machine (commands.md 4.1 autoreboot, auto_kernel_build). Asked only for the root `/`.
//
//   comes or goes with is_reboot=true, or checkinstall said 12      autoreboot=true: fine; false: ERROR, refused
//   kernel fileset goes, auto_kernel_build=true                     the same
//
// On HP-UX the user interface would ask; a command that cannot ask refuses.

import { flag } from '../model/attributes.ts';
import type { Finding } from '../model/plan.ts';
import type { EngineOptions } from '../model/request.ts';
import type { Fileset } from '../model/software.ts';
import type { Candidate, Draft } from './draft.ts';

/** Refuses filesets of an installation. `asked` are those whose checkinstall script asked for a reboot. */
export function refuseReboots(draft: Draft, asked: ReadonlySet<Candidate> = new Set()): void {
  const { into, targetPath, options } = draft.input;
  if (into !== 'root' || targetPath !== '/' || options.autoreboot) return;
  for (const each of draft.alive()) {
    if (!asked.has(each) && !isReboot(each.fileset)) continue;
    const finding = refusal(draft.label(each), 'installed', 'Installing it reboots the system.');
    draft.refuse(each, 'it needs a reboot', finding);
  }
}

/** Why a fileset cannot be removed from `/`; undefined when it can. `name` as messages print it. */
export function rebootRefusal(fileset: Fileset, name: string, options: EngineOptions): Finding | undefined {
  if (options.autoreboot) return undefined;
  if (isReboot(fileset)) return refusal(name, 'removed', 'Removing it reboots the system.');
  if (!options.auto_kernel_build || !flag(fileset.attributes, 'is_kernel')) return undefined;
  return refusal(name, 'removed', 'It is a kernel fileset, and the "auto_kernel_build" option is set to "true".');
}

function isReboot(fileset: Fileset): boolean {
  return flag(fileset.attributes, 'is_reboot');
}

function refusal(name: string, done: string, because: string): Finding {
  return {
    severity: 'error',
    code: 'reboot_not_allowed',
    text: `The fileset "${name}" cannot be ${done}.  ${because}  Change the "autoreboot" option to "true" to allow that.`,
    subjects: [name],
  };
}
