// Opens a depot to read, whatever it is (commands.md 2.3, formats.md 9, 13).
//
//   directory with `.sd/catalog`                   our published catalog; no database, no lock
//   directory with `catalog/INDEX` only            made elsewhere: its text; also when `.sd/catalog` is damaged, with a WARNING
//   regular file, tar or cpio, plain or packed     serial depot
//   `-`, a pipe, a tape                            serial depot that comes by once
//   Debian package, rpm, plain tar, or a           software of another kind (import/open.ts)
//     directory of them that is no depot
//   `host:/path` of another machine                refused
//
// Promise: nothing is written, so read-only media and ordinary users will do.

import { type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lookBehind } from '../host/look.ts';
import { hostName } from '../host/machine.ts';
import { safeName } from '../host/rootpath.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { depotLayout } from '../store/layout.ts';
import { readPublished } from '../store/published.ts';
import { readTextTree } from '../store/text-read.ts';
import type { Depot } from './depot.ts';
import { directoryDepot } from './directory.ts';
import { fitCatalog } from './fit.ts';
import type { ImportOptions } from './import/depot.ts';
import { provedDepot } from './proved.ts';
import { openSerialDepot, type SerialOptions, STANDARD_INPUT } from './serial.ts';
import { DirectoryProof } from './signature-directory.ts';

export interface OpenOptions extends SerialOptions {
  /** How packages of other systems become software. */
  readonly packages?: ImportOptions;
}

/**
 * Opens the depot at a path, relative ones from the working directory, `-` is standard input. The caller closes it.
 * Throws SdError `depot_not_found`, `not_a_depot`, `permission_denied`, `remote_not_supported`, `catalog_damaged`, and what host/archive.ts
 * throws for an archive that cannot be used.
 */
export async function openDepot(location: string, options: OpenOptions = {}): Promise<Depot> {
  if (location === STANDARD_INPUT) return openArchiveDepot(location, options);
  const path = resolve(localPath(location));
  const stats = statsOf(path);
  try {
    return openOwnDepot(path, stats, options);
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'not_a_depot') throw error;
    const packages = await packagesAt(path, stats, options);
    if (packages === undefined) throw error;
    return options.trust === undefined ? packages : provedDepot(packages, { state: 'unsigned' }, true);
  }
}

async function packagesAt(path: string, stats: Stats, options: OpenOptions): Promise<Depot | undefined> {
  if (!stats.isFile() && !stats.isDirectory()) return undefined;
  const { openPackages } = await import('./import/open.ts');
  return openPackages(path, options.packages ?? { asPatch: false });
}

function openOwnDepot(path: string, stats: Stats, options: OpenOptions): Depot {
  if (stats.isDirectory()) return openDirectoryDepot(path, options);
  if (!stats.isSocket()) return openArchiveDepot(path, options);
  throw notADepot(path, 'It is a socket.');
}

/**
 * The path of a location on this machine: `host:/path` loses its host when that is this one.
 * Throws SdError `remote_not_supported` for any other host.
 */
function localPath(location: string): string {
  const [, host, path] = /^([^/:]+|\[[^\]/]+\]):(\/.*)$/.exec(location) ?? [];
  if (host === undefined || path === undefined) return location;
  if (host === 'localhost' || host.split('.')[0] === hostName()) return path;
  throw new SdError('remote_not_supported', {
    what: `The depot "${safeName(location)}" cannot be reached.`,
    because: `It is on the host "${safeName(host)}", and depots of other machines are not supported.`,
    todo: 'Mount or copy it, and name the path on this machine.',
    data: { location },
  });
}

/** SdError `not_a_depot`. */
export function notADepot(path: string, because: string, cause?: unknown): SdError {
  return new SdError('not_a_depot', {
    what: `"${safeName(path)}" is not a depot.`,
    because,
    todo: 'Name a depot directory, or a depot packed with tar or cpio; swpackage and swcopy make them.',
    data: { path },
    cause,
  });
}

function openDirectoryDepot(path: string, { complete, trust }: SerialOptions): Depot {
  if (trust === undefined) return readDirectoryDepot(path, complete ?? false);
  const proof = new DirectoryProof(path, trust);
  const depot = readDirectoryDepot(path, complete ?? false, proof);
  return provedDepot(depot, proof.signed(depot.catalog.generation), true);
}

function readDirectoryDepot(path: string, complete: boolean, proof?: DirectoryProof): Depot {
  const layout = depotLayout(path);
  const findings: Finding[] = [];
  try {
    const published = readPublished(layout, { proof: proof && ((bytes) => proof.ofCatalog(bytes)) });
    if (published) return directoryDepot(path, published.catalog, published.interrupted ? [interruptedNote(path)] : []);
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'catalog_damaged') throw error;
    findings.push(damagedWarning(path, error));
  }
  const tree = readTextTree(layout, proof && ((texts) => proof.ofTexts(texts)));
  if (!tree) throw notADepot(path, `There is no "${join('catalog', 'INDEX')}" in it.`);
  const isThere = (name: string) => lookBehind(join(path, name))?.isFile() ?? false;
  const fit = fitCatalog(tree.catalog, {
    hasInfo: (key) => isThere(join('catalog', key, 'INFO')),
    ...(complete ? { holds: isThere } : {}),
  });
  return directoryDepot(path, fit.catalog, [...findings, ...tree.findings, ...fit.findings]);
}

function openArchiveDepot(path: string, options: SerialOptions): Depot {
  try {
    return openSerialDepot(path, options);
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'not_an_archive') throw error;
    throw notADepot(path, error.because, error);
  }
}

function statsOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const [code, because] = hasErrno(error, 'EACCES')
      ? ['permission_denied', 'You have no permission to look there.']
      : ['depot_not_found', 'It does not exist.'];
    if (!hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG')) throw error;
    throw new SdError(code, {
      what: `The depot "${safeName(path)}" was not found.`,
      because,
      todo: 'Check the path; a relative one starts at the working directory.  No depot of another host can be named.',
      data: { path },
      cause: error,
    });
  }
}

function interruptedNote(path: string): Finding {
  const text = `An interrupted session waits on "${path}".  The next command that changes it will complete or undo that session first.`;
  return { severity: 'note', code: 'interrupted_session', text, subjects: [path] };
}

function damagedWarning(path: string, error: SdError): Finding {
  const text =
    `The published catalog of the depot "${path}" is damaged; its text catalog is read instead.  ${error.because}`.trimEnd();
  return { severity: 'warning', code: error.code, text, subjects: [path] };
}
