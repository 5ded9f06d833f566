// The first steps of an upgrade: the new installer package is unpacked, the platform backed up, and package and repositories take the
// place of the old ones (other-systems.md QU2-QU4). The undo of `init` brings back what the backup holds.
//
//   /pitrix/backup/<V>/installer        everything below /pitrix but backups, repositories and logs
//   /pitrix/backup/<V>/qingcloud/repo   the repositories
//
// Promise: repeatable; a backup that is there is never written over. A try that was cut off is repeated with the backup it made, so that
// half of the new version is not backed up; for a platform that was whole again since, an older backup is set aside as <V>.1, <V>.2 ...

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SdError } from '../../model/error.ts';
import { indexRepository } from '../../operations/deb-repository.ts';
import { commitPatches } from '../../operations/modify.ts';
import { setPseudoProducts } from '../../operations/pseudo-products.ts';
import type { Step } from '../../operations/steps.ts';
import { copyOnce, replaceTree } from '../../operations/trees.ts';
import { unpackArchive } from '../../operations/unpack.ts';
import { appliedPatches } from './applied.ts';
import { listServices, requireRunning } from './services.ts';
import type { Upgrade } from './upgrade.ts';
import { packageVersion, requireUpward } from './upgrade-package.ts';
import {
  isMidUpgrade,
  parseVersionFile,
  readVersionFile,
  renderVersionFile,
  VERSION_FILE,
  type VersionFile,
  versionName,
} from './version-file.ts';
import { requireDone } from './work.ts';

/** What is no part of the installer's tree. */
const APART = ['backup', 'repo', 'log'];
const PACKAGE = '/root/qingcloud-installer';
const LOG = '/root/upgrade.log';

/** Fact: the version whose backup an `init` made that has not come to its end; the platform may be half new. */
export const BACKUP_FACT = 'backup';

/** Unpacks the tarball; the old package directory is kept under a name with its version. */
export function unpackStep(upgrade: Upgrade): Step {
  const { platform } = upgrade.work;
  const place = platform.path(PACKAGE);
  return {
    name: 'unpack',
    title: 'Unpacking the new installer package',
    needed: () => upgrade.tarball !== undefined,
    async action() {
      upgrade.logTo(LOG);
      const coming = `${place}.new`;
      rmSync(coming, { recursive: true, force: true });
      mkdirSync(coming, { recursive: true });
      await unpackArchive(upgrade.tarball!, coming);
      const inner = join(coming, 'qingcloud-installer');
      const { installer } = packageVersion(inner);
      const old = `${place}_${versionName(readVersionFile(platform), platform.path(VERSION_FILE))}`;
      // After an earlier try the old package has its name already, and what lies here came from a tarball.
      if (existsSync(old) || versionAt(place) === installer) rmSync(place, { recursive: true, force: true });
      else if (existsSync(place)) renameSync(place, old);
      renameSync(inner, place);
      upgrade.setFact('package', place);
      rmSync(coming, { recursive: true, force: true });
    },
  };
}

/** The installer's version that a directory brings; undefined for one that is missing or no package (any more). */
function versionAt(directory: string): string | undefined {
  try {
    return packageVersion(directory).installer;
  } catch (error) {
    if (error instanceof SdError && error.code === 'bad_installer_package') return undefined;
    throw error;
  }
}

/** Backs up, brings the new package's parts, and writes the transitional version. */
export function initStep(upgrade: Upgrade): Step {
  const { platform } = upgrade.work;
  return {
    name: 'init',
    title: 'Initialising the new installer',
    async guard() {
      const before = readVersionFile(platform);
      // Cut off behind its last change: there is nothing left to refuse.
      if (isMidUpgrade(before) && upgrade.fact('to') !== undefined) return;
      requireOutside(upgrade);
      requireUpward(platform, before, packageVersion(upgrade.package));
      requireRunning((await listServices(platform)).services);
    },
    async action() {
      upgrade.logTo(LOG);
      const before = readVersionFile(platform);
      if (isMidUpgrade(before)) return upgrade.setFact(BACKUP_FACT, '');
      const coming = packageVersion(upgrade.package);
      upgrade.setFact('from', versionName(before, platform.path(VERSION_FILE)));
      upgrade.setFact('to', `${coming.installer}-${coming.qingcloud}`);
      await backUp(upgrade);
      await bringParts(upgrade);
      indexRepository(platform.repository);
      const { upgrade: old_upgrade = '', ...current } = before.current;
      const { upgrade: new_upgrade, ...versions } = coming;
      const values = { ...current, ...versions, old_upgrade, new_upgrade };
      await setVersion(upgrade, before, values, [before.current, ...before.old]);
      upgrade.setFact(BACKUP_FACT, '');
    },
    undo: () => restore(upgrade),
  };
}

/** Every supervised service of the first box runs (QU5). */
export function servicesStep(upgrade: Upgrade): Step {
  return {
    name: 'services',
    title: 'Checking the services of the first box',
    async action() {
      upgrade.logTo(LOG);
      const { services, lines } = await listServices(upgrade.work.platform);
      for (const line of lines) upgrade.work.voice.detail(line);
      requireRunning(services);
    },
  };
}

/** Sets pseudo-products and version.json together. */
export async function setVersion(
  { work }: Upgrade,
  before: VersionFile,
  values: VersionFile['current'],
  old: readonly unknown[],
): Promise<void> {
  const { context, options, platform, emit } = work;
  const view = { path: VERSION_FILE, text: renderVersionFile(before, values, old) };
  const drop = await settlePatches(work);
  requireDone(
    await setPseudoProducts({ context, options, root: platform.root, values, view, drop }, emit),
    'The version of the platform was not set.',
  );
}

/** Patches of the old installer end with it: what they saved goes, and then their records. Answers their ids. */
async function settlePatches({ context, options, platform, emit }: Upgrade['work']): Promise<string[]> {
  const ids = appliedPatches(platform.root, options.admin_directory).map(({ stem }) => stem.replaceAll('.', '_'));
  if (ids.length > 0) {
    const request = { context, options, software: ids, target: platform.root, depot: false, preview: false };
    requireDone(await commitPatches(request, emit), 'The patches of the old installer could not be settled.');
  }
  return ids;
}

/** Scripts and repositories under the feet of a shell that stands there would move away (B.3). */
function requireOutside({ work }: Upgrade): void {
  const { platform, invocation } = work;
  const tree = platform.path('/pitrix');
  if (`${invocation.caller.cwd}/`.startsWith(`${tree}/`)) {
    throw new SdError('inside_platform', {
      what: 'The platform cannot be upgraded from here.',
      because: `The working directory is inside "${tree}".`,
      todo: 'Change to another directory first.',
    });
  }
  if (platform.root === '/' && process.getuid?.() !== 0) {
    throw new SdError('no_permission', {
      what: 'The platform cannot be upgraded.',
      because: 'Only root can do that.',
      todo: 'Run it as root.',
    });
  }
}

async function backUp(upgrade: Upgrade): Promise<void> {
  const { platform } = upgrade.work;
  const { backup, from } = upgrade;
  if (upgrade.fact(BACKUP_FACT) !== from) {
    setAside(backup);
    upgrade.setFact(BACKUP_FACT, from);
  }
  // The installer's tree is many entries: whole under another name first.
  const installer = join(backup, 'installer');
  if (!existsSync(installer)) {
    const coming = join(backup, 'installer.part');
    rmSync(coming, { recursive: true, force: true });
    for (const name of treeEntries(platform.path('/pitrix'))) {
      await copyOnce(platform.path('/pitrix', name), join(coming, name));
    }
    renameSync(coming, installer);
  }
  await copyOnce(platform.repository, join(backup, 'qingcloud/repo'));
}

function setAside(backup: string): void {
  if (!existsSync(backup)) return;
  let number = 1;
  while (existsSync(`${backup}.${number}`)) number += 1;
  renameSync(backup, `${backup}.${number}`);
}

async function bringParts(upgrade: Upgrade): Promise<void> {
  const { platform } = upgrade.work;
  const from = upgrade.package;
  for (const name of entriesOf(join(from, 'repo'))) {
    await replaceTree(join(from, 'repo', name), join(platform.repository, name));
  }
  await replaceTree(join(from, 'kernels'), platform.path('/pitrix/kernels'));
  for (const name of entriesOf(join(from, 'pitrix')))
    await overlay(join(from, 'pitrix', name), platform.path('/pitrix', name));
  if (existsSync(join(from, 'upgrades'))) {
    await replaceTree(join(from, 'upgrades'), platform.path('/pitrix/upgrade/upgrades'));
  }
}

/** Files of a directory go over those that are there; others stay (settings, node lists). */
async function overlay(from: string, to: string): Promise<void> {
  const directory = entriesOf(from, true);
  if (directory === undefined || !existsSync(to)) return replaceTree(from, to);
  for (const name of directory) await overlay(join(from, name), join(to, name));
}

/** Puts back tree and repositories of the backup, the versions last. */
async function restore(upgrade: Upgrade): Promise<void> {
  const { platform } = upgrade.work;
  upgrade.logTo(LOG);
  const installer = join(upgrade.backup, 'installer');
  const repo = join(upgrade.backup, 'qingcloud/repo');
  if (!existsSync(installer) || !existsSync(repo)) {
    throw new SdError('no_backup', {
      what: 'The platform cannot be restored.',
      because: `There is no whole backup in "${upgrade.backup}".`,
      todo: 'Nothing of the platform was changed before the backup was whole.',
    });
  }
  const kept = treeEntries(installer);
  for (const name of kept) {
    if (name !== 'version.json') await replaceTree(join(installer, name), platform.path('/pitrix', name));
  }
  for (const name of treeEntries(platform.path('/pitrix'))) {
    if (!kept.includes(name)) rmSync(platform.path('/pitrix', name), { recursive: true, force: true });
  }
  await replaceTree(repo, platform.repository);
  // Whole again but for its version, which still keeps `init` from beginning.
  upgrade.setFact(BACKUP_FACT, '');
  const file = join(installer, 'version.json');
  const before = parseVersionFile(upgrade.readText(file), file);
  await setVersion(upgrade, before, before.current, before.old);
}

function treeEntries(directory: string): string[] {
  return entriesOf(directory).filter(
    (name) => !APART.includes(name) && !name.endsWith('.new') && !name.endsWith('.old'),
  );
}

function entriesOf(directory: string): string[];
function entriesOf(directory: string, maybe: true): string[] | undefined;
function entriesOf(directory: string, maybe = false): string[] | undefined {
  if (!existsSync(directory)) return [];
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (maybe) return undefined;
    throw error;
  }
}
