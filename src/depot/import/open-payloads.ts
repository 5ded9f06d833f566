// The unpacked payloads of a source. Promise: what lies unpacked at one time stays below limits, whatever the number and size of the
// packages; one that is being read stays. Records are kept, so that a package is unpacked again only for content asked for much later.

import type { Content } from '../../model/content.ts';
import type { FileRecord } from '../../model/software.ts';
import type { OriginPackage, Payload } from './origin.ts';

/** Each takes a descriptor, and its bytes on disk; enough that an ordinary session unpacks nothing twice. */
const MOST_OPEN = 200;
const MOST_BYTES = 1024 * 1024 * 1024;

interface Open {
  readonly payload: Payload;
  readers: number;
}

export class OpenPayloads {
  /** Least recently used first. */
  readonly #open = new Map<OriginPackage, Open>();
  readonly #records = new Map<OriginPackage, readonly FileRecord[]>();

  /** All records of a package. Throws what `OriginPackage.open` and `Payload.records` throw. */
  records(of: OriginPackage): readonly FileRecord[] {
    let records = this.#records.get(of);
    if (records === undefined) {
      records = this.#use(of).payload.records();
      this.#records.set(of, records);
    }
    return records;
  }

  /** Content of one file; its `close` must be called where it has one. Throws as `records`. */
  content(of: OriginPackage, path: string): Content {
    // Nothing of a package is handed out before all of it was compared with its digests.
    this.records(of);
    const open = this.#use(of);
    const content = open.payload.content(path);
    if (content.kind === 'bytes') return content;
    open.readers += 1;
    let closed = false;
    const close = () => {
      if (!closed) open.readers -= 1;
      closed = true;
    };
    return { ...content, close };
  }

  close(): void {
    for (const { payload } of this.#open.values()) payload.close();
    this.#open.clear();
  }

  #use(of: OriginPackage): Open {
    const open = this.#open.get(of) ?? { payload: of.open(), readers: 0 };
    this.#open.delete(of);
    this.#open.set(of, open);
    this.#closeOld(of);
    return open;
  }

  /** The least recently used go first, down to the limits; `but` stays, and what is being read. */
  #closeOld(but: OriginPackage): void {
    let bytes = 0;
    for (const { payload } of this.#open.values()) bytes += payload.size;
    for (const [key, { payload, readers }] of this.#open) {
      if (this.#open.size <= MOST_OPEN && bytes <= MOST_BYTES) return;
      if (key === but || readers > 0) continue;
      payload.close();
      bytes -= payload.size;
      this.#open.delete(key);
    }
  }
}
