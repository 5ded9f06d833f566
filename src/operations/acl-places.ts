// Where access lists are kept (formats.md 9, 15; commands.md 15, 17): beside INDEX and INFO in the text tree, in files whose names begin
// with `_`, which publishing leaves alone; a product's list goes with the product.
//
//   level                    own list                                   without one
//   host                     <admin>/security/_ACL                      -
//   depot                    <depot>/catalog/dfiles/_ACL                global_soc_template
//   root                     <root's admin>/products/ifiles/_ACL        global_soc_template
//   product                  <depot>/catalog/<product>/pfiles/_ACL      product_template of the depot
//   product_template         <depot>/catalog/dfiles/_PROD_DFLT_ACL      global_product_template
//   global_soc_template      <admin>/security/_SOC_DFLT_ACL             -
//   global_product_template  <admin>/security/_PROD_DFLT_ACL            -
//
// Promise: an object without a list of its own follows its template, also when that changes later; where there is none at all, the
// permissions of the file system decide alone.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accountsOf } from '../host/accounts.ts';
import { lookBehind } from '../host/look.ts';
import { adminDirectory } from '../ipd/place.ts';
import { type Acl, type Owner, parseAcl } from '../model/acl.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { depotLayout, rootLayout } from '../store/layout.ts';
import { objectDirectory } from '../store/texttree.ts';

export const ACL_LEVELS = [
  'host',
  'depot',
  'root',
  'product',
  'product_template',
  'global_soc_template',
  'global_product_template',
] as const;
export type AclLevel = (typeof ACL_LEVELS)[number];

/** An object that has, or may have, a list. */
export interface AclObject {
  readonly level: AclLevel;
  /** Absolute path of the depot or root; `/` for what belongs to the host. */
  readonly path: string;
  /** Id of a product in the depot. */
  readonly product?: string;
  /** admin_directory of this machine. */
  readonly admin: string;
}

/** The file of an object's own list. */
export function aclFile({ level, path, product, admin }: AclObject): string {
  const depot = depotLayout(path).textTree;
  switch (level) {
    case 'host':
      return join(admin, 'security', '_ACL');
    case 'global_soc_template':
      return join(admin, 'security', '_SOC_DFLT_ACL');
    case 'global_product_template':
      return join(admin, 'security', '_PROD_DFLT_ACL');
    case 'depot':
      return join(depot, 'dfiles', '_ACL');
    case 'product_template':
      return join(depot, 'dfiles', '_PROD_DFLT_ACL');
    case 'product':
      return join(objectDirectory(depot, product!), 'pfiles', '_ACL');
    case 'root':
      return join(rootLayout(path, adminDirectory(path, admin)).textTree, 'ifiles', '_ACL');
  }
}

/**
 * The list that holds for an object and the object it is kept with; undefined where nothing is kept. Throws SdError `acl_unreadable`, and
 * `path_unusable` where nobody lets us look for one.
 */
export function aclOf(object: AclObject): { acl: Acl; of: AclObject } | undefined {
  const own = readAcl(object.path, aclFile(object));
  if (own) return { acl: own, of: object };
  const above = templateOf(object);
  return above && aclOf(above);
}

/** Who made the object: the owner of its directory, or of the nearest there is. */
export function ownerOf(object: AclObject): Owner {
  const { level, path, admin } = object;
  const places = ['depot', 'root', 'product', 'product_template'].includes(level) ? [path, '/'] : [admin, '/'];
  const stats = places.map(lookBehind).find((each) => each !== undefined);
  const accounts = accountsOf('/');
  const { uid, gid } = stats!;
  return { user: accounts.user(uid) ?? String(uid), group: accounts.group(gid) ?? String(gid) };
}

function templateOf({ level, path, admin }: AclObject): AclObject | undefined {
  if (level === 'product') return { level: 'product_template', path, admin };
  if (level === 'product_template') return { level: 'global_product_template', path: '/', admin };
  if (level === 'depot' || level === 'root') return { level: 'global_soc_template', path: '/', admin };
  return undefined;
}

function readAcl(path: string, file: string): Acl | undefined {
  try {
    return parseAcl(readFileSync(file, 'utf8'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    // Whether there is a list behind a closed door nobody knows; the door is what has to be mended.
    if (hasErrno(error, 'EACCES')) for (const place of [path, dirname(file)]) lookBehind(place);
    // A list that cannot be read must not open what it closes.
    throw new SdError('acl_unreadable', {
      what: `The access list "${file}" cannot be read.`,
      because: error instanceof SdError ? error.what : reasonOf(error),
      todo: 'Write it anew with swacl -F, or remove the file.',
      data: { file },
      cause: error,
    });
  }
}
