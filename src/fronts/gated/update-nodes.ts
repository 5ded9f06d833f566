// update-nodes: installs, upgrades or downgrades packages of the platform's repository on nodes (other-systems.md B.3).

import { SdError } from '../../model/error.ts';
import { type FrontCommand, type FrontDeclaration, type FrontInvocation, has } from '../declaration.ts';
import { confirmed } from './exec-nodes.ts';
import { nodesNamed, packagesNamed } from './fleet.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';
import { packageFiles, updateNodes } from './update.ts';
import { asJob } from './work.ts';

const declaration: FrontDeclaration = {
  name: 'update-nodes',
  summary: 'bring packages of the repository to nodes',
  forms: [
    {
      operands: 'nodes packages',
      meaning: 'Install the newest, or name=version, of packages and sets on nodes and groups.',
    },
  ],
  flags: [ROOT_FLAG, { name: '-f', meaning: 'Do not ask.' }],
  examples: [
    { does: 'After a patch of the repository.', command: 'update-nodes hyper pitrix-hyper' },
    { does: 'Back to an older version on one node.', command: 'update-nodes -f web1 pitrix-webservice=4.2.1' },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  const [nodeWords, packageWords, ...more] = invocation.operands;
  if (nodeWords === undefined || packageWords === undefined || more.length > 0) {
    throw new SdError('bad_usage', {
      what: 'update-nodes takes nodes and packages.',
      todo: 'Write several of them with commas between.',
    });
  }
  const platform = platformOf(invocation);
  const nodes = nodesNamed(platform, nodeWords);
  const files = packageFiles(platform, packagesNamed(platform, packageWords));
  // dpkg without files would be a failure on every node.
  if (files.length === 0) {
    throw new SdError('bad_usage', {
      what: `"${packageWords}" names no package.`,
      todo: 'Name packages of the repository, or sets that hold some.',
    });
  }
  const about = { title: `update ${nodeWords}`, software: files.map((each) => `${each.package}=${each.version}`) };
  return asJob(invocation, platform, about, async (work) => {
    const names = files.map((each) => `  ${each.package} ${each.version}`);
    work.voice.say('TARGET NODES:', ...nodes.map(({ name }) => `  ${name}`), 'TARGET PACKAGES:', ...names);
    if (!has(invocation, '-f') && !(await confirmed())) return 0;
    const outcomes = await updateNodes(work, nodes, files);
    work.voice.say('Done.');
    return outcomes.some(({ status }) => status !== 0) ? 1 : 0;
  });
}

export const updateNodesCommand: FrontCommand = { declaration, run };
