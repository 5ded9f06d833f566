// An access list as swacl shows it (commands.md 15): a heading of comments, then the entries; -F reads the same form.

import { type Acl, type Owner, printEntry } from '../model/acl.ts';

/** Title word of each level. */
const TITLES: Readonly<Record<string, string>> = {
  host: 'Host',
  depot: 'Depot',
  root: 'Installed Software',
  product: 'Product',
  product_template: 'Product Template',
  global_soc_template: 'Global Software Collection Template',
  global_product_template: 'Global Product Template',
};

export interface AclHeading {
  readonly host: string;
  readonly path: string;
  readonly level: string;
  readonly product?: string;
  readonly owner: Owner;
  /** Level of the template the list comes from, `default` for the built-in one; absent for an own list. */
  readonly from?: string;
}

export function aclLines(acl: Acl, heading: AclHeading, now: Date): string[] {
  const { host, path, level, product, owner, from } = heading;
  return [
    `# swacl ${TITLES[level]} Access Control List`,
    '#',
    `# For host:  ${host}:${path}`,
    ...(product === undefined ? [] : [`# For product:  ${product}`]),
    '#',
    `# Date: ${dateText(now)}`,
    '#',
    `# Object Ownership:  User=${owner.user}`,
    `#                    Group=${owner.group}`,
    `#                    Realm=${acl.realm}`,
    '#',
    ...(from === undefined ? [] : [`# ${origin(from)}`, '#']),
    `# default_realm=${acl.realm}`,
    ...acl.entries.map(printEntry),
  ];
}

function origin(from: string): string {
  return from === 'default'
    ? 'No list is kept: the permissions of the file system decide.'
    : `No list of its own: this is the ${from}.`;
}

/** `Mon Nov 06 16:39:58 2001`. */
function dateText(now: Date): string {
  const [day, month, date, year] = now.toDateString().split(' ');
  return `${day} ${month} ${date} ${now.toTimeString().slice(0, 8)} ${year}`;
}
