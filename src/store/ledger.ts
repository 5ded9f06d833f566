// The ledger: one entry per commit under g/, by which the store proves at opening that it is whole (LevelDB traps, store-and-fleet 1.4).
// Promise: every entry holds the chain hash over all operations so far, and the sum and number of all data pairs; a batch, a table or
// a byte that LevelDB lost without saying so makes the sum, the number or the row of generations wrong.

import { createHash } from 'node:crypto';
import { cksumOf } from '../host/digest.ts';
import { decodeGeneration, encodeGeneration, isData, keys } from './keys.ts';

/** What the last commit left. */
export interface Ledger {
  readonly generation: number;
  readonly chain: string;
  readonly sum: number;
  readonly count: number;
}

export const EMPTY_LEDGER: Ledger = { generation: 0, chain: '', sum: 0, count: 0 };

/** Entries kept, so that a session that died can tell which products it changed since the last publication. */
const KEPT = 1024;
/** A commit that touches more products than this does not list them. */
const MOST_LISTED = 256;

export type Pairs = ReadonlyMap<string, string | undefined>;

/**
 * The ledger after `pairs`, and the bookkeeping pairs that belong into the same batch.
 * `get` reads the store as it is before the batch; `products` null stands for all, and so does a vendor that changes: its text stands
 * before each of its products. `chain` takes the place of the computed hash where a generation is rebuilt.
 */
export function enter(
  before: Ledger,
  pairs: Pairs,
  products: ReadonlySet<string> | null,
  get: (key: string) => string | undefined,
  chain?: string,
): { ledger: Ledger; bookkeeping: [string, string | undefined][]; products: ReadonlySet<string> | null } {
  const hash = createHash('sha256').update(before.chain);
  let { sum, count } = before;
  let touched = products;
  for (const [key, value] of pairs) {
    const old = get(key);
    if (old !== undefined) {
      sum -= pairSum(key, Buffer.from(old));
      count -= 1;
      if (key.startsWith('v/')) touched = null;
    }
    if (value !== undefined) {
      sum += pairSum(key, Buffer.from(value));
      count += 1;
    }
    hash.update(`${key}\t${value ?? ''}\n`);
  }
  const generation = before.generation + 1;
  const ledger = { generation, chain: chain ?? hash.digest('hex'), sum: modulo(sum), count };
  const listed = touched === null || touched.size > MOST_LISTED ? null : [...touched];
  const bookkeeping: [string, string | undefined][] = [
    [keys.generation(generation), encodeGeneration({ ...ledger, products: listed })],
  ];
  if (generation > KEPT) bookkeeping.push([keys.generation(generation - KEPT), undefined]);
  return { ledger, bookkeeping, products: touched };
}

/** Adds up a store while it is scanned and compares with its last entry. */
export class Audit {
  #sum = 0;
  #count = 0;
  #first = 0;
  #gap = false;
  #ledger = EMPTY_LEDGER;
  readonly #entries: { generation: number; chain: string; products: readonly string[] | null }[] = [];

  add(key: string, value: Buffer): void {
    if (isData(key)) {
      this.#sum = modulo(this.#sum + pairSum(key, value));
      this.#count += 1;
    } else if (key.startsWith('g/')) this.#entry(Number(key.slice(2)), value.toString());
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Why the store cannot be trusted, or undefined. */
  fault(): string | undefined {
    if (this.#gap) return 'a commit is missing in its history';
    if (this.#count !== this.#ledger.count) {
      return `it holds ${this.#count} records where its last commit left ${this.#ledger.count}`;
    }
    return this.#sum === this.#ledger.sum ? undefined : 'the content of a record has changed';
  }

  /** Chain hash at a generation still on record. */
  chainAt(generation: number): string | undefined {
    return this.#entries.find((each) => each.generation === generation)?.chain;
  }

  /** Products touched after `generation`; undefined when that is no longer known. */
  changedSince(generation: number): Set<string> | undefined {
    if (generation + 1 < this.#first) return undefined;
    const changed = new Set<string>();
    for (const entry of this.#entries) {
      if (entry.generation <= generation) continue;
      if (entry.products === null) return undefined;
      for (const id of entry.products) changed.add(id);
    }
    return changed;
  }

  #entry(generation: number, text: string): void {
    const { chain, sum, count, products } = decodeGeneration(text);
    if (this.#first === 0) this.#first = generation;
    else if (generation !== this.#ledger.generation + 1) this.#gap = true;
    this.#ledger = { generation, chain, sum, count };
    this.#entries.push({ generation, chain, products });
  }
}

function pairSum(key: string, value: Buffer): number {
  // The key's cksum is spread, so that two values that changed places do not add up the same.
  return Math.imul(cksumOf(Buffer.from(key)) | 1, cksumOf(value)) >>> 0;
}

function modulo(sum: number): number {
  return ((sum % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;
}
