// A plan as people read it (D6): what a preview would do, action by action, each entry with its reason; with `explain` the whole chain of
// reasons, the order, and what was considered and left out. The same lines serve terminal and log. Within an action the order is that
// of execution.

import type { Exclusion, NotableFile, Plan, PlannedFileset, SpaceUse } from '../model/plan.ts';
import { INDENT, type Message, progress } from './message.ts';
import { reasonChain, shortReason } from './reasons.ts';

/** Width of the action word before a spec. */
const ACTION = 12;
const BELOW = ' '.repeat(ACTION);

/** One action of a plan: the word before each entry, and the entries. */
interface Group {
  readonly title: string;
  readonly entries: readonly (readonly string[])[];
  /** Kbytes and filesets, behind the title. */
  readonly size?: string;
}

/** Everything a preview says about a plan. */
export function planMessages(plan: Plan, explain: boolean): Message[] {
  const planned = plannedOf(plan);
  const groups: Group[] = [
    ...actionGroups(plan, planned, explain),
    { title: 'Supersede', entries: supersededEntries(planned) },
    { title: 'Make active again', entries: planned.flatMap(revived) },
    ...dropGroups(plan),
    { title: 'Save what patches replace, for rollback', entries: planned.flatMap(saved), ...savedSize(plan) },
    { title: 'Device files', entries: notable(planned, ['device']) },
    { title: 'Files that give rights to whoever runs them', entries: notable(planned, ['setuid', 'setgid']) },
    { title: 'Skip', entries: leftEntries(plan, 'skip', explain) },
    { title: 'Exclude', entries: leftEntries(plan, 'exclude', explain) },
    ...(explain ? [{ title: 'Considered and left out', entries: plan.excluded.map(exclusionLines) }] : []),
  ];
  return [
    ...groups.flatMap(section),
    ...(explain ? orderMessages(plan) : []),
    ...plan.space.map((use) => progress(spaceText(use))),
  ];
}

/** One line that counts: `2 filesets to install, 1 to patch; 1 patch becomes superseded`; '' for an empty plan. */
export function planSummary(plan: Plan): string {
  const counts = new Map<string, number>();
  for (const fileset of plannedOf(plan)) {
    const kind = kindOf(fileset);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const parts = [...counts].map(([kind, count]) => `${count} to ${kind}`);
  const superseded = supersededEntries(plannedOf(plan)).length;
  const dropped = plan.products.reduce((sum, product) => sum + product.drops.length, 0);
  if (superseded > 0) parts.push(`${superseded} to supersede`);
  if (dropped > 0) parts.push(`${dropped} to drop`);
  return parts.join(', ');
}

function plannedOf(plan: Plan): PlannedFileset[] {
  return plan.products.flatMap((product) => product.filesets);
}

/** Title of each kind of step, in the order a preview has them. */
const TITLES: Readonly<Record<string, string>> = {
  install: 'Install',
  copy: 'Copy',
  new_version: 'Install beside another version',
  update: 'Update',
  downdate: 'Downdate',
  reinstall: 'Reinstall',
  recopy: 'Copy again',
  patch: 'Patch',
  rollback: 'Roll back',
  remove: 'Remove',
  configure: 'Configure',
  unconfigure: 'Unconfigure',
  commit: 'Commit',
  modify: 'Modify',
  verify: 'Verify',
};

/** The action, but a patch that is applied for the first time is a patch. */
function kindOf({ action, patch }: PlannedFileset): string {
  return action === 'install' && patch ? 'patch' : action;
}

function actionGroups(plan: Plan, planned: readonly PlannedFileset[], explain: boolean): Group[] {
  return Object.entries(TITLES).map(([kind, title]) => {
    const filesets = planned.filter((fileset) => kindOf(fileset) === kind);
    const bytes = filesets.reduce((sum, fileset) => sum + fileset.bytes, 0);
    const count = `${filesets.length} fileset${filesets.length === 1 ? '' : 's'}`;
    return {
      title,
      size: bytes > 0 ? `${count}, ${kbytes(bytes)}` : count,
      entries: filesets.map((fileset) => entryLines(plan, fileset, explain)),
    };
  });
}

function entryLines(plan: Plan, fileset: PlannedFileset, explain: boolean): string[] {
  const reasons = explain ? [...reasonChain(plan, fileset), ...details(fileset)] : [shortReason(fileset.reason)];
  return [`${word(kindOf(fileset))}${fileset.spec}`, ...reasons.map((line) => BELOW + line)];
}

/** What -v adds about one entry: what it takes the place of, patches, and what follows for others. */
function details({ replaces, patch, revives = [] }: PlannedFileset): string[] {
  return [
    ...(replaces === undefined ? [] : [`in place of ${replaces}`]),
    ...(patch ? [`patches ${names([patch.base])}${patch.save ? '' : ', nothing is saved'}`] : []),
    ...(patch && patch.supersedes.length > 0 ? [`supersedes ${names(patch.supersedes)}`] : []),
    ...(revives.length > 0 ? [`makes active again ${names(revives)}`] : []),
  ];
}

function supersededEntries(planned: readonly PlannedFileset[]): string[][] {
  return planned.flatMap(({ name, patch }) =>
    (patch?.supersedes ?? []).map((key) => [`${word('supersede')}${names([key])}`, `${BELOW}superseded by ${name}`]),
  );
}

function revived({ name, revives = [] }: PlannedFileset): string[][] {
  return revives.map((key) => [
    `${word('revive')}${names([key])}`,
    `${BELOW}superseded by nothing once ${name} is gone`,
  ]);
}

function dropGroups(plan: Plan): Group[] {
  const entries = plan.products.flatMap(({ drops, dropped, tag }) =>
    drops.map((key, at) => [
      `${word('drop')}${dropped?.[at] ?? names([key])}`,
      `${BELOW}goes with the ${tag} that was there`,
    ]),
  );
  return [{ title: 'Drop', entries }];
}

function saved({ name, patch }: PlannedFileset): string[][] {
  return patch?.save ? [[`${word('save')}for ${name}`]] : [];
}

function savedSize({ space }: Plan): { size?: string } {
  const bytes = space.reduce((sum, use) => sum + use.save, 0);
  return bytes > 0 ? { size: kbytes(bytes) } : {};
}

/** One line a file: what it is, where, and whose. */
function notable(planned: readonly PlannedFileset[], kinds: readonly NotableFile['what'][]): string[][] {
  return planned.flatMap(({ name, notable: files = [] }) =>
    files.flatMap(({ path, what }) => (kinds.includes(what) ? [[`${word(what)}${path}  (${name})`]] : [])),
  );
}

function leftEntries(plan: Plan, action: 'skip' | 'exclude', explain: boolean): string[][] {
  return plan.left
    .filter((fileset) => fileset.action === action)
    .map((fileset) => [
      `${word(action)}${fileset.spec}`,
      ...(fileset.because === undefined ? [] : [BELOW + fileset.because]),
      ...(explain ? reasonChain(plan, fileset).map((line) => BELOW + line) : []),
    ]);
}

function exclusionLines(exclusion: Exclusion): string[] {
  return [`${word('exclude')}${exclusion.name}`, `${BELOW}excluded: ${exclusion.because}`];
}

/** Product after product, where there are several. */
function orderMessages({ products }: Plan): Message[] {
  return products.length < 2 ? [] : [progress(`In this order: ${products.map((product) => product.tag).join(', ')}.`)];
}

function section({ title, size, entries }: Group): Message[] {
  if (entries.length === 0) return [];
  const head = size === undefined ? `${title}:` : `${title} (${size}):`;
  return [progress(head), { as: 'lines', lines: entries.flat().map((line) => INDENT + line), actions: true }];
}

function spaceText(use: SpaceUse): string {
  const kept = use.save > 0 ? `, ${kbytes(use.save)} of them for saved files` : '';
  return `Filesystem "${use.mount}": ${kbytes(use.needed)} needed${kept}, ${kbytes(use.available)} available.`;
}

/** Bytes in SD's unit, rounded up. */
export function kbytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} Kbytes`;
}

function names(keys: readonly string[]): string {
  return keys.map((key) => key.replace('/', '.')).join(' ');
}

function word(action: string): string {
  return action.padEnd(ACTION);
}
