// A serial depot that comes by once: standard input, a pipe, a tape (formats.md 13).
// Promise: the catalog is kept in memory, contents go into a spool of limited size as they pass (host/spool.ts); there is never a copy of
// the whole. In SD's order, contents of what is worked on arrive as they are asked for, and what nobody wants is not kept.
//
//   contents asked for in the order they come         no more than the spool's limit is ever on disk
//   asked for later, still in the spool               found there
//   asked for when they had to go                     SdError `content_passed`

import { notAnArchive } from '../host/archive.ts';
import { type PassingArchive, type PassingMember, passingArchive } from '../host/archive-stream.ts';
import { safeName } from '../host/rootpath.ts';
import { Spool } from '../host/spool.ts';
import type { Content } from '../model/content.ts';
import { SdError } from '../model/error.ts';
import { everyFileset } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { type CatalogTexts, catalogFromTexts } from '../store/text-read.ts';
import { noCatalog, orderFinding, prefixBefore, refuseBehind, sequenceOf, type Volume } from './volume.ts';

/** Bytes of contents kept on disk. */
const SPOOL = 512 * 1024 * 1024;
/** Bytes of catalog kept in memory. */
const MOST_CATALOG = 256 * 1024 * 1024;

/**
 * The volume that `fd` delivers; it closes `fd`. Reads as far as the catalog goes.
 * Throws SdError `not_an_archive`, `not_a_depot`, `archive_unsafe_path`, `archive_truncated`, `archive_corrupt`, `decoder_missing`.
 */
export function passingVolume(name: string, fd: number, close: () => void, limit: number = SPOOL): Volume {
  try {
    const archive = passingArchive(fd, name);
    if (archive === undefined) throw notAnArchive(name, 'Nothing came, or neither tar nor cpio, plain or compressed.');
    const passing = new Passing(archive, limit, close);
    try {
      passing.readCatalog();
    } catch (error) {
      passing.close();
      throw error;
    }
    return passing;
  } catch (error) {
    close();
    throw error;
  }
}

class Passing implements Volume {
  readonly name: string;
  readonly findings: Finding[] = [];
  readonly #archive: PassingArchive;
  readonly #close: () => void;
  readonly #spool: Spool;
  readonly #names = new Names();
  readonly #catalog = new Map<string, Buffer>();
  /** Members that may be of the catalog, by their whole path, until its place is known. */
  readonly #early = new Map<string, Buffer>();
  readonly #links = new Set<string>();
  #prefix: string | undefined;
  #catalogBytes = 0;
  #wanted: ReadonlySet<string> | undefined;
  #ended = false;
  #closed = false;

  constructor(archive: PassingArchive, limit: number, close: () => void) {
    this.#archive = archive;
    this.#close = close;
    this.#spool = new Spool(limit);
    this.name = archive.name;
  }

  readonly texts = {
    read: (path: string) => this.#catalog.get(path),
    list: () => [...this.#catalog.keys()],
  };

  /** Reads until contents begin; on, where the catalog did not come first, until each fileset's part has come. */
  readCatalog(): void {
    while (this.#pass() !== 'content' || this.#prefix === undefined) if (this.#ended) break;
    if (this.#prefix === undefined) throw noCatalog(this.name);
    if (this.#ended || sequenceOf(this.#catalog.get('INDEX')!) > 1) return;
    const missing = filesetsWithoutInfo(this.texts);
    while (missing.length > 0 && !this.#ended) {
      if (this.#pass() !== 'text') continue;
      if (this.findings.length === 0)
        this.findings.push(orderFinding(this.name, 'parts of its catalog stand behind contents'));
      while (missing.length > 0 && this.#catalog.has(`${missing.at(-1)}/INFO`)) missing.pop();
    }
  }

  holds(): boolean {
    // What has not come yet is not known to be missing.
    return true;
  }

  stored(path: string): Content | { because: string } {
    for (;;) {
      const found = this.#spool.content(this.#names.real(this.#prefix + path));
      if (found === 'gone') throw passedBy(this.name, path);
      if (found !== undefined) return found;
      if (this.#ended) return { because: 'It did not come.' };
      this.#pass();
    }
  }

  want(directories: ReadonlySet<string>): void {
    this.#wanted = directories;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#archive.close();
    this.#spool.close();
    this.#close();
  }

  /** Takes the next member and answers what it was. */
  #pass(): 'text' | 'content' | 'other' {
    const member = this.#archive.next();
    if (member === undefined) {
      this.#ended = true;
      for (const path of this.#names.empty()) this.#spool.keep(path, 0, () => undefined);
      return 'other';
    }
    refuseBehind(this.name, member.path, this.#links);
    if (member.type === 's') this.#links.add(member.path);
    if (member.type !== 'f' && member.type !== 'h') return 'other';
    if (this.#prefix === undefined) this.#lookForPrefix(member.path);
    const catalog = `${this.#prefix ?? ''}catalog/`;
    if (this.#prefix !== undefined ? member.path.startsWith(catalog) : /(?:^|\/)catalog\//.test(member.path)) {
      const text = this.#textOf(member);
      if (this.#prefix === undefined) this.#early.set(member.path, text);
      else this.#catalog.set(member.path.slice(catalog.length), text);
      return 'text';
    }
    this.#takeContent(member);
    return 'content';
  }

  /** Before INDEX has come nobody knows where the catalog begins: what may be part of it is kept until then. */
  #lookForPrefix(path: string): void {
    this.#prefix = prefixBefore(path);
    if (this.#prefix === undefined) {
      const what = `"${safeName(path)}" stands before "catalog/INDEX"`;
      if (this.findings.length === 0) this.findings.push(orderFinding(this.name, what));
      return;
    }
    const catalog = `${this.#prefix}catalog/`;
    for (const [early, text] of this.#early) {
      if (early.startsWith(catalog)) this.#catalog.set(early.slice(catalog.length), text);
      else this.#spool.keep(early, text.length, (write) => write(text));
    }
    this.#early.clear();
  }

  #textOf(member: PassingMember): Buffer {
    this.#catalogBytes += member.size;
    if (this.#catalogBytes > MOST_CATALOG) throw tooLarge(this.name);
    const pieces: Buffer[] = [];
    this.#archive.content(member, (piece) => pieces.push(Buffer.from(piece)));
    return Buffer.concat(pieces);
  }

  #takeContent(member: PassingMember): void {
    if (!this.#names.take(member) || !this.#isWanted(member.path)) return;
    this.#spool.keep(member.path, member.size, (write) => this.#archive.content(member, write));
  }

  #isWanted(path: string): boolean {
    if (this.#wanted === undefined) return true;
    const below = path.slice(this.#prefix?.length);
    const second = below.indexOf('/', below.indexOf('/') + 1);
    return this.#wanted.has(below.slice(0, second + 1));
  }
}

/** Several names of one file: hard links of tar, and inodes of cpio, where the content comes with one of the names, often the last. */
class Names {
  /** Name → the name its content comes under. */
  readonly #real = new Map<string, string>();
  readonly #withContent = new Map<string, string>();
  readonly #without = new Map<string, string[]>();

  /** Notes a member. Answers whether it brings content of its own. */
  take({ path, type, size, link, inode }: PassingMember): boolean {
    if (type === 'h') {
      this.#real.set(path, link!);
      return false;
    }
    if (inode === undefined) return true;
    if (size > 0) {
      this.#withContent.set(inode, path);
      for (const other of this.#without.get(inode) ?? []) this.#real.set(other, path);
      this.#without.delete(inode);
      return true;
    }
    const known = this.#withContent.get(inode);
    if (known !== undefined) this.#real.set(path, known);
    else this.#without.set(inode, [...(this.#without.get(inode) ?? []), path]);
    return false;
  }

  real(path: string): string {
    let at = path;
    for (let steps = 0; this.#real.has(at) && steps <= this.#real.size; steps++) at = this.#real.get(at)!;
    return at;
  }

  /** Names for which no content came: empty files. */
  empty(): string[] {
    return [...this.#without.values()].flat();
  }
}

function filesetsWithoutInfo(texts: CatalogTexts): string[] {
  const catalog = catalogFromTexts(texts, 'depot')?.catalog;
  const keys = catalog === undefined ? [] : Array.from(everyFileset(catalog), ({ key }) => key);
  return keys.filter((key) => texts.read(`${key}/INFO`) === undefined);
}

function tooLarge(name: string): SdError {
  return new SdError('archive_unsupported', {
    what: `The archive "${safeName(name)}" cannot be read as it comes by.`,
    because: `Its catalog is larger than ${MOST_CATALOG} bytes.`,
    todo: 'Write it to a file, and name that.',
  });
}

function passedBy(name: string, path: string): SdError {
  return new SdError('content_passed', {
    what: `The file "${safeName(path)}" of "${safeName(name)}" came by, and is no longer kept.`,
    because: 'The software is worked on in another order than it comes, and more lies between than is kept.',
    todo: 'Write the depot to a file, and name that.',
    data: { name, path },
  });
}
