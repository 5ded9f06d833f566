// What stat(2) says of an object's type and device numbers, in the words of SD's records (formats.md 1, 11).

import type { Stats } from 'node:fs';
import type { FileType } from '../model/software.ts';

/** True when the object on disk is what a record of this type describes; a hard link is a regular file. */
export function isOfType(type: FileType, found: Stats): boolean {
  switch (type) {
    case 'd':
      return found.isDirectory();
    case 's':
      return found.isSymbolicLink();
    case 'p':
      return found.isFIFO();
    case 'b':
      return found.isBlockDevice();
    case 'c':
      return found.isCharacterDevice();
    default:
      return found.isFile();
  }
}

/** The type of a record that describes this object; undefined for a socket, which SD does not know. */
export function typeOf(found: Stats): FileType | undefined {
  return (['f', 'd', 's', 'p', 'b', 'c'] as const).find((type) => isOfType(type, found));
}

/** Major and minor of a device number (`rdev`) as glibc packs them. */
export function deviceNumbers(device: number): [major: number, minor: number] {
  const big = BigInt(device);
  const major = ((big >> 8n) & 0xfffn) | ((big >> 32n) & ~0xfffn);
  const minor = (big & 0xffn) | ((big >> 12n) & ~0xffn);
  return [Number(major), Number(minor & 0xffffffffn)];
}

/** A mode as SD prints it: `0755`. */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
