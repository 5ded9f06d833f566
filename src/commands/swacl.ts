// swacl: shows and changes access lists (commands.md 5.12, 15). It has no session, no job and no log.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { type AclEdit, changeAcl, productsNamed, showAcl } from '../operations/acl.ts';
import { ACL_LEVELS, type AclLevel, type AclObject } from '../operations/acl-places.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { aclLines } from '../report/acl.ts';
import { printError, printFindings } from '../report/failure.ts';
import { print } from '../report/terminal.ts';
import { optionsFor, softwareFor, targetsFor } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import { exitCode } from './exit-code.ts';
import * as flag from './flags.ts';

const declaration: CommandDeclaration = {
  name: 'swacl',
  summary: 'show and change access lists of depots, roots and products',
  flags: [
    { name: '-l', argument: 'level', meaning: 'What the targets are: host, depot, root, product, or a template.' },
    { name: '-D', argument: 'acl_entry', meaning: 'Delete the entry of this type and key; may be repeated.' },
    {
      name: '-F',
      argument: 'acl_file',
      meaning: 'Replace the list by what this file says, in the form that is shown.',
    },
    { name: '-M', argument: 'acl_entry', meaning: 'Add an entry, or change its permissions; may be repeated.' },
    flag.SOFTWARE_FILE,
    flag.TARGET_FILE,
    flag.OPTION,
    flag.OPTION_FILE,
  ],
  operands: 'software_selections',
  targets: 'target_selections',
  examples: [
    { does: 'Show who may do what with a depot.', command: 'swacl -l depot @ /var/spool/sw' },
    { does: 'Let a group add software to it.', command: 'swacl -l depot -M group:release:-r-it @ /var/spool/sw' },
    { does: 'Hide a product from all others.', command: 'swacl -l product -D any_other X11 @ /var/spool/sw' },
    {
      does: 'What depots follow that have no list of their own.',
      command: 'swacl -l global_soc_template -M any_other:-r--t',
    },
    {
      does: 'Copy a list.',
      command: 'swacl -l depot @ /var/spool/sw > list; swacl -l depot -F list @ /srv/depot',
    },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const levels = invocation.arguments['-l'];
  const options = optionsFor(invocation, levels ? { level: levels } : {});
  const level = levelOf(options);
  const edit = editFrom(invocation);
  printFindings(options.findings);
  const outcomes = [];
  for (const target of targetsFor(invocation, options, placeOf(level, options))) {
    outcomes.push(await answer(invocation, options, level, target, edit));
  }
  return exitCode(outcomes, false);
}

/** Does what is asked for on one target; an error there does not keep others from being done. */
async function answer(
  invocation: Invocation,
  options: ResolvedOptions,
  level: AclLevel,
  target: string,
  edit: AclEdit | undefined,
): Promise<{ exitCode: number; findings: readonly Finding[] }> {
  try {
    const base = { level, path: target, admin: options.values.admin_directory };
    const named = await objects(base, softwareFor(invocation, options));
    if (edit) changeAll(named, edit);
    if (!edit || options.values.verbose > 1) for (const object of named) show(object, invocation.caller.host);
    return { exitCode: 0, findings: [] };
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    printError(error);
    return { exitCode: 1, findings: [] };
  }
}

/** Of several products -D means those that have the entry; one that no product has is refused. Throws what changeAcl throws. */
function changeAll(named: readonly AclObject[], edit: AclEdit): void {
  if (edit.kind !== 'delete' || named.length === 1) {
    for (const object of named) changeAcl(object, edit);
    return;
  }
  for (const entry of edit.entries) {
    const lacking: SdError[] = [];
    for (const object of named) {
      try {
        changeAcl(object, { kind: 'delete', entries: [entry] });
      } catch (error) {
        if (!(error instanceof SdError) || error.code !== 'acl_no_entry') throw error;
        lacking.push(error);
      }
    }
    if (lacking.length === named.length) throw lacking[0]!;
  }
}

async function objects(base: AclObject, software: readonly string[]): Promise<AclObject[]> {
  if (base.level !== 'product') {
    if (software.length === 0) return [base];
    throw usage(`Software is named for the level "${base.level}".`, 'Name software with -l product only.');
  }
  if (software.length === 0)
    throw usage('No product is named.', "Name products of the depot; '*' stands for all of them.");
  const ids = await productsNamed(base.path, software);
  return [...new Set(ids)].map((product) => ({ ...base, product }));
}

function show(object: AclObject, host: string): void {
  const { acl, owner, from } = showAcl(object);
  const { level, path, product } = object;
  const heading = {
    host,
    path,
    level,
    owner,
    ...(product === undefined ? {} : { product }),
    ...(from === undefined ? {} : { from }),
  };
  print('stdout', aclLines(acl, heading, new Date()));
}

/** Where the target is when only a host, or nothing, is named. */
function placeOf(level: AclLevel, { values }: ResolvedOptions): string {
  return ['depot', 'product', 'product_template'].includes(level) ? values.distribution_target_directory : '/';
}

function levelOf({ values }: ResolvedOptions): AclLevel {
  const [word, ...more] = values.level;
  const level = ACL_LEVELS.find((each) => each === word);
  if (level && more.length === 0) return level;
  const said = word === undefined ? 'The level is missing.' : `"${values.level.join(' ')}" is no level of swacl.`;
  throw usage(said, `Give -l with one of ${ACL_LEVELS.join(', ')}.`);
}

/** -M, -D or -F, one kind of them. */
function editFrom(invocation: Invocation): AclEdit | undefined {
  const { '-M': modify = [], '-D': remove = [], '-F': files = [] } = invocation.arguments;
  if ([modify, remove, files].filter((each) => each.length > 0).length > 1 || files.length > 1) {
    throw usage('Only one of -M, -D and -F can be given, and -F once.', 'Run swacl twice.');
  }
  if (modify.length > 0) return { kind: 'modify', entries: modify };
  if (remove.length > 0) return { kind: 'delete', entries: remove };
  const [file] = files;
  if (file === undefined) return undefined;
  try {
    return { kind: 'replace', text: readFileSync(resolve(invocation.caller.cwd, file), 'utf8') };
  } catch (error) {
    throw new SdError('list_file_unreadable', {
      what: `Cannot read the access list in "${file}".`,
      because: reasonOf(error),
      todo: 'Correct the name or the permissions of the file.',
      data: { file },
    });
  }
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const swacl: Command = { declaration, run };
