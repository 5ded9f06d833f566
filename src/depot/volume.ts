// One medium of a serial depot: a file, a tape, what comes down a pipe (formats.md 13, 16).
// Promise: members are read where they lie, nothing is unpacked; a member's name leads nowhere but into the archive (D12). A POSIX
// prefix directory before `catalog/` is understood. What breaks SD's order is told, and read all the same.

import { type Archive, type Member, openArchive } from '../host/archive.ts';
import { readContent } from '../host/digest.ts';
import { safeName } from '../host/rootpath.ts';
import type { Content } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { CatalogTexts } from '../store/text-read.ts';

export interface Volume {
  /** Where it is, for messages. */
  readonly name: string;
  /** Its catalog section; on all volumes but the first that is INDEX alone. */
  readonly texts: CatalogTexts;
  readonly findings: readonly Finding[];
  /** False when it is known without reading on that there is no regular file at this path below the depot. */
  holds(path: string): boolean;
  /** Stored bytes at a path below the depot, or why they cannot be had. The caller closes them. */
  stored(path: string): Content | { readonly because: string };
  /** Nothing but what lies below these directories (`P/F/`) will be asked for. */
  want(directories: ReadonlySet<string>): void;
  close(): void;
}

const INDEX = 'catalog/INDEX';

/**
 * The volume in a regular file. Throws SdError `not_an_archive`, `not_a_depot` (no `catalog/INDEX` in it), `archive_unsafe_path` and
 * others of host/archive.ts.
 */
export function archiveVolume(location: string): Volume {
  const archive = openArchive(location);
  try {
    refuseEscapes(location, archive.members);
    const prefix = prefixOf(location, archive.members);
    const members = membersBelow(prefix, archive.members);
    const memberAt = (path: string) => {
      const member = members.get(path);
      return member?.type === 'f' || member?.type === 'h' ? member : undefined;
    };
    return {
      name: location,
      texts: textsOf(archive, members),
      findings: orderFindings(
        location,
        [...members.keys()].filter((path) => memberAt(path) !== undefined),
      ),
      holds: (path) => memberAt(path) !== undefined,
      stored(path) {
        const member = memberAt(path);
        if (member !== undefined) return archive.content(member);
        return { because: members.has(path) ? 'Its member is not a regular file.' : 'The archive has no such member.' };
      },
      want: () => undefined,
      close: () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

/** Members by their path below the prefix; of two with one path the later counts. */
function membersBelow(prefix: string, members: readonly Member[]): Map<string, Member> {
  const below = new Map<string, Member>();
  for (const member of members) {
    if (member.path.startsWith(prefix)) below.set(member.path.slice(prefix.length), member);
  }
  return below;
}

/** What stands before `catalog/INDEX`: '' or a directory with its slash. The shortest counts: software may hold such a file, too. */
function prefixOf(location: string, members: readonly Member[]): string {
  const prefixes = members.map(({ path }) => prefixBefore(path)).filter((prefix) => prefix !== undefined);
  if (prefixes.length === 0) throw noCatalog(location);
  return prefixes.reduce((shortest, prefix) => (prefix.length < shortest.length ? prefix : shortest));
}

/** The prefix that this path shows, if it is a `catalog/INDEX`. */
export function prefixBefore(path: string): string | undefined {
  return path === INDEX || path.endsWith(`/${INDEX}`) ? path.slice(0, -INDEX.length) : undefined;
}

function textsOf(archive: Archive, members: ReadonlyMap<string, Member>): CatalogTexts {
  return {
    read: (path) => {
      const member = members.get(`catalog/${path}`);
      return member?.type === 'f' ? readContent(archive.content(member)) : undefined;
    },
    list: () =>
      [...members.keys()].filter((path) => path.startsWith('catalog/')).map((path) => path.slice('catalog/'.length)),
  };
}

/** Which of the depot's volumes an INDEX stands on: `sequence_number` of its media object, 1 where there is none. */
export function sequenceOf(index: Buffer): number {
  const head = index.toString('utf8', 0, 64 * 1024).split(/^(?:vendor|category|bundle|product)[ \t]*$/m, 1)[0]!;
  return Number(/^media[ \t]*\n(?:.*\n)*?[ \t]*sequence_number[ \t]+(\d{1,6})[ \t]*$/m.exec(head)?.[1] ?? 1);
}

/** A WARNING where the catalog does not come first, INDEX before all, and whole. `paths` are those of regular files, in archive order. */
function orderFindings(location: string, paths: readonly string[]): Finding[] {
  const first = paths.findIndex((path) => !path.startsWith('catalog/'));
  const late = first < 0 ? undefined : paths.find((path, n) => n > first && path.startsWith('catalog/'));
  if (paths[0] !== INDEX) return [orderFinding(location, `"${safeName(paths[0] ?? '')}" stands before "${INDEX}"`)];
  if (late === undefined) return [];
  return [orderFinding(location, `"${safeName(late)}" stands behind contents`)];
}

/** SD reads tapes in one direction; HP-UX would not read this one. */
export function orderFinding(location: string, what: string): Finding {
  const text =
    `The archive "${safeName(location)}" is not in the order of a serial depot: ${what}.  ` +
    'It is read all the same, but other implementations, and pipes, need the catalog first.';
  return { severity: 'warning', code: 'archive_order', text, subjects: [location] };
}

/** No member may lie behind a symbolic link: whoever unpacks such an archive writes elsewhere. Throws `archive_unsafe_path`. */
function refuseEscapes(location: string, members: readonly Member[]): void {
  const links = new Set(members.filter((member) => member.type === 's').map((member) => member.path));
  if (links.size === 0) return;
  for (const { path } of members) refuseBehind(location, path, links);
}

/** Throws SdError `archive_unsafe_path` when `path` lies behind one of these symbolic links. */
export function refuseBehind(location: string, path: string, links: ReadonlySet<string>): void {
  if (links.size === 0) return;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (!links.has(path.slice(0, slash))) continue;
    throw new SdError('archive_unsafe_path', {
      what: `The archive "${safeName(location)}" is not used.`,
      because: `Its member "${safeName(path)}" lies behind the symbolic link "${safeName(path.slice(0, slash))}".`,
      todo: 'Do not trust this archive.',
      data: { archive: location, member: path },
    });
  }
}

/** SdError `not_a_depot`. */
export function noCatalog(location: string): SdError {
  return new SdError('not_a_depot', {
    what: `"${safeName(location)}" is not a depot.`,
    because: 'The archive has no "catalog/INDEX" in it.',
    todo: 'Name an archive that swpackage or another SD has made.',
    data: { path: location },
  });
}
