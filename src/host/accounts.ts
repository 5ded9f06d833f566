// Users and groups of a root: names ⇄ ids, from its own /etc/passwd and /etc/group.
// Promise: an alternate root is judged by its own files; one without them (not yet installed) by those of the running system.
// Must not: ask name services (NIS, LDAP): they know the running system, not the root.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../model/error.ts';
import { resolveInRoot } from './rootpath.ts';

export interface Accounts {
  /** Id of a user name; undefined when the root does not know it (the caller then takes the recorded id). */
  uid(name: string): number | undefined;
  gid(name: string): number | undefined;
  /** Name of a user id. */
  user(uid: number): string | undefined;
  group(gid: number): string | undefined;
}

interface Table {
  readonly ids: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

/** The accounts of `root` as they are now; the files are read on the first question. */
export function accountsOf(root: string): Accounts {
  let users: Table | undefined;
  let groups: Table | undefined;
  const passwd = () => (users ??= readTable(root, 'etc/passwd'));
  const group = () => (groups ??= readTable(root, 'etc/group'));
  return {
    uid: (name) => passwd().ids.get(name),
    gid: (name) => group().ids.get(name),
    user: (uid) => passwd().names.get(uid),
    group: (gid) => group().names.get(gid),
  };
}

/** In both files the name is the first field and the id the third. As getpwnam does, the first of two equal entries wins. */
function readTable(root: string, file: string): Table {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  for (const line of readAccounts(root, file).split('\n')) {
    const [name = '', , digits = ''] = line.split(':');
    if (name === '' || name.startsWith('#') || !/^\d+$/.test(digits)) continue;
    const id = Number(digits);
    if (!ids.has(name)) ids.set(name, id);
    if (!names.has(id)) names.set(id, name);
  }
  return { ids, names };
}

function readAccounts(root: string, file: string): string {
  return readIfThere(join(root, resolveInRoot(root, file))) ?? readIfThere(join('/', file)) ?? '';
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
