// The published catalog file: a header line with the hash of the rest, then one line per record (D2; store-and-fleet 1.3).
// Line of a product: key TAB value TAB object TAB length of its section in the text tree's INDEX. All others: key TAB value.
// Promise: a reader finds the whole file of one generation, or an error; nothing but the header is parsed before it is needed.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { fromKey } from './keys.ts';
import { type Records, RecordsBuilder } from './records.ts';

export interface CatalogHeader {
  readonly fmt: 1;
  readonly kind: 'root' | 'depot';
  readonly gen: number;
  /** Chain hash of that generation. */
  readonly chain: string;
  /** Of all that follows the header line. */
  readonly sha256: string;
  /** Object with the owner index. */
  readonly owners: string;
  /** The text tree's joined INDEX as this generation wrote it: its hash and the length of its first section. */
  readonly index: { readonly sha256: string; readonly head: number };
}

export interface CatalogFile {
  readonly header: CatalogHeader;
  /** Product id → its object and the length of its section in the joined INDEX. */
  readonly objects: ReadonlyMap<string, { readonly object: string; readonly section: number }>;
  /** Bundle id → length of its section. */
  readonly bundleSections: ReadonlyMap<string, number>;
  records(): Records;
}

/** Looks at all bytes of a catalog before any of them is used; throws where they are not to be. */
export type Proof = (bytes: Buffer) => void;

/** Text of the file. `lines` end with a newline each. */
export function printCatalogFile(header: Omit<CatalogHeader, 'sha256' | 'fmt'>, lines: readonly string[]): string {
  const body = lines.join('');
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${JSON.stringify({ fmt: 1, ...header, sha256 })}\n${body}`;
}

/**
 * Reads `catalog` (or an older one, by name). Undefined when there is none.
 * Throws SdError `catalog_damaged`, `no_permission`, and what `proof` throws.
 */
export function readCatalogFile(home: string, name = 'catalog', proof?: Proof): CatalogFile | undefined {
  const path = join(home, name);
  let bytes: Buffer;
  try {
    bytes = readProved(path, proof);
  } catch (error) {
    if (error instanceof SdError) throw error;
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (hasErrno(error, 'EACCES', 'EPERM')) throw notAllowed(path, error);
    throw damaged(path, reasonOf(error), error);
  }
  const end = bytes.indexOf(10);
  const header = parseHeader(path, bytes.toString('utf8', 0, Math.max(end, 0)));
  const body = bytes.subarray(end + 1);
  if (createHash('sha256').update(body).digest('hex') !== header.sha256) {
    throw damaged(path, 'Its content is not what its first line says.');
  }
  return parseLines(header, body.toString('utf8').split('\n'));
}

/** A catalog may be replaced while its proof is looked at: what fails is read again, until the same bytes fail twice. */
function readProved(path: string, proof: Proof | undefined): Buffer {
  for (let failed: Buffer | undefined; ; ) {
    const bytes = readFileSync(path);
    try {
      proof?.(bytes);
      return bytes;
    } catch (error) {
      if (failed?.equals(bytes)) throw error;
      failed = bytes;
    }
  }
}

function parseHeader(path: string, line: string): CatalogHeader {
  let header: CatalogHeader;
  try {
    header = JSON.parse(line) as CatalogHeader;
  } catch (error) {
    throw damaged(path, 'Its first line cannot be read.', error);
  }
  if (typeof header !== 'object' || header === null) throw damaged(path, 'Its first line cannot be read.');
  if (header.fmt === 1 && isWhole(header)) return header;
  if (header.fmt === 1) throw damaged(path, 'Its first line lacks something.');
  throw new SdError('catalog_too_new', {
    what: `The published catalog "${path}" cannot be read.`,
    because: `It is of form ${header.fmt}; this program knows form 1.`,
    todo: 'Use a newer release of swdist.',
    data: { path },
  });
}

function isWhole({ gen, chain, sha256, owners, index }: CatalogHeader): boolean {
  const texts = [chain, sha256, owners, index?.sha256];
  return texts.every((text) => typeof text === 'string') && [gen, index.head].every(Number.isSafeInteger);
}

function parseLines(header: CatalogHeader, lines: readonly string[]): CatalogFile {
  const objects = new Map<string, { object: string; section: number }>();
  const bundleSections = new Map<string, number>();
  for (const line of lines) {
    const kind = line[0];
    if (kind !== 'p' && kind !== 'b') continue;
    const last = line.lastIndexOf('\t');
    const id = fromKey(line.slice(2, line.indexOf('\t')));
    const section = Number(line.slice(last + 1));
    if (kind === 'b') bundleSections.set(id, section);
    else objects.set(id, { object: line.slice(line.lastIndexOf('\t', last - 1) + 1, last), section });
  }
  let records: Records | undefined;
  return {
    header,
    objects,
    bundleSections,
    records() {
      records ??= recordsOf(lines);
      return records;
    },
  };
}

function recordsOf(lines: readonly string[]): Records {
  const builder = new RecordsBuilder();
  for (const line of lines) {
    if (line === '') continue;
    const tab = line.indexOf('\t');
    const after = line.indexOf('\t', tab + 1);
    builder.add(line.slice(0, tab), () => line.slice(tab + 1, after < 0 ? undefined : after));
  }
  return builder.build();
}

function notAllowed(path: string, cause: unknown): SdError {
  return new SdError('no_permission', {
    what: `The published catalog "${path}" may not be read.`,
    because: cause instanceof Error ? `${cause.message}.` : '',
    data: { path },
    cause,
  });
}

function damaged(path: string, because: string, cause?: unknown): SdError {
  return new SdError('catalog_damaged', {
    what: `The published catalog "${path}" cannot be used.`,
    because,
    todo: 'The next command that changes this target publishes it again.',
    data: { path },
    cause,
  });
}
