// The nodes of a platform: one settings file each below /pitrix/conf/settings, lists of groups made from them below /pitrix/conf/nodes,
// and sets of packages below /pitrix/conf/packages (other-systems.md QU7, B.3).
//
//   settings   name=value: address=local:DIRECTORY (relative to the platform's root) or an ssh destination; roles=hyper seed ...; zone=name; master=yes (of a dns node)
//   groups     all, one for each role, one for each zone, ZONE.ROLE, and dns-master: names of nodes, one a line
//   sets       names of packages, one a line
//
// Promise: asking reads the lists as they were made last; a node needs its settings file, whatever a list says.

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf, SdError } from '../../model/error.ts';
import type { NodeAddress } from '../../operations/transport.ts';
import { readLines, writeText } from '../../operations/trees.ts';
import type { Platform } from './platform.ts';

export interface FleetNode {
  readonly name: string;
  readonly address: NodeAddress;
  readonly roles: readonly string[];
  readonly zone: string;
  readonly master: boolean;
}

const SETTINGS = '/pitrix/conf/settings';
const GROUPS = '/pitrix/conf/nodes';
const SETS = '/pitrix/conf/packages';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
/** What editors and package systems leave beside a file. */
const LEFT_OVER = /(~|\.bak|\.dpkg-[a-z]+|\.rpm[a-z]+)$/;

/** Every node that has settings, sorted by name. Throws SdError `settings_missing`, `bad_settings`. */
function nodesWithSettings(platform: Platform): FleetNode[] {
  const directory = platform.path(SETTINGS);
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => NAME.test(name) && !LEFT_OVER.test(name));
  } catch (error) {
    throw new SdError('settings_missing', {
      what: `The settings of the nodes in "${directory}" cannot be read.`,
      because: reasonOf(error),
      todo: 'Each node has a file there, of its name; exec-nodes(8) says what it holds.',
      data: { directory },
    });
  }
  const isFile = (name: string) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile();
  return names
    .filter(isFile)
    .sort()
    .map((name) => nodeNamed(platform, name));
}

/** One node. Throws SdError `node_unknown`, `bad_settings`. */
export function nodeNamed(platform: Platform, name: string): FleetNode {
  const file = platform.path(SETTINGS, name);
  const lines = NAME.test(name) ? readLines(file) : undefined;
  if (lines === undefined) {
    throw new SdError('node_unknown', {
      what: `There is no node or group "${name}".`,
      because: `It has neither settings below ${SETTINGS} nor a list below ${GROUPS}.`,
      todo: 'Check the name; gen-node-list makes the lists from the settings.',
      data: { node: name },
    });
  }
  const values = new Map(lines.map((line) => parseSetting(file, line)));
  const address = values.get('address');
  if (address === undefined) throw badSettings(file, 'It does not say "address=".');
  const roles = splitWords(values.get('roles') ?? '');
  const zone = values.get('zone') ?? '';
  // They become names of files.
  const odd = [...roles, ...(zone === '' ? [] : [zone])].find((word) => !NAME.test(word));
  if (odd !== undefined) throw badSettings(file, `"${odd}" cannot be the name of a role or zone.`);
  return {
    name,
    address: parseAddress(platform, address),
    roles,
    zone,
    master: values.get('master') === 'yes',
  };
}

/** Makes the lists of groups anew from the settings. Answers group → nodes, in order. */
export function writeGroups(platform: Platform): Map<string, string[]> {
  const groups = new Map<string, string[]>([['all', []]]);
  const add = (group: string, node: string) => groups.set(group, [...(groups.get(group) ?? []), node]);
  for (const { name, roles, zone, master } of nodesWithSettings(platform)) {
    add('all', name);
    for (const role of roles) add(role, name);
    if (zone !== '') add(zone, name);
    if (zone !== '') for (const role of roles) add(`${zone}.${role}`, name);
    if (master && roles.includes('dns')) add('dns-master', name);
  }
  const directory = platform.path(GROUPS);
  mkdirSync(directory, { recursive: true });
  const there = readdirSync(directory, { withFileTypes: true });
  const taken = there.find((entry) => entry.isDirectory() && groups.has(entry.name));
  if (taken !== undefined)
    throw badSettings(join(directory, taken.name), 'It is a directory, and a group has its name.');
  for (const [group, nodes] of groups) writeText(join(directory, group), `${nodes.join('\n')}\n`);
  for (const old of there) {
    if (!old.isDirectory() && !groups.has(old.name)) rmSync(join(directory, old.name), { force: true });
  }
  return groups;
}

/** The nodes of a group; none where there is no such list. */
export function groupOf(platform: Platform, group: string): string[] {
  return readLines(platform.path(GROUPS, group)) ?? [];
}

/**
 * The nodes that words name: comma lists of groups and nodes, each once, sorted.
 * Throws SdError `node_unknown`, `bad_settings`, and `no_nodes` where they name none.
 */
export function nodesNamed(platform: Platform, words: string): FleetNode[] {
  const names = new Set(splitWords(words).flatMap((word) => listNamed(platform, GROUPS, word) ?? [word]));
  if (names.size === 0)
    throw new SdError('no_nodes', {
      what: `"${words}" names no node.`,
      todo: 'Name nodes or groups, as gen-node-list prints them, with commas between.',
      data: { words },
    });
  return [...names].sort().map((name) => nodeNamed(platform, name));
}

/** The packages that words name: comma lists of sets and packages (`name` or `name=version`), each once, sorted. */
export function packagesNamed(platform: Platform, words: string): string[] {
  const names = splitWords(words).flatMap((word) => listNamed(platform, SETS, word) ?? [word]);
  return [...new Set(names)].sort();
}

/** The packages of a set. Throws SdError `package_set_unknown`. */
export function packageSet(platform: Platform, set: string): string[] {
  const found = listNamed(platform, SETS, set);
  if (found !== undefined) return found;
  throw new SdError('package_set_unknown', {
    what: `There is no set of packages "${set}".`,
    because: `"${platform.path(SETS, set)}" does not exist.`,
    todo: 'Make it, with a name of a package on each line; an empty file is a set of none.',
    data: { set },
  });
}

export function hasPackageSet(platform: Platform, set: string): boolean {
  return existsSync(platform.path(SETS, set));
}

function listNamed(platform: Platform, place: string, word: string): string[] | undefined {
  return NAME.test(word) ? readLines(platform.path(place, word)) : undefined;
}

function splitWords(words: string): string[] {
  return words.split(/[\s,]+/).filter((word) => word !== '');
}

function parseSetting(file: string, line: string): [string, string] {
  const [, name, value] = /^([A-Za-z_]+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw badSettings(file, `"${line}" is not name=value.`);
  return [name, value];
}

function parseAddress(platform: Platform, text: string): NodeAddress {
  if (text.startsWith('local:')) return { kind: 'local', root: resolve(platform.root, text.slice('local:'.length)) };
  return { kind: 'ssh', destination: text, command: platform.setting('ssh').split(/\s+/) };
}

function badSettings(file: string, because: string): SdError {
  return new SdError('bad_settings', {
    what: `The settings in "${file}" cannot be used.`,
    because,
    todo: 'exec-nodes(8) says what they hold.',
    data: { file },
  });
}
