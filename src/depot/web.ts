// A depot behind any static web server, to read (D2, D13): `http://host:port/path/depot`, `https://...`.
//
//   `.sd/catalog` there           our published catalog, asked for by ETag; objects and stored files by their hash
//   else `catalog/INDEX`          made elsewhere, or the server hides `.sd`: its text
//   else the address itself       a serial depot, fetched whole
//
// Promise: what selection needs comes at opening, file records and contents when they are asked for (bringRecords, bringContents); all of
// it lies in the cache before it is used, compared with the catalog. Nothing is ever sent but GET.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../host/digest.ts';
import { HttpClient } from '../host/http.ts';
import { shownUrl, webError } from '../host/http-errors.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Content } from '../model/content.ts';
import { hasErrno, SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { FileRecord, FilesetKey } from '../model/software.ts';
import { readCatalogFile } from '../store/catalog-file.ts';
import { readPublished } from '../store/published.ts';
import { isStored } from './available.ts';
import { missing, plainContent, storedAt } from './content.ts';
import type { Brought, Depot } from './depot.ts';
import { compareStored, unproved } from './proved.ts';
import { openSerialDepot } from './serial.ts';
import { badSignature, CATALOG_SIGNATURE, judgeSignature, type SignedCatalog, type Trust } from './signature.ts';
import { type Expected, WebCache } from './web-cache.ts';
import { type Wanted, WebFetch } from './web-fetch.ts';
import { WebTexts } from './web-texts.ts';

export interface WebOptions {
  /** Directories for the cache, the best first; where none can be used it ends with the session. */
  readonly caches: readonly string[];
  /** Bytes the cache may keep after a session. */
  readonly cacheSize: number;
  /** Files in flight. */
  readonly connections: number;
  /** Milliseconds without a byte. */
  readonly timeout: number;
  /** Further tries after a failure that may pass. */
  readonly retries: number;
  readonly trust: Trust;
}

/**
 * Opens the depot at a URL. The caller closes it.
 * Throws SdError `bad_url`, `not_a_depot`, those of host/http.ts and of the signature (signature.ts), `catalog_damaged`.
 */
export async function openWebDepot(location: string, options: WebOptions): Promise<Depot> {
  const url = urlOf(location);
  const { connections, timeout, retries } = options;
  const client = new HttpClient({ connections, timeout, environment: process.env });
  const cache = new WebCache(options.caches, options.cacheSize);
  const fetch = new WebFetch(client, cache, url, { connections, retries });
  const close = () => {
    client.close();
    cache.close();
  };
  try {
    const parts = { location: shownUrl(url), cache, fetch, trust: options.trust };
    const opened = (await ourCatalog(parts)) ?? (await textCatalog(parts));
    const depot = opened ? webDepot(parts, opened) : await serialDepot(parts);
    return { ...depot, close: () => closing([() => depot.close(), () => fetch.remember(), close]) };
  } catch (error) {
    close();
    throw error;
  }
}

interface Parts {
  /** The URL without a password. */
  readonly location: string;
  readonly cache: WebCache;
  readonly fetch: WebFetch;
  readonly trust: Trust;
}

interface Opened {
  readonly catalog: Catalog;
  readonly signed: SignedCatalog;
  readonly findings: readonly Finding[];
  bringRecords(products?: Iterable<string>): Promise<void>;
}

function webDepot({ location, cache, fetch }: Parts, opened: Opened): Depot {
  const { catalog, findings, signed, bringRecords } = opened;
  const wanted = (key: FilesetKey, file: FileRecord): Wanted => {
    if (signed.state === 'trusted' && file.sha256 === undefined) throw unproved(location, key, file);
    return wantedFile(location, key, file);
  };
  const content = (key: FilesetKey, file: FileRecord) =>
    plainContent(location, key, file, openKept(location, cache, key, file));
  return {
    kind: 'remote',
    location,
    catalog,
    findings,
    signed,
    bringRecords,
    bringContents: async (filesets): Promise<Brought> => {
      const files = filesets.flatMap((key) => catalog.files(key).map((file) => ({ key, file })));
      const stored = files.filter(({ file }) => isStored(file));
      const brought = await fetch.bring(stored.map(({ key, file }) => wanted(key, file)));
      // What is stored compressed is only now known to be what its sha256 says.
      const packed = signed.state === 'trusted' ? stored.filter(({ file }) => isPacked(file)) : [];
      for (const { key, file } of packed) compareStored(location, key, file, content);
      return brought;
    },
    content,
    close: () => undefined,
  };
}

/** The published catalog; undefined where the server has none. */
async function ourCatalog(parts: Parts): Promise<Opened | undefined> {
  const { location, cache, fetch } = parts;
  const proved = await provedCatalog(parts);
  if (proved === undefined) return undefined;
  const layout = { kind: 'depot', anchor: cache.home, home: cache.home, textTree: join(cache.home, 'none') } as const;
  writeFileSync(join(cache.home, 'catalog'), proved.bytes);
  try {
    const file = readCatalogFile(cache.home)!;
    await fetch.bring([wantedObject(location, file.header.records)]);
    const { catalog } = readPublished(layout, { whole: true })!;
    const objects = (ids: Iterable<string>) =>
      [...new Set([...ids].flatMap((id) => file.products.all().get(id)?.object ?? []))].map((object) =>
        wantedObject(location, object),
      );
    return {
      catalog,
      findings: [],
      signed:
        proved.signed.state === 'trusted'
          ? { ...proved.signed, generation: file.header.gen, series: 'catalog' }
          : proved.signed,
      bringRecords: async (products) => {
        const all = products === undefined ? [wantedObject(location, file.header.owners)] : [];
        await fetch.bring([...all, ...objects(products ?? file.products.all().keys())]);
      },
    };
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'catalog_damaged') throw error;
    rmSync(join(cache.home, 'catalog'), { force: true });
    const text = await textCatalog(parts);
    if (text === undefined) throw error;
    return { ...text, findings: [damagedWarning(location, error), ...text.findings] };
  }
}

/** Catalog and signature may be replaced between the two answers: a bad pair is asked for once more. */
async function provedCatalog({ fetch, trust, location }: Parts) {
  for (let tries = 0; ; tries++) {
    const [bytes, signature] = await Promise.all([fetch.text('.sd/catalog'), fetch.text(`.sd/${CATALOG_SIGNATURE}`)]);
    if (bytes === undefined && signature === undefined) return undefined;
    try {
      if (bytes === undefined) throw badSignature(location, 'The catalog that was signed is missing.');
      return { bytes, signed: judgeSignature(signature?.toString('utf8'), bytes, trust, location) as SignedCatalog };
    } catch (error) {
      if (tries > 0 || !(error instanceof SdError) || error.code !== 'signature_bad') throw error;
    }
  }
}

async function textCatalog({ fetch, trust, location }: Parts): Promise<Opened | undefined> {
  const opened = await WebTexts.open(fetch, trust, location);
  if (opened === undefined) return undefined;
  const { texts, tree } = opened;
  const { catalog, findings } = tree;
  return {
    catalog,
    findings,
    signed: texts.signed,
    bringRecords: (products) => {
      const ids = products === undefined ? undefined : new Set(products);
      return texts.bringRecords(catalog.products().filter(({ id }) => ids?.has(id) ?? true));
    },
  };
}

async function serialDepot({ fetch, trust, location }: Parts): Promise<Depot> {
  const path = await fetch.whole('');
  try {
    if (path !== undefined) return { ...openSerialDepot(path, { trust, name: location }), kind: 'remote', location };
  } catch (error) {
    if (!(error instanceof SdError) || !['not_an_archive', 'not_a_depot'].includes(error.code)) throw error;
  }
  throw new SdError('not_a_depot', {
    what: `"${location}" is not a depot.`,
    because: 'There is neither ".sd/catalog" nor "catalog/INDEX" below it, and it is no archive.',
    todo: 'Name the directory that swpackage or swcopy made, as the web server shows it.',
    data: { url: location },
  });
}

function wantedObject(location: string, object: string): Wanted {
  if (!/^[0-9a-f]{64}$/.test(object)) {
    throw webError('web_answer', new URL(location), 'Its catalog names an object that cannot be.', 'Do not trust it.');
  }
  return { name: object, path: `.sd/obj/${object}`, expected: { sha256: object } };
}

/** The stored bytes of a file: plain ones are known by their sha256, others by where they are and what is known of them. */
function wantedFile(location: string, key: FilesetKey, file: FileRecord): Wanted {
  const packed = isPacked(file);
  const { size, cksum, sha256 } = packed ? { ...file, sha256: undefined, ...packedFacts(file) } : file;
  const expected: Expected = {
    ...(size === undefined ? {} : { size }),
    ...(cksum === undefined ? {} : { cksum }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  // A file of which nothing is known may be another one next time.
  const now = cksum === undefined && sha256 === undefined ? process.pid : 0;
  const identity = JSON.stringify([location, storedAt(key, file), size, cksum, file.mtime, now]);
  return { name: sha256 ?? `n${sha256Of(Buffer.from(identity))}`, path: storedAt(key, file), expected };
}

function isPacked(file: FileRecord): boolean {
  return file.compression_state === 'compressed';
}

function packedFacts(file: FileRecord) {
  return { size: file.compressed_size, cksum: file.compressed_cksum };
}

function openKept(location: string, cache: WebCache, key: FilesetKey, file: FileRecord): Content {
  try {
    return cache.open(wantedFile(location, key, file).name);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) throw missing(location, key, file, 'It was not fetched.');
    throw error;
  }
}

function urlOf(location: string): URL {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url === undefined || url.hostname === '') {
    throw new SdError('bad_url', {
      what: `"${location}" is no address of a depot.`,
      todo: 'Write it as http://host:port/path/depot or https://host/path/depot.',
      data: { location },
    });
  }
  url.hash = '';
  url.search = '';
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

function damagedWarning(location: string, error: SdError): Finding {
  const text = `The published catalog of the depot "${location}" is damaged; its text catalog is read instead.  ${error.because}`;
  return { severity: 'warning', code: error.code, text, subjects: [location] };
}

/** Runs all, whatever one of them throws. */
function closing(steps: readonly (() => void)[]): void {
  const [first, ...rest] = steps;
  try {
    first?.();
  } finally {
    if (rest.length > 0) closing(rest);
  }
}
