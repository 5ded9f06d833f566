// Serial depot, to read: a depot packed with tar or cpio (formats.md 13, 16).
// Promise: members are read where they lie, nothing is unpacked; a member's name leads nowhere but into the archive (D12). A POSIX
// prefix directory before `catalog/` is understood.

import { type Archive, type Member, openArchive } from '../host/archive.ts';
import { readContent } from '../host/digest.ts';
import { safeName } from '../host/rootpath.ts';
import type { Content } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { type CatalogTexts, catalogFromTexts } from '../store/text-read.ts';
import { missing, plainContent, storedAt } from './content.ts';
import type { Depot } from './depot.ts';

/**
 * Opens the archive at an absolute path. The caller closes the depot.
 * Throws SdError `not_an_archive`, `not_a_depot` (no `catalog/INDEX` in it), `archive_unsafe_path`, `archive_truncated` and others of
 * host/archive.ts, and those of definition/index.ts.
 */
export async function openSerialDepot(location: string): Promise<Depot> {
  const archive = await openArchive(location);
  try {
    refuseEscapes(location, archive.members);
    const prefix = prefixOf(location, archive.members);
    const members = membersBelow(prefix, archive.members);
    const tree = catalogFromTexts(textsOf(archive, members), 'depot');
    if (!tree) throw noCatalog(location);
    return {
      kind: 'serial',
      location,
      catalog: tree.catalog,
      findings: tree.findings,
      content: (fileset, file) =>
        plainContent(location, fileset, file, stored(location, archive, members, fileset, file)),
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
  const prefixes = members
    .filter(({ path }) => path === 'catalog/INDEX' || path.endsWith('/catalog/INDEX'))
    .map(({ path }) => path.slice(0, -'catalog/INDEX'.length));
  if (prefixes.length === 0) throw noCatalog(location);
  return prefixes.reduce((shortest, prefix) => (prefix.length < shortest.length ? prefix : shortest));
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

function stored(
  location: string,
  archive: Archive,
  members: ReadonlyMap<string, Member>,
  fileset: FilesetKey,
  file: FileRecord,
): Content {
  const member = members.get(storedAt(fileset, file));
  if (member?.type === 'f' || member?.type === 'h') return archive.content(member);
  throw missing(
    location,
    fileset,
    file,
    member ? 'Its member is not a regular file.' : 'The archive has no such member.',
  );
}

/** No member may lie behind a symbolic link: whoever unpacks such an archive writes elsewhere. Throws `archive_unsafe_path`. */
function refuseEscapes(location: string, members: readonly Member[]): void {
  const links = new Set(members.filter((member) => member.type === 's').map((member) => member.path));
  if (links.size === 0) return;
  for (const { path } of members) {
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
}

function noCatalog(location: string): SdError {
  return new SdError('not_a_depot', {
    what: `"${safeName(location)}" is not a depot.`,
    because: 'The archive has no "catalog/INDEX" in it.',
    todo: 'Name an archive that swpackage or another SD has made.',
    data: { path: location },
  });
}
