// A Debian package: an ar archive of `debian-binary`, control.tar and data.tar, either packed as it likes (deb(5)).
// Promise: opening reads the control part only; every file that md5sums names is compared with it when the files are read.

import { fstatSync } from 'node:fs';
import { archiveOf } from '../../host/archive.ts';
import { type ArchiveBytes, ArchiveFile, truncated } from '../../host/archive-member.ts';
import { fairLimit, type Part, plainBytes, plainPart } from '../../host/decompress-part.ts';
import { tarMembers } from '../../host/tar-read.ts';
import { type Attributes, attributesOf } from '../../model/attributes.ts';
import { descriptionOf, parseControl, parseRelations } from './deb-control.ts';
import { debScripts, triggersOf } from './deb-scripts.ts';
import { damaged, type OriginPackage, type Payload, withFile } from './origin.ts';
import { archivePayload } from './payload.ts';

const AR = '!<arch>\n';
const HEADER = 60;
/** The control part goes to memory. */
const MOST_CONTROL = 64 * 1024 * 1024;

/** Fields kept as attributes under their own names; others say what SD has attributes for. */
const KEPT = [
  'pre-depends',
  'depends',
  'recommends',
  'suggests',
  'enhances',
  'provides',
  'conflicts',
  'breaks',
  'replaces',
  'maintainer',
  'section',
  'priority',
  'essential',
  'protected',
  'multi-arch',
  'homepage',
  'source',
  'built-using',
];

/** True for the first bytes of a Debian package. */
export function isDeb(start: Buffer): boolean {
  return start.toString('latin1', 0, 21) === `${AR}debian-binary`;
}

/** Reads a package. Throws SdError `package_damaged`, `package_unsupported`, what host/archive.ts throws, and errors of open(2). */
export function readDeb(file: string): OriginPackage {
  const { control, data } = withFile(file, (fd) => {
    const parts = partsOf(fd, file);
    const window = new ArchiveFile(fd, file, fstatSync(fd).size);
    const packed = Buffer.from(window.bytes(parts.control.position, parts.control.size, 'the end of its control part'));
    return { control: controlFiles(plainBytes(packed, file, MOST_CONTROL), file), data: parts.data };
  });
  const fields = parseControl(control.get('control')?.toString('utf8') ?? '');
  const field = (name: string) => fields.get(name) ?? '';
  const name = field('package');
  const revision = field('version');
  if (name === '' || revision === '') throw damaged(file, 'Its control file names no package or no version.');
  const triggers = triggersOf(control.get('triggers')?.toString('utf8') ?? '');
  const scripts = debScripts(control);
  return {
    kind: 'deb',
    file,
    name,
    revision,
    order: 'debian',
    architecture: field('architecture'),
    ...descriptionOf(field('description')),
    attributes: keptFields(fields),
    size: Number.parseInt(field('installed-size'), 10) * 1024 || data.size,
    made: withFile(file, (fd) => Math.floor(fstatSync(fd).mtimeMs / 1000)),
    needs: [...parseRelations(field('pre-depends')), ...parseRelations(field('depends'))],
    conflicts: [...parseRelations(field('conflicts')), ...parseRelations(field('breaks'))].flat(),
    provides: parseRelations(field('provides')).flat(),
    lists: () => false,
    scripts: scripts.scripts,
    ldconfig: triggers.ldconfig,
    leftOut: [...scripts.leftOut, ...triggers.leftOut],
    open: () => openData(file, data, control),
  };
}

/** Where control.tar and data.tar lie. */
function partsOf(fd: number, file: string): { control: Part; data: Part } {
  const window = new ArchiveFile(fd, file, fstatSync(fd).size);
  const found = new Map<string, Part>();
  for (let at = AR.length; at < window.size; ) {
    const header = window.bytes(at, HEADER, 'the header of its next part').toString('latin1');
    const size = Number(header.slice(48, 58).trim());
    if (header.slice(58) !== '`\n' || !/^\d+ *$/.test(header.slice(48, 58))) {
      throw damaged(file, `There is no part at byte ${at}.`);
    }
    const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
    const position = at + HEADER;
    if (position + size > window.size) throw truncated(file, `the end of its part "${name}"`);
    // Parts with a name that begins with an underscore are others' own (deb(5)).
    if (!name.startsWith('_')) found.set(/^(control|data)\.tar/.exec(name)?.[0] ?? name, { position, size });
    at = position + size + (size % 2);
  }
  const control = found.get('control.tar');
  const data = found.get('data.tar');
  if (control && data) return { control, data };
  throw damaged(file, `It has no part "${control ? 'data.tar' : 'control.tar'}".`);
}

/** Files of the control part by name. */
function controlFiles(tar: Buffer, file: string): ReadonlyMap<string, Buffer> {
  const bytes: ArchiveBytes = {
    name: file,
    size: tar.length,
    bytes(position, length, where) {
      if (position + length > tar.length) throw truncated(file, where);
      return tar.subarray(position, position + length);
    },
  };
  const files = new Map<string, Buffer>();
  for (const { path, type, position, size } of tarMembers(bytes)) {
    if (type === 'f') files.set(path, tar.subarray(position, position + size));
  }
  return files;
}

function openData(file: string, data: Part, control: ReadonlyMap<string, Buffer>): Payload {
  const archive = archiveOf(
    withFile(file, (fd) => plainPart(fd, data, file, fairLimit(data))),
    file,
  );
  const sums = md5sums(control.get('md5sums')?.toString('utf8') ?? '');
  const volatile = new Set(
    linesOf(control.get('conffiles')).flatMap((line) => (line.startsWith('/') ? [line.slice(1)] : [])),
  );
  try {
    const paths = new Set(archive.members.map(({ path }) => path));
    for (const path of sums.keys()) {
      if (!paths.has(path)) throw damaged(file, `Its file "/${path}" is missing, though its md5sums name it.`);
    }
    return archivePayload(file, archive, {
      digest: (path) => sums.get(path),
      isVolatile: (path) => volatile.has(path),
    });
  } catch (error) {
    archive.close();
    throw error;
  }
}

/** `<32 hex digits>  <path>` lines; a path may be written `./path`, and one behind a backslash has escapes (md5sum(1)). */
function md5sums(text: string): ReadonlyMap<string, { algorithm: string; hex: string }> {
  const sums = new Map<string, { algorithm: string; hex: string }>();
  for (const line of text.split('\n')) {
    const [, hex, path] = /^([0-9a-f]{32}) [ *](.+)$/.exec(line) ?? [];
    if (hex !== undefined && path !== undefined) sums.set(path.replace(/^(\.?\/)+/, ''), { algorithm: 'md5', hex });
  }
  return sums;
}

function linesOf(content: Buffer | undefined): string[] {
  return (content?.toString('utf8') ?? '').split('\n').map((line) => line.trim());
}

function keptFields(fields: ReadonlyMap<string, string>): Attributes {
  return attributesOf(
    KEPT.flatMap((name) => {
      const value = fields.get(name)?.replace(/\s*\n\s*/g, ' ');
      return value ? [[name.replaceAll('-', '_'), value] as const] : [];
    }),
  );
}
