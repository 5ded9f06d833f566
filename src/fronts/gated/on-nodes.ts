// The same on many nodes: ten at a time (gated.conf), a log for each, one line each at the end, and what failed (other-systems.md B.3).

import { join } from 'node:path';
import { SdError } from '../../model/error.ts';
import { fanOut } from '../../operations/fan-out.ts';
import { runOnNode } from '../../operations/transport.ts';
import { LogFile } from '../../report/log.ts';
import type { FleetNode } from './fleet.ts';
import { stamp } from './voice.ts';
import type { Work } from './work.ts';

/** How it went on one node: exit status, 255 where it could not be reached, and the reason of a failure. */
export interface NodeOutcome {
  readonly node: FleetNode;
  readonly status: number;
  readonly because: string;
}

export interface NodesWork {
  /** Directory of the logs below the platform's root, and the word before the node's name in theirs. */
  readonly logs: string;
  readonly prefix: string;
  /** What is done on one node. Answers an exit status; throws SdError where it failed otherwise. */
  readonly body: (node: FleetNode, onLine: (line: string) => void) => Promise<number>;
}

/** Does it on each node. Says a line for each that failed, in order. */
export async function onNodes(work: Work, nodes: readonly FleetNode[], how: NodesWork): Promise<NodeOutcome[]> {
  const { platform, voice } = work;
  const outcomes = await fanOut(nodes, platform.parallel, (node) => onNode(work, node, how));
  for (const { node, status, because } of outcomes) {
    if (status === 0) voice.detail(`${node.name}: OK.`);
    else voice.say(`${node.name}: Error! (status ${status})${because === '' ? '' : `  ${because}`}`);
  }
  return outcomes;
}

/** Runs a line of shell on each node, `exec_<node>.log` below log/exec_nodes. */
export function execOnNodes(work: Work, nodes: readonly FleetNode[], command: string): Promise<NodeOutcome[]> {
  return onNodes(work, nodes, {
    logs: '/pitrix/log/exec_nodes',
    prefix: 'exec',
    body: (node, onLine) => runOnNode(node.name, node.address, command, { onLine }),
  });
}

/** Throws SdError `nodes_failed` naming the nodes it did not go well on. */
export function requireAll(outcomes: readonly NodeOutcome[], what: string): void {
  const failed = outcomes.filter(({ status }) => status !== 0);
  if (failed.length === 0) return;
  throw new SdError('nodes_failed', {
    what,
    because: `It failed on ${failed.map(({ node }) => node.name).join(', ')}.`,
    todo: 'The log of each node has the reason.',
    data: { nodes: failed.map(({ node }) => node.name) },
  });
}

async function onNode(work: Work, node: FleetNode, { logs, prefix, body }: NodesWork): Promise<NodeOutcome> {
  // A log that cannot be written must not stop the work; the job's log has the lines too.
  const log = new LogFile(join(work.platform.path(logs), `${prefix}_${node.name}.log`), () => undefined);
  const keep = (line: string) => {
    log.add([line]);
    work.voice.detail(`${node.name}: ${line}`);
    last = line;
  };
  let last = '';
  log.add([`=== ${stamp(Date.now())} ${work.context.command} (jobid=${work.context.jobid ?? '-'})`]);
  try {
    const status = await body(node, keep);
    return { node, status, because: status === 0 ? '' : last };
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    log.add([`${error.message} [${error.code}]`]);
    return { node, status: error.code === 'node_unreachable' ? 255 : 1, because: `${error.what}  ${error.because}` };
  } finally {
    log.flush();
  }
}
