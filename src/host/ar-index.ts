// The symbol index of an `ar` archive (member `/`, or `/SYM64/` with offsets of 8 bytes): a count, that many positions of member
// headers, then the symbols' names, each ended by NUL; big-endian. Promise: entries keep their order, so moving there and back is exact.

import { SdError } from '../model/error.ts';

/** `data` is the index to be written; `move` fills in the new positions once they are known. */
export interface MovedIndex {
  readonly data: Buffer;
  move(positions: ReadonlyMap<number, number>): void;
}

/** The index without the symbols of members that are not in `present` (old header positions). Throws SdError `ar_corrupt`. */
export function movedIndex(bytes: Uint8Array, wide: boolean, present: ReadonlySet<number>): MovedIndex {
  const width = wide ? 8 : 4;
  const old = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const get = (at: number) => (wide ? Number(old.readBigUInt64BE(at)) : old.readUInt32BE(at));
  const count = old.length < width ? 0 : get(0);
  if ((count + 1) * width > old.length) {
    throw new SdError('ar_corrupt', {
      what: 'The object archive is damaged.',
      because: `Its symbol index names ${count} symbols but is too short for them.`,
      todo: 'Run "ranlib" on it.',
    });
  }
  const offsets = Array.from({ length: count }, (_, i) => get((i + 1) * width));
  const complete = offsets.every((offset) => present.has(offset));
  const data = complete ? Buffer.from(old) : withoutAbsent(old, offsets, width, present);
  const kept = offsets.filter((offset) => present.has(offset));
  return {
    data,
    move(positions) {
      kept.forEach((offset, i) => {
        const to = positions.get(offset)!;
        if (wide) data.writeBigUInt64BE(BigInt(to), (i + 1) * width);
        else data.writeUInt32BE(to, (i + 1) * width);
      });
    },
  };
}

function withoutAbsent(old: Buffer, offsets: readonly number[], width: number, present: ReadonlySet<number>): Buffer {
  const symbols = old.toString('latin1', (offsets.length + 1) * width).split('\0');
  const kept = symbols.slice(0, offsets.length).filter((_, i) => present.has(offsets[i]!));
  const names = Buffer.from(kept.map((symbol) => `${symbol}\0`).join(''), 'latin1');
  const length = (kept.length + 1) * width + names.length;
  const data = Buffer.alloc(length + (length % 2));
  // The count is the last four bytes of its field in either width: no archive has 2^32 symbols.
  data.writeUInt32BE(kept.length, width - 4);
  data.set(names, (kept.length + 1) * width);
  return data;
}
