// The open store: live catalog, transactions, script notes, publication (D1, D2, D4).
// Promise: `catalog()` shows what the last commit left, at once; after an error behind the point of no return nothing more is done with
// it. Must not: open or mend databases (opening.ts).

import { rmSync } from 'node:fs';
import { testPoint } from '../host/durable.ts';
import type { Catalog } from '../model/catalog.ts';
import type { ChangeSet } from '../model/change.ts';
import { reasonOf, SdError } from '../model/error.ts';
import { type FilesetKey, filesetKey } from '../model/software.ts';
import { ChangeEncoder } from './change-encoder.ts';
import { disagreements } from './check.ts';
import type { Database } from './database.ts';
import { removeHolder, writeHolder } from './holder.ts';
import { decodeFileset, decodeRows, encodeSingle, keys } from './keys.ts';
import type { StoreLayout } from './layout.ts';
import { enter, type Ledger } from './ledger.ts';
import { setAside } from './leftovers.ts';
import { readObject } from './objects.ts';
import type { Opened, OpenOptions, ScriptNote } from './opening.ts';
import { OwnerIndex } from './owner-index.ts';
import { type Publishable, Publisher } from './publisher.ts';
import { type Reader, RecordCatalog } from './record-catalog.ts';
import type { ProductEntry, Records } from './records.ts';
import { type Commits, interrupted, notDone, runTransaction } from './transaction.ts';
import type { Transaction } from './transaction-types.ts';

export class LiveStore implements Commits, Publishable, Reader {
  readonly layout: StoreLayout;
  readonly anchor: string;
  readonly database: Database;
  readonly #records: Records;
  readonly #catalog: Catalog;
  readonly #publisher: Publisher;
  readonly #session: { command: string; user: string; since: number };
  readonly #released: () => void;
  readonly #scripts: Map<string, ScriptNote>;
  /** Where the owner index of the generation at opening can be read. */
  readonly #ownersObject: string | undefined;
  #ledger: Ledger;
  #owners: OwnerIndex | undefined;
  #transactions = 0;
  #changing = false;
  #busy = false;
  #broken: SdError | undefined;
  #closed = false;

  /** `released` is called when the database is closed. */
  constructor(layout: StoreLayout, opened: Opened, options: OpenOptions, released: () => void) {
    const { database, records, audit, file } = opened;
    this.layout = layout;
    this.anchor = layout.anchor;
    this.database = database;
    this.#records = records;
    this.#ledger = audit.ledger;
    this.#scripts = new Map(opened.scripts.map((note) => [keys.script(note.owner, note.tag), note]));
    this.#ownersObject = file?.header.gen === audit.ledger.generation ? file.header.owners : undefined;
    this.#catalog = new RecordCatalog(layout.kind, this);
    this.#session = { command: options.command, user: options.user, since: Date.now() };
    this.#released = released;
    writeHolder(layout.home, { ...this.#session, changing: false });
    const changed = file === undefined ? undefined : audit.changedSince(file.header.gen);
    this.#publisher = new Publisher(layout, this, file, changed);
    // Readers shall see what a session that died has committed.
    if (this.#ledger.generation > 0) this.#tryPublish();
  }

  catalog(): Catalog {
    return this.#catalog;
  }

  async apply(transaction: Transaction): Promise<void> {
    this.#use();
    this.#busy = true;
    try {
      if (transaction.files.length === 0) await this.#applyRecords(transaction);
      else {
        this.#begin(transaction.label);
        await runTransaction(this, this.#nextSession(), transaction);
      }
    } catch (error) {
      if (error instanceof SdError && error.code === 'interrupted') this.#broken = error;
      throw error;
    } finally {
      this.#busy = false;
    }
    this.#tryPublish();
  }

  async scriptStarted(owner: string, tag: string): Promise<void> {
    this.#use();
    this.#markChanging();
    const key = keys.script(owner, tag);
    await this.database.write([[key, encodeSingle({ owner, tag, started: Date.now() } satisfies ScriptNote)]]);
    this.#scripts.delete(key);
    testPoint('script');
  }

  async scriptEnded(owner: string, tag: string, _exit: number): Promise<void> {
    this.#use();
    const key = keys.script(owner, tag);
    await this.database.write([[key, undefined]]);
    this.#scripts.delete(key);
  }

  interruptedScripts(): readonly ScriptNote[] {
    return [...this.#scripts.values()];
  }

  isInterrupted(): boolean {
    return this.#broken !== undefined;
  }

  check(): string[] {
    this.#use();
    return disagreements(this.layout, this, this.#collectOwners());
  }

  publishAnew(): void {
    this.#use();
    this.#publisher.publishAnew();
  }

  async publish(): Promise<void> {
    this.#use();
    this.#publisher.publish();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#broken === undefined) {
        if (this.#publisher.behind) this.#publisher.publish();
        this.#publisher.collect();
      }
    } catch (error) {
      throw notPublished(this.layout, error);
    } finally {
      // Before the lock is free, or the file could be the next session's. After an interruption it stays and tells readers.
      if (this.#broken === undefined) removeHolder(this.layout.home);
      await this.database.close();
      this.#released();
    }
  }

  async discard(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    let aside: string;
    try {
      removeHolder(this.layout.home);
      // While the lock is held, or what goes could be the next session's.
      aside = setAside(this.layout);
    } finally {
      await this.database.close();
      this.#released();
    }
    testPoint('discard');
    rmSync(aside, { recursive: true, force: true });
  }

  generation(): number {
    return this.#ledger.generation;
  }

  ledger(): Ledger {
    return this.#ledger;
  }

  records(): Records {
    return this.#records;
  }

  get(key: string): string | undefined {
    return this.database.get(key);
  }

  value(_productId: string, key: string): string | undefined {
    return this.database.get(key);
  }

  missing(productId: string, key: string): Error {
    return new SdError('store_damaged', {
      what: `The store in "${this.layout.home}" is not whole.`,
      because: `The record ${key} of "${productId}" is missing.`,
      todo: 'Run the command again: the store is mended when it is opened.',
      data: { productId, key },
    });
  }

  owners(path: string): readonly number[] {
    return this.ownerIndex().owners(path);
  }

  head(): Records {
    return this.#records;
  }

  entry(productId: string): ProductEntry | undefined {
    return this.#records.products.get(productId);
  }

  tagged(): undefined {
    return undefined;
  }

  keyOf(seq: number): FilesetKey | undefined {
    return this.#records.keyOf(seq);
  }

  made(path: string): boolean {
    return this.#records.made.has(path);
  }

  ownerIndex(): OwnerIndex {
    this.#owners ??= this.#readOwners() ?? this.#collectOwners();
    return this.#owners;
  }

  encode(change: ChangeSet): ChangeEncoder {
    return new ChangeEncoder(this.#records, (key) => this.database.get(key)).encode(change);
  }

  async commit(encoder: ChangeEncoder, ends: readonly (readonly [string, undefined])[]): Promise<void> {
    const { pairs } = encoder;
    const entered = enter(this.#ledger, pairs, encoder.products, (key) => this.database.get(key));
    const { ledger, bookkeeping, products } = entered;
    const owners = this.ownerIndex();
    await this.database.write([...pairs, ...bookkeeping, ...ends]);
    this.#ledger = ledger;
    encoder.adopt(owners);
    const head = [...pairs.keys()].some((key) => /^[bcv]\//.test(key) || key === keys.target);
    this.#publisher.touch([...encoder.products, ...(products ?? this.#records.products.keys())], head);
  }

  async #applyRecords(transaction: Transaction): Promise<void> {
    const encoder = this.encode(transaction.change(new Map()));
    try {
      testPoint('commit');
    } catch (error) {
      throw interrupted(transaction.label, error);
    }
    await this.commit(encoder, []).catch((error: unknown) => {
      throw interrupted(transaction.label, error);
    });
  }

  /** Before anything is begun a failing disk has failed nothing. */
  #begin(label: string): void {
    try {
      this.#markChanging();
    } catch (error) {
      throw notDone(label, error);
    }
  }

  #use(): void {
    if (this.#closed) throw new Error('the store is closed');
    if (this.#busy) throw new Error('a transaction is running');
    if (this.#broken !== undefined) throw this.#broken;
  }

  #nextSession(): string {
    this.#transactions += 1;
    return `${process.pid}-${this.#session.since.toString(36)}-${this.#transactions}`;
  }

  #markChanging(): void {
    if (this.#changing) return;
    writeHolder(this.layout.home, { ...this.#session, changing: true });
    this.#changing = true;
  }

  /** The commit is durable whatever becomes of its publication: a failure here is told by close(), which tries again. */
  #tryPublish(): void {
    try {
      this.#publisher.publishIfDue();
    } catch (error) {
      if (!(error instanceof SdError) && !(error instanceof Error && 'code' in error)) throw error;
    }
  }

  #readOwners(): OwnerIndex | undefined {
    if (this.#ownersObject === undefined) return undefined;
    try {
      return OwnerIndex.read(readObject(this.layout.home, this.#ownersObject));
    } catch (error) {
      // A damaged copy: the rows in the store say the same.
      if (error instanceof SdError) return undefined;
      throw error;
    }
  }

  #collectOwners(): OwnerIndex {
    const owners = new OwnerIndex();
    for (const product of this.#records.products.values()) {
      for (const { id, seq, value } of product.filesets) {
        const key = filesetKey(product.id, id);
        const paths: string[] = [];
        for (let chunk = 0; chunk < decodeFileset(value).chunks; chunk++) {
          for (const { path } of decodeRows(this.get(keys.rows(key, chunk)) ?? '[1]')) paths.push(path);
        }
        owners.set(seq, paths);
      }
    }
    return owners;
  }
}

function notPublished(layout: StoreLayout, error: unknown): unknown {
  if (error instanceof SdError) return error;
  if (!(error instanceof Error && 'code' in error)) return error;
  return new SdError('not_published', {
    what: `The changes of "${layout.anchor}" were made, but listings do not show them yet.`,
    because: 'path' in error ? `"${error.path}":  ${reasonOf(error)}` : reasonOf(error),
    todo: 'Mend that; the next command that changes this target publishes them.',
    data: { anchor: layout.anchor },
    cause: error,
  });
}
