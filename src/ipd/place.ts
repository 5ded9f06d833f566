// Where the Installed Products Database of a root is (formats.md 15, commands.md 4). Apart from ipd.ts, so that a listing loads no store.

import { join, resolve } from 'node:path';
import { resolveInRoot } from '../host/rootpath.ts';

/** Admin directory below a root, without a leading slash. */
const ADMIN = 'var/adm/sw';

/**
 * Directory of IPD, save area and logs. `option` is admin_directory: it moves the directory where the root is `/` (an absolute path,
 * '' for none); an alternate root always has `<root>/var/adm/sw`, as on HP-UX; links on the way are followed inside the root.
 * Throws SdError `path_loop`, `path_not_directory`, `path_unusable`.
 */
export function adminDirectory(root: string, option: string): string {
  const place = resolve(root);
  // An absolute link of an alternate root means a place inside it, not the machine's own.
  return place === '/' && option !== '' ? resolve('/', option) : join(place, resolveInRoot(place, `${ADMIN}/.`));
}
