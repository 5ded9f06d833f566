// The unpacked payloads of a source. Promise: few are unpacked at one time, whatever the number of packages; one that is being read
// stays. Records are kept, so that a package is unpacked again only for content asked for much later.

import type { Content } from '../../model/content.ts';
import type { FileRecord } from '../../model/software.ts';
import type { OriginPackage, Payload } from './origin.ts';

/** A session reads one package after another; a patch is read beside its base. */
const MOST_OPEN = 4;

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
    for (const [key, each] of this.#open) {
      if (this.#open.size <= MOST_OPEN) break;
      if (key === of || each.readers > 0) continue;
      each.payload.close();
      this.#open.delete(key);
    }
    return open;
  }
}
