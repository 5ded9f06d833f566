// The file trees that benchmarks install, the same bytes on every machine: 922 directories per 10,000 files, sizes log-normal around a median of
// 3.5 KiB, one file in a thousand of 1 MiB, 60 % of them text-like (performance.md, "Medium tree").
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One file of a tree. */
export interface TreeFile {
  /** Below the tree's top, for instance `set03/d0041/f000412.txt`. */
  readonly path: string;
  /** The fileset that holds it, 0 to 19. */
  readonly fileset: number;
  readonly size: number;
  readonly text: boolean;
}

export const FILESETS = 20;
const FILES_PER_DIRECTORY = 11.1;
const LARGE = 1 << 20;
const MEDIAN = 3584;
const SPREAD = 1.33;
/** Time of all files, in seconds; a version later by one. */
const MADE = 1_700_000_000;

/** The files of a tree of `count` files (10,000: medium, 100,000: large). */
export function treeFiles(count: number): TreeFile[] {
  const random = generator(42);
  const perFileset = count / FILESETS;
  return Array.from({ length: count }, (_, index) => {
    const fileset = Math.floor(index / perFileset);
    const directory = Math.floor(index / FILES_PER_DIRECTORY);
    const text = random() < 0.6;
    const size =
      index % 1000 === 500 ? LARGE : Math.min(LARGE >> 1, Math.round(MEDIAN * Math.exp(SPREAD * normal(random))));
    const name = `f${String(index).padStart(6, '0')}.${text ? 'txt' : 'bin'}`;
    return {
      path: `set${String(fileset).padStart(2, '0')}/d${String(directory).padStart(5, '0')}/${name}`,
      fileset,
      size,
      text,
    };
  });
}

/** The files that the benchmark's patch replaces: 1,977 of 10,000, spread over all filesets. */
export function patchedFiles(files: readonly TreeFile[]): TreeFile[] {
  const wanted = Math.round(files.length * 0.1977);
  return files.filter(
    (_, index) => Math.floor(((index + 1) * wanted) / files.length) > Math.floor((index * wanted) / files.length),
  );
}

/**
 * Writes files below a folder.
 * @param version content differs from version to version, sizes do not
 */
export function writeTree(top: string, files: readonly TreeFile[], version: number): void {
  let made = '';
  for (const [index, file] of files.entries()) {
    const path = join(top, file.path);
    const folder = dirname(path);
    if (folder !== made) mkdirSync(folder, { recursive: true });
    made = folder;
    writeFileSync(path, content(file, index + version * 1_000_003));
    // rsync goes by size and whole seconds.
    utimesSync(path, MADE + version, MADE + version);
  }
}

function content(file: TreeFile, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(file.size);
  const random = integers(seed + 1);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = file.text ? (LETTERS[random() & 63] ?? 32) : random() & 255;
  }
  return bytes;
}

const LETTERS = Buffer.from('etaoin shrdlu etaoin shrdlu cmfwyp vbgkjq xz\n0123456789,.;etaoin s');

/** A generator of numbers in [0, 1), the same sequence for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  const next = integers(seed);
  return () => next() / 4294967296;
}

function integers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
