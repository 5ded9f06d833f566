// Who owns a path: an index of (hash of the path, sequence number of the fileset), live in the store and published as one object.
// Promise: 12 bytes an entry, one binary search a question; a directory listed by ten thousand products costs no more than one path.
// A hash has 53 bits and is not compared with the path again: among a million paths the chance of any false owner is 1 in 18,000.

/** 53 bits of a path as a safe integer; two rounds of multiplication mix every character into both halves. */
export function pathHash(path: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}

const MAGIC = 'swdist owners 1\n';

export class OwnerIndex {
  /** Sorted by hash, then by sequence number. */
  #hashes = new Float64Array(0);
  #seqs = new Uint32Array(0);
  /** What has changed since the arrays were sorted. */
  readonly #added = new Map<number, number[]>();
  readonly #addedBy = new Map<number, readonly number[]>();
  readonly #stale = new Set<number>();

  /** Reads what `bytes` wrote. Throws where it is not of that form. */
  static read(bytes: Buffer): OwnerIndex {
    const head = MAGIC.length;
    const count = (bytes.length - head) / 12;
    if (bytes.toString('latin1', 0, head) !== MAGIC || !Number.isInteger(count)) throw new Error('not an owner index');
    const index = new OwnerIndex();
    // Copies, because the arrays need an alignment that a file's buffer does not promise.
    index.#hashes = new Float64Array(new Uint8Array(bytes.subarray(head, head + count * 8)).buffer);
    index.#seqs = new Uint32Array(new Uint8Array(bytes.subarray(head + count * 8)).buffer);
    return index;
  }

  /** Replaces all paths of one fileset; none drops it. */
  set(seq: number, paths: Iterable<string>): void {
    this.#stale.add(seq);
    for (const hash of this.#addedBy.get(seq) ?? []) this.#forget(hash, seq);
    this.#addedBy.delete(seq);
    const hashes = [...new Set(Array.from(paths, pathHash))];
    if (hashes.length === 0) return;
    this.#addedBy.set(seq, hashes);
    for (const hash of hashes) {
      const there = this.#added.get(hash);
      if (there === undefined) this.#added.set(hash, [seq]);
      else there.push(seq);
    }
  }

  /** Sequence numbers of the filesets that list the path, lowest first. */
  owners(path: string): number[] {
    const hash = pathHash(path);
    const found: number[] = [...(this.#added.get(hash) ?? [])];
    for (let at = lowerBound(this.#hashes, hash); this.#hashes[at] === hash; at++) {
      if (!this.#stale.has(this.#seqs[at]!)) found.push(this.#seqs[at]!);
    }
    return found.sort((left, right) => left - right);
  }

  /** The whole index as bytes, the same for the same entries. Folds the changes in first. */
  bytes(): Buffer {
    this.#fold();
    return Buffer.concat([
      Buffer.from(MAGIC, 'latin1'),
      Buffer.from(this.#hashes.buffer, 0, this.#hashes.byteLength),
      Buffer.from(this.#seqs.buffer, 0, this.#seqs.byteLength),
    ]);
  }

  #forget(hash: number, seq: number): void {
    const left = this.#added.get(hash)?.filter((each) => each !== seq) ?? [];
    if (left.length === 0) this.#added.delete(hash);
    else this.#added.set(hash, left);
  }

  /** Merges the added entries into the sorted arrays, leaving out the stale ones: one pass. */
  #fold(): void {
    if (this.#stale.size === 0) return;
    const fresh = Float64Array.from(this.#added.keys()).sort();
    let size = this.#hashes.length;
    for (const seqs of this.#added.values()) size += seqs.length;
    const hashes = new Float64Array(size);
    const seqs = new Uint32Array(size);
    let to = 0;
    let from = 0;
    const put = (hash: number, seq: number) => {
      hashes[to] = hash;
      seqs[to++] = seq;
    };
    for (let at = 0; at <= fresh.length; at++) {
      const hash = at < fresh.length ? fresh[at]! : Number.POSITIVE_INFINITY;
      for (; from < this.#hashes.length && this.#hashes[from]! < hash; from++) {
        if (!this.#stale.has(this.#seqs[from]!)) put(this.#hashes[from]!, this.#seqs[from]!);
      }
      if (at === fresh.length) break;
      const same = [...this.#added.get(hash)!];
      for (; this.#hashes[from] === hash; from++) if (!this.#stale.has(this.#seqs[from]!)) same.push(this.#seqs[from]!);
      for (const seq of same.sort((left, right) => left - right)) put(hash, seq);
    }
    this.#hashes = hashes.slice(0, to);
    this.#seqs = seqs.slice(0, to);
    this.#added.clear();
    this.#addedBy.clear();
    this.#stale.clear();
  }
}

function lowerBound(hashes: Float64Array, hash: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hashes[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}
