// The door of the room, and the only file that knows the library `level` (D1, D9). It is loaded when a store is opened, not before.
// Promise: one handle per path per process, for LevelDB's lock is lost when a second one is refused (store-and-fleet 1.5).

import { realpathSync } from 'node:fs';
import type { Level } from 'level';
import type { Catalog } from '../model/catalog.ts';
import { hasErrno } from '../model/error.ts';
import type { Database, Engine } from './database.ts';
import type { StoreLayout } from './layout.ts';
import { LiveStore } from './live-store.ts';
import { locked, notPermitted, type OpenOptions, openWhole, type ScriptNote } from './opening.ts';
import type { Transaction } from './transaction-types.ts';

export type { OpenOptions, Recovery, ScriptNote } from './opening.ts';

/** A store held by this session. */
export interface Store {
  readonly layout: StoreLayout;
  /** A live view: what the last apply() left; synchronous. */
  catalog(): Catalog;
  /**
   * One transaction (D4). Throws SdError after undoing everything (`content_mismatch`, `directory_in_the_way`, `file_in_the_way`, `file_fixed`,
   * `not_done` with the errno, whatever `content` or `change` throw), or `interrupted` behind the point of no return: nothing more can
   * be done with this store then, and the next opening finishes the work.
   */
  apply(transaction: Transaction): Promise<void>;
  /** Notes durably that a script begins. `owner` is a product id or fileset key, in the catalog or about to be. */
  scriptStarted(owner: string, tag: string): Promise<void>;
  /** Notes that it ended; also the way to acknowledge an interrupted one. */
  scriptEnded(owner: string, tag: string, exit: number): Promise<void>;
  /** Scripts that a session which died had started; never run again by themselves (SD: the fileset is corrupt). */
  interruptedScripts(): readonly ScriptNote[];
  /** True once an apply() threw `interrupted`: work waits here for the next opening. */
  isInterrupted(): boolean;
  /** Makes every index anew and compares it, the published catalog and the text tree with the store; one sentence each disagreement. */
  check(): string[];
  /** Writes all that is published again, whatever is there. Throws the errno error. */
  publishAnew(): void;
  /** Publishes catalog and text tree of the present generation now. */
  publish(): Promise<void>;
  /** Publishes what is behind and frees the lock. Throws SdError `not_published` where only that failed. */
  close(): Promise<void>;
  /** Takes store and text tree away, whatever they hold, and frees the lock: whoever waits for it finds nothing. Throws the errno error. */
  discard(): Promise<void>;
}

const open = new Set<string>();

/**
 * Opens the store of a root or depot for a changing session, recovering or rebuilding first; `onRecovered` hears of it.
 * Throws SdError `target_locked`, `store_damaged`, `store_missing`, `store_too_new`, `no_permission`, `place_outside`, `interrupted`.
 */
export async function openStore(layout: StoreLayout, options: OpenOptions): Promise<Store> {
  const path = realPath(layout, layout.home);
  if (open.has(path)) throw locked(layout);
  open.add(path);
  try {
    const opened = await openWhole(await levelEngine(), layout, options);
    try {
      return new LiveStore(layout, opened, options, () => open.delete(path));
    } catch (error) {
      await opened.database.close();
      throw notPermitted(layout, error);
    }
  } catch (error) {
    open.delete(path);
    throw notPermitted(layout, error);
  }
}

/** The same name for the same directory, also before it is there. */
function realPath(layout: StoreLayout, path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw notPermitted(layout, error);
    const slash = path.lastIndexOf('/');
    return slash <= 0 ? path : `${realPath(layout, path.slice(0, slash))}${path.slice(slash)}`;
  }
}

async function levelEngine(): Promise<Engine> {
  // Through the default export: a bundle gives a CommonJS module no other.
  const { Level } = (await import('level')).default;
  return {
    async open(path, createIfMissing) {
      const level = new Level<string, string>(path);
      try {
        await level.open({ createIfMissing, passive: false });
      } catch (error) {
        await level.close();
        throw error;
      }
      return new LevelDatabase(level);
    },
    isLocked: (error) => error instanceof Error && hasErrno(error.cause, 'LEVEL_LOCKED'),
    // On Node `Level` is ClassicLevel, whose types the package does not pass on.
    repair: (path) => (Level as unknown as { repair(path: string): Promise<void> }).repair(path),
  };
}

const SCAN = 1000;
const SCAN_BYTES = 1024 * 1024;

class LevelDatabase implements Database {
  readonly #level: Level<string, string>;

  constructor(level: Level<string, string>) {
    this.#level = level;
  }

  get(key: string): string | undefined {
    return this.#level.getSync(key);
  }

  async scan(from: string, to: string, take: (key: string, value: Buffer) => void): Promise<void> {
    const range = { gte: from, lt: to, keyEncoding: 'utf8', valueEncoding: 'buffer', highWaterMarkBytes: SCAN_BYTES };
    const iterator = this.#level.iterator<string, Buffer>(range);
    try {
      for (let entries = await iterator.nextv(SCAN); entries.length > 0; entries = await iterator.nextv(SCAN)) {
        for (const [key, value] of entries) take(key, value);
      }
    } finally {
      await iterator.close();
    }
  }

  async write(pairs: Iterable<readonly [string, string | undefined]>): Promise<void> {
    const batch = this.#level.batch();
    for (const [key, value] of pairs) {
      if (value === undefined) batch.del(key);
      else batch.put(key, value);
    }
    await batch.write({ sync: true });
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}
