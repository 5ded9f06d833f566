// What access lists allow (commands.md 15), asked by every operation before it works. It can only refuse: the permissions of the file
// system come first, so a list guards an object where they would let in more than is wanted.
//
//   command     root                      depot as target                      depot as source
//   swinstall   i, and w over a product                                        r, r on each product
//   swcopy                                i (host: new one), w over a product  r, r on each product
//   swpackage                             i (host: new one), w over a product
//   swremove    w                         w on each product; all of them: w
//   swconfig    w
//   swmodify    w                         w
//   swverify    w                         r, r on each product
//   swask       r                                                              r
//   swlist      r                         r
//
// Promise: the superuser is never asked, nor who works for himself alone (run_as_superuser=false, commands.md 4.2).

import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute } from 'node:path';
import { accountsOf } from '../host/accounts.ts';
import { hostName, userName } from '../host/machine.ts';
import { type Asker, type Permission, permissionsOf } from '../model/acl.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { Selection } from '../model/plan.ts';
import { filesetKey, splitKey } from '../model/software.ts';
import { depotLayout } from '../store/layout.ts';
import { type AclObject, aclOf, ownerOf } from './acl-places.ts';

/** Lists of the host are the machine's, also for an ordinary user who works with an admin directory of his own. */
const MACHINE = '/var/adm/sw';

/** Options the check looks at. */
export interface AccessOptions {
  readonly admin_directory: string;
  readonly run_as_superuser: boolean;
}

/** The user of this process. */
export function asker(): Asker {
  const accounts = accountsOf('/');
  const gids = [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])];
  return {
    superuser: process.geteuid?.() === 0,
    user: userName(),
    groups: gids.map((gid) => accounts.group(gid) ?? String(gid)),
    hosts: [hostName(), hostname()],
  };
}

/** Throws SdError `no_access` unless the list of the root, where there is one, gives `permission`. */
export function requireRoot(root: string, permission: Permission, options: AccessOptions): void {
  require({ level: 'root', path: root, admin: options.admin_directory }, permission, options);
}

/** As requireRoot for a depot. A depot that is not there yet asks for `i` on the host. */
export function requireDepot(depot: string, permission: Permission, options: AccessOptions): void {
  const admin = options.admin_directory;
  const there = existsSync(depotLayout(depot).textTree);
  if (!there && permission === 'i') require({ level: 'host', path: '/', admin }, 'i', options);
  else require({ level: 'depot', path: depot, admin }, permission, options);
}

/** As requireRoot for products of a depot. */
export function requireProducts(
  depot: string,
  products: readonly string[],
  permission: Permission,
  options: AccessOptions,
): void {
  if (!isAsked(options)) return;
  const admin = options.admin_directory;
  for (const product of new Set(products))
    require({ level: 'product', path: depot, product, admin }, permission, options);
}

/** As requireRoot for the host: registering needs `i`, unregistering `w`. */
export function requireHost(permission: Permission, options: AccessOptions): void {
  require({ level: 'host', path: '/', admin: options.admin_directory }, permission, options);
}

/** Removing products of a depot asks for `w` on each, and on the depot where none is left. */
export function requireRemoval(depot: string, selection: Selection, catalog: Catalog, options: AccessOptions): void {
  requireProducts(depot, selectedProducts(selection), 'w', options);
  const going = new Set(selection.entries.map((entry) => entry.key));
  const stays = catalog
    .products()
    .some((each) => each.filesets.some((part) => !going.has(filesetKey(each.id, part.id))));
  if (!stays) requireDepot(depot, 'w', options);
}

/** A listing asks for `r` on what is listed; one of depots or roots (`places`) on the host. */
export function requireListing(
  { target, depot, options }: { target: string; depot: boolean; options: { admin_directory: string } },
  places: boolean,
): void {
  const access = { ...options, run_as_superuser: true };
  if (places) requireHost('r', access);
  else if (depot) requireDepot(target, 'r', access);
  else requireRoot(target, 'r', access);
}

/** Ids of the products that filesets of the selection belong to. */
export function selectedProducts(selection: Selection): string[] {
  return [...new Set(selection.entries.map((entry) => splitKey(entry.key).productId))];
}

/** Those of `products` that the catalog has already. */
export function replaced(products: readonly string[], catalog: Catalog): string[] {
  return products.filter((id) => catalog.product(id) !== undefined);
}

function require(object: AclObject, permission: Permission, options: AccessOptions): void {
  // A source on the web has no list.
  if (!isAsked(options) || !isAbsolute(object.path)) return;
  const found = aclOf(object) ?? aclOf({ ...object, admin: MACHINE });
  if (found === undefined || permissionsOf(found.acl, ownerOf(object), asker()).includes(permission)) return;
  throw noAccess(object, permission);
}

function isAsked({ run_as_superuser }: AccessOptions): boolean {
  return run_as_superuser && process.geteuid?.() !== 0;
}

/** SdError `no_access`. */
export function noAccess({ level, path, product }: AclObject, permission: Permission): SdError {
  const object = product === undefined ? `the ${level.replaceAll('_', ' ')}` : `the product "${product}" of the depot`;
  return new SdError('no_access', {
    what: `"${hostName()}:${path}":  You do not have the required permissions.`,
    because: `The access list of ${object} does not give you "${permission}".`,
    todo: 'Check permissions using the "swacl" command or see your system administrator for assistance.',
    data: { level, path, permission },
  });
}
