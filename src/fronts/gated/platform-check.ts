// platform-check: one line for each thing that should be in order (other-systems.md QU14). Exit 1 where something is not.

import { SdError } from '../../model/error.ts';
import { print } from '../../report/terminal.ts';
import { argument, type FrontCommand, type FrontDeclaration, type FrontInvocation } from '../declaration.ts';
import { checkLines, checkPlatform, isSound } from './check.ts';
import { nodesNamed } from './fleet.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';

const declaration: FrontDeclaration = {
  name: 'platform-check',
  summary: 'check services, repository and nodes of the platform',
  forms: [{ operands: '', meaning: 'Check the first box and nodes: Normal, Abnormal, Unknown or Ignored.' }],
  flags: [ROOT_FLAG, { name: '-n', argument: 'nodes', meaning: 'The nodes and groups to check; all when absent.' }],
  examples: [{ does: 'Check everything.', command: 'platform-check -n all' }],
};

async function run(invocation: FrontInvocation): Promise<number> {
  if (invocation.operands.length > 0) {
    throw new SdError('bad_usage', { what: 'platform-check has no operands.', todo: 'Name nodes with -n.' });
  }
  const platform = platformOf(invocation);
  const items = await checkPlatform(platform, nodesNamed(platform, argument(invocation, '-n') ?? 'all'));
  print('stdout', checkLines(items));
  return isSound(items) ? 0 : 1;
}

export const platformCheckCommand: FrontCommand = { declaration, run };
