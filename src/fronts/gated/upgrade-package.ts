// A new installer package, unpacked: what `platform-upgrade` brings the platform to (other-systems.md QU1-QU4, B.3 "bootstrap upgrade").
//
//   version.json   its versions, as in /pitrix/version.json
//   repo/          directories of packages; each takes the place of the platform's directory of that name
//   kernels/       what nodes boot from
//   pitrix/        the installer's own files; they go over those below /pitrix
//   upgrades/      scripts and texts by number, also below directories of their own (upgrade-scripts.ts)

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, SdError } from '../../model/error.ts';
import { readLines } from '../../operations/trees.ts';
import type { Platform } from './platform.ts';
import { parseVersionFile, type VersionFile } from './version-file.ts';

export interface NewVersion {
  readonly installer: string;
  readonly patch: string;
  readonly qingcloud: string;
  readonly upgrade: string;
}

/** The version a package brings. Throws SdError `bad_installer_package` for what is none. */
export function packageVersion(directory: string): NewVersion {
  for (const part of ['version.json', 'repo', 'kernels']) {
    if (!existsSync(join(directory, part))) throw badPackage(directory, `It has no "${part}".`);
  }
  const file = join(directory, 'version.json');
  let current: VersionFile['current'];
  try {
    current = parseVersionFile(readFileSync(file, 'utf8'), file).current;
  } catch (error) {
    throw badPackage(directory, error instanceof SdError ? error.because : reasonOf(error));
  }
  const { installer, patch, qingcloud, upgrade } = current;
  if (installer && patch && qingcloud && upgrade) return { installer, patch, qingcloud, upgrade };
  throw badPackage(directory, 'Its version.json does not say installer, patch, qingcloud and upgrade.');
}

/** Refuses an upgrade that does not go up, from a platform that is too old or not private. Throws SdError. */
export function requireUpward(platform: Platform, before: VersionFile, coming: NewVersion): void {
  const { installer = '', qingcloud = '' } = before.current;
  if (!(number(installer) >= 40000)) {
    throw new SdError('installer_too_old', {
      what: 'The platform cannot be upgraded.',
      because: `Its installer is at ${installer || 'no version'}, and upgrades begin at 4.0.`,
      todo: 'Migrate the installer to 4.x first.',
    });
  }
  const rises = number(coming.installer) > number(installer) && Number(coming.qingcloud) > Number(qingcloud);
  if (!rises) {
    throw new SdError('not_newer', {
      what: 'The platform cannot be upgraded with this package.',
      because: `Both versions must rise: installer is at ${installer} and would be ${coming.installer}, qingcloud at ${qingcloud} and would be ${coming.qingcloud}.`,
      todo: 'Get a newer installer package.',
    });
  }
  const type = variable(platform, 'cloud_type');
  if (type !== 'private') {
    throw new SdError('not_private_cloud', {
      what: 'The platform cannot be upgraded.',
      because: `Its variable "cloud_type" is "${type ?? ''}", not "private".`,
      todo: 'Correct it below /pitrix/conf/variables.',
    });
  }
}

/**
 * A variable of the platform: from variables.yaml (4.3 and later), else from the file NAME or NAME.*; such a file holds the value, or is
 * empty and has it behind the dot. Undefined where it is not set.
 */
export function variable(platform: Platform, name: string): string | undefined {
  const directory = platform.path('/pitrix/conf/variables');
  for (const line of readLines(join(directory, 'variables.yaml')) ?? []) {
    const [, key, value] = /^([A-Za-z0-9_]+)\s*:\s*["']?([^"'#]*?)["']?\s*(?:#.*)?$/.exec(line) ?? [];
    if (key === name) return value;
  }
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  const file = files.find((each) => each === name || each.startsWith(`${name}.`));
  return file === undefined ? undefined : (readLines(join(directory, file))?.[0] ?? file.slice(name.length + 1));
}

/** True for `true`, `yes` and `1`. */
export function isSet(platform: Platform, name: string): boolean {
  return /^(true|yes|1)$/i.test(variable(platform, name) ?? '');
}

/** major*10000 + minor*100 + rev; NaN, which is neither more nor less than anything, for what is no version. */
function number(installer: string): number {
  if (!/^\d+(\.\d+)+$/.test(installer)) return Number.NaN;
  const [major = 0, minor = 0, rev = 0] = installer.split('.').map(Number);
  return major * 10000 + minor * 100 + rev;
}

function badPackage(directory: string, because: string): SdError {
  return new SdError('bad_installer_package', {
    what: `"${directory}" is no installer package.`,
    because,
    todo: 'Name the new package, or its tarball, with -s.',
    data: { directory },
  });
}
