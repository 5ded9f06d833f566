// Software objects as a depot holds them, directory or serial: the attributes SD's tools add, those an installed object has taken
// away (formats.md 4, 9, 10; patches.md 3.8). Attributes stand in the order of INDEX, so that software that comes back from a tape is the
// same to the last byte. Pure.

import { keywordOf } from '../definition/keywords.ts';
import { inOrder } from '../definition/print.ts';
import { type Attributes, attributesOf, list, text, withAttributes } from '../model/attributes.ts';
import type { FileRecord, Fileset, Product, Subproduct } from '../model/software.ts';
import { tagOf } from '../model/software.ts';
import type { Packed } from './compress.ts';

/** data_model_revision of 10.x to 11.31 (formats.md 10). */
const DATA_MODEL = '2.40';

const ROOT_ONLY = [
  'applied_patches',
  'applied_to',
  'install_date',
  'install_source',
  'install_type',
  'location',
  // Says on which volume of a serial depot something lies; serial-volumes.ts gives it.
  'media_sequence_number',
  'patch_state',
  'superseded_by',
];

/** True for the file types whose bytes lie in a depot; of all others INFO is the only record. */
export function isStored(file: FileRecord): boolean {
  return file.type === 'f' || file.type === 'a';
}

/** When something came into a depot. */
export interface Arrival {
  /** Seconds since 1970. */
  readonly now: number;
  /** The times of the source stay, where it has some (preserve_create_time; always on a tape). */
  readonly keepTimes?: boolean;
}

/** Attributes of a product or bundle in a depot. `there` is what the depot holds under this id now. */
export function availableAttributes(
  attributes: Attributes,
  id: string,
  there: Attributes | undefined,
  arrival: Arrival,
): Attributes {
  const available = withAttributes(withoutRootOnly(attributes), {
    data_model_revision: text(attributes, 'data_model_revision') || DATA_MODEL,
    instance_id: instanceOf(id, text(attributes, 'tag')),
    control_directory: id,
    ...timesOf(attributes, there, arrival),
  });
  return inOrder('bundle', available);
}

function timesOf(from: Attributes, there: Attributes | undefined, { now, keepTimes }: Arrival) {
  const [created, changed] = keepTimes ? [text(from, 'create_time'), text(from, 'mod_time')] : ['', ''];
  const mod_time = changed || created || String(now);
  return { create_time: created || (there && text(there, 'create_time')) || mod_time, mod_time };
}

/** A product without its filesets, merged with what the depot holds of it. */
export function availableProduct(
  from: Product,
  id: string,
  there: Product | undefined,
  arrival: Arrival,
): Omit<Product, 'filesets'> {
  const attributes = withAttributes(availableAttributes(from.attributes, id, there?.attributes, arrival), {
    all_filesets: allFilesets(from, there),
  });
  const subproducts = mergedSubproducts(from, there);
  return { id, attributes: inOrder('product', attributes), subproducts, controlFiles: from.controlFiles };
}

/** A fileset; `files` are its completed records, `there` what keeps its create_time. */
export function availableFileset(
  from: Fileset,
  id: string,
  files: readonly FileRecord[],
  there: Attributes | undefined,
  arrival: Arrival,
): Fileset {
  const attributes = withAttributes(withoutRootOnly(from.attributes), {
    data_model_revision: text(from.attributes, 'data_model_revision') || DATA_MODEL,
    instance_id: text(from.attributes, 'instance_id') || '1',
    control_directory: id,
    size: text(from.attributes, 'size') || String(sizeOf(from, files)),
    ...timesOf(from.attributes, there, arrival),
    state: 'available',
  });
  return { id, attributes: inOrder('fileset', attributes), controlFiles: from.controlFiles };
}

/** The record of a file that lies in the depot, with the facts found while its plain bytes were read, and how it is compressed. */
export function storedRecord(
  file: FileRecord,
  facts: { size: number; cksum: number; sha256: string } | undefined,
  compression: Packed['record'] = {},
): FileRecord {
  if (!isStored(file)) return file;
  const {
    compression_state: _state,
    compression_type: _type,
    compressed_size: _size,
    compressed_cksum: _cksum,
    ...plain
  } = file;
  return facts === undefined
    ? plain
    : { ...plain, size: facts.size, cksum: facts.cksum, sha256: facts.sha256, ...compression };
}

/** The depot object's attributes after a change; `given` (a PSF's depot object) wins over what is there. */
export function depotAttributes(there: Attributes, given: Attributes, now: number): Attributes {
  return withAttributes(there, {
    ...given,
    layout_version: text(given, 'layout_version') || text(there, 'layout_version') || '1.0',
    data_model_revision: text(there, 'data_model_revision') || DATA_MODEL,
    create_time: text(there, 'create_time') || String(now),
    mod_time: String(now),
  });
}

/** What its maker says of a depot (title, copyright, words of his own), for one made of it: all but what the tools make, and its layout. */
export function saidOfDepot(attributes: Attributes): Attributes {
  const said = (keyword: string) => keyword !== 'layout_version' && !keywordOf('distribution', keyword)?.made;
  return attributesOf(Object.entries(attributes).filter(([keyword]) => said(keyword)));
}

function withoutRootOnly(attributes: Attributes): Attributes {
  return withAttributes(attributes, Object.fromEntries(ROOT_ONLY.map((keyword) => [keyword, undefined])));
}

/** Number of an object among those of its tag: `TAG.3` → 3, `TAG` → 1. */
function instanceOf(id: string, tag: string): string {
  const suffix = id.startsWith(`${tag}.`) ? id.slice(tag.length + 1) : '';
  return /^[1-9][0-9]*$/.test(suffix) ? suffix : '1';
}

/** Bytes of files and control files (formats.md 10). */
function sizeOf(fileset: Fileset, files: readonly FileRecord[]): number {
  const stored = files.reduce((sum, file) => sum + (isStored(file) ? (file.size ?? 0) : 0), 0);
  return fileset.controlFiles.reduce((sum, file) => sum + (file.size ?? 0), stored);
}

/** All filesets the product was defined with, also those that are not in the depot. */
function allFilesets(from: Product, there: Product | undefined): string[] {
  const named = [from, ...(there ? [there] : [])].flatMap((product) => [
    ...list(product.attributes, 'all_filesets').flatMap((value) => value.split(/\s+/)),
    ...product.filesets.map(tagOf),
  ]);
  return [...new Set(named.filter((tag) => tag !== ''))];
}

function mergedSubproducts(from: Product, there: Product | undefined): readonly Subproduct[] {
  const merged = new Map((there?.subproducts ?? []).map((subproduct) => [tagOf(subproduct), subproduct]));
  for (const subproduct of from.subproducts) merged.set(tagOf(subproduct), subproduct);
  return [...merged.values()];
}
