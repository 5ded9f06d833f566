// swacl (commands.md 5.12, 15): shows and changes the access list of one object.
// Promise: a list is replaced whole, durably, and under a lock, so that of two changes at a time none is lost. Showing needs `t`, changing
// `c`; the first change of an object makes the list that held for it so far its own.

import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { openDepot } from '../depot/open.ts';
import { fsyncDirectory, writeFileDurably } from '../host/durable.ts';
import { lookBehind } from '../host/look.ts';
import { makeDirectories } from '../host/made-directories.ts';
import {
  type Acl,
  type AclEntry,
  nameOf,
  type Owner,
  parseEntry,
  permissionsOf,
  printAcl,
  withEntry,
} from '../model/acl.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { parseSpec } from '../model/spec.ts';
import { resolveProducts } from '../selection/match.ts';
import { requireInside } from '../store/own-places.ts';
import { asker, noAccess } from './access.ts';
import { type AclObject, aclFile, aclOf, ownerOf } from './acl-places.ts';
import { locked } from './lock-file.ts';

/** One change; `replace` (-F) takes the text of a list as swacl shows it. */
export type AclEdit =
  | { readonly kind: 'modify'; readonly entries: readonly string[] }
  | { readonly kind: 'delete'; readonly entries: readonly string[] }
  | { readonly kind: 'replace'; readonly text: string };

/** An object's list as it holds. */
export interface ShownAcl {
  readonly object: AclObject;
  readonly owner: Owner;
  readonly acl: Acl;
  /** Level of the template that it comes from; `default` where none is kept and the file system decides; absent for an own list. */
  readonly from?: string;
}

/** The list that holds for an object. Throws SdError `no_access`, those of aclOf, and for what is not there `acl_no_object`. */
export function showAcl(object: AclObject): ShownAcl {
  requireObject(object);
  const shown = effective(object);
  if (!permissionsOf(shown.acl, shown.owner, asker()).includes('t') && shown.owner.user !== asker().user) {
    throw noAccess(object, 't');
  }
  return shown;
}

/** Changes the object's list. Throws what showAcl throws, SdError `bad_acl_entry`, `acl_no_entry`, `acl_not_written`, `place_outside`. */
export function changeAcl(object: AclObject, edit: AclEdit): void {
  requireObject(object);
  const file = aclFile(object);
  requireInside(object.path, dirname(file));
  try {
    const made = !existsSync(dirname(file));
    makeDirectories(dirname(file), 0o755);
    locked(`${file}.lock`, () => {
      const shown = effective(object);
      if (!permissionsOf(shown.acl, shown.owner, asker()).includes('c')) throw noAccess(object, 'c');
      writeFileDurably(file, printAcl(edited(shown.acl, edit)), 0o644);
    });
    if (made) fsyncDirectory(dirname(dirname(file)));
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'EEXIST', 'ENOTDIR')) throw error;
    throw new SdError('acl_not_written', {
      what: `The access list "${file}" cannot be written.`,
      because: reasonOf(error),
      todo: 'Correct the permissions, or make room.',
      cause: error,
    });
  }
}

/** Ids of the products of a depot that software selections name. Throws SdError `software_not_found`, and what openDepot throws. */
export async function productsNamed(depot: string, software: readonly string[]): Promise<string[]> {
  const opened = await openDepot(depot);
  try {
    return software.flatMap((text) => {
      const found = resolveProducts(parseSpec(text), opened.catalog).products.map((product) => product.id);
      if (found.length > 0) return found;
      throw new SdError('software_not_found', {
        what: `Software "${text}" was not found in the depot "${depot}".`,
        todo: '"swlist -d" lists its products.',
        data: { software: text },
      });
    });
  } finally {
    opened.close();
  }
}

function effective(object: AclObject): ShownAcl {
  const found = aclOf(object);
  const owner = ownerOf(object);
  if (found === undefined) return { object, owner, acl: builtIn(), from: 'default' };
  return { object, owner, acl: found.acl, ...(found.of.level === object.level ? {} : { from: found.of.level }) };
}

/** What SD gives new objects (commands.md 15): the owner everything, everybody else to read. */
function builtIn(): Acl {
  return { realm: hostname(), entries: ['object_owner:crwit', 'any_other:r'].map((text) => parseEntry(text)) };
}

function edited(acl: Acl, edit: AclEdit): Acl {
  if (edit.kind === 'modify') return edit.entries.reduce((list, text) => withEntry(list, parseEntry(text)), acl);
  if (edit.kind === 'delete') return edit.entries.reduce((list, text) => without(list, parseEntry(text, true)), acl);
  const lines = edit.text.split('\n').map((line) => line.trim());
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => parseEntry(line));
  if (entries.length === 0) {
    throw new SdError('bad_acl_entry', {
      what: 'The file has no entry.',
      todo: 'Write entries as swacl shows them, one a line.',
    });
  }
  return entries.reduce(withEntry, { realm: acl.realm, entries: [] } as Acl);
}

function without(acl: Acl, entry: AclEntry): Acl {
  const entries = acl.entries.filter((each) => nameOf(each) !== nameOf(entry));
  if (entries.length < acl.entries.length) return { ...acl, entries };
  throw new SdError('acl_no_entry', {
    what: `The list has no entry "${nameOf(entry)}".`,
    todo: 'Without -D swacl shows the entries there are.',
    data: { entry: nameOf(entry) },
  });
}

/** A depot has a text tree, and a root its admin directory, before there can be a list. */
function requireObject(object: AclObject): void {
  const { level, path } = object;
  if (['host', 'global_soc_template', 'global_product_template'].includes(level)) return;
  const place = level === 'root' ? path : dirname(dirname(aclFile({ level: 'depot', path, admin: object.admin })));
  if (lookBehind(path) && lookBehind(place)) return;
  const kind = level === 'root' ? 'root' : 'directory depot';
  throw new SdError('acl_no_object', {
    what: `There is no access list for "${path}".`,
    because: `It is no ${kind}.`,
    todo: 'Name the directory of one behind "@".',
    data: { path },
  });
}
