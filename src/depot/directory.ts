// Directory depot: file storage at `<depot>/<product>/<fileset>/<path>` beside the catalog (formats.md 9, 14).
// Promise: reading writes nothing, so read-only media will do; no symbolic link leads out of the depot (D12).

import { openRegularFile } from '../host/region.ts';
import { RootPaths } from '../host/rootpath.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Content } from '../model/content.ts';
import { hasErrno } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { missing, plainContent, storedAt } from './content.ts';
import type { Depot } from './depot.ts';

/** The depot in the directory `location` (absolute), as its catalog describes it. */
export function directoryDepot(location: string, catalog: Catalog, findings: readonly Finding[]): Depot {
  const paths = new RootPaths(location);
  return {
    kind: 'directory',
    location,
    catalog,
    findings,
    content: (fileset, file) => plainContent(location, fileset, file, openStored(location, paths, fileset, file)),
    storedFile: (fileset, file) =>
      file.compression_state === 'compressed' || file.sha256 === undefined
        ? undefined
        : `${location}/${paths.resolve(storedAt(fileset, file))}`,
    close: () => paths.forget(),
  };
}

function openStored(location: string, paths: RootPaths, fileset: FilesetKey, file: FileRecord): Content {
  let content: Content | undefined;
  try {
    content = openRegularFile(`${location}/${paths.resolve(storedAt(fileset, file))}`);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) throw missing(location, fileset, file, 'It is not there.');
    if (hasErrno(error, 'ELOOP')) throw missing(location, fileset, file, 'A symbolic link stands in its place.');
    if (hasErrno(error, 'EACCES', 'EPERM'))
      throw missing(location, fileset, file, 'You have no permission to read it.');
    throw error;
  }
  if (content) return content;
  throw missing(location, fileset, file, 'Something that is not a regular file stands in its place.');
}
