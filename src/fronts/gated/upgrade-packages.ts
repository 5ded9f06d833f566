// The steps that bring the new packages to the nodes, role after role in a fixed order (other-systems.md QU12, B.3 "upgrade_pkgs").
//
//   reach; then common on all; webservice zone by zone; proxy; dns (masters only); bm; vdi; boss; seed; vbr; vgateway; hyper;
//   hyper-boss on hyper unless the cloud is public; then the marker
//
// A group without nodes is passed over; a package set that is not there, or names what the repository has not, is an error.

import type { Step } from '../../operations/steps.ts';
import { reachNode } from '../../operations/transport.ts';
import { writeText } from '../../operations/trees.ts';
import { type FleetNode, groupOf, hasPackageSet, nodeNamed, packageSet } from './fleet.ts';
import { onNodes, requireAll } from './on-nodes.ts';
import { packageFiles, updateNodes } from './update.ts';
import type { Upgrade } from './upgrade.ts';
import { isSet, variable } from './upgrade-package.ts';
import { PACKAGES_MARKER, PRE_MARKER, requireMarker } from './upgrade-scripts.ts';

/** Role → group of its nodes, in order; the package set has the role's name. */
const ROLES: readonly (readonly [role: string, group: string])[] = [
  ['common', 'all'],
  ['webservice', 'webservice'],
  ['proxy', 'proxy'],
  ['dns', 'dns-master'],
  ['bm', 'bm'],
  ['vdi', 'vdi'],
  ['boss', 'boss'],
  ['seed', 'seed'],
  ['vbr', 'vbr'],
  ['vgateway', 'vgateway'],
  ['hyper', 'hyper'],
  ['hyper-boss', 'hyper'],
];

const LOG = '/pitrix/log/update_nodes/upgrade_pkgs.log';

export function packageSteps(upgrade: Upgrade): Step[] {
  const guard = () => requireMarker(upgrade, PRE_MARKER, 'pre');
  return [
    { name: 'packages-reach', title: 'Reaching all nodes', guard, action: () => reachAll(upgrade) },
    ...ROLES.map(([role, group]) => roleStep(upgrade, role, group)),
    {
      name: 'packages-end',
      title: 'Marking the packages as upgraded',
      unasked: true,
      guard,
      action: async () => writeText(upgrade.place(PACKAGES_MARKER), ''),
    },
  ];
}

/** A special sub zone needs the global web site too (QU16). */
export function websiteStep(upgrade: Upgrade): Step {
  const { platform } = upgrade.work;
  return {
    name: 'website',
    title: 'Upgrading the global web site',
    needed: () => isSet(platform, 'is_special_sub_zone'),
    action: () => updateGroup(upgrade, 'global-website', groupOf(platform, 'webservice')),
  };
}

function roleStep(upgrade: Upgrade, role: string, group: string): Step {
  const { platform } = upgrade.work;
  return {
    name: `packages-${role}`,
    title: `Upgrading ${role}`,
    needed: () =>
      groupOf(platform, group).length > 0 && !(role === 'hyper-boss' && variable(platform, 'cloud_type') === 'public'),
    guard: () => requireMarker(upgrade, PRE_MARKER, 'pre'),
    async action() {
      upgrade.logTo(LOG);
      if (role !== 'webservice') return updateGroup(upgrade, role, groupOf(platform, group));
      for (const [set, nodes] of webservices(upgrade)) await updateGroup(upgrade, set, nodes);
    },
  };
}

/** Zone by zone; the set is `webservice-global` or `webservice-zone` where there is one of the zone's kind. */
function webservices({ work: { platform } }: Upgrade): [string, string[]][] {
  const kind = isSet(platform, 'is_global_zone') ? 'webservice-global' : 'webservice-zone';
  const set = hasPackageSet(platform, kind) ? kind : 'webservice';
  const nodes = groupOf(platform, 'webservice').map((name) => nodeNamed(platform, name));
  const zones = [...new Set(nodes.map(({ zone }) => zone))].sort();
  return zones.map((zone) => [set, nodes.filter((node) => node.zone === zone).map(({ name }) => name)]);
}

async function updateGroup({ work }: Upgrade, set: string, names: readonly string[]): Promise<void> {
  const packages = packageSet(work.platform, set);
  if (packages.length === 0 || names.length === 0) return;
  const files = packageFiles(work.platform, packages);
  const nodes: FleetNode[] = names.map((name) => nodeNamed(work.platform, name));
  requireAll(await updateNodes(work, nodes, files), `The packages of "${set}" were not brought everywhere.`);
}

async function reachAll(upgrade: Upgrade): Promise<void> {
  upgrade.logTo(LOG);
  const { work } = upgrade;
  const nodes = groupOf(work.platform, 'all').map((name) => nodeNamed(work.platform, name));
  const body = async ({ name, address }: FleetNode) => {
    await reachNode(name, address);
    return 0;
  };
  requireAll(
    await onNodes(work, nodes, { logs: '/pitrix/log/update_nodes', prefix: 'update', body }),
    'Not every node answers.',
  );
}
