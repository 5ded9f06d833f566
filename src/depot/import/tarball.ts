// A tar archive that is no depot, as a package: name, revision and architecture come from its file name, everything it holds is its files.
//
//   hello-2.12.1.tar.gz                 hello, 2.12.1
//   node-v20.11.0-linux-x64.tar.xz      node, 20.11.0, linux-x64
//   site_backup.tgz                     site_backup, 0

import { closeSync, fstatSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { archiveOf } from '../../host/archive.ts';
import { fairLimit, plainPart } from '../../host/decompress-part.ts';
import { type OriginPackage, type Payload, unusable } from './origin.ts';
import { archivePayload } from './payload.ts';

const SUFFIX = /\.(?:tar(?:\.(?:gz|bz2|xz|zst|Z))?|tgz|tbz2?|txz|tzst)$/;
const NAME =
  /^(?<name>.+?)[-_]v?(?<revision>\d[\p{L}\p{N}.+~^]*(?:[-_](?:alpha|beta|pre|rc|p)?\.?\d[\p{N}.]*)*)(?:[-_.](?<architecture>.+))?$/u;

/** True for the name of a file that may be imported as a tar archive. */
export function isTarName(path: string): boolean {
  return SUFFIX.test(path);
}

/** What a file name says. */
export function tarName(file: string): { name: string; revision: string; architecture: string } {
  const stem = basename(file).replace(SUFFIX, '');
  const { name = stem, revision = '0', architecture = '' } = NAME.exec(stem)?.groups ?? {};
  return { name, revision, architecture };
}

/** The archive as a package. Throws errors of open(2); what is wrong inside comes out when its files are asked for. */
export function readTarball(file: string): OriginPackage {
  const fd = openSync(file, 'r');
  const stats = fstatSync(fd);
  closeSync(fd);
  return {
    kind: 'tar',
    file,
    ...tarName(file),
    title: basename(file),
    description: '',
    attributes: {},
    size: stats.size,
    made: Math.floor(stats.mtimeMs / 1000),
    needs: [],
    conflicts: [],
    provides: [],
    lists: () => false,
    scripts: {},
    ldconfig: false,
    leftOut: [],
    open: () => openTar(file),
  };
}

function openTar(file: string): Payload {
  const fd = openSync(file, 'r');
  let plain: number;
  try {
    const whole = { position: 0, size: fstatSync(fd).size };
    plain = plainPart(fd, whole, file, fairLimit(whole));
  } finally {
    closeSync(fd);
  }
  const archive = archiveOf(plain, file);
  try {
    if (archive.members.length === 0) throw unusable(file, 'The archive is empty.', 'Name one that holds files.');
    return archivePayload(file, archive, { digest: () => undefined, isVolatile: () => false });
  } catch (error) {
    archive.close();
    throw error;
  }
}
