// The names of patch archives, which say which platform version they fit (other-systems.md QP1-QP5), and the gate.
//
//   installer-INST-IAAS-patch.tar.gz     a patch of the installer: fits where the platform's IaaS version is IAAS; sets `installer` to INST
//   repo-IAAS-patch-PATCH.tar.gz         a patch of the package repository: fits likewise; sets `patch` to PATCH
//
// INST is a dotted number, IAAS and PATCH are dates of eight digits. Nothing but IAAS is compared: neither INST nor PATCH must rise.

import { basename } from 'node:path';
import { SdError } from '../../model/error.ts';

export interface PatchName {
  readonly kind: 'installer' | 'iaas';
  /** The archive's name without `.tar.gz`: its directory. */
  readonly stem: string;
  /** The IaaS version it fits. */
  readonly iaas: string;
  /** The version it brings: of `installer`, or of `patch`. */
  readonly level: string;
}

const INSTALLER = /^installer-(\d+(?:\.\d+)+)-(\d{8})-patch$/;
const IAAS = /^repo-(\d{8})-patch-(\d{8})$/;
const ENDING = '.tar.gz';

/**
 * Reads the name of an archive, or of the directory it was unpacked to. `path` may have directories before it.
 * Throws SdError `bad_patch_name`.
 */
export function parsePatchName(path: string, kind: 'archive' | 'directory'): PatchName {
  const name = basename(path);
  const stem = kind === 'archive' && name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : name;
  const ended = kind === 'directory' || name.endsWith(ENDING);
  const [, installer, iaas] = (ended && INSTALLER.exec(stem)) || [];
  if (installer !== undefined && iaas !== undefined) return { kind: 'installer', stem, iaas, level: installer };
  const [, fits, patch] = (ended && IAAS.exec(stem)) || [];
  if (fits !== undefined && patch !== undefined) return { kind: 'iaas', stem, iaas: fits, level: patch };
  throw new SdError('bad_patch_name', {
    what: `"${name}" is not the name of a patch archive.`,
    because: 'A patch says in its name which platform version it fits.',
    todo: `Names are installer-INSTALLER-IAAS-patch${ENDING} and repo-IAAS-patch-PATCH${ENDING}, e.g. repo-20190318-patch-20190410${ENDING}.`,
    data: { name },
  });
}

/** The patch as a product: a tag holds no dots. */
export function productTag({ stem }: PatchName): string {
  return stem.replaceAll('.', '_');
}

/** The name of the patch that a product of this tag is; undefined for other software. */
export function patchOfTag(tag: string): string | undefined {
  const stem = tag.replaceAll('_', '.');
  return INSTALLER.test(stem) || IAAS.test(stem) ? stem : undefined;
}

/** The pseudo-product a patch raises. */
export function levelTag({ kind }: PatchName): 'installer' | 'patch' {
  return kind === 'installer' ? 'installer' : 'patch';
}

/** The gate as a requisite on pseudo-products. */
export function prerequisiteOf({ iaas }: PatchName): string {
  return `qingcloud,r==${iaas}`;
}

/** SdError `patch_not_for_platform`: the refusal that names the upgrade document. */
export function gateError(name: PatchName, current: string, document: string): SdError {
  return new SdError('patch_not_for_platform', {
    what: `The patch "${name.stem}" cannot be applied.`,
    because: `It is for IaaS version ${name.iaas}, and this platform is at ${current}.`,
    todo: `Upgrade the platform first: see ${document}, and platform-upgrade(8).`,
    data: { patch: name.stem, needs: name.iaas, current },
  });
}
