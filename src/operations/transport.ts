// How a node of a fleet is reached: a root of this machine, or another machine by ssh. The same few verbs for both.
// Promise: a command's own exit status comes back; its output arrives line by line; no shell of this machine looks at the caller's text.
// Must not: know what is run.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../host/program.ts';
import { SdError } from '../model/error.ts';

/** `local` is a root of this machine, entered with chroot(8); `ssh` another machine, reached with the words of `command`. */
export type NodeAddress =
  | { readonly kind: 'local'; readonly root: string }
  | { readonly kind: 'ssh'; readonly destination: string; readonly command: readonly string[] };

export interface NodeRun {
  readonly onLine?: (line: string) => void;
  /** A file of this machine that becomes the command's stdin. */
  readonly input?: string;
}

/** How long a command may run before it is killed. Milliseconds. */
const LONGEST = 3_600_000;
/** How long a node may take to answer at all. */
const ANSWER = 30_000;

/**
 * Runs one line of shell on the node. Answers its exit status, 128 + n for signal n; ssh's own 255 where the connection failed.
 * Throws SdError `node_unreachable`, `program_missing`.
 */
export function runOnNode(node: string, address: NodeAddress, command: string, run: NodeRun = {}): Promise<number> {
  return start(node, address, command, { ...run, limit: LONGEST });
}

/** Throws SdError `node_unreachable` unless two commands in a row can be run there. */
export async function reachNode(node: string, address: NodeAddress): Promise<void> {
  for (let ping = 0; ping < 2; ping++) {
    const lines: string[] = [];
    const status = await start(node, address, 'true', { onLine: (line) => lines.push(line), limit: ANSWER });
    if (status !== 0) throw unreachable(node, lines.at(-1) ?? `The command "true" ended there with status ${status}.`);
  }
}

/** Where the node's files lie on this machine; undefined for one that is another machine. */
export function localRoot(address: NodeAddress): string | undefined {
  return address.kind === 'local' ? address.root : undefined;
}

function start(node: string, address: NodeAddress, command: string, run: NodeRun & { limit: number }): Promise<number> {
  if (address.kind === 'ssh') {
    // ssh hands its words to the login shell there as one text.
    return runProgram([...address.command, address.destination, '--', command], run);
  }
  requireShell(node, address.root);
  return runProgram([...enter(address.root), '/bin/sh', '-c', command], { ...run, env: LOCAL });
}

/** What a login on the node would give, not what the caller happens to have. */
const LOCAL = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' };

/** chroot is for root; an ordinary user gets a namespace in which he is. */
function enter(root: string): string[] {
  if (root === '/') return [];
  return process.getuid?.() === 0 ? ['chroot', root] : ['unshare', '-r', 'chroot', root];
}

/** Without a shell inside, a command could only run outside of the root, and would touch this machine. */
function requireShell(node: string, root: string): void {
  if (existsSync(join(root, 'bin/sh'))) return;
  throw unreachable(node, existsSync(root) ? `There is no /bin/sh in "${root}".` : `"${root}" does not exist.`);
}

function unreachable(node: string, because: string): SdError {
  return new SdError('node_unreachable', {
    what: `The node "${node}" does not answer.`,
    because,
    todo: 'Mend it, or take its settings away and make the node list anew.',
    data: { node },
  });
}
