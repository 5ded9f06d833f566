// How a serial depot is split over several volumes (formats.md 13): volume 1 has the whole catalog and as many filesets as fit, each later
// one INDEX alone and filesets. A fileset is never split.
// Promise: no volume is larger than the capacity, padding and end mark included. Pure.

import { type TarMember, tarSize } from '../host/archive.ts';
import { withAttributes } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import { everyFileset, lookUp } from '../model/patches.ts';
import { type FileRecord, type FilesetKey, filesetKey, filesetName, type Product } from '../model/software.ts';
import { isStored } from './available.ts';
import { storedAt } from './content.ts';
import { catalogMembers } from './serial-texts.ts';

/** Wider than any number of a volume, so that what is measured is never smaller than what is written. */
const WIDEST = 99_999;

/** Filesets of each volume, and the catalog that names the volume of each. */
export interface Split {
  readonly catalog: Catalog;
  readonly volumes: readonly (readonly FilesetKey[])[];
}

/**
 * Splits the software of `catalog`. `capacity` in bytes; without one, or where all fits, there is one volume and no fileset names it.
 * Throws SdError `fileset_too_large`, also for a catalog that is.
 */
export function splitVolumes(catalog: Catalog, capacity: number | undefined): Split {
  const filesets = Array.from(everyFileset(catalog), ({ key }) => key);
  const one = { catalog, volumes: [filesets] };
  if (capacity === undefined) return one;
  const sizes = new Map(filesets.map((key) => [key, contentSize(catalog, key)]));
  const all = filesets.reduce((sum, key) => sum + sizes.get(key)!, catalogSize(catalog));
  if (volumeSize(all) <= capacity) return one;

  const numbered = withNumbers(catalog, () => WIDEST);
  const members = catalogMembers(numbered, WIDEST);
  const volumes: FilesetKey[][] = [[]];
  let used = members.reduce((sum, { bytes, ...member }) => sum + tarSize(member, bytes.length), 0);
  if (volumeSize(used) > capacity) throw tooLarge('catalog', used, capacity);
  const index = tarSize(members[0]!, members[0]!.bytes.length);
  for (const key of filesets) {
    const size = sizes.get(key)!;
    if (volumeSize(index + size) > capacity) throw tooLarge(`fileset "${nameOf(catalog, key)}"`, size, capacity);
    if (volumeSize(used + size) > capacity) {
      volumes.push([]);
      used = index;
    }
    volumes.at(-1)!.push(key);
    used += size;
  }
  const numbers = new Map(volumes.flatMap((keys, n) => keys.map((key) => [key, n + 1])));
  return { catalog: withNumbers(catalog, (key) => numbers.get(key)!), volumes };
}

/** The member of a stored file. */
export function memberOf(key: FilesetKey, file: FileRecord): TarMember {
  return {
    path: storedAt(key, file),
    mode: file.mode ?? 0o644,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    ...(file.owner === undefined ? {} : { owner: file.owner }),
    ...(file.group === undefined ? {} : { group: file.group }),
    mtime: file.mtime ?? 0,
  };
}

function contentSize(catalog: Catalog, key: FilesetKey): number {
  return catalog
    .files(key)
    .filter(isStored)
    .reduce((sum, file) => sum + tarSize(memberOf(key, file), file.size ?? 0), 0);
}

function catalogSize(catalog: Catalog): number {
  return catalogMembers(catalog).reduce((sum, { bytes, ...member }) => sum + tarSize(member, bytes.length), 0);
}

/** End mark and padding to whole records. */
function volumeSize(members: number): number {
  const record = 10240;
  return Math.ceil((members + 1024) / record) * record;
}

function withNumbers(catalog: Catalog, numberOf: (key: FilesetKey) => number): Catalog {
  const products = catalog.products().map((product): Product => {
    const filesets = product.filesets.map((fileset) => {
      const number = String(numberOf(filesetKey(product.id, fileset.id)));
      return { ...fileset, attributes: withAttributes(fileset.attributes, { media_sequence_number: number }) };
    });
    return { ...product, filesets };
  });
  const byId = new Map(products.map((product) => [product.id, product]));
  return { ...catalog, products: () => products, product: (id) => byId.get(id) };
}

function nameOf(catalog: Catalog, key: FilesetKey): string {
  const placed = lookUp(catalog, key);
  return placed === undefined ? key : filesetName(placed.product, placed.fileset);
}

function tooLarge(what: string, size: number, capacity: number): SdError {
  return new SdError('fileset_too_large', {
    what: `The ${what} does not fit on one volume.`,
    because: `It takes ${size} bytes there, and media_capacity gives a volume ${capacity}.`,
    todo: 'Raise media_capacity, or divide the fileset.',
    data: { size, capacity },
  });
}
