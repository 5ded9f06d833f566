// exec-nodes: a line of shell on nodes or groups of nodes (other-systems.md QU8, B.3). Its exit status is the command's.

import { SdError } from '../../model/error.ts';
import { type FrontCommand, type FrontDeclaration, type FrontInvocation, has } from '../declaration.ts';
import { Answers } from './answers.ts';
import { nodesNamed } from './fleet.ts';
import { execOnNodes } from './on-nodes.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';
import { asJob } from './work.ts';

const declaration: FrontDeclaration = {
  name: 'exec-nodes',
  summary: 'run a command on nodes',
  forms: [
    { operands: 'nodes command', meaning: 'Run the command on nodes and groups, named with commas between them.' },
  ],
  flags: [ROOT_FLAG, { name: '-f', meaning: 'Do not ask.' }],
  examples: [
    { does: 'The health gate.', command: "exec-nodes all 'apt-get clean; apt-get autoclean; apt-get update'" },
    { does: 'On a group and one node more.', command: 'exec-nodes -f hyper,web1 uptime' },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  const [words, command, ...more] = invocation.operands;
  if (words === undefined || command === undefined || more.length > 0) {
    throw new SdError('bad_usage', {
      what: 'exec-nodes takes nodes and one command.',
      todo: 'Quote the command, so that it is one word.',
    });
  }
  const platform = platformOf(invocation);
  const nodes = nodesNamed(platform, words);
  const about = { title: `exec ${words}`, software: [command] };
  return asJob(invocation, platform, about, async (work) => {
    work.voice.say('TARGET NODES:', ...nodes.map(({ name }) => `  ${name}`), 'TARGET COMMAND:', `  ${command}`);
    if (!has(invocation, '-f') && !(await confirmed())) return 0;
    const outcomes = await execOnNodes(work, nodes, command);
    work.voice.say('Done.');
    return outcomes.find(({ status }) => status !== 0)?.status ?? 0;
  });
}

/** The question of all commands on nodes. */
export async function confirmed(): Promise<boolean> {
  const answers = new Answers();
  try {
    return await answers.ask('Continue?');
  } finally {
    answers.close();
  }
}

export const execNodesCommand: FrontCommand = { declaration, run };
