// One process at a time for a purpose and a directory. Only the kernel sees to it: the process holds a name in the abstract socket space
// (unix(7)), which goes with it however it dies, so there is no lock file that a crash could leave behind.

import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { hasErrno, SdError } from '../model/error.ts';

/**
 * Makes this process the only one for `purpose` (a command's name) on an existing directory. Answers what ends that. Throws SdError
 * `already_running`.
 */
export async function onlyOne(purpose: string, directory: string): Promise<() => void> {
  const { dev, ino } = statSync(directory);
  // Nobody talks to it; having it is all.
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      // Whatever path it is reached by, one directory has one name.
      server.listen(`\0swdist/${purpose}/${dev}/${ino}`, resolve);
    });
  } catch (error) {
    if (!hasErrno(error, 'EADDRINUSE')) throw error;
    throw new SdError('already_running', {
      what: `${purpose} runs for "${directory}" already.`,
      todo: `Stop that one first, or use it: there is one ${purpose} for each root.`,
      data: { directory },
    });
  }
  return () => void server.close();
}
