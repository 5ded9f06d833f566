// Owners and groups that a PSF names and the packaging machine does not know: their files get no id (swpackage(4)), and a machine that does
// not know the name either installs them as the superuser's.
// Promise: a NOTE per name, at the first line that names it. No more: accounts of other systems are packaged on this one.

import { printPosition } from '../definition/complaint.ts';
import type { Finding } from '../model/plan.ts';
import type { PackagedFile } from './psf-resolve.ts';

/** The NOTEs for files as they were resolved. */
export function unknownAccounts(filesets: Iterable<readonly PackagedFile[]>): Finding[] {
  const first = new Map<string, Finding>();
  const remember = (kind: 'user' | 'group', name: string, { position }: PackagedFile) => {
    if (first.has(`${kind} ${name}`)) return;
    const id = kind === 'user' ? 'uid' : 'gid';
    const text = `${printPosition(position)}: This machine knows no ${kind} "${name}"; files that name it are packaged without a ${id}.`;
    first.set(`${kind} ${name}`, { severity: 'note', code: 'psf_unknown_account', text });
  };
  for (const files of filesets) {
    for (const file of files) {
      const { owner, uid, group, gid } = file.record;
      if (owner !== undefined && uid === undefined) remember('user', owner, file);
      if (group !== undefined && gid === undefined) remember('group', group, file);
    }
  }
  return [...first.values()];
}
