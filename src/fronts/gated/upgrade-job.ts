// The upgrade of a platform as a job of steps, in the order that is fixed (other-systems.md QU15). This list is the definition.

import { SdError } from '../../model/error.ts';
import { duplicatesIn, scanRepository } from '../../operations/deb-repository.ts';
import type { Step } from '../../operations/steps.ts';
import { checkLines, checkPlatform, isSound } from './check.ts';
import { groupOf, nodeNamed, writeGroups } from './fleet.ts';
import { execOnNodes, requireAll } from './on-nodes.ts';
import type { Upgrade } from './upgrade.ts';
import { initStep, servicesStep, unpackStep } from './upgrade-init.ts';
import { packageSteps, websiteStep } from './upgrade-packages.ts';
import { postStep, preStep } from './upgrade-scripts.ts';

export const UPGRADE_JOB = 'platform-upgrade';

/** While it exists on a hyper node, a machine that fails there is not moved to another node. */
const RESCUE_FLAG = '/pitrix/conf/disable_hyperpair_rescue';

/** All steps. `packages` on a command line stands for those whose names begin with `packages-`. */
export function upgradeSteps(upgrade: Upgrade): Step[] {
  return [
    unpackStep(upgrade),
    initStep(upgrade),
    servicesStep(upgrade),
    nodeListStep(upgrade),
    healthStep(upgrade),
    repositoryStep(upgrade),
    rescueOffStep(upgrade),
    preStep(upgrade),
    ...packageSteps(upgrade),
    postStep(upgrade),
    checkStep(upgrade),
    rescueOnStep(upgrade),
    websiteStep(upgrade),
  ];
}

function nodeListStep(upgrade: Upgrade): Step {
  return {
    name: 'node-list',
    title: 'Making the lists of nodes anew',
    async action() {
      writeGroups(upgrade.work.platform);
    },
  };
}

/** Nothing is upgraded on a platform of which a node is ill (QU8). */
function healthStep(upgrade: Upgrade): Step {
  const { platform } = upgrade.work;
  return {
    name: 'health',
    title: 'Checking that every node works',
    async action() {
      const outcomes = await execOnNodes(upgrade.work, nodesOf(upgrade, 'all'), platform.setting('health'));
      requireAll(outcomes, 'Not every node is in order.');
    },
  };
}

/** QU9. */
function repositoryStep(upgrade: Upgrade): Step {
  return {
    name: 'repo',
    title: 'Checking the package repository',
    async action() {
      const { packages, troubles } = scanRepository(upgrade.work.platform.repository);
      const found = [...duplicatesIn(packages), ...troubles];
      if (found.length === 0) return;
      throw new SdError('repository_disorder', {
        what: 'The package repository is not in order.',
        because: found.map(({ text }) => text).join('  '),
        todo: 'Take away what does not belong there, run scan-all, and resume.',
      });
    },
  };
}

/** QU10. No undo of its own accord: an upgrade that is cut off must not be rescued into half an upgrade. */
function rescueOffStep(upgrade: Upgrade): Step {
  const hypers = () => nodesOf(upgrade, 'hyper');
  return {
    name: 'rescue-off',
    title: 'Turning the rescue of failed hosts off',
    needed: () => hypers().length > 0,
    async action() {
      requireAll(await execOnNodes(upgrade.work, hypers(), `touch ${RESCUE_FLAG}`), 'Rescue is not off everywhere.');
    },
    undo: () => rescueOn(upgrade),
    leaves: {
      until: 'rescue-on',
      text: () =>
        `Rescue is still off: ${RESCUE_FLAG} exists on ${groupOf(upgrade.work.platform, 'hyper').join(', ')}.  It is turned on with "platform-upgrade rescue-on".`,
    },
  };
}

function rescueOnStep(upgrade: Upgrade): Step {
  return {
    name: 'rescue-on',
    title: 'Turning the rescue of failed hosts on',
    needed: () => nodesOf(upgrade, 'hyper').length > 0,
    action: () => rescueOn(upgrade),
  };
}

async function rescueOn(upgrade: Upgrade): Promise<void> {
  const outcomes = await execOnNodes(upgrade.work, nodesOf(upgrade, 'hyper'), `rm -f ${RESCUE_FLAG}`);
  requireAll(outcomes, 'Rescue is not on everywhere.');
}

function checkStep(upgrade: Upgrade): Step {
  const { platform, voice } = upgrade.work;
  return {
    name: 'check',
    title: 'Checking the platform',
    async action() {
      const items = await checkPlatform(platform, nodesOf(upgrade, 'all'));
      if (isSound(items)) return checkLines(items).forEach(voice.detail);
      voice.say(...checkLines(items));
      const wrong = items.filter(({ word }) => word === 'Abnormal' || word === 'Unknown').length;
      throw new SdError('platform_not_sound', {
        what: 'The platform is not in order.',
        because: `${wrong === 1 ? 'One item is' : `${wrong} items are`} not Normal.`,
        todo: 'Mend them, and resume; platform-check lists them again.',
      });
    },
  };
}

function nodesOf({ work }: Upgrade, group: string) {
  return groupOf(work.platform, group).map((name) => nodeNamed(work.platform, name));
}
