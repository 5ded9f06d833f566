// What swverify -F itself puts right on a root (commands.md 5.6): in one transaction, contents of files untouched.
//
//   record             found                          repair
//   d                  nothing                        made
//   s                  nothing, or another target     made anew; a volatile link keeps its target
//   d f p b c          other mode, owner or group     corrected, with check_permissions=true
//   anything else, or a file of somebody else to an   left as it is: swverify tells
//   ordinary user

import { readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isOfType, modeText } from '../host/file-type.ts';
import type { CatalogOp } from '../model/change.ts';
import { SdError } from '../model/error.ts';
import type { FileRecord } from '../model/software.ts';
import type { FileStep, PlacedAs } from '../store/transaction-types.ts';
import { parentsOf } from './leaving.ts';
import { placedAs } from './placing.ts';
import { installed, lstatIn, physical, type RootSession } from './session.ts';

interface Repair {
  readonly record: FileRecord;
  readonly at: string;
  readonly step: FileStep;
  /** Sentences that tell what was done. */
  readonly said: readonly string[];
}

/**
 * Repairs what these records find wrong; of several for one path the first counts. Returns a sentence for each thing that is right
 * now. Throws what the store throws; then nothing has changed.
 */
export async function repairFiles(session: RootSession, records: Iterable<FileRecord>): Promise<string[]> {
  const repairs = new Map<string, Repair>();
  for (const record of records) {
    const repair = findRepair(session, record);
    if (repair && !repairs.has(repair.at)) repairs.set(repair.at, repair);
  }
  if (repairs.size === 0) return [];
  const all = [...repairs.values()];
  const missing = missingDirectories(session, all);
  const made = [...missing, ...all.filter(isNewDirectory(session)).map(({ at }) => at)];
  const steps = [...missing.map(ownDirectory), ...all.map(({ step }) => step)];
  await session.store.apply({
    label: 'repair files',
    // A directory comes before what lies in it.
    files: steps.sort((left, right) => (left.path < right.path ? -1 : 1)),
    change: () => madeOps(session, made),
  });
  session.paths.forget();
  return all.flatMap((repair) => (findRepair(session, repair.record) ? [] : repair.said));
}

function findRepair(session: RootSession, record: FileRecord): Repair | undefined {
  if (record.type === 'a' || record.type === 'h') return undefined;
  let at: string;
  try {
    at = physical(session, record.path);
  } catch (error) {
    if (error instanceof SdError) return undefined;
    throw error;
  }
  const found = lstatIn(session, at);
  const as = placedAs(session, record);
  if (!found) return makeAnew(record, at, as);
  if (record.type === 's') return found.isSymbolicLink() ? redirect(session, record, at, as) : undefined;
  return isOfType(record.type, found) && session.options.check_permissions
    ? correct(session, record, at, as, found)
    : undefined;
}

function makeAnew(record: FileRecord, at: string, { mtime: _, ...as }: PlacedAs): Repair | undefined {
  if (record.type === 'd')
    return {
      record,
      at,
      step: { step: 'directory', path: at, as },
      said: [`Directory "${record.path}" was missing and has been made.`],
    };
  if (record.type !== 's' || record.link_source === undefined) return undefined;
  const said = `Symbolic link "${record.path}" was missing and has been made.`;
  return { record, at, step: { step: 'symlink', path: at, to: record.link_source, as }, said: [said] };
}

function redirect(
  session: RootSession,
  record: FileRecord,
  at: string,
  { mtime: _, ...as }: PlacedAs,
): Repair | undefined {
  const target = readlinkSync(join(session.root, at));
  if (record.is_volatile === true || record.link_source === undefined || target === record.link_source)
    return undefined;
  const said = `Symbolic link "${record.path}" led to "${target}" and leads to "${record.link_source}" now.`;
  return { record, at, step: { step: 'symlink', path: at, to: record.link_source, as }, said: [said] };
}

function correct(session: RootSession, record: FileRecord, at: string, as: PlacedAs, found: Stats): Repair | undefined {
  const user = process.geteuid?.() ?? 0;
  if (user !== 0 && found.uid !== user) return undefined;
  const mode = found.mode & 0o7777;
  // An ordinary user cannot give files away, and where the record says nothing nothing is wrong.
  const owned = user === 0 && (record.owner ?? record.uid) !== undefined;
  const grouped = user === 0 && (record.group ?? record.gid) !== undefined;
  const right = { mode: record.mode ?? mode, uid: owned ? as.uid : found.uid, gid: grouped ? as.gid : found.gid };
  const { accounts } = session;
  const said = [
    ...changed(record, 'mode', modeText(mode), modeText(right.mode)),
    ...changed(record, 'owner', named(found.uid, accounts.user), named(right.uid, accounts.user)),
    ...changed(record, 'group', named(found.gid, accounts.group), named(right.gid, accounts.group)),
  ];
  if (said.length === 0) return undefined;
  return { record, at, step: { step: record.type === 'd' ? 'directory' : 'attributes', path: at, as: right }, said };
}

function changed(record: FileRecord, what: string, from: string, to: string): string[] {
  return from === to ? [] : [`File "${record.path}" had ${what} "${from}" and has ${what} "${to}" now.`];
}

/** Parents of what is made that neither exist nor are repaired themselves. */
function missingDirectories(session: RootSession, repairs: readonly Repair[]): string[] {
  const coming = new Set(repairs.map(({ at }) => at));
  return [...parentsOf(coming)].filter((parent) => !coming.has(parent) && !lstatIn(session, parent)).sort();
}

function ownDirectory(path: string): FileStep {
  return { step: 'directory', path, as: { mode: 0o755, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 } };
}

function isNewDirectory(session: RootSession): (repair: Repair) => boolean {
  return ({ step, at }) => step.step === 'directory' && !lstatIn(session, at);
}

/** What we make, a removal takes away. */
function madeOps(session: RootSession, paths: readonly string[]): CatalogOp[] {
  const catalog = installed(session);
  return paths.flatMap((path) =>
    catalog.madeDirectory(`/${path}`) ? [] : [{ op: 'made_directory', path: `/${path}` } as const],
  );
}

function named(id: number, nameOf: (id: number) => string | undefined): string {
  return nameOf(id) ?? String(id);
}
