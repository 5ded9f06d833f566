// Archive members (file type a, patches.md 4.3): a patch's object file goes into the archive named by archive_path, not onto the disk.
// The archive is replaced whole by rename like any file; what is saved is the member it had, as `<save>/<archive>/<member>`.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { extractMember, removeMember, replaceMember } from '../host/ar.ts';
import { cksumOf, readContent, sha256Of } from '../host/digest.ts';
import type { SavedFile } from '../model/catalog.ts';
import { bytesContent, type Content } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import type { FileRecord } from '../model/software.ts';
import type { FileStep } from '../store/transaction-types.ts';
import { lstatIn, physical, type RootSession } from './session.ts';

/** Members that one patch fileset brings into one archive. */
export interface MemberChange {
  readonly steps: readonly FileStep[];
  /** Size, digests and mtime of the archive as it will be, to be merged into the base's record. */
  readonly archive: Pick<FileRecord, 'size' | 'cksum' | 'sha256' | 'mtime'>;
  readonly saved: readonly Pick<SavedFile, 'path' | 'save' | 'archive' | 'existed'>[];
}

/** Reads the archive at `path` as it is on the root. Throws SdError `archive_missing`. */
function readArchive(session: RootSession, path: string): { at: string; bytes: Uint8Array } {
  const at = physical(session, path);
  if (!lstatIn(session, at)?.isFile()) {
    throw new SdError('archive_missing', {
      what: `The archive "${path}" cannot take its members.`,
      because: 'There is no regular file of that name on the target.',
      todo: 'Reinstall the base fileset that owns the archive.',
      data: { path },
    });
  }
  return { at, bytes: readFileSync(join(session.root, at)) };
}

/**
 * Puts `members` into the archive at `path`. `saveTo` gives the place of a replaced member below the save area, and its root-relative
 * path, for members with `save`.
 */
export function putMembers(
  session: RootSession,
  path: string,
  members: readonly { record: FileRecord; content: () => Content; save: boolean }[],
  saveTo: (below: string) => { below: string; at: string },
): MemberChange {
  const { at, bytes } = readArchive(session, path);
  const stats = lstatIn(session, at)!;
  const steps: FileStep[] = [];
  const saved: { path: string; existed: boolean; save?: string; archive: NonNullable<SavedFile['archive']> }[] = [];
  let now = bytes;
  for (const { record, content, save } of members) {
    const name = basename(record.path);
    const old = extractMember(now, name);
    const facts = {
      path: record.path,
      existed: old !== undefined,
      archive: { path, member: name, hadMember: old !== undefined },
    };
    if (old && save) {
      const place = saveTo(`${path}/${name}`);
      steps.push(memberStep(place.at, () => bytesContent(old.data), old));
      saved.push({ ...facts, save: place.below });
    } else saved.push(facts);
    now = replaceMember(now, name, memberBytes(record, content), memberFacts(record));
  }
  const mtime = Math.floor(session.now / 1000);
  steps.push(archiveStep(at, now, { mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, mtime }));
  return { steps, archive: archiveFacts(now, mtime), saved };
}

/**
 * The archive of `saved` records (all of one archive) with its former members back. `before` is the archive's record before the patch:
 * when the result is byte for byte that file, it gets that file's time again.
 */
export function restoreMembers(
  session: RootSession,
  path: string,
  saved: readonly SavedFile[],
  savedBytes: (saved: SavedFile) => Uint8Array,
  before: FileRecord | undefined,
): MemberChange {
  const { at, bytes } = readArchive(session, path);
  const stats = lstatIn(session, at)!;
  let now = bytes;
  for (const each of saved) {
    const member = each.archive!.member;
    const place = each.save === undefined ? undefined : lstatIn(session, physical(session, savePathOf(session, each)));
    now =
      each.archive!.hadMember && place
        ? replaceMember(now, member, savedBytes(each), {
            mtime: Math.floor(place.mtimeMs / 1000),
            uid: place.uid,
            gid: place.gid,
            mode: place.mode & 0o7777,
          })
        : removeMember(now, member);
  }
  const cksum = cksumOf(now);
  const mtime = before?.cksum === cksum && before.mtime !== undefined ? before.mtime : Math.floor(session.now / 1000);
  return {
    steps: [archiveStep(at, now, { mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, mtime })],
    archive: archiveFacts(now, mtime),
    saved: [],
  };
}

/** Path of a saved file as seen inside the root. */
export function savePathOf(session: RootSession, saved: SavedFile): string {
  const admin = session.root === '/' ? session.admin : session.admin.slice(session.root.length);
  return `${admin}/save/${saved.save}`;
}

/** A member as a patch saves it, at the root-relative path `at`: a file of its own. */
export function savedMember(record: FileRecord, at: string, content: () => Content): FileStep {
  return memberStep(at, () => bytesContent(memberBytes(record, content)), memberFacts(record));
}

function memberStep(path: string, content: () => Content, { mode, uid, gid, mtime }: MemberFacts): FileStep {
  return { step: 'place', path, content, as: { mode: mode & 0o7777, uid, gid, mtime } };
}

function memberBytes(record: FileRecord, content: () => Content): Uint8Array {
  const open = content();
  try {
    const bytes = readContent(open);
    if (record.cksum !== undefined && cksumOf(bytes) !== record.cksum) {
      throw new SdError('content_mismatch', {
        what: `The archive member "${record.path}" was not loaded.`,
        because: `Its content has the checksum ${cksumOf(bytes)}, but its record says ${record.cksum}.`,
        todo: 'Check the depot with "swverify -d" and copy it again.',
        data: { path: record.path },
      });
    }
    return bytes;
  } finally {
    if (open.kind === 'region') open.close();
  }
}

interface MemberFacts {
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

function memberFacts(record: FileRecord): MemberFacts {
  return { mtime: record.mtime ?? 0, uid: record.uid ?? 0, gid: record.gid ?? 0, mode: record.mode ?? 0o644 };
}

function archiveStep(
  path: string,
  bytes: Uint8Array,
  as: { mode: number; uid: number; gid: number; mtime: number },
): FileStep {
  return { step: 'place', path, content: () => bytesContent(bytes), as };
}

function archiveFacts(bytes: Uint8Array, mtime: number): MemberChange['archive'] {
  return { size: bytes.length, cksum: cksumOf(bytes), sha256: sha256Of(bytes), mtime };
}
