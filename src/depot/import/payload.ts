// The unpacked files of a package as SD file records: names judged, content digested once and compared with what the package says.
// Promise: no path leads out of the root or through a link of the package itself (D12).

import { createHash, type Hash } from 'node:crypto';
import type { Archive, Member } from '../../host/archive.ts';
import { type Digested, Digests, eachPiece } from '../../host/digest.ts';
import { safeName } from '../../host/rootpath.ts';
import type { Content } from '../../model/content.ts';
import { contentSize } from '../../model/content.ts';
import { SdError } from '../../model/error.ts';
import type { FileRecord } from '../../model/software.ts';
import { damaged, type Payload } from './origin.ts';

/** What a package says of its files, by path relative to the root. */
export interface Claims {
  /** Digest in lower-case hex, or undefined where it gives none. */
  readonly digest: (path: string) => { readonly algorithm: string; readonly hex: string } | undefined;
  readonly isVolatile: (path: string) => boolean;
  /** Mode, time and owners where the package tells them elsewhere than in its archive, whose own do not count then. */
  readonly facts?: (path: string) => Partial<FileRecord>;
}

/** The payload an archive holds; `file` is the package's name in messages. Throws SdError `archive_unsafe_path`. */
export function archivePayload(file: string, archive: Archive, claims: Claims): Payload {
  const members = linksResolved(file, lastOfEach(archive.members));
  refuseBehindLinks(file, members);
  let size = 0;
  for (const member of members.values()) size += member.size;
  return {
    size,
    records: () => [...members.values()].map((member) => recordOf(file, archive, member, claims)),
    content: (path) => archive.content(members.get(path.slice(1))!),
    close: () => archive.close(),
  };
}

/** Of several members with one path the last counts, at the place of the first. */
function lastOfEach(members: readonly Member[]): Map<string, Member> {
  return new Map(members.map((member) => [member.path, member]));
}

/** Hard links name a file, not another link; another name of anything but a file becomes one of its own. Throws SdError `package_damaged`. */
function linksResolved(file: string, members: Map<string, Member>): Map<string, Member> {
  for (const [path, member] of members) {
    if (member.type !== 'h') continue;
    let target: Member | undefined = member;
    for (let steps = 0; target?.type === 'h' && steps <= members.size; steps++) target = members.get(target.link!);
    if (target === undefined || target.type === 'h' || target.type === 'd') {
      throw damaged(
        file,
        `Its file "/${safeName(path)}" is a link to "/${safeName(member.link!)}", which is no file of it.`,
      );
    }
    members.set(path, target.type === 'f' ? { ...member, link: target.path } : { ...target, path });
  }
  return members;
}

/** Throws SdError `archive_unsafe_path` for a member behind a symbolic link: it would be written elsewhere. */
function refuseBehindLinks(file: string, members: ReadonlyMap<string, Member>): void {
  for (const path of members.keys()) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      if (members.get(parent)?.type !== 's') continue;
      throw new SdError('archive_unsafe_path', {
        what: `The package "${safeName(file)}" is not used.`,
        because: `Its file "${safeName(path)}" lies behind its symbolic link "${safeName(parent)}".`,
        todo: 'Do not trust this package.',
        data: { archive: file, member: path },
      });
    }
  }
}

function recordOf(file: string, archive: Archive, member: Member, claims: Claims): FileRecord {
  const { path, type } = member;
  return {
    path: `/${path}`,
    type,
    ...(claims.facts?.(path) ?? archiveFacts(member)),
    ...(type === 's' ? { link_source: member.link! } : {}),
    ...(type === 'h' ? { link_source: `/${member.link!}` } : {}),
    ...(type === 'b' || type === 'c' ? { major: member.major!, minor: member.minor! } : {}),
    ...(type === 'f' ? checked(file, path, archive.content(member), claims) : {}),
    ...(type === 'f' && claims.isVolatile(path) ? { is_volatile: true } : {}),
  };
}

function archiveFacts(member: Member): Partial<FileRecord> {
  return {
    mode: member.mode,
    ...(member.owner === undefined ? {} : { owner: member.owner }),
    uid: member.uid,
    ...(member.group === undefined ? {} : { group: member.group }),
    gid: member.gid,
    mtime: member.mtime,
  };
}

/** Reads the content once for our digests and the package's. */
function checked(file: string, path: string, content: Content, claims: Claims): Digested {
  const claim = claims.digest(path);
  const other: Hash | undefined = claim && claim.algorithm !== 'sha256' ? createHash(claim.algorithm) : undefined;
  const digests = new Digests();
  eachPiece(content, (piece) => {
    digests.update(piece);
    other?.update(piece);
  });
  const found = { size: contentSize(content), cksum: digests.cksum(), sha256: digests.sha256() };
  if (claim === undefined || claim.hex === (other?.digest('hex') ?? found.sha256)) return found;
  throw damaged(file, `Its file "/${safeName(path)}" has not the ${claim.algorithm} digest that the package gives.`);
}
