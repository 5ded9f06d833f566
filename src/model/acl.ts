// Access lists (commands.md 15): who may do what with a host, a depot, a root or a product. Text ⇄ entries, and the rule by which an
// entry is found.
//
//   1 the superuser          everything, whatever the list says
//   2 the object's owner     object_owner
//   3 a user entry           alone, even where a group would give more
//   4 group entries          added together, object_group among them
//   5 other                  of this host
//   6 any_other
//   7 nobody of these        nothing
//
// Promise: pure; printEntry writes what parseEntry reads. Permissions are kept in the order crwit.

import { SdError } from './error.ts';

/** c change the list, r read, w write, i insert, t test (look at the list). */
export type Permission = 'c' | 'r' | 'w' | 'i' | 't';

const LETTERS: readonly Permission[] = ['c', 'r', 'w', 'i', 't'];
const TYPES = ['object_owner', 'object_group', 'user', 'group', 'host', 'other', 'any_other'] as const;
const KEYLESS: readonly string[] = ['object_owner', 'object_group', 'any_other'];

export interface AclEntry {
  readonly type: (typeof TYPES)[number];
  /** `name`, `name@host`, a host, or `@host`; '' where the type has none. */
  readonly key: string;
  readonly permissions: readonly Permission[];
}

export interface Acl {
  /** Host that names without a host belong to. */
  readonly realm: string;
  readonly entries: readonly AclEntry[];
}

/** Who asks. */
export interface Asker {
  readonly superuser: boolean;
  readonly user: string;
  readonly groups: readonly string[];
  /** Names of this machine, the short one first. */
  readonly hosts: readonly string[];
}

export interface Owner {
  readonly user: string;
  readonly group: string;
}

/** An entry as people write it; with `bare` (-D) it has no permissions. Throws SdError `bad_acl_entry`. */
export function parseEntry(text: string, bare = false): AclEntry {
  const parts = text.trim().split(':');
  const [type, ...rest] = parts as [AclEntry['type'], ...string[]];
  if (!TYPES.includes(type)) throw badEntry(text, `"${type}" is no type of an entry: ${TYPES.join(', ')}.`);
  const permissions = bare ? [] : permissionsFrom(rest.pop(), text);
  const [key = '', ...more] = rest;
  if (more.length > 0) throw badEntry(text, 'It has too many parts.');
  if (KEYLESS.includes(type) && key !== '') throw badEntry(text, `"${type}" has no key.`);
  if (['user', 'group', 'host'].includes(type) && key === '') throw badEntry(text, `"${type}" needs a name.`);
  if (/[\s#]/.test(key)) throw badEntry(text, 'A name holds no blanks and no "#".');
  return { type, key, permissions };
}

/** `user:rml:crwit`; missing permissions are `-`, trailing ones too. */
export function printEntry(entry: AclEntry): string {
  const letters = LETTERS.map((letter) => (entry.permissions.includes(letter) ? letter : '-')).join('');
  return `${nameOf(entry)}:${letters}`;
}

/** An entry without its permissions, as -D names it. */
export function nameOf({ type, key }: AclEntry): string {
  return key === '' ? type : `${type}:${key}`;
}

/** The file of a list: permissions in octal, as SD keeps them. */
export function printAcl({ realm, entries }: Acl): string {
  const lines = entries.map((entry) => `${nameOf(entry)}:${bits(entry.permissions).toString(8)}`);
  return [`# default_realm = ${realm}`, `num_entries = ${entries.length}`, ...lines, ''].join('\n');
}

/** Reads what printAcl wrote. Throws SdError `bad_acl_entry` for a file that is cut off or no list. */
export function parseAcl(text: string): Acl {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const realm = /^#\s*default_realm\s*=\s*(\S+)/.exec(lines[0] ?? '')?.[1] ?? '';
  const count = Number(/^num_entries\s*=\s*(\d+)/.exec(lines[1] ?? '')?.[1]);
  const entries = lines.slice(2).map((line) => {
    const cut = line.lastIndexOf(':');
    const octal = line.slice(cut + 1);
    if (cut < 0 || !/^[0-7]+$/.test(octal)) throw badEntry(line, 'Its permissions are not in octal.');
    const value = Number.parseInt(octal, 8);
    const permissions = LETTERS.filter((_, at) => (value & (16 >> at)) !== 0);
    return { ...parseEntry(line.slice(0, cut), true), permissions };
  });
  if (entries.length !== count) throw badEntry(lines[1] ?? '', `There are ${entries.length} entries.`);
  return { realm, entries };
}

/** The list with this entry added, or changed where it is there. */
export function withEntry(acl: Acl, entry: AclEntry): Acl {
  const name = nameOf(entry);
  const there = acl.entries.some((each) => nameOf(each) === name);
  const entries = there
    ? acl.entries.map((each) => (nameOf(each) === name ? entry : each))
    : [...acl.entries, entry].sort((left, right) => TYPES.indexOf(left.type) - TYPES.indexOf(right.type));
  return { ...acl, entries };
}

/** What the list gives to `asker`. */
export function permissionsOf(acl: Acl, owner: Owner, asker: Asker): readonly Permission[] {
  if (asker.superuser) return LETTERS;
  const of = (type: AclEntry['type'], fits: (key: string) => boolean = () => true) =>
    acl.entries.filter((entry) => entry.type === type && fits(entry.key));
  const here = (host: string | undefined) => host === undefined || asker.hosts.includes(host) || host === 'localhost';
  const named = (names: readonly string[]) => (key: string) => {
    const [name = '', host] = key.split('@');
    return names.includes(name) && here(host);
  };
  if (owner.user === asker.user && of('object_owner').length > 0) return of('object_owner')[0]!.permissions;
  const user = of('user', named([asker.user]))[0];
  if (user) return user.permissions;
  const groups = [
    ...(asker.groups.includes(owner.group) ? of('object_group') : []),
    ...of('group', named(asker.groups)),
  ];
  if (groups.length > 0) return LETTERS.filter((letter) => groups.some((each) => each.permissions.includes(letter)));
  const rest = of('other', (key) => here(key === '' ? undefined : key.replace(/^@/, '')))[0] ?? of('any_other')[0];
  return rest?.permissions ?? [];
}

function permissionsFrom(letters: string | undefined, text: string): Permission[] {
  if (letters === undefined) throw badEntry(text, 'Its permissions are missing.');
  if (!/^[acrwit-]+$/.test(letters))
    throw badEntry(text, `"${letters}" are no permissions: letters of crwit, "a" for all, "-" for none.`);
  return LETTERS.filter((letter) => letters.includes(letter) || letters.includes('a'));
}

function bits(permissions: readonly Permission[]): number {
  return LETTERS.reduce((sum, letter, at) => sum + (permissions.includes(letter) ? 16 >> at : 0), 0);
}

function badEntry(text: string, because: string): SdError {
  return new SdError('bad_acl_entry', {
    what: `"${text.trim()}" is no entry of an access list.`,
    because,
    todo: 'Write entry_type[:key]:permissions, such as user:rml:rwt or any_other:-r---.',
    data: { entry: text },
  });
}
