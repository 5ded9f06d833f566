// File records → file steps of a transaction. Decides how one record meets what is on disk; which filesets come is the plan's choice.
//
//   on disk          record f/s/h/p/b/c          record d                        record f, is_volatile
//   nothing          place                       make                            place
//   file, link       rename over, save first     link to a directory: keep it;   keep, unless its content is still what the
//                    for a patch                 anything else: rename over      catalog last recorded: then as f, saved as a copy
//   directory        refused by analysis         give it the record's attributes keep

import { readlinkSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Depot } from '../depot/depot.ts';
import { digestContent } from '../host/digest.ts';
import { openRegion } from '../host/region.ts';
import { SdError } from '../model/error.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import type { Holder } from '../model/stacking.ts';
import type { FileStep, PlacedAs } from '../store/transaction-types.ts';
import { isReserved, physical, type RootSession } from './session.ts';

/** One record brought onto the root. */
export interface Placement {
  /** The record as the IPD will hold it: relocated, ids resolved. */
  readonly record: FileRecord;
  readonly step?: FileStep;
  /** Root-relative physical path. */
  readonly at: string;
  /** What was there before; undefined for nothing. */
  readonly before?: Stats;
  /** True when an existing volatile file or directory link stays as it is. */
  readonly kept: boolean;
  /** A patch applied later that holds the place: the step brings the content into what that one saved. */
  readonly under?: Holder;
}

export interface PlacingOptions {
  /** lstat of a root-relative physical path, at the moment of this load. */
  readonly look: (at: string) => Stats | undefined;
  readonly depot: Depot;
  /** Fileset in the depot. */
  readonly source: FilesetKey;
  /** Root-relative place in the save area for a path of the fileset; undefined when nothing is to be saved. */
  readonly saveTo: (path: string) => string | undefined;
  /** Maps a path of the product to its place (relocation). */
  readonly relocate: (path: string) => string;
  /** What the IPD last recorded at a path, to know an edited volatile file from an untouched one. */
  readonly recorded: (path: string) => FileRecord | undefined;
}

/** Owner and group by name where the root knows them, else by id; mode by type where the record has none. */
export function placedAs(session: Pick<RootSession, 'accounts'>, record: FileRecord): PlacedAs {
  const uid = (record.owner === undefined ? undefined : session.accounts.uid(record.owner)) ?? record.uid ?? 0;
  const gid = (record.group === undefined ? undefined : session.accounts.gid(record.group)) ?? record.gid ?? 0;
  const mode = record.mode ?? (record.type === 'd' ? 0o755 : record.type === 's' ? 0o777 : 0o644);
  return record.mtime === undefined ? { mode, uid, gid } : { mode, uid, gid, mtime: record.mtime };
}

/** The step for one record of any type but `a`. */
export function place(session: RootSession, source: FileRecord, options: PlacingOptions): Placement {
  const as = placedAs(session, source);
  const record = relocated(source, as, options);
  const at = physical(session, record.path);
  // A link that an earlier product of this session brought: analysis could not see it.
  if (record.type !== 'd' && isReserved(session, at)) throw reserved(record.path);
  const before = options.look(at);
  if (before === undefined)
    return { record, at, kept: false, step: stepFor(session, source, record, at, as, undefined, options) };
  if (keeps(session, record, at, before, options)) return { record, at, kept: true, before };
  const save = before.isDirectory() ? undefined : options.saveTo(record.path);
  return { record, at, kept: false, before, step: stepFor(session, source, record, at, as, save, options) };
}

/** The record as the IPD holds it; the source's own where nothing of it changes, for there may be a hundred thousand. */
function relocated(source: FileRecord, { mode, uid, gid }: PlacedAs, options: PlacingOptions): FileRecord {
  const path = options.relocate(source.path);
  const link =
    source.type === 'h' && source.link_source !== undefined ? options.relocate(source.link_source) : source.link_source;
  const same = source.mode === mode && source.uid === uid && source.gid === gid;
  if (same && path === source.path && link === source.link_source) return source;
  return { ...source, path, mode, uid, gid, ...(link === undefined ? {} : { link_source: link }) };
}

function reserved(path: string): SdError {
  return new SdError('reserved_path', {
    what: `The file "${path}" cannot be placed.`,
    because: 'Its path leads to the directory where SD keeps its own files.',
    todo: 'Do not trust this software.',
    data: { path },
  });
}

function keeps(session: RootSession, record: FileRecord, at: string, before: Stats, options: PlacingOptions): boolean {
  if (record.type === 'd') return before.isSymbolicLink() && leadsToDirectory(session, at);
  if (record.is_volatile !== true || !before.isFile()) return false;
  const known = options.recorded(record.path);
  if (known?.cksum === undefined) return true;
  const content = openRegion(join(session.root, at));
  try {
    return digestContent(content).cksum !== known.cksum;
  } finally {
    content.close();
  }
}

/** A symbolic link counts as the directory it leads to (merged /usr), judged inside the root. */
function leadsToDirectory(session: RootSession, at: string): boolean {
  const target = readlinkSync(join(session.root, at));
  const inside = physical(session, `${target.startsWith('/') ? target : `/${at}/../${target}`}/.`);
  try {
    return statSync(join(session.root, inside)).isDirectory();
  } catch {
    return false;
  }
}

function storedFile({ depot, source }: PlacingOptions, file: FileRecord): { from?: string } {
  const from = depot.storedFile?.(source, file);
  return from === undefined ? {} : { from };
}

function stepFor(
  session: RootSession,
  source: FileRecord,
  record: FileRecord,
  at: string,
  as: PlacedAs,
  save: string | undefined,
  options: PlacingOptions,
): FileStep {
  const saving = save === undefined ? {} : { save };
  switch (record.type) {
    case 'd':
      return { step: 'directory', path: at, as };
    case 's':
      return { step: 'symlink', path: at, to: record.link_source ?? '', as, ...saving };
    case 'h':
      return { step: 'hardlink', path: at, to: physical(session, record.link_source ?? ''), ...saving };
    case 'p':
    case 'b':
    case 'c':
      return {
        step: 'node',
        path: at,
        type: record.type,
        as,
        ...(record.major === undefined ? {} : { major: record.major }),
        ...(record.minor === undefined ? {} : { minor: record.minor }),
        ...saving,
      };
    case 'f':
      return {
        step: 'place',
        path: at,
        content: () => options.depot.content(options.source, source),
        ...storedFile(options, source),
        as,
        expect: record,
        ...saving,
        ...(record.is_volatile === true ? { copySave: true } : {}),
      };
    case 'a':
      throw new Error(`archive member ${record.path} placed as a file`);
  }
}
