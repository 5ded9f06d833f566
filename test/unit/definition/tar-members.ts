// The regular members of a small uncompressed ustar archive, for reading the samples of another implementation.

import { readFileSync } from 'node:fs';

export function membersOf(archive: string): Map<string, Buffer> {
  const bytes = readFileSync(archive);
  const members = new Map<string, Buffer>();
  const word = (start: number, end: number) => bytes.subarray(start, end).toString().replace(/\0.*$/s, '').trim();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(word(at + 124, at + 136), 8) || 0;
    if (word(at + 156, at + 157) !== '5') members.set(word(at, at + 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}
