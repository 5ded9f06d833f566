// Is the platform as it should be? One line an item (other-systems.md QU14): Normal, Abnormal, Unknown (it could not be asked) or Ignored
// (this platform has no such thing). The result is kept in /pitrix/log/check/check_result.

import { SdError } from '../../model/error.ts';
import { type DebFile, duplicatesIn, newest, scanRepository } from '../../operations/deb-repository.ts';
import { fanOut } from '../../operations/fan-out.ts';
import { debBackend } from '../../operations/payload.ts';
import { reachNode, runOnNode } from '../../operations/transport.ts';
import { writeText } from '../../operations/trees.ts';
import { type FleetNode, hasPackageSet, packageSet } from './fleet.ts';
import type { Platform } from './platform.ts';
import { listServices } from './services.ts';
import { stamp } from './voice.ts';

export type CheckWord = 'Normal' | 'Abnormal' | 'Unknown' | 'Ignored';

export interface CheckItem {
  readonly item: string;
  readonly word: CheckWord;
  /** What is wrong; '' for Normal. */
  readonly detail: string;
}

const CHECK_RESULT = '/pitrix/log/check/check_result';

/** Checks the first box and these nodes, and keeps the result. */
export async function checkPlatform(platform: Platform, nodes: readonly FleetNode[]): Promise<CheckItem[]> {
  const { packages } = scanRepository(platform.repository);
  const own = [...(await firstBoxServices(platform)), repository(packages)];
  const items = [
    ...own,
    ...(await fanOut(nodes, platform.parallel, (node) => checkNode(platform, node, packages))).flat(),
  ];
  writeText(platform.path(CHECK_RESULT), `# ${stamp(Date.now())}\n${checkLines(items).join('\n')}\n`);
  return items;
}

/** One line an item. */
export function checkLines(items: readonly CheckItem[]): string[] {
  const width = Math.max(0, ...items.map(({ item }) => item.length));
  return items.map(({ item, word, detail }) => `${item.padEnd(width)}  ${word.padEnd(8)}  ${detail}`.trimEnd());
}

/** True when nothing is Abnormal or Unknown. */
export function isSound(items: readonly CheckItem[]): boolean {
  return items.every(({ word }) => word === 'Normal' || word === 'Ignored');
}

async function firstBoxServices(platform: Platform): Promise<CheckItem[]> {
  return outcome('firstbox services', async () => {
    if (platform.setting('services') === '') return [];
    const { services } = await listServices(platform);
    return services.map(({ name, state }) =>
      judged(`firstbox ${name}`, state === 'RUNNING' ? [] : [`It is ${state}.`]),
    );
  });
}

function repository(packages: readonly DebFile[]): CheckItem {
  return judged(
    'firstbox repository',
    duplicatesIn(packages).map(({ text }) => text),
  );
}

async function checkNode(platform: Platform, node: FleetNode, packages: readonly DebFile[]): Promise<CheckItem[]> {
  const { name, address } = node;
  const reached = await outcome(`${name} reachable`, async () => {
    await reachNode(name, address);
    return [judged(`${name} reachable`, [])];
  });
  const there = reached[0]?.word === 'Normal';
  if (!there) return [...reached, unknown(`${name} packages`), unknown(`${name} services`)];
  const wanted = wantedOn(platform, node, packages);
  const verified = await outcome(`${name} packages`, async () => [
    judged(`${name} packages`, await debBackend.verify({ node: name, address, onLine: () => undefined }, wanted)),
  ]);
  return [...reached, ...verified, await nodeServices(platform, node)];
}

/** The newest of every package that the sets of its roles name. */
function wantedOn(platform: Platform, { roles }: FleetNode, packages: readonly DebFile[]): DebFile[] {
  const sets = ['common', ...roles].filter((set) => hasPackageSet(platform, set));
  const names = new Set(sets.flatMap((set) => packageSet(platform, set)));
  return [...names].flatMap((name) => newest(packages, name) ?? []);
}

async function nodeServices(platform: Platform, { name, address }: FleetNode): Promise<CheckItem> {
  const item = `${name} services`;
  const command = platform.setting('node_services');
  if (command === '') return { item, word: 'Ignored', detail: '' };
  const lines: string[] = [];
  const exit = await runOnNode(name, address, command, { onLine: (line) => lines.push(line) });
  const states = lines.flatMap((line) => /^(\S+)\s+([A-Z]{2,})\b/.exec(line)?.slice(1, 3).join(' is ') ?? []);
  if (states.length === 0) return { item, word: 'Unknown', detail: `"${command}" ended with status ${exit}.` };
  return judged(
    item,
    states.filter((state) => !state.endsWith(' RUNNING')).map((state) => `${state}.`),
  );
}

function judged(item: string, troubles: readonly string[]): CheckItem {
  return { item, word: troubles.length === 0 ? 'Normal' : 'Abnormal', detail: troubles.join('  ') };
}

function unknown(item: string): CheckItem {
  return { item, word: 'Unknown', detail: 'The node does not answer.' };
}

/** What could not be asked is Unknown; a node that does not answer is Abnormal. */
async function outcome(item: string, ask: () => Promise<CheckItem[]>): Promise<CheckItem[]> {
  try {
    const items = await ask();
    return items.length > 0 ? items : [{ item, word: 'Ignored', detail: '' }];
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    return [{ item, word: error.code === 'node_unreachable' ? 'Abnormal' : 'Unknown', detail: error.because }];
  }
}
