// Files of a depot on the web into the cache: several in flight, gone on with where they broke off, tried again, compared.
// Promise: what `bring` returns from is whole and has the digests expected, whatever the server did; a file that is here does not travel.
// Must not: know what the files are for.

import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Digests, eachPiece, sha256Of } from '../host/digest.ts';
import type { HttpAnswer, HttpClient } from '../host/http.ts';
import { mayPass, waitAskedFor, webError } from '../host/http-errors.ts';
import { onSignal, stopPoint } from '../host/signals.ts';
import type { SdError } from '../model/error.ts';
import type { Brought } from './depot.ts';
import { type Expected, fits, roomFor, type WebCache } from './web-cache.ts';

/** A file whose content is known by its digests. */
export interface Wanted {
  /** In the cache. */
  readonly name: string;
  /** Below the depot. */
  readonly path: string;
  readonly expected: Expected;
}

/** What was noted of a file that may change. */
interface Seen {
  readonly etag?: string;
  readonly modified?: string;
  readonly name: string;
}

/** Bytes of a file that is read into memory. */
const MOST_TEXT = 256 * 1024 * 1024;
/** Milliseconds before the second try; twice as much before each further one. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

export class WebFetch {
  readonly #client: HttpClient;
  readonly #cache: WebCache;
  readonly #base: URL;
  readonly #connections: number;
  readonly #retries: number;
  readonly #seen: Record<string, Seen>;
  /** The server has answered: it is the right one. */
  #known = false;

  /** `base` is the URL of the depot. */
  constructor(client: HttpClient, cache: WebCache, base: URL, limits: { connections: number; retries: number }) {
    this.#client = client;
    this.#cache = cache;
    this.#base = base;
    this.#connections = limits.connections;
    this.#retries = limits.retries;
    this.#seen = { ...(cache.seen(this.#key()) as Record<string, Seen> | undefined) };
  }

  /** URL of a path below the depot. Throws SdError `web_answer` for one that leads out of it. */
  url(path: string): URL {
    const parts = path.split('/');
    if (parts.some((part) => part === '..' || part === '.')) {
      throw webError(
        'web_answer',
        this.#base,
        'Its catalog names a file outside the depot.',
        'Do not trust this depot.',
      );
    }
    const url = new URL(this.#base);
    const base = url.pathname.replace(/\/+$/, '');
    url.pathname = path === '' ? base : `${base}/${parts.map(encodeURIComponent).join('/')}`;
    return url;
  }

  /** Fetches what is not here yet. Throws SdError `web_content_wrong`, `web_cache_full`, and what HttpClient.get throws; `Stopped`. */
  async bring(wanted: Iterable<Wanted>): Promise<Brought> {
    const missing = new Map<string, Wanted>();
    let kept = 0;
    for (const each of wanted) {
      if (missing.has(each.name)) continue;
      if (this.#cache.take(each.name, each.expected)) kept += 1;
      else if (each.expected.size === 0) this.#cache.put(each.name, Buffer.alloc(0));
      else missing.set(each.name, each);
    }
    let bytes = 0;
    await this.#inFlight([...missing.values()], async (each) => {
      bytes += await this.#file(each);
    });
    return { files: missing.size, bytes, kept };
  }

  /** Small files that may change, each asked for only if it changed; undefined where there is none. */
  async texts(paths: readonly string[]): Promise<Map<string, Buffer | undefined>> {
    const found = new Map<string, Buffer | undefined>();
    await this.#inFlight(paths, async (path) => {
      found.set(path, await this.text(path));
    });
    return found;
  }

  /** One of those. */
  async text(path: string): Promise<Buffer | undefined> {
    const seen = this.#seen[path];
    const here = seen !== undefined && this.#cache.take(seen.name, { sha256: seen.name });
    const condition = here ? conditionOf(seen) : {};
    return this.#trying(async () => {
      const answer = await this.#get(path, condition);
      if (answer.status === 304 && here) {
        answer.drop();
        return this.#cache.read(seen.name);
      }
      if (answer.status === 404) {
        answer.drop();
        this.#note(path, undefined);
        return undefined;
      }
      const bytes = await this.#collect(path, answer);
      const name = sha256Of(bytes);
      if (!this.#cache.take(name, { sha256: name })) this.#cache.put(name, bytes);
      this.#note(path, { ...validators(answer), name });
      return bytes;
    });
  }

  /** A whole file that may change, by its path in the session; undefined where there is none or it is no plain file. */
  async whole(path: string): Promise<string | undefined> {
    const name = await this.#trying(async () => {
      const answer = await this.#get(path, {});
      const type = String(answer.headers['content-type'] ?? '');
      if (answer.status !== 200 || type.startsWith('text/html')) {
        answer.drop();
        return undefined;
      }
      const { etag, modified } = validators(answer);
      const length = answer.headers['content-length'];
      const stable = (etag ?? modified) !== undefined && length !== undefined;
      const identity = JSON.stringify([this.url(path).href, etag, modified, length, stable ? 0 : Date.now()]);
      const file = {
        name: `n${sha256Of(Buffer.from(identity))}`,
        path,
        expected: length ? { size: Number(length) } : {},
      };
      if (this.#cache.take(file.name, file.expected)) {
        answer.giveUp();
        return file.name;
      }
      await this.#gather(file, answer);
      return file.name;
    });
    return name === undefined ? undefined : this.#cache.pathOf(name);
  }

  /** Remembers for the next session what the server said of changeable files. */
  remember(): void {
    this.#cache.note(this.#key(), this.#seen);
  }

  async #inFlight<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
    const rest = all[Symbol.iterator]();
    const stop = onSignal(() => this.#client.close());
    const worker = async () => {
      for (const each of rest) {
        await stopPoint();
        await work(each);
      }
    };
    try {
      const workers = Array.from({ length: Math.min(this.#connections, all.length) }, worker);
      // Nothing may write into the cache behind the end of a session that failed.
      const ends = await Promise.allSettled(workers);
      await stopPoint();
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } finally {
      stop();
    }
  }

  /** Returns the bytes that travelled. */
  async #file(wanted: Wanted): Promise<number> {
    let bytes = 0;
    let wrong = false;
    await this.#trying(async () => {
      for (;;) {
        const begun = this.#begin(wanted);
        try {
          if (begun.have === 0 || begun.have !== wanted.expected.size) {
            const range: Record<string, string> = begun.have > 0 ? { range: `bytes=${begun.have}-` } : {};
            const answer = await this.#get(wanted.path, range);
            bytes += await this.#body(wanted, answer, begun);
          }
        } finally {
          closeSync(begun.fd);
        }
        if (this.#isRight(wanted, begun.digests, begun.length)) break;
        // What had come before may have been another file's beginning: one whole try.
        rmSync(this.#cache.part(wanted.name), { force: true });
        if (wrong || begun.have === 0) throw this.#wrong(wanted);
        wrong = true;
      }
      this.#cache.keep(wanted.name);
    });
    return bytes;
  }

  async #gather(wanted: Wanted, answer: HttpAnswer): Promise<void> {
    rmSync(this.#cache.part(wanted.name), { force: true });
    const begun = this.#begin(wanted);
    try {
      await this.#body(wanted, answer, begun);
    } finally {
      closeSync(begun.fd);
    }
    if (!this.#isRight(wanted, begun.digests, begun.length)) throw this.#wrong(wanted);
    this.#cache.keep(wanted.name);
  }

  #begin(wanted: Wanted): Begun {
    const part = this.#cache.part(wanted.name);
    const fd = roomFor(() => openSync(part, constants.O_RDWR | constants.O_CREAT, 0o644));
    const begun = { fd, have: fstatSync(fd).size, length: 0, digests: new Digests() };
    if (begun.have > (wanted.expected.size ?? Number.POSITIVE_INFINITY)) restart(begun);
    if (begun.have > 0) {
      const content = { kind: 'region', fd, position: 0, size: begun.have, close: () => undefined } as const;
      eachPiece(content, (piece) => begun.digests.update(piece));
    }
    begun.length = begun.have;
    return begun;
  }

  /** Writes a body behind what is there, or over it. Returns how many bytes came. */
  async #body(wanted: Wanted, answer: HttpAnswer, begun: Begun): Promise<number> {
    const { status, headers } = answer;
    if (status === 404) {
      answer.drop();
      const todo = 'The depot was changed, or copied without that file.  Verify it with swverify -d.';
      throw webError('web_not_found', this.url(wanted.path), 'The server has no such file (404).', todo);
    }
    const follows = status === 206 && String(headers['content-range']).startsWith(`bytes ${begun.have}-`);
    if (!follows) restart(begun);
    if (status !== 200 && !follows) {
      answer.giveUp();
      return 0;
    }
    let came = 0;
    await answer.read((piece) => {
      if (begun.length + piece.length > (wanted.expected.size ?? Number.POSITIVE_INFINITY)) throw this.#wrong(wanted);
      write(begun.fd, piece, begun.length);
      begun.digests.update(piece);
      begun.length += piece.length;
      came += piece.length;
    });
    return came;
  }

  #isRight({ expected }: Wanted, digests: Digests, size: number): boolean {
    return fits({ size, cksum: digests.cksum(), sha256: digests.sha256() }, expected);
  }

  async #collect(path: string, answer: HttpAnswer): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    await answer.read((piece) => {
      length += piece.length;
      if (length > MOST_TEXT) {
        throw webError('web_answer', this.url(path), 'It is larger than any catalog.', 'Check the address.');
      }
      pieces.push(piece);
    });
    return Buffer.concat(pieces);
  }

  async #get(path: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const answer = await this.#client.get(this.url(path), headers);
    this.#known = true;
    return answer;
  }

  /** Tries again what may pass, after a pause that doubles. */
  async #trying<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        await stopPoint();
        if (tries >= this.#retries || !mayPass(error, this.#known)) throw error;
        const asked = (waitAskedFor(error) ?? 0) * 1000;
        const length = Math.min(Math.max(FIRST_PAUSE * 2 ** tries, asked), LONGEST_PAUSE);
        await pause(length, undefined, { signal: this.#client.signal }).catch(() => stopPoint());
      }
    }
  }

  #note(path: string, seen: Seen | undefined): void {
    if (seen === undefined) delete this.#seen[path];
    else this.#seen[path] = seen;
  }

  #key(): string {
    return this.#base.href;
  }

  #wrong(wanted: Wanted): SdError {
    const because = 'What the server gives is not what the catalog says: its size or digest is another.';
    const todo = 'The depot was changed without its catalog, or something on the way changes files.';
    return webError('web_content_wrong', this.url(wanted.path), because, todo);
  }
}

/** A file being gathered. */
interface Begun {
  readonly fd: number;
  /** Bytes from an earlier try. */
  have: number;
  /** Bytes there now. */
  length: number;
  digests: Digests;
}

function restart(begun: Begun): void {
  ftruncateSync(begun.fd, 0);
  begun.have = 0;
  begun.length = 0;
  begun.digests = new Digests();
}

function write(fd: number, bytes: Buffer, position: number): void {
  roomFor(() => {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  });
}

function conditionOf(seen: Seen): Record<string, string> {
  if (seen.etag !== undefined) return { 'if-none-match': seen.etag };
  return seen.modified === undefined ? {} : { 'if-modified-since': seen.modified };
}

function validators({ headers }: HttpAnswer): { etag?: string; modified?: string } {
  return {
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(headers['last-modified'] === undefined ? {} : { modified: headers['last-modified'] }),
  };
}
