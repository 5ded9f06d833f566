// The published catalog file: a header line with the hash of all of it, lines of the records above products, then one line per product
// with what a listing shows of it (D2; store-and-fleet 1.3; ipd/README.md). The records of products and filesets lie in one object.
// Promise: a reader finds the whole file of one generation, or an error; the line of a product is parsed when somebody looks for it.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { fromKey } from './keys.ts';
import { type ProductSummary, SHOWN } from './records.ts';

const OPEN = '['.charCodeAt(0);
const LINE_END = '\n'.charCodeAt(0);

/** Form of the file. An older one is not read: what it published is published again, from the store. */
const FORM = 2;

export interface CatalogHeader {
  readonly fmt: typeof FORM;
  readonly kind: 'root' | 'depot';
  readonly gen: number;
  /** Chain hash of that generation. */
  readonly chain: string;
  /** Of the header without this, and all that follows its line. */
  readonly sha256: string;
  /** Object with the owner index. */
  readonly owners: string;
  /** Object with the records of all products and filesets, and the directories that installations made. */
  readonly records: string;
  /** The text tree's joined INDEX as this generation wrote it: its hash and the length of its first section. */
  readonly index: { readonly sha256: string; readonly head: number };
}

export interface CatalogFile {
  readonly header: CatalogHeader;
  /** Records of target, vendors, categories and bundles: `key TAB value`, a bundle's with the length of its section behind. */
  readonly lines: readonly string[];
  readonly products: PublishedProducts;
  /** Bundle id → length of its section. */
  readonly bundleSections: ReadonlyMap<string, number>;
}

/** What the file says of one product. */
export interface PublishedProduct {
  /** Object with all its pairs. */
  readonly object: string;
  /** Length of its section in the joined INDEX. */
  readonly section: number;
  readonly summary: ProductSummary;
}

/** Looks at all bytes of a catalog before any of them is used; throws where they are not to be. */
export type Proof = (bytes: Buffer) => void;

/** Text of the file. `lines` as in CatalogFile, without line ends. */
export function printCatalogFile(
  header: Omit<CatalogHeader, 'sha256' | 'fmt'>,
  lines: readonly string[],
  products: Iterable<readonly [string, PublishedProduct]>,
): string {
  const rows = Array.from(products, ([id, product]) => JSON.stringify(printRow(id, product)));
  const body = [...lines, ...rows, ''].join('\n');
  const head = JSON.stringify({ fmt: FORM, ...header });
  return `${head.slice(0, -1)},"sha256":"${hashOf(head, Buffer.from(body))}"}\n${body}`;
}

/** `head` is the header line without its last member, the hash. */
function hashOf(head: string, body: Buffer): string {
  return createHash('sha256').update(`${head}\n`).update(body).digest('hex');
}

/** Takes the hash from the header line. */
const HASH = /,"sha256":"([0-9a-f]{64})"\}$/;

/** A product's line as JSON; null stands for an attribute that it has not, and for the tag of one whose attributes are no plain texts. */
type Row = [
  id: string,
  object: string,
  section: number,
  seq: number,
  tag: string | null,
  revision: string | null,
  title: string | null,
  superseded: 0 | 1,
  ...filesets: number[],
];

function printRow(id: string, { object, section, summary }: PublishedProduct): Row {
  const { seq, shown, superseded, filesets } = summary;
  const [tag, revision, title] = SHOWN.map((keyword) => shown?.[keyword] ?? null);
  return [id, object, section, seq, tag!, revision!, title!, superseded ? 1 : 0, ...filesets];
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
  const end = bytes.indexOf(LINE_END);
  const line = bytes.toString('utf8', 0, Math.max(end, 0));
  const header = parseHeader(path, line);
  const body = bytes.subarray(end + 1);
  if (hashOf(line.replace(HASH, '}'), body) !== HASH.exec(line)?.[1]) {
    throw damaged(path, 'Its content is not what its first line says.');
  }
  return parseBody(path, header, body);
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
  if (header.fmt === FORM && isWhole(header)) return header;
  if (header.fmt === FORM) throw damaged(path, 'Its first line lacks something.');
  if (header.fmt < FORM) throw damaged(path, `It is of form ${header.fmt}, of an older release.`, undefined, true);
  throw new SdError('catalog_too_new', {
    what: `The published catalog "${path}" cannot be read.`,
    because: `It is of form ${header.fmt}; this program knows form ${FORM}.`,
    todo: 'Use a newer release of swdist.',
    data: { path },
  });
}

function isWhole({ gen, chain, sha256, owners, records, index }: CatalogHeader): boolean {
  const texts = [chain, sha256, owners, records, index?.sha256];
  return texts.every((text) => typeof text === 'string') && [gen, index.head].every(Number.isSafeInteger);
}

function parseBody(path: string, header: CatalogHeader, body: Buffer): CatalogFile {
  // Keys begin with a letter, and a JSON text has no line end of its own.
  const begin = body[0] === OPEN ? 0 : body.indexOf('\n[') + 1 || body.length;
  const lines = body
    .toString('utf8', 0, begin)
    .split('\n')
    .filter((line) => line !== '');
  const bundleSections = new Map<string, number>();
  for (const line of lines) {
    if (!line.startsWith('b/')) continue;
    bundleSections.set(fromKey(line.slice(2, line.indexOf('\t'))), Number(line.slice(line.lastIndexOf('\t') + 1)));
  }
  return { header, lines, products: new PublishedProducts(path, body.subarray(begin)), bundleSections };
}

/** The lines of the products. All questions throw SdError `catalog_damaged` where a line cannot be read. */
export class PublishedProducts {
  readonly #path: string;
  readonly #bytes: Buffer;
  #all: Map<string, PublishedProduct> | undefined;

  /** @param bytes the lines as they lie in the file: whoever asks for one product does not wait for the text of all */
  constructor(path: string, bytes: Buffer) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** By product id, in catalog order. */
  all(): ReadonlyMap<string, PublishedProduct> {
    this.#all ??= new Map(this.#parse(this.#bytes.toString().trimEnd().replaceAll('\n', ',')));
    return this.#all;
  }

  /** Those of a tag, in catalog order; undefined where the lines do not tell the tag of every product. */
  tagged(tag: string): readonly (readonly [id: string, product: PublishedProduct])[] | undefined {
    // A product whose tag is not told has null for it, as one without a title has for that.
    const perhaps = this.#bytes.includes(',null,') ? Array.from(this.all().values()) : [];
    if (perhaps.some(({ summary }) => summary.shown === undefined)) return undefined;
    return this.#holding(`,${JSON.stringify(tag)},`).filter(([, { summary }]) => summary.shown?.tag === tag);
  }

  /** The one that has the fileset of this sequence number. */
  holder(seq: number): readonly [id: string, product: PublishedProduct] | undefined {
    return [`,${seq}]`, `,${seq},`]
      .flatMap((words) => this.#holding(words))
      .find(([, { summary }]) => summary.filesets.includes(seq));
  }

  /** Those in whose lines the words stand. */
  #holding(words: string): (readonly [string, PublishedProduct])[] {
    const bytes = this.#bytes;
    const found: (readonly [string, PublishedProduct])[] = [];
    for (let at = bytes.indexOf(words); at >= 0; ) {
      const end = bytes.indexOf(LINE_END, at);
      found.push(...this.#parse(bytes.toString('utf8', bytes.lastIndexOf(LINE_END, at) + 1, end)));
      at = bytes.indexOf(words, end);
    }
    return found;
  }

  /** Lines with commas between them. */
  #parse(lines: string): (readonly [string, PublishedProduct])[] {
    let rows: unknown[];
    try {
      rows = JSON.parse(`[${lines}]`) as unknown[];
    } catch (error) {
      throw damaged(this.#path, 'The line of a product cannot be read.', error);
    }
    return rows.map((row) => {
      if (isRow(row)) return productOf(row);
      throw damaged(this.#path, `The line of a product cannot be read: ${JSON.stringify(row).slice(0, 60)}`);
    });
  }
}

function productOf(row: Row): readonly [string, PublishedProduct] {
  const [id, object, section, seq, tag, revision, title, superseded] = row;
  const shown = tag === null ? undefined : { tag, revision: revision ?? undefined, title: title ?? undefined };
  const filesets = row.slice(FIXED) as number[];
  return [id, { object, section, summary: { seq, shown, superseded: superseded === 1, filesets } }];
}

/** Elements of a row before its filesets. */
const FIXED = 8;

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || typeof row[0] !== 'string' || typeof row[1] !== 'string') return false;
  for (let at = 2; at < Math.max(row.length, FIXED); at++) {
    const value: unknown = row[at];
    const isText = at >= 4 && at <= 6;
    if (isText ? value !== null && typeof value !== 'string' : !Number.isSafeInteger(value)) return false;
  }
  return true;
}

function notAllowed(path: string, cause: unknown): SdError {
  return new SdError('no_permission', {
    what: `The published catalog "${path}" may not be read.`,
    because: reasonOf(cause),
    todo: 'Run the command as its owner, or have its permissions corrected.',
    data: { path },
    cause,
  });
}

/** `old` in its data: nothing is wrong with the file but its age. */
function damaged(path: string, because: string, cause?: unknown, old = false): SdError {
  return new SdError('catalog_damaged', {
    what: `The published catalog "${path}" cannot be used.`,
    because,
    todo: 'The next command that changes this target publishes it again.',
    data: { path, old },
    cause,
  });
}
