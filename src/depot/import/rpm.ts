// An rpm: lead, signature header, header, packed payload (rpm's file format, versions 3 and 4).
// Promise: opening reads the headers and compares them with their digests; the payload's own digest is compared before it is unpacked, and
//   every file's when it is read. Signatures by keys are not judged here: they say who made a package, not whether it is whole.

import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import type { Archive } from '../../host/archive.ts';
import { truncated } from '../../host/archive-member.ts';
import { fairLimit, type Part, plainPart } from '../../host/decompress-part.ts';
import { eachPiece } from '../../host/digest.ts';
import { safeName } from '../../host/rootpath.ts';
import { type Attributes, attributesOf } from '../../model/attributes.ts';
import { printRelation } from './deb-control.ts';
import { damaged, type OriginPackage, type Payload, unusable, withFile } from './origin.ts';
import { archivePayload } from './payload.ts';
import { DIGESTS, headerFacts, type RpmFile, rpmFiles } from './rpm-files.ts';
import { headerLength, RpmHeader, TAG } from './rpm-header.ts';
import { rpmArchive } from './rpm-payload.ts';
import { revisionOf, rpmConflicts, rpmNeeds, rpmProvides } from './rpm-relations.ts';
import { rpmScripts } from './rpm-scripts.ts';

const LEAD = 96;
const PREAMBLE = 16;
const LEAD_MAGIC = Buffer.from([0xed, 0xab, 0xee, 0xdb]);

/** True for the first bytes of an rpm. */
export function isRpm(start: Buffer): boolean {
  return start.subarray(0, 4).equals(LEAD_MAGIC);
}

interface Parts {
  readonly signature: RpmHeader;
  readonly header: RpmHeader;
  /** The header as it lies in the file, which digests cover. */
  readonly raw: Buffer;
  readonly payload: Part;
}

/** Reads a package. Throws SdError `package_damaged`, `package_unsupported`, `archive_truncated`, and errors of open(2). */
export function readRpm(file: string): OriginPackage {
  const parts = withFile(file, (fd) => partsOf(fd, file));
  const { header } = parts;
  checkHeader(parts, file);
  if (header.has(TAG.sourcePackage) || !header.has(TAG.sourceRpm)) {
    throw unusable(file, 'It is a source package.', 'Build it with rpmbuild, and use the packages that come out.');
  }
  const name = header.text(TAG.name);
  if (name === '' || header.text(TAG.version) === '') throw damaged(file, 'Its header names no package or no version.');
  const files = rpmFiles(header);
  const paths = new Set(files.map(({ path }) => path));
  const { scripts, leftOut } = rpmScripts(header);
  return {
    kind: 'rpm',
    file,
    name,
    revision: revisionOf(header),
    order: 'rpm',
    architecture: header.text(TAG.arch),
    title: header.text(TAG.summary),
    description: header.text(TAG.description),
    attributes: keptAttributes(header, files),
    size: header.number(TAG.longSize) ?? header.number(TAG.size) ?? parts.payload.size,
    made: header.number(TAG.buildTime) ?? 0,
    needs: rpmNeeds(header),
    conflicts: rpmConflicts(header),
    provides: rpmProvides(header),
    lists: (path) => paths.has(path),
    scripts,
    ldconfig: false,
    leftOut,
    open: () => openPayload(file, parts, files),
  };
}

function partsOf(fd: number, file: string): Parts {
  const { size } = fstatSync(fd);
  const read = (position: number, length: number, where: string): Buffer => {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const count = readSync(fd, bytes, done, length - done, position + done);
      if (count === 0) throw truncated(file, where);
      done += count;
    }
    return bytes;
  };
  const structure = (position: number, where: string): Buffer => {
    const length = headerLength(read(position, PREAMBLE, where));
    if (typeof length === 'string') throw damaged(file, `At byte ${position}: ${length}.`);
    if (position + length > size) throw truncated(file, `the end of ${where}`);
    return read(position, length, where);
  };
  const signature = structure(LEAD, 'its signature header');
  // The signature is padded to a multiple of eight bytes.
  const at = LEAD + Math.ceil(signature.length / 8) * 8;
  const raw = structure(at, 'its header');
  const position = at + raw.length;
  return {
    signature: new RpmHeader(signature),
    header: new RpmHeader(raw),
    raw,
    payload: { position, size: size - position },
  };
}

function checkHeader({ signature, raw }: Parts, file: string): void {
  for (const [tag, algorithm] of [
    [TAG.sigSha256, 'sha256'],
    [TAG.sigSha1, 'sha1'],
  ] as const) {
    const claimed = signature.text(tag);
    if (claimed === '') continue;
    const found = createHash(algorithm).update(raw).digest('hex');
    if (found !== claimed) throw damaged(file, `Its header has not the ${algorithm} digest that the package gives.`);
    return;
  }
}

/** The digest over the packed payload; of old packages the one over header and payload. */
function checkPayload(fd: number, file: string, { signature, header, raw, payload }: Parts): void {
  const claimed = header.text(TAG.payloadDigest);
  const algorithm = DIGESTS[header.number(TAG.payloadDigestAlgorithm) ?? 8];
  const old = claimed === '' ? signature.bytes(TAG.sigMd5)?.toString('hex') : undefined;
  const name = old === undefined ? algorithm : 'md5';
  if ((claimed === '' && old === undefined) || name === undefined) return;
  const hash = createHash(name);
  if (old !== undefined) hash.update(raw);
  eachPiece({ kind: 'region', fd, ...payload, close: () => undefined }, (piece) => hash.update(piece));
  if (hash.digest('hex') === (old ?? claimed)) return;
  throw damaged(file, `Its payload has not the ${name} digest that the package gives.`);
}

function openPayload(file: string, parts: Parts, files: readonly RpmFile[]): Payload {
  const plain = withFile(file, (fd) => {
    checkPayload(fd, file, parts);
    return plainPart(fd, parts.payload, file, fairLimit(parts.payload));
  });
  const archive = rpmArchive(plain, file, files);
  try {
    const listed = new Map(files.map((each) => [each.path.slice(1), each]));
    compareLists(file, archive, listed);
    const algorithm = DIGESTS[parts.header.number(TAG.fileDigestAlgorithm) ?? 1];
    return archivePayload(file, archive, {
      digest: (path) => {
        const hex = listed.get(path)?.digest;
        return hex && algorithm ? { algorithm, hex } : undefined;
      },
      isVolatile: (path) => listed.get(path)?.isConfig === true,
      facts: (path) => headerFacts(listed.get(path)!),
    });
  } catch (error) {
    archive.close();
    throw error;
  }
}

/** The payload must hold the files the header lists, and no others. */
function compareLists(file: string, archive: Archive, listed: ReadonlyMap<string, RpmFile>): void {
  const there = new Map(archive.members.map((member) => [member.path, member]));
  for (const [path, { isGhost, type }] of listed) {
    const member = there.get(path);
    if (member === undefined && !isGhost) throw damaged(file, `Its file "/${safeName(path)}" is missing.`);
    if (member && type !== (member.type === 'h' ? 'f' : member.type)) {
      throw damaged(file, `Its file "/${safeName(path)}" is not of the type that its header gives.`);
    }
  }
  for (const path of there.keys()) {
    if (!listed.has(path)) throw damaged(file, `Its file "/${safeName(path)}" is not in its header.`);
  }
}

function keptAttributes(header: RpmHeader, files: readonly RpmFile[]): Attributes {
  const conflicts = rpmConflicts(header);
  const ghosts = files.filter(({ isGhost }) => isGhost).map(({ path }) => path);
  const pairs: [string, string][] = [
    ['copyright', header.text(TAG.license)],
    ['vendor', header.text(TAG.vendor)],
    ['packager', header.text(TAG.packager)],
    ['group', header.text(TAG.group)],
    ['homepage', header.text(TAG.url)],
    ['source', header.text(TAG.sourceRpm)],
    ['requires', rpmNeeds(header).flat().map(printRelation).join(', ')],
    ['provides', rpmProvides(header).map(printRelation).join(', ')],
    ['conflicts', conflicts.map(printRelation).join(', ')],
    ['obsoletes', header.texts(TAG.obsoleteName).join(', ')],
    ['recommends', header.texts(TAG.recommendName).join(', ')],
    ['ghost_files', ghosts.join(' ')],
  ];
  return attributesOf(pairs.filter(([, value]) => value !== ''));
}
