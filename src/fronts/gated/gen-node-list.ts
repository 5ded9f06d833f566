// gen-node-list: makes the lists of nodes and groups anew from the settings of the nodes (other-systems.md QU7).

import { SdError } from '../../model/error.ts';
import { print } from '../../report/terminal.ts';
import type { FrontCommand, FrontDeclaration, FrontInvocation } from '../declaration.ts';
import { writeGroups } from './fleet.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';

const declaration: FrontDeclaration = {
  name: 'gen-node-list',
  summary: 'make the lists of nodes anew',
  forms: [{ operands: '', meaning: 'Write /pitrix/conf/nodes from /pitrix/conf/settings.' }],
  flags: [ROOT_FLAG],
  examples: [{ does: 'After the settings of a broken node were taken away.', command: 'gen-node-list' }],
};

async function run(invocation: FrontInvocation): Promise<number> {
  if (invocation.operands.length > 0) {
    throw new SdError('bad_usage', { what: 'gen-node-list has no operands.', todo: 'It reads all settings.' });
  }
  const groups = writeGroups(platformOf(invocation));
  print(
    'stdout',
    [...groups].map(([group, nodes]) => `${group}: ${nodes.join(' ')}`),
  );
  return 0;
}

export const genNodeListCommand: FrontCommand = { declaration, run };
