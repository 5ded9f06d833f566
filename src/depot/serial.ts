// Serial depot, to read: a depot packed with tar or cpio, in one volume or several (formats.md 13, 16).
// Promise: volumes are opened when something on them is asked for, each once, and each must belong to the first one's depot.

import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { notAnArchive } from '../host/archive.ts';
import { safeName } from '../host/rootpath.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Content } from '../model/content.ts';
import { hasErrno, SdError } from '../model/error.ts';
import { everyFileset } from '../model/patches.ts';
import type { Volumes } from '../model/request.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { catalogFromTexts } from '../store/text-read.ts';
import { missing, plainContent, storedAt } from './content.ts';
import type { Depot } from './depot.ts';
import { fitCatalog } from './fit.ts';
import { provedDepot } from './proved.ts';
import { provedTexts, type Trust } from './signature.ts';
import { archiveVolume, noCatalog, sequenceOf, type Volume } from './volume.ts';
import { passingVolume } from './volume-passing.ts';

/** What stands for standard input as the name of a source. */
export const STANDARD_INPUT = '-';

export interface SerialOptions {
  /** Further volumes, in any order. */
  readonly volumes?: Volumes | undefined;
  /** Filesets that lack a stored file are left out, too: for whoever is going to take contents. */
  readonly complete?: boolean;
  /** Whose signatures count; absent: none is looked at. */
  readonly trust?: Trust | undefined;
  /** What messages call it; absent: its path. */
  readonly name?: string;
}

/**
 * Opens the archive at an absolute path, or on standard input. The caller closes the depot.
 * Throws SdError `not_an_archive`, `not_a_depot` (no `catalog/INDEX` in it), `archive_unsafe_path`, `archive_truncated` and others of
 * host/archive.ts, those of definition/index.ts, and `volume_wrong` when it is not the first of its volumes. Contents may throw
 * `volume_missing`, and `content_passed` where the source comes by once.
 */
export function openSerialDepot(path: string, options: SerialOptions = {}): Depot {
  const first: Volume & { readonly signed?: undefined } = openVolume(path);
  const location = options.name ?? path;
  try {
    const { texts, signed } = options.trust ? provedTexts(first.texts, options.trust, location) : first;
    const index = texts.read('INDEX');
    if (index !== undefined && sequenceOf(index) > 1) throw notFirst(location, sequenceOf(index));
    const tree = catalogFromTexts(texts, 'depot');
    if (!tree) throw noCatalog(location);
    const volumes = new OpenVolumes(first, options.volumes);
    const numbers = volumeNumbers(tree.catalog);
    const numberOf = (key: FilesetKey) => numbers.get(key) ?? 1;
    const fit = fitCatalog(tree.catalog, {
      hasInfo: (key) => texts.read(`${key}/INFO`) !== undefined,
      ...(options.complete ? { holds: (path, key) => numberOf(key) > 1 || first.holds(path) } : {}),
    });
    const depot: Depot = {
      kind: 'serial',
      location,
      catalog: fit.catalog,
      findings: [...first.findings, ...tree.findings, ...fit.findings],
      content: (fileset, file) =>
        plainContent(location, fileset, file, stored(volumes.at(numberOf(fileset)), fileset, file)),
      want: (filesets) => volumes.want(filesets),
      close: () => volumes.close(),
    };
    return signed === undefined ? depot : provedDepot(depot, signed, isFile(path));
  } catch (error) {
    first.close();
    throw error;
  }
}

/** The volume of each fileset that is not on the first. */
function volumeNumbers(catalog: Catalog): Map<FilesetKey, number> {
  const numbers = new Map<FilesetKey, number>();
  for (const { key, fileset } of everyFileset(catalog)) {
    const number = Number(text(fileset.attributes, 'media_sequence_number'));
    if (number > 1) numbers.set(key, number);
  }
  return numbers;
}

function stored(volume: Volume, fileset: FilesetKey, file: FileRecord): Content {
  const found = volume.stored(storedAt(fileset, file));
  if ('kind' in found) return found;
  throw missing(volume.name, fileset, file, found.because);
}

/** A regular file is read at any place; all else as it comes. */
function openVolume(location: string): Volume {
  if (location === STANDARD_INPUT) return standardInput();
  if (isFile(location)) return archiveVolume(location);
  const fd = openSync(location, constants.O_RDONLY);
  return passingVolume(location, fd, () => closeSync(fd));
}

function isFile(location: string): boolean {
  return location !== STANDARD_INPUT && statSync(location).isFile();
}

let taken = false;

/** A file on standard input is read at any place, too. Throws SdError `source_read_once` for the second time. */
function standardInput(): Volume {
  const stats = fstatSync(0);
  if (stats.isFile()) return archiveVolume('/proc/self/fd/0');
  // Every listing would load Node's network modules with node:tty.
  if (stats.isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(0))
    throw notAnArchive('standard input', 'It is a terminal.');
  if (taken) {
    throw new SdError('source_read_once', {
      what: 'Standard input cannot be read again.',
      because: 'What comes down a pipe serves one target only.',
      todo: 'Write the depot to a file, and name that.',
    });
  }
  taken = true;
  try {
    // A descriptor of our own: Node or another program may have made the given one non-blocking.
    const fd = openSync('/proc/self/fd/0', constants.O_RDONLY);
    return passingVolume('standard input', fd, () => closeSync(fd));
  } catch (error) {
    // A socket has no name to open it by.
    if (!hasErrno(error, 'ENXIO')) throw error;
    return passingVolume('standard input', 0, () => undefined);
  }
}

/** The volumes of one depot by their numbers. */
class OpenVolumes {
  readonly #first: Volume;
  readonly #open = new Map<number, Volume>();
  readonly #named: string[];
  readonly #ask: Volumes['ask'];
  #wanted: ReadonlySet<string> | undefined;
  #last: string;

  constructor(first: Volume, named: Volumes | undefined) {
    this.#first = first;
    this.#open.set(1, first);
    this.#named = [...(named?.names ?? [])];
    this.#ask = named?.ask;
    this.#last = first.name;
  }

  /** Throws SdError `volume_missing`, `volume_wrong`, and what opening it throws. */
  at(number: number): Volume {
    for (;;) {
      const open = this.#open.get(number);
      if (open !== undefined) return open;
      const named = this.#named.shift();
      const place = named ?? this.#ask?.(number, this.#last);
      if (place === undefined) throw volumeMissing(this.#first.name, number);
      this.#add(place);
    }
  }

  want(filesets: Iterable<FilesetKey>): void {
    this.#wanted = new Set(Array.from(filesets, (key) => `${key}/`));
    for (const volume of this.#open.values()) volume.want(this.#wanted);
  }

  close(): void {
    for (const volume of this.#open.values()) volume.close();
  }

  #add(place: string): void {
    const volume = openVolume(place);
    const index = volume.texts.read('INDEX');
    const number = index === undefined ? 1 : sequenceOf(index);
    if (index === undefined || this.#open.has(number) || !isSameDepot(index, this.#first.texts.read('INDEX'))) {
      volume.close();
      throw strange(this.#first.name, place);
    }
    if (this.#wanted !== undefined) volume.want(this.#wanted);
    this.#open.set(number, volume);
    this.#last = place;
  }
}

/** INDEX is the same on all volumes but for the number of the volume. */
function isSameDepot(left: Buffer, right: Buffer | undefined): boolean {
  const plain = (index: Buffer) => index.toString('latin1').replace(/^([ \t]*sequence_number[ \t]+)\d+/m, '$1');
  return right !== undefined && plain(left) === plain(right);
}

function notFirst(location: string, number: number): SdError {
  return new SdError('volume_wrong', {
    what: `"${safeName(location)}" is not the first volume of its depot.`,
    because: `It is volume ${number}; the whole catalog is on volume 1.`,
    todo: 'Name volume 1 with the first -s, and the others with a -s each.',
    data: { location, number },
  });
}

function strange(first: string, place: string): SdError {
  return new SdError('volume_wrong', {
    what: `"${safeName(place)}" is not a further volume of "${safeName(first)}".`,
    because: 'Its catalog is another one, or this volume was named twice.',
    todo: 'Name volumes that were written together.',
    data: { first, place },
  });
}

function volumeMissing(first: string, number: number): SdError {
  return new SdError('volume_missing', {
    what: `Volume ${number} of the depot "${safeName(first)}" is needed.`,
    because: 'It is none of those that are named.',
    todo: 'Name all volumes, with a -s each; on a terminal you are asked.',
    data: { first, number },
  });
}
