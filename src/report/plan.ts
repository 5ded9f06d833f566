// A plan as people read it (D6): what a preview would do, in order, and with `explain` why. The same lines serve terminal and log.

import type { Exclusion, NotableFile, Plan, PlannedFileset, Reason, SpaceUse } from '../model/plan.ts';
import { INDENT, type Message, progress } from './message.ts';

/** Width of the action word before a spec. */
const ACTION = 12;

/** Everything a preview says about a plan. `explain` adds the reason of each fileset and what was considered and left out. */
export function planMessages(plan: Plan, explain: boolean): Message[] {
  const planned = plan.products.flatMap((product) => product.filesets);
  const left = plan.left.map((fileset) => entryLines(fileset, explain, fileset.because));
  return [
    ...section(
      'Planned, in this order:',
      planned.map((fileset) => entryLines(fileset, explain, undefined)),
    ),
    ...section('Left as they are:', left),
    ...section(
      'Leaving the target:',
      plan.products.map((product) => product.drops.map((key) => `${word('drop')}${key.replace('/', '.')}`)),
    ),
    ...section('Device files:', notable(planned, ['device'])),
    ...section('Files that give rights to whoever runs them:', notable(planned, ['setuid', 'setgid'])),
    ...(explain ? section('Considered and left out:', plan.excluded.map(exclusionLines)) : []),
    ...plan.space.map((use) => progress(spaceText(use))),
  ];
}

/** One line a file: what it is, where, and whose. */
function notable(planned: readonly PlannedFileset[], kinds: readonly NotableFile['what'][]): string[][] {
  return planned.map(({ name, notable: files = [] }) =>
    files.flatMap(({ path, what }) => (kinds.includes(what) ? [`${word(what)}${path}  (${name})`] : [])),
  );
}

/** One sentence: why a fileset is in the session. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'asked':
      return `asked for: ${reason.spec}`;
    case 'matched':
      return `matched: installed is ${reason.installed}`;
    case 'automatic':
      return automaticText(reason);
    case 'requisite':
      return `${reason.relation} "${reason.spec}" of ${reason.of}`;
    case 'sibling':
      return `sibling of ${reason.of} in the same patch`;
    case 'dependent':
      return `depends on ${reason.of}`;
    case 'with_base':
      return `goes with its base ${reason.base}`;
    case 'superseded':
      return `superseded by ${reason.by}`;
  }
}

function automaticText(reason: Extract<Reason, { kind: 'automatic' }>): string {
  const chain = reason.chain.length > 1 ? `newest of chain ${reason.chain.join(' < ')}` : 'only patch';
  const filter = reason.filter === '*.*' ? '' : `, patch_filter ${reason.filter}`;
  return `automatic: ${chain} for ${reason.base} (${reason.by}${filter})`;
}

function section(title: string, entries: readonly (readonly string[])[]): Message[] {
  const lines = entries.flat();
  return lines.length === 0 ? [] : [progress(title), { as: 'lines', lines: lines.map((line) => INDENT + line) }];
}

function entryLines(fileset: PlannedFileset, explain: boolean, because: string | undefined): string[] {
  const lines = [`${word(fileset.action)}${fileset.spec}`];
  if (because !== undefined) lines.push(`${' '.repeat(ACTION)}${because}`);
  if (explain) lines.push(...details(fileset).map((line) => ' '.repeat(ACTION) + line));
  return lines;
}

function details(fileset: PlannedFileset): string[] {
  const names = (keys: readonly string[]) => keys.map((key) => key.replace('/', '.')).join(' ');
  const { patch, revives = [] } = fileset;
  return [
    reasonText(fileset.reason),
    ...(patch ? [`patches ${names([patch.base])}${patch.save ? '' : ', nothing is saved'}`] : []),
    ...(patch && patch.supersedes.length > 0 ? [`supersedes ${names(patch.supersedes)}`] : []),
    ...(revives.length > 0 ? [`makes active again ${names(revives)}`] : []),
  ];
}

function exclusionLines(exclusion: Exclusion): string[] {
  return [`${word('exclude')}${exclusion.name}`, `${' '.repeat(ACTION)}excluded: ${exclusion.because}`];
}

function spaceText(use: SpaceUse): string {
  const saved = use.save > 0 ? `, ${kbytes(use.save)} of them for saved files` : '';
  return `Filesystem "${use.mount}": ${kbytes(use.needed)} needed${saved}, ${kbytes(use.available)} available.`;
}

/** Bytes in SD's unit, rounded up. */
export function kbytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} Kbytes`;
}

function word(action: string): string {
  return action.padEnd(ACTION);
}
