// Packages from the platform's repository to nodes, with the payload back end `deb` (other-systems.md D.2 reconcile, B.3 update_nodes).
// Promise: a node changes only when every package was found in the repository; its own dpkg says what is there afterwards.

import { SdError } from '../../model/error.ts';
import { type DebFile, newest, scanRepository } from '../../operations/deb-repository.ts';
import { debBackend } from '../../operations/payload.ts';
import { reachNode } from '../../operations/transport.ts';
import type { FleetNode } from './fleet.ts';
import { type NodeOutcome, onNodes } from './on-nodes.ts';
import type { Platform } from './platform.ts';
import type { Work } from './work.ts';

/** The files of these packages: the newest of each, or with `name=version` that one. Throws SdError `package_unknown`. */
export function packageFiles(platform: Platform, packages: readonly string[]): DebFile[] {
  const { packages: all } = scanRepository(platform.repository);
  return packages.map((word) => {
    const [name = '', version] = word.split('=');
    const found = newest(all, name, version);
    if (found !== undefined) return found;
    throw new SdError('package_unknown', {
      what: `The repository has no package "${word}".`,
      because: `Nothing below "${platform.repository}" is one.`,
      todo: 'Check the name and the version; scan-all lists what there is.',
      data: { package: word },
    });
  });
}

/** Brings the files to the nodes. Answers how it went on each. */
export function updateNodes(
  work: Work,
  nodes: readonly FleetNode[],
  files: readonly DebFile[],
): Promise<NodeOutcome[]> {
  return onNodes(work, nodes, {
    logs: '/pitrix/log/update_nodes',
    prefix: 'update',
    async body(node, onLine) {
      await reachNode(node.name, node.address);
      await debBackend.install({ node: node.name, address: node.address, onLine }, files);
      for (const { package: name, version } of files) onLine(`${name} is at ${version}.`);
      return 0;
    },
  });
}
