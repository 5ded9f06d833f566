// Do the session's files get along with each other and with the root? (commands.md 6.2 analysis 6)
//
//   path not fit to be written                                        unsafe_path, reserved_path (also into a depot)
//   listed by another product, coming or installed, both records
//     directories, or alike (type, mode, content, link)               fine
//     otherwise                                                       file_conflict
//   listed by the same product, by the patch's base or by another
//     patch of that base                                              fine
//   file, link or device where a directory is                         type_conflict
//   directory where a file is that no replaced fileset owns           type_conflict; a link there may lead to a directory
//   some parent is, or comes as, neither directory nor link           type_conflict
//   parent directory not writable for this session                    not_writable
//   archive member: its archive neither there nor coming              archive_missing
//   archive member: what is there is no object archive                not_an_ar
//
// Each is an ERROR that refuses the fileset; of two that meet in the session the one loaded later. One finding a fileset and kind: the
// first path, and how many more. Installed filesets that end in this session have no say.

import { posix } from 'node:path';
import { isPatch, lookUp } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { brief } from '../model/spec.ts';
import type { Candidate } from './draft.ts';
import { addTo } from './groups.ts';
import type { PatchParts } from './patches.ts';
import { pathTrouble } from './paths.ts';

/** Records of a fileset as they will lie on the target: relocated. */
export type RecordsOf = (candidate: Candidate) => readonly FileRecord[];

interface Trouble {
  readonly code:
    | 'unsafe_path'
    | 'reserved_path'
    | 'file_conflict'
    | 'type_conflict'
    | 'not_writable'
    | 'archive_missing'
    | 'not_an_ar';
  readonly path: string;
  /** Spec of the other fileset. */
  readonly with?: string;
}

interface Placed {
  readonly candidate: Candidate;
  readonly record: FileRecord;
}

/** Refuses filesets whose paths are not fit to be written. */
export function judgePaths(loading: readonly Candidate[], parts: PatchParts, recordsOf: RecordsOf): void {
  const { draft } = parts;
  const admin = draft.input.into === 'root' ? draft.input.views.admin : '';
  for (const candidate of loading) {
    const troubles = recordsOf(candidate).flatMap((record): Trouble[] => {
      const code = pathTrouble(record, admin);
      return code ? [{ code, path: record.path }] : [];
    });
    refuse(candidate, troubles, parts);
  }
}

/** Refuses filesets whose files do not get along. `loading` is the order of loading; `settle` judges the dependents of what fell. */
export function judgeFiles(
  loading: readonly Candidate[],
  parts: PatchParts,
  recordsOf: RecordsOf,
  settle: () => void,
): void {
  const judge = new FileJudge(parts, recordsOf);
  for (const candidate of loading) {
    if (!parts.draft.isAlive(candidate)) continue;
    const troubles = judge.meetings(candidate);
    refuse(candidate, troubles, parts);
    if (troubles.length > 0) settle();
    else judge.take(candidate);
  }
  for (const candidate of loading) {
    if (!parts.draft.isAlive(candidate)) continue;
    const troubles = judge.surroundings(candidate);
    refuse(candidate, troubles, parts);
    if (troubles.length > 0) settle();
  }
}

class FileJudge {
  readonly #parts: PatchParts;
  readonly #recordsOf: RecordsOf;
  readonly #placed = new Map<string, Placed>();
  readonly #installedRecords = new Map<FilesetKey, Map<string, FileRecord>>();
  readonly #families = new Map<Candidate, string>();
  readonly #directories = new Map<string, 'type_conflict' | 'not_writable' | undefined>();

  constructor(parts: PatchParts, recordsOf: RecordsOf) {
    this.#parts = parts;
    this.#recordsOf = recordsOf;
  }

  take(candidate: Candidate): void {
    for (const record of this.#recordsOf(candidate)) {
      // A base's record stands for those of its patches: the first one is enough to know what kind of thing is there.
      if (record.type !== 'a' && !this.#comingAt(record.path)) this.#placed.set(record.path, { candidate, record });
    }
  }

  /** What a fileset meets at its own paths. */
  meetings(candidate: Candidate): Trouble[] {
    return this.#recordsOf(candidate).flatMap((record): Trouble[] => {
      if (record.type === 'a') return [];
      const trouble =
        this.#meetsComing(candidate, record) ?? this.#meetsInstalled(candidate, record) ?? this.#meetsDisk(record);
      return trouble ? [trouble] : [];
    });
  }

  /** What a fileset needs round its paths, once all that comes is known. */
  surroundings(candidate: Candidate): Trouble[] {
    const directories = new Set<string>();
    const troubles: Trouble[] = [];
    for (const record of this.#recordsOf(candidate)) {
      if (record.type === 'a') troubles.push(...this.#archiveTrouble(record.archive_path ?? ''));
      directories.add(posix.dirname(record.type === 'a' ? (record.archive_path ?? '/') : record.path));
    }
    for (const directory of directories) {
      const code = this.#directoryTrouble(directory);
      if (code) troubles.push({ code, path: directory });
    }
    return troubles;
  }

  #comingAt(path: string): Placed | undefined {
    const placed = this.#placed.get(path);
    return placed && this.#parts.draft.isAlive(placed.candidate) ? placed : undefined;
  }

  #meetsComing(candidate: Candidate, record: FileRecord): Trouble | undefined {
    const other = this.#comingAt(record.path);
    if (!other || other.candidate === candidate) return undefined;
    const name = this.#parts.draft.label(other.candidate);
    if ((other.record.type === 'd') !== (record.type === 'd'))
      return { code: 'type_conflict', path: record.path, with: name };
    const related =
      other.candidate.targetId === candidate.targetId || this.#family(other.candidate) === this.#family(candidate);
    return related || isAlike(record, other.record)
      ? undefined
      : { code: 'file_conflict', path: record.path, with: name };
  }

  #meetsInstalled(candidate: Candidate, record: FileRecord): Trouble | undefined {
    if (record.type === 'd') return undefined;
    const { target } = this.#parts.draft.input;
    for (const owner of target.owners(record.path)) {
      if (this.#hasEnded(owner) || this.#isRelated(owner, candidate)) continue;
      const theirs = this.#installedRecord(owner, record.path);
      // A directory there is the disk's to say; a member's path is not on the disk.
      if (!theirs || theirs.type === 'd' || theirs.type === 'a' || isAlike(record, theirs)) continue;
      const member = lookUp(target, owner)!;
      return { code: 'file_conflict', path: record.path, with: brief(member.product, member.fileset) };
    }
    return undefined;
  }

  #meetsDisk(record: FileRecord): Trouble | undefined {
    const { input } = this.#parts.draft;
    const kind = input.views.files.kindAt(record.path);
    if (record.type !== 'd') return kind === 'directory' ? { code: 'type_conflict', path: record.path } : undefined;
    if (kind !== 'file' && kind !== 'other') return undefined;
    const owners = input.target.owners(record.path);
    const replaced = owners.length > 0 && owners.every((owner) => this.#hasEnded(owner));
    return replaced ? undefined : { code: 'type_conflict', path: record.path };
  }

  #archiveTrouble(path: string): Trouble[] {
    const { files } = this.#parts.draft.input.views;
    const coming = this.#comingAt(path);
    const kind = files.kindAt(path);
    if (coming ? coming.record.type === 'd' : kind !== 'file' && kind !== 'symlink')
      return [{ code: 'archive_missing', path }];
    return !coming && kind === 'file' && !files.isArchive(path) ? [{ code: 'not_an_ar', path }] : [];
  }

  /** What keeps entries from being made in a directory; looked at once each, parents first. */
  #directoryTrouble(directory: string): 'type_conflict' | 'not_writable' | undefined {
    if (this.#directories.has(directory)) return this.#directories.get(directory);
    const above = directory === '/' ? undefined : this.#directoryTrouble(posix.dirname(directory));
    const trouble = above ?? this.#ownTrouble(directory);
    this.#directories.set(directory, trouble);
    return trouble;
  }

  #ownTrouble(directory: string): 'type_conflict' | 'not_writable' | undefined {
    const { files } = this.#parts.draft.input.views;
    const coming = this.#comingAt(directory)?.record.type;
    if (coming !== undefined && coming !== 'd' && coming !== 's') return 'type_conflict';
    if (coming !== 'd' && ['file', 'other'].includes(files.kindAt(directory))) return 'type_conflict';
    return files.writable(directory) ? undefined : 'not_writable';
  }

  #hasEnded(key: FilesetKey): boolean {
    return this.#parts.ending.endedBy(key).some((each) => this.#parts.draft.isAlive(each));
  }

  #isRelated(owner: FilesetKey, candidate: Candidate): boolean {
    const productId = owner.slice(0, owner.indexOf('/'));
    const family = this.#parts.applied.baseOf(owner)?.product.id ?? productId;
    return productId === candidate.targetId || family === this.#family(candidate);
  }

  /** Product id on the target whose files these are in the end: a patch's files belong to its base's product. */
  #family(candidate: Candidate): string {
    const known = this.#families.get(candidate);
    if (known !== undefined) return known;
    const { bases, draft } = this.#parts;
    const base = isPatch(candidate.fileset) ? bases.of(candidate, (each) => draft.isAlive(each)) : undefined;
    const family = base?.productId ?? candidate.targetId;
    this.#families.set(candidate, family);
    return family;
  }

  #installedRecord(key: FilesetKey, path: string): FileRecord | undefined {
    let records = this.#installedRecords.get(key);
    if (!records) {
      records = new Map(this.#parts.draft.input.target.files(key).map((each) => [each.path, each]));
      this.#installedRecords.set(key, records);
    }
    return records.get(path);
  }
}

/** The same thing twice: two products may share it. */
function isAlike(left: FileRecord, right: FileRecord): boolean {
  if (left.type !== right.type) return false;
  if (left.type === 'd') return true;
  return (
    left.mode === right.mode &&
    left.size === right.size &&
    left.cksum === right.cksum &&
    left.link_source === right.link_source
  );
}

const SAYS: Record<Trouble['code'], (path: string, other: string | undefined) => string> = {
  unsafe_path: (path) => `its path "${path}" is not an absolute path without "." and ".."`,
  reserved_path: (path) => `its path "${path}" lies in the directory where SD keeps its own files`,
  file_conflict: (path, other) => `its file "${path}" is also a file of "${other}", and the two differ`,
  type_conflict: (path, other) =>
    other === undefined
      ? `of what is at "${path}": a directory cannot take the place of a file, nor a file that of a directory`
      : `"${path}" is a directory in one of it and "${other}", and none in the other`,
  not_writable: (path) => `the directory "${path}" cannot be written to`,
  not_an_ar: (path) => `"${path}", which takes members of it, is not an object archive`,
  archive_missing: (path) => `the archive "${path}", which takes members of it, is neither there nor coming`,
};

function refuse(candidate: Candidate, troubles: readonly Trouble[], { draft }: PatchParts): void {
  if (troubles.length === 0) return;
  const spec = draft.label(candidate);
  const kinds = new Map<Trouble['code'], Trouble[]>();
  for (const trouble of troubles) addTo(kinds, trouble.code, trouble);
  const findings = [...kinds].map(([code, group]): Finding => {
    const first = group[0]!;
    const more =
      group.length > 1
        ? `  There ${group.length === 2 ? 'is 1 more such path' : `are ${group.length - 1} more such paths`}.`
        : '';
    return {
      severity: 'error',
      code,
      text: `The fileset "${spec}" cannot be ${draft.input.into === 'root' ? 'installed' : 'copied'} because ${SAYS[code](first.path, first.with)}.${more}`,
      subjects: [spec, ...(first.with === undefined ? [] : [first.with])],
    };
  });
  draft.refuse(candidate, `${[...kinds.keys()].join(', ')}: ${troubles[0]!.path}`, ...findings);
}
