// Keys and values of the store: the one place that knows how a record is written (ipd/README.md, ipd/schema.json).
// Promise: values are JSON texts of one line whose first element is the version of their form, so that a pair `key TAB value` is a
// line of the published catalog, too. Positions are kept by sequence numbers that are never used twice. What is decoded has the types
// it should, or is SdError `catalog_damaged`: a published catalog may come from anybody, with a hash that fits.
// Must not: read or write anything.

import type { Attributes } from '../model/attributes.ts';
import type { SavedFile } from '../model/catalog.ts';
import { SdError } from '../model/error.ts';
import type { ControlFile, FileRecord, FilesetKey, FileType } from '../model/software.ts';

/** First element of every value. A store with another number in a value is refused. */
const FORM = 1;

/** File records travel in chunks, so that one synchronous read brings many and a patch rewrites few. */
const ROWS_PER_CHUNK = 256;

/** A part of a key: what would end a line, a column or a part is written as %XX. */
export function keyPart(text: string): string {
  return text.replace(/[\x00-\x1f%/\x7f]/g, hex);
}

/** A path in a key: as `keyPart`, but slashes stay. */
export function keyPath(path: string): string {
  return path.replace(/[\x00-\x1f%\x7f]/g, hex);
}

/** Takes back keyPart and keyPath. Throws SdError `catalog_damaged` for a part that is missing in its key. */
export function fromKey(part: string | undefined): string {
  if (part === undefined) throw malformed('a key with too few parts');
  return part.includes('%')
    ? part.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : part;
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** `owner` is a product id or a fileset key. */
function ownerPart(owner: string): string {
  const slash = owner.indexOf('/');
  return slash < 0 ? keyPart(owner) : `${keyPart(owner.slice(0, slash))}/${keyPart(owner.slice(slash + 1))}`;
}

export const keys = {
  target: 'm/target',
  next: 'm/next',
  product: (id: string) => `p/${keyPart(id)}`,
  fileset: (key: FilesetKey) => `f/${ownerPart(key)}`,
  rows: (key: FilesetKey, chunk: number) => `r/${ownerPart(key)}/${String(chunk).padStart(6, '0')}`,
  saved: (key: FilesetKey) => `s/${ownerPart(key)}`,
  control: (owner: string, tag: string) => `k/${ownerPart(owner)}/${keyPart(tag)}`,
  bundle: (id: string) => `b/${keyPart(id)}`,
  vendor: (tag: string) => `v/${keyPart(tag)}`,
  category: (tag: string) => `c/${keyPart(tag)}`,
  made: (path: string) => `d${keyPath(path)}`,
  generation: (generation: number) => `g/${String(generation).padStart(12, '0')}`,
  script: (owner: string, tag: string) => `i/${ownerPart(owner)}/${keyPart(tag)}`,
};

/** True for the keys that make up the catalog; the others (g, i, j) are the store's own bookkeeping. */
export function isData(key: string): boolean {
  return 'bcdfkmprsv'.includes(key[0]!);
}

export interface ProductValue {
  readonly seq: number;
  readonly attributes: Attributes;
  readonly subproducts: readonly Attributes[];
  readonly controlFiles: readonly ControlFile[];
}

export interface FilesetValue {
  readonly seq: number;
  /** Number of chunks under `r/`. */
  readonly chunks: number;
  readonly attributes: Attributes;
  readonly controlFiles: readonly ControlFile[];
}

/** Bundle, vendor and category alike. */
export interface PlainValue {
  readonly seq: number;
  readonly attributes: Attributes;
}

/** What `g/<generation>` says of one commit. */
export interface GenerationValue {
  /** sha256 over the hash of the generation before and all operations of this one. */
  readonly chain: string;
  /** Sum of the cksums of all data pairs after the commit, modulo 2^32, and their number: what a whole store must add up to. */
  readonly sum: number;
  readonly count: number;
  /** Products this commit touched or dropped; `null` stands for all. */
  readonly products: readonly string[] | null;
}

export function encodeProduct(value: ProductValue): string {
  return JSON.stringify([FORM, value.seq, value.attributes, value.subproducts, value.controlFiles]);
}

export function decodeProduct(text: string): ProductValue {
  const [, seq, attributes, subproducts, controlFiles] = parse(text);
  if (!isAttributes(attributes) || !areAll(subproducts, isAttributes) || !areAll(controlFiles, isControlFile)) {
    throw malformed(text);
  }
  return { seq, attributes, subproducts, controlFiles } as ProductValue;
}

export function encodeFileset(value: FilesetValue): string {
  return JSON.stringify([FORM, value.seq, value.chunks, value.attributes, value.controlFiles]);
}

export function decodeFileset(text: string): FilesetValue {
  const [, seq, chunks, attributes, controlFiles] = parse(text);
  if (!isCount(chunks) || !isAttributes(attributes) || !areAll(controlFiles, isControlFile)) throw malformed(text);
  return { seq, chunks, attributes, controlFiles } as FilesetValue;
}

export function encodePlain(value: PlainValue): string {
  return JSON.stringify([FORM, value.seq, value.attributes]);
}

export function decodePlain(text: string): PlainValue {
  const [, seq, attributes] = parse(text);
  if (!isAttributes(attributes)) throw malformed(text);
  return { seq, attributes } as PlainValue;
}

/** Sequence number of a product, fileset, bundle, vendor or category value, without parsing the rest. */
export function sequenceOf(text: string): number {
  const seq = Number(text.slice(3, text.indexOf(',', 3)));
  if (!text.startsWith('[1,') || !Number.isSafeInteger(seq)) throw malformed(text);
  return seq;
}

export function encodeGeneration(value: GenerationValue): string {
  return JSON.stringify([FORM, value.chain, value.sum, value.count, value.products]);
}

export function decodeGeneration(text: string): GenerationValue {
  const [, chain, sum, count, products] = parse(text);
  return { chain, sum, count, products } as GenerationValue;
}

/** One value of any kind that needs no columns: target attributes, next sequence number, control file (base64), script note. */
export function encodeSingle(value: unknown): string {
  return JSON.stringify([FORM, value]);
}

export function decodeSingle<T>(text: string): T {
  return parse(text)[1] as T;
}

export function encodeSaved(saved: readonly SavedFile[]): string {
  return JSON.stringify([FORM, ...saved]);
}

export function decodeSaved(text: string): SavedFile[] {
  const saved = parse(text).slice(1);
  if (!areAll(saved, isSaved)) throw malformed(text);
  return saved as SavedFile[];
}

/** Columns of a file record after path and type. Trailing empty ones are left out; new columns go to the end. */
const COLUMNS = [
  'mode',
  'owner',
  'uid',
  'group',
  'gid',
  'mtime',
  'size',
  'cksum',
  'sha256',
  'link_source',
  'archive_path',
  'is_volatile',
  'revision',
  'major',
  'minor',
  'compression_state',
  'compression_type',
  'compressed_size',
  'compressed_cksum',
  'extra',
] as const satisfies readonly (keyof FileRecord)[];

/** What typeof says of each column. */
const KINDS: Readonly<Record<(typeof COLUMNS)[number], 'number' | 'string' | 'boolean' | 'object'>> = {
  mode: 'number',
  owner: 'string',
  uid: 'number',
  group: 'string',
  gid: 'number',
  mtime: 'number',
  size: 'number',
  cksum: 'number',
  sha256: 'string',
  link_source: 'string',
  archive_path: 'string',
  is_volatile: 'boolean',
  revision: 'string',
  major: 'number',
  minor: 'number',
  compression_state: 'string',
  compression_type: 'string',
  compressed_size: 'number',
  compressed_cksum: 'number',
  extra: 'object',
};

/** All chunks of one fileset's records, in order. */
export function encodeRows(records: readonly FileRecord[]): string[] {
  const chunks: string[] = [];
  for (let from = 0; from < records.length; from += ROWS_PER_CHUNK) {
    chunks.push(JSON.stringify([FORM, ...records.slice(from, from + ROWS_PER_CHUNK).map(encodeRow)]));
  }
  return chunks;
}

export function decodeRows(chunk: string): FileRecord[] {
  const rows = parse(chunk) as [number, ...unknown[][]];
  const records: FileRecord[] = [];
  for (let at = 1; at < rows.length; at++) records.push(decodeRow(rows[at], chunk));
  return records;
}

function encodeRow(record: FileRecord): unknown[] {
  const row: unknown[] = [record.path, record.type];
  let filled = 2;
  for (const column of COLUMNS) {
    const value = record[column];
    row.push(value ?? null);
    if (value !== undefined) filled = row.length;
  }
  row.length = filled;
  return row;
}

function decodeRow(row: unknown, chunk: string): FileRecord {
  if (!Array.isArray(row) || typeof row[0] !== 'string' || typeof row[1] !== 'string') throw malformed(chunk);
  if (isPlain(row)) return plainRecord(row);
  const record: Record<string, unknown> = { path: row[0], type: row[1] as FileType };
  for (let at = 2; at < row.length; at++) {
    const value = row[at];
    if (value === null) continue;
    const column = COLUMNS[at - 2];
    // A column of a newer release is passed over.
    if (column === undefined) break;
    if (typeof value !== KINDS[column]) throw malformed(chunk);
    record[column] = value;
  }
  return record as unknown as FileRecord;
}

/** The row of a plain file: all columns up to the digests and none behind. */
type PlainRow = [
  path: string,
  type: FileType,
  mode: number,
  owner: string,
  uid: number,
  group: string,
  gid: number,
  mtime: number,
  size: number,
  cksum: number,
  sha256: string,
];

const PLAIN_KINDS = ['string', 'string', ...COLUMNS.slice(0, 9).map((column) => KINDS[column])];

function isPlain(row: unknown[]): row is PlainRow {
  if (row.length !== PLAIN_KINDS.length) return false;
  for (let at = 2; at < row.length; at++) if (typeof row[at] !== PLAIN_KINDS[at]) return false;
  return true;
}

// Most records are such; written out they take a third of the memory, and owners that are all the same text one text.
function plainRecord(row: PlainRow): FileRecord {
  return {
    path: row[0],
    type: row[1],
    mode: row[2],
    owner: oneOf(row[3]),
    uid: row[4],
    group: oneOf(row[5]),
    gid: row[6],
    mtime: row[7],
    size: row[8],
    cksum: row[9],
    sha256: row[10],
  };
}

const names = new Map<string, string>();

/** The same text, the same string each time. */
function oneOf(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, name);
  return name;
}

function parse(text: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(text, error);
  }
  if (!Array.isArray(value) || value[0] !== FORM) throw malformed(text);
  return value;
}

function malformed(text: string, cause?: unknown): SdError {
  return new SdError('catalog_damaged', {
    what: 'A record of the catalog cannot be read.',
    because: `It is none of form ${FORM}: ${text.slice(0, 60)}`,
    todo: 'Verify the target with swverify -x ipd=true.',
    cause,
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAttributes(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isText = (each: unknown) => typeof each === 'string';
  return Object.values(value).every((each) => isText(each) || areAll(each, isText));
}

function isControlFile(value: unknown): boolean {
  return isObject(value) && typeof value.tag === 'string' && typeof value.path === 'string';
}

function isSaved(value: unknown): boolean {
  return isObject(value) && typeof value.path === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areAll(value: unknown, is: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
