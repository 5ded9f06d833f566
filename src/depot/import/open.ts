// Opens what other package systems made: a Debian package, an rpm, a tar archive, or a directory that holds some of them.
// Promise: a file is told by its first bytes, a tar archive (which has no name of its own inside) also by its ending. Other files of a
//   directory are passed over; a package that cannot be read is an error, for who names a directory means all of it.

import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Depot } from '../depot.ts';
import { isDeb, readDeb } from './deb.ts';
import { type ImportOptions, packagesDepot } from './depot.ts';
import type { OriginPackage } from './origin.ts';
import { isRpm, readRpm } from './rpm.ts';
import { isTarName, readTarball } from './tarball.ts';

export type { ImportOptions } from './depot.ts';

type Read = (file: string) => OriginPackage;

const START = 32;

/** The packages at an absolute path as a depot; undefined where there are none. Throws SdError `package_damaged` and others of deb.ts, rpm.ts. */
export function openPackages(location: string, options: ImportOptions): Depot | undefined {
  const files = statSync(location).isDirectory() ? filesBelow(location) : [location];
  const packages = files.flatMap((file) => readerOf(file)?.(file) ?? []);
  return packages.length === 0 ? undefined : packagesDepot(location, packages, options);
}

function readerOf(file: string): Read | undefined {
  const start = startOf(file);
  if (isDeb(start)) return readDeb;
  if (isRpm(start)) return readRpm;
  return isTarName(file) ? readTarball : undefined;
}

/** Regular files of the directory, by name. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

function startOf(file: string): Buffer {
  const fd = openSync(file, 'r');
  try {
    const start = Buffer.alloc(START);
    return start.subarray(0, readSync(fd, start, 0, START, 0));
  } finally {
    closeSync(fd);
  }
}
