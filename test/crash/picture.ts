// Pictures of a root or depot after a crash: files, save area, SD text tree and published catalog, byte for byte.
// Left out is only what may differ between two equal states: generation numbers, logs, times of files the program derives, times of
// directories. A store that knows no product counts as none.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { depotLayout, rootLayout } from '../../src/store/layout.ts';

/** Lines; equal pictures have equal lines. */
export type StatePicture = readonly string[];

/** Below the anchor: what carries no state. */
const NO_STATE =
  /^(lost\+found|var|var\/adm|var\/adm\/sw|swagent\.log|swaudit\.log|var\/adm\/sw\/(ipd|queue|sw\w+\.log)|\.sd)$/;
const ENTERED = /^(var|var\/adm|var\/adm\/sw)$/;
const DERIVED = /^(var\/adm\/sw\/products|catalog)(\/|$)/;
const TEMPORARY = /\.sw~|\.sd-new\./;

/** The state of a root or depot. */
export function stateOf(anchor: string, kind: 'root' | 'depot'): StatePicture {
  const layout = kind === 'root' ? rootLayout(anchor, join(anchor, 'var/adm/sw')) : depotLayout(anchor);
  const catalog = catalogLines(layout.home);
  const files = existsSync(anchor) ? treeLines(anchor, catalog.length > 0) : [];
  return [...files, ...catalog];
}

/** Paths of temporary objects that nobody will ever remove. */
export function leftovers(anchor: string): string[] {
  if (!existsSync(anchor)) return [];
  return readdirSync(anchor, { recursive: true, encoding: 'utf8' }).filter((path) => TEMPORARY.test(path));
}

/** The lines in which two pictures differ, `-` for those of the first only. */
export function differences(wanted: StatePicture, found: StatePicture): string[] {
  const [left, right] = [new Set(wanted), new Set(found)];
  return [
    ...wanted.filter((line) => !right.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !left.has(line)).map((line) => `+ ${line}`),
  ];
}

function treeLines(anchor: string, withText: boolean): string[] {
  const lines: string[] = [];
  const names = new Map<string, string>();
  const walk = (relative: string): void => {
    for (const name of readdirSync(join(anchor, relative)).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`;
      const stats = lstatSync(join(anchor, path));
      const derived = DERIVED.test(path);
      if (derived && !withText) continue;
      if (!NO_STATE.test(path)) lines.push(lineOf(anchor, path, stats, derived, names));
      if (stats.isDirectory() && (!NO_STATE.test(path) || ENTERED.test(path))) walk(path);
    }
  };
  walk('');
  return lines;
}

function lineOf(anchor: string, path: string, stats: Stats, derived: boolean, names: Map<string, string>): string {
  const facts = `${path} ${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
  if (stats.isDirectory()) return `d ${facts}`;
  const time = derived ? '' : ` ${Math.floor(stats.mtimeMs / 1000)}`;
  const inode = `${stats.dev}:${stats.ino}`;
  const other = names.get(inode);
  names.set(inode, other ?? path);
  const linked = other === undefined ? '' : ` = ${other}`;
  if (stats.isSymbolicLink()) return `l ${facts}${time}${linked} -> ${readlinkSync(join(anchor, path))}`;
  if (!stats.isFile()) return `n ${facts}${time}${linked}`;
  return `f ${facts}${time}${linked} ${JSON.stringify(readFileSync(join(anchor, path), 'latin1'))}`;
}

/** The published catalog without generation and chain, each object's name replaced by what it holds of that product. */
function catalogLines(home: string): string[] {
  const path = join(home, 'catalog');
  if (!existsSync(path)) return [];
  const [first = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  if (!lines.some((line) => line.startsWith('['))) return [];
  const { kind, owners, records } = JSON.parse(first) as { kind: string; owners: string; records: string };
  return [
    `catalog ${kind}`,
    `owners ${createHash('sha256').update(objectOf(home, owners)).digest('hex')}`,
    ...objectOf(home, records).toString('utf8').split('\n'),
    ...lines.flatMap((line) => {
      if (!line.startsWith('[')) return [line];
      const [id, object = '', ...rest] = JSON.parse(line) as string[];
      const pairs = objectOf(home, object).toString('utf8').split('\n');
      return [JSON.stringify([id, ...rest]), ...pairs.filter((pair) => pair.split(/[/\t]/, 2)[1] === id)];
    }),
  ];
}

function objectOf(home: string, name: string): Buffer {
  const content = readFileSync(join(home, 'obj', name));
  if (createHash('sha256').update(content).digest('hex') !== name) throw new Error(`object ${name} is damaged`);
  return content;
}
