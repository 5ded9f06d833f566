// The steps before and after the packages: configuration backed up, the scripts of the upgrades between the old and the new version run,
// version.json collapsed to its plain form (other-systems.md QU11, QU13, B.3 "pre_upgrade", "post_upgrade").
//
//   /pitrix/upgrade/upgrades/<n>/*pre_upgrade*.sh        n is a number; old_upgrade <= n <= new_upgrade
//   /pitrix/upgrade/upgrades/<element>/<n>/...           likewise below directories that are no numbers; `changelog` is passed over
//   /pitrix/upgrade/selection                            the directories that were selected, from pre to post
//   /pitrix/upgrade/pre_upgrade.Done, upgrade_pkgs.Done  markers: they keep the order

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SdError } from '../../model/error.ts';
import { runHere } from '../../operations/here.ts';
import { shellWords } from '../../operations/payload.ts';
import type { Step } from '../../operations/steps.ts';
import { copyOnce, readLines, writeText } from '../../operations/trees.ts';
import { groupOf, nodeNamed } from './fleet.ts';
import { execOnNodes, requireAll } from './on-nodes.ts';
import type { Upgrade } from './upgrade.ts';
import { setVersion } from './upgrade-init.ts';
import { isMidUpgrade, readVersionFile } from './version-file.ts';

export const PRE_MARKER = 'pre_upgrade.Done';
export const PACKAGES_MARKER = 'upgrade_pkgs.Done';
const SELECTION = 'selection';
const MANUAL = 'upgrades/manual-operations';

/** Throws SdError `marker_missing` unless the step before has left its marker. */
export function requireMarker(upgrade: Upgrade, marker: string, before: string): void {
  const file = upgrade.place(marker);
  if (existsSync(file)) return;
  throw new SdError('marker_missing', {
    what: 'The step cannot run yet.',
    because: `The marker "${file}" is missing: "${before}" has not been done.`,
    todo: `Run platform-upgrade ${before} first.`,
    data: { marker },
  });
}

export function preStep(upgrade: Upgrade): Step {
  const { platform } = upgrade.work;
  return {
    name: 'pre',
    title: 'Preparing the upgrade',
    guard() {
      if (!isMidUpgrade(readVersionFile(platform)) || upgrade.fact('from') === undefined) throw notBegun();
    },
    async action() {
      upgrade.logTo('/pitrix/log/upgrade/pre_upgrade.log');
      await copyOnce(platform.path('/pitrix/conf'), join(upgrade.backup, 'qingcloud/conf'));
      await backUpSnapshotNode(upgrade);
      const selected = selectUpgrades(upgrade);
      writeText(upgrade.place(SELECTION), selected.map((each) => `${each}\n`).join(''));
      await runScripts(upgrade, selected, 'pre_upgrade');
      writeText(upgrade.place(PRE_MARKER), '');
    },
  };
}

export function postStep(upgrade: Upgrade): Step {
  return {
    name: 'post',
    title: 'Completing the upgrade',
    guard() {
      // Cut off while it took the markers away: what they guard is done.
      if (upgrade.fact('completed') === undefined) requireMarker(upgrade, PACKAGES_MARKER, 'packages');
    },
    async action() {
      upgrade.logTo('/pitrix/log/upgrade/post_upgrade.log');
      if (upgrade.fact('completed') === undefined) await complete(upgrade);
      upgrade.setFact('completed', upgrade.from);
      for (const each of [SELECTION, PRE_MARKER, PACKAGES_MARKER]) rmSync(upgrade.place(each), { force: true });
    },
  };
}

async function complete(upgrade: Upgrade): Promise<void> {
  const selected = readLines(upgrade.place(SELECTION)) ?? [];
  await runScripts(upgrade, selected, 'post_upgrade');
  tellManualOperations(upgrade, selected);
  const before = readVersionFile(upgrade.work.platform);
  if (!isMidUpgrade(before)) return;
  const { old_upgrade: _, new_upgrade = '', ...current } = before.current;
  await setVersion(upgrade, before, { ...current, upgrade: new_upgrade }, before.old);
}

function notBegun(): SdError {
  return new SdError('not_initialised', {
    what: 'The step cannot run yet.',
    because: 'The platform is not in the middle of an upgrade: "init" has not been done.',
    todo: 'Run platform-upgrade init first.',
  });
}

/** What the first snapshot node has of its own below /pitrix, kept there beside it. */
async function backUpSnapshotNode(upgrade: Upgrade): Promise<void> {
  const { work, from } = upgrade;
  const [first] = groupOf(work.platform, 'snapshot');
  if (first === undefined) return;
  const place = `/pitrix/qingcloud-bak.${from}`;
  const command = `[ -e ${place} ] || { rm -rf ${place}.new && mkdir -p ${place}.new && for each in conf data; do [ ! -e /pitrix/$each ] || cp -a /pitrix/$each ${place}.new/ || exit 1; done && mv ${place}.new ${place}; }`;
  requireAll(await execOnNodes(work, [nodeNamed(work.platform, first)], command), 'The data backup was not made.');
}

/** Directories of upgrades between old and new version, both included, by number and then by name; relative to upgrades/. */
function selectUpgrades(upgrade: Upgrade): string[] {
  const { current } = readVersionFile(upgrade.work.platform);
  const [low, high] = [Number(current.old_upgrade), Number(current.new_upgrade)];
  const base = upgrade.place('upgrades');
  const fits = (name: string) => /^\d+$/.test(name) && Number(name) >= low && Number(name) <= high;
  const found: { number: number; path: string }[] = [];
  for (const name of directoriesIn(base)) {
    if (fits(name)) found.push({ number: Number(name), path: name });
    if (/^\d+$/.test(name) || name === 'changelog') continue;
    for (const inner of directoriesIn(join(base, name))) {
      if (fits(inner)) found.push({ number: Number(inner), path: join(name, inner) });
    }
  }
  found.sort((left, right) => left.number - right.number || (left.path < right.path ? -1 : 1));
  return found.map(({ path }) => path);
}

/** Runs the scripts of a phase, in order; the first that fails ends it. */
async function runScripts(upgrade: Upgrade, selected: readonly string[], phase: string): Promise<void> {
  const { work } = upgrade;
  for (const each of selected) {
    const directory = upgrade.place('upgrades', each);
    for (const name of scriptsIn(directory, phase)) {
      work.voice.detail(`--- ${each}/${name}`);
      const file = join(directory, name);
      const command = `if [ -x ${shellWords([file])} ]; then exec ${shellWords([file])}; else exec sh ${shellWords([file])}; fi`;
      const onLine = (line: string) => work.voice.detail(line);
      const exit = await runHere(command, { cwd: directory, root: work.platform.root, onLine });
      if (exit !== 0) throw scriptFailed(`${each}/${name}`, exit);
    }
  }
}

function scriptFailed(script: string, exit: number): SdError {
  return new SdError('upgrade_script_failed', {
    what: `The script "${script}" failed with exit status ${exit}.`,
    todo: 'Its output is in the log of the step, below /pitrix/log/upgrade.',
    data: { script, exit },
  });
}

/** What an operator has to do by hand: the texts of the selected upgrades, listed in a file and on the terminal. */
function tellManualOperations(upgrade: Upgrade, selected: readonly string[]): void {
  const texts = selected.flatMap((each) => {
    const directory = upgrade.place('upgrades', each);
    return filesIn(directory)
      .filter((name) => /^readme/i.test(name))
      .map((name) => join('/pitrix/upgrade/upgrades', each, name));
  });
  writeText(upgrade.place(MANUAL), texts.map((each) => `${each}\n`).join(''));
  if (texts.length > 0)
    upgrade.work.voice.say('To be done by hand, as these say:', ...texts.map((each) => `  ${each}`));
}

function scriptsIn(directory: string, phase: string): string[] {
  return filesIn(directory).filter((name) => name.includes(phase) && name.endsWith('.sh'));
}

function filesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

function directoriesIn(base: string): string[] {
  if (!existsSync(base)) return [];
  const entries = readdirSync(base, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}
