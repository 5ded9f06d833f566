// The gate: does a patch fit the platform as it is now (other-systems.md QP2, QP4)?

import { SdError } from '../../model/error.ts';
import { holdsFor } from '../../operations/pseudo-products.ts';
import { gateError, type PatchName, prerequisiteOf } from './archive-name.ts';
import type { Platform } from './platform.ts';
import { isMidUpgrade, type VersionFile } from './version-file.ts';

/** Throws SdError `patch_not_for_platform`, naming the upgrade document, and `upgrade_unfinished`. */
export function requireFitting(platform: Platform, name: PatchName, version: VersionFile): void {
  if (isMidUpgrade(version)) {
    throw new SdError('upgrade_unfinished', {
      what: `The patch "${name.stem}" cannot be applied.`,
      because: 'The platform is in the middle of an upgrade.',
      todo: 'Complete it first: platform-upgrade --resume.',
    });
  }
  if (holdsFor(prerequisiteOf(name), version.current)) return;
  throw gateError(name, version.current.qingcloud!, platform.setting('upgrade_document'));
}
