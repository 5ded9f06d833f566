// A small reader of SD depots for tests only, written from spec/formats.md alone: it shares no line and no import with src/, so that it can
// say whether what we write is what the format demands. It complains of everything it finds; a depot that holds to the format has none.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Files of a depot in their order, by path below it. */
export type Files = ReadonlyMap<string, Buffer>;

interface Statement {
  readonly keyword: string;
  readonly value: string;
  readonly quoted: boolean;
}

interface Block {
  readonly object: string;
  readonly statements: Statement[];
  readonly ended: boolean;
}

const INDEX_OBJECTS = 'distribution media vendor category bundle product subproduct fileset'.split(' ');
const QUOTED = ['title', 'description', 'copyright'];
const INSTALLED = ['install_date', 'install_source', 'location', 'applied_patches', 'superseded_by', 'patch_state'];

/** Reads a directory depot, without what is only ours (`.sd`) and its logs. */
export function directoryFiles(depot: string): Files {
  const files = new Map<string, Buffer>();
  const walk = (below: string) => {
    for (const entry of readdirSync(join(depot, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (path === '.sd' || path === 'swagent.log') continue;
      if (entry.isDirectory()) walk(path);
      else files.set(path, readFileSync(join(depot, path)));
    }
  };
  walk('');
  return files;
}

/** Reads a tape: ustar, the extended headers of pax for what does not fit, two blocks of zeros, whole records of 10240 bytes. */
export function tapeFiles(tape: Buffer): { files: Files; complaints: string[] } {
  const files = new Map<string, Buffer>();
  const complaints: string[] = [];
  let long: string | undefined;
  let at = 0;
  for (; at + 512 <= tape.length; ) {
    const head = tape.subarray(at, at + 512);
    if (head.every((byte) => byte === 0)) break;
    const field = (from: number, length: number) => head.toString('utf8', from, from + length).split('\0', 1)[0]!;
    const plain = Buffer.from(head).fill(0x20, 148, 156);
    const sum = plain.reduce((total, byte) => total + byte, 0);
    if (Number.parseInt(field(148, 8), 8) !== sum) complaints.push(`byte ${at}: wrong checksum`);
    if (field(257, 5) !== 'ustar') complaints.push(`byte ${at}: not ustar`);
    const prefix = field(345, 155);
    const name = long ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`);
    const size = Number.parseInt(field(124, 12), 8);
    const body = tape.subarray(at + 512, at + 512 + size);
    const type = field(156, 1);
    at += 512 + Math.ceil(size / 512) * 512;
    long = undefined;
    if (type === 'x') long = /^\d+ path=(.*)$/m.exec(body.toString())?.[1];
    else if (type !== '0') complaints.push(`${name}: a member of type ${type}`);
    else if (files.has(name)) complaints.push(`${name}: twice`);
    else files.set(name, body);
    if (/^\.\/|^\//.test(name)) complaints.push(`${name}: not relative to the depot`);
  }
  if (!tape.subarray(at, at + 1024).every((byte) => byte === 0) || tape.length < at + 1024)
    complaints.push('no end mark');
  if (tape.length % 10240 !== 0) complaints.push(`${tape.length} bytes are no whole records`);
  return { files, complaints };
}

/** What a directory depot has that the format does not allow; `[]` for a good one. */
export function directoryComplaints(files: Files): string[] {
  const said = new Checker(files).catalog();
  for (const { key, records } of said.filesets) said.complaints.push(...storageComplaints(files, key, records));
  const named = new Set(said.filesets.flatMap(({ key, records }) => records.map((record) => key + record.get('path'))));
  for (const path of files.keys()) {
    if (!path.startsWith('catalog/') && !named.has(path)) said.complaints.push(`${path}: no INFO names it`);
  }
  return said.complaints;
}

/** The same for a depot on tapes, whose order counts; `tapes` in the order of their numbers. */
export function tapeComplaints(tapes: readonly Buffer[]): string[] {
  const read = tapes.map(tapeFiles);
  const complaints = read.flatMap((each) => each.complaints);
  const first = read[0]!.files;
  const said = new Checker(first).catalog();
  complaints.push(...said.complaints);
  const order = ['catalog/INDEX', ...said.order];
  const names = [...first.keys()];
  const catalog = names.filter((name) => name.startsWith('catalog/'));
  if (!same(names.slice(0, catalog.length), catalog)) complaints.push('contents stand before the end of the catalog');
  if (!same(catalog, order)) complaints.push(`catalog in another order: ${catalog.join(' ')}; not ${order.join(' ')}`);
  if (names.some((name) => /_ACL|_OWNER|_LOCK|swlock|\.sd/.test(name))) complaints.push('files of a directory depot');
  const contents = read.map(({ files }) => [...files.keys()].filter((name) => !name.startsWith('catalog/')));
  const wanted = said.filesets.flatMap(({ key, records, tape }) =>
    records.filter((record) => record.get('type') === 'f').map((record) => ({ name: key + record.get('path'), tape })),
  );
  for (const [n, found] of contents.entries()) {
    const here = wanted.filter(({ tape }) => tape === n + 1).map(({ name }) => name);
    if (!same(found, here)) complaints.push(`tape ${n + 1} holds ${found.join(' ')}; not ${here.join(' ')}`);
    const index = read[n]!.files.get('catalog/INDEX')?.toString() ?? '';
    if (n > 0 && [...read[n]!.files.keys()][0] !== 'catalog/INDEX')
      complaints.push(`tape ${n + 1} begins without INDEX`);
    if (n > 0 && [...read[n]!.files.keys()].length !== found.length + 1)
      complaints.push(`tape ${n + 1}: more than INDEX`);
    if (!new RegExp(`^media *\\nsequence_number ${n + 1}$`, 'm').test(index) && !said.old)
      complaints.push(`tape ${n + 1} has no number`);
  }
  const all = new Map(read.flatMap(({ files }) => [...files]));
  for (const { key, records } of said.filesets) {
    complaints.push(...storageComplaints(all, key, records));
    if (records.some((record) => record.get('compression_state') === 'compressed'))
      complaints.push(`${key}: compressed`);
  }
  return complaints;
}

type Record_ = Map<string, string>;

interface CheckedFileset {
  /** `P/F`: its directory below the catalog and of its files. */
  readonly key: string;
  readonly records: Record_[];
  readonly tape: number;
}

class Checker {
  readonly #files: Files;
  readonly complaints: string[] = [];
  readonly filesets: CheckedFileset[] = [];
  /** Catalog files behind catalog/INDEX, in the order a tape must have. */
  readonly order: string[] = [];
  old = false;

  constructor(files: Files) {
    this.#files = files;
  }

  catalog(): this {
    const joined = this.#text('catalog/INDEX');
    const blocks = this.#blocks('catalog/INDEX', joined);
    if (blocks[0]?.object !== 'distribution') this.complaints.push('INDEX does not begin with distribution');
    if (blocks[0]?.statements[0]?.keyword !== 'layout_version') this.complaints.push('layout_version is not first');
    this.old = blocks[0]?.statements[0]?.value === '0.8';
    let parts = this.#object('catalog/dfiles', undefined);
    let product = '';
    for (const block of blocks) {
      const directory = wordOf(block, 'control_directory');
      if (block.object === 'product' || block.object === 'bundle') {
        product = directory;
        parts += this.#object(`catalog/${product}/pfiles`, block);
      } else if (block.object === 'fileset') {
        parts += this.#object(`catalog/${product}/${directory}`, block);
        this.#fileset(`${product}/${directory}`, block);
      }
    }
    if (parts !== joined) this.complaints.push('catalog/INDEX is not the INDEX files one behind the other');
    const named = new Set(['catalog/INDEX', 'catalog/swlock', ...this.order]);
    for (const path of this.#files.keys()) {
      const ours = path.startsWith('catalog/') && !named.has(path) && !/\/_[A-Z_]+$/.test(path);
      if (ours) this.complaints.push(`${path}: nothing names it`);
    }
    return this;
  }

  /** Checks INDEX and INFO in one directory; returns the text of INDEX. */
  #object(directory: string, block: Block | undefined): string {
    const index = this.#text(`${directory}/INDEX`);
    if (block !== undefined) this.#attributes(directory, block);
    this.order.push(`${directory}/INDEX`, `${directory}/INFO`);
    const records = this.#info(directory).filter((record) => record.get('class') === 'control_file');
    for (const [n, tag] of ['INDEX', 'INFO'].entries()) {
      const record = records[n];
      const words = record && [...record.keys()].filter((word) => word !== 'class');
      if (record?.get('path') !== tag || record.get('tag') !== tag || record.get('mode') !== '0444')
        this.complaints.push(`${directory}/INFO: record ${n + 1} is not that of ${tag}`);
      if (words?.join(' ') !== 'path size mode mtime tag')
        this.complaints.push(`${directory}/INFO: ${tag} has ${words?.join(' ')}`);
    }
    for (const record of records) this.#controlFile(directory, record);
    const own = new Set(records.map((record) => `${directory}/${record.get('path')}`));
    for (const path of own) if (!this.order.includes(path)) this.order.push(path);
    return index;
  }

  #controlFile(directory: string, record: Record_): void {
    const path = `${directory}/${record.get('path')}`;
    const bytes = this.#files.get(path);
    if (bytes === undefined) this.complaints.push(`${path}: not there`);
    else if (Number(record.get('size')) !== bytes.length) this.complaints.push(`${path}: size ${record.get('size')}`);
    else if (record.has('cksum') && Number(record.get('cksum')) !== cksum(bytes))
      this.complaints.push(`${path}: cksum`);
    if (!record.has('tag')) this.complaints.push(`${path}: no tag`);
  }

  #attributes(directory: string, block: Block): void {
    const word = (keyword: string) => wordOf(block, keyword);
    const times = this.old ? ['timestamp'] : ['mod_time', 'create_time'];
    for (const time of times) if (!/^\d+$/.test(word(time))) this.complaints.push(`${directory}: no ${time}`);
    if (word('data_model_revision') !== '2.40') this.complaints.push(`${directory}: data_model_revision`);
    if (!/^[1-9]\d*$/.test(word('instance_id'))) this.complaints.push(`${directory}: instance_id`);
    for (const { keyword, value, quoted } of block.statements) {
      if (INSTALLED.includes(keyword)) this.complaints.push(`${directory}: ${keyword} belongs to a root`);
      if (quoted !== QUOTED.includes(keyword) && !/[\s"#<]|^$/.test(value))
        this.complaints.push(`${directory}: ${keyword} ${quoted ? 'quoted' : 'not quoted'}`);
      if (keyword === 'all_filesets' && !value.endsWith(' '))
        this.complaints.push(`${directory}: all_filesets without a blank`);
      const layout = this.old
        ? ['mod_time', 'prerequisites', 'corequisites', 'category_tag']
        : ['timestamp', 'category'];
      if (layout.includes(keyword)) this.complaints.push(`${directory}: ${keyword} is of the other layout`);
    }
  }

  #fileset(key: string, block: Block): void {
    const records = this.#info(`catalog/${key}`);
    const files = records.filter((record) => record.get('class') === 'file');
    const scripts = records.filter(
      (record) => record.get('class') === 'control_file' && !['INDEX', 'INFO'].includes(record.get('tag') ?? ''),
    );
    const stored = files.filter((record) => record.get('type') === 'f');
    const size = [...stored, ...scripts].reduce((sum, record) => sum + Number(record.get('size')), 0);
    if (Number(wordOf(block, 'size')) !== size)
      this.complaints.push(`${key}: size ${wordOf(block, 'size')}, not ${size}`);
    if (wordOf(block, 'state') !== 'available') this.complaints.push(`${key}: state ${wordOf(block, 'state')}`);
    this.filesets.push({ key, records: files, tape: Number(wordOf(block, 'media_sequence_number') || 1) });
  }

  #info(directory: string): Record_[] {
    return this.#blocks(`${directory}/INFO`, this.#text(`${directory}/INFO`)).map(
      ({ object, statements }) =>
        new Map([['class', object], ...statements.map((each) => [each.keyword, each.value] as const)]),
    );
  }

  #text(path: string): string {
    const bytes = this.#files.get(path);
    if (bytes === undefined || bytes.length === 0) this.complaints.push(`${path}: not there, or empty`);
    return bytes?.toString('utf8') ?? '';
  }

  /** Objects with their attributes: one keyword a line, one blank, no indentation; a quoted value may go over lines. */
  #blocks(path: string, text: string): Block[] {
    const blocks: { object: string; statements: Statement[]; ended: boolean }[] = [];
    const objects = path.endsWith('/INFO') ? ['file', 'control_file'] : INDEX_OBJECTS;
    const lines = text.split('\n');
    if (lines.pop() !== '') this.complaints.push(`${path}: the last line has no end`);
    for (let n = 0; n < lines.length; n++) {
      const line = lines[n]!;
      if (objects.includes(line.trimEnd())) blocks.push({ object: line.trimEnd(), statements: [], ended: false });
      else if (line === 'end') blocks.at(-1)!.ended = true;
      else {
        const [, keyword, value] = /^([a-z][a-zA-Z0-9_.]*) (.*)$/.exec(line) ?? [];
        if (keyword === undefined) this.complaints.push(`${path}: "${line}" is no attribute`);
        else if (!value!.startsWith('"')) blocks.at(-1)?.statements.push({ keyword, value: value!, quoted: false });
        else {
          let whole = value!;
          while (!/^"(?:[^"\\]|\\.)*"$/s.test(whole) && n + 1 < lines.length) whole += `\n${lines[++n]}`;
          const plain = whole.slice(1, -1).replace(/\\(.)/gs, '$1');
          blocks.at(-1)?.statements.push({ keyword, value: plain, quoted: true });
        }
      }
    }
    for (const { object, ended } of blocks)
      if (['vendor', 'category'].includes(object) && !ended) this.complaints.push(`${path}: ${object} without end`);
    return blocks;
  }
}

function storageComplaints(files: Files, key: string, records: readonly Record_[]): string[] {
  return records.flatMap((record) => {
    const path = record.get('path') ?? '';
    const at = key + path;
    const said = (what: string) => [`${at}: ${what}`];
    if (!path.startsWith('/')) return said('path is not absolute');
    if (!/^[abcdfhps]$/.test(record.get('type') ?? '')) return said(`type ${record.get('type')}`);
    if (record.has('mode') && !/^0[0-7]{3,4}$/.test(record.get('mode')!)) return said(`mode ${record.get('mode')}`);
    if (['h', 's'].includes(record.get('type')!) && !record.has('link_source')) return said('no link_source');
    const bytes = files.get(at);
    if (record.get('type') !== 'f') return bytes === undefined ? [] : said('stored, though INFO is its only record');
    if (bytes === undefined) return said('not stored');
    if (record.get('compression_state') !== 'compressed') return sums(record, 'size', 'cksum', bytes).flatMap(said);
    if (record.get('compression_type') !== 'gzip' || bytes.readUInt16BE(0) !== 0x1f8b) return said('no gzip');
    const packed = sums(record, 'compressed_size', 'compressed_cksum', bytes);
    return [...packed, ...sums(record, 'size', 'cksum', gunzipSync(bytes))].flatMap(said);
  });
}

function sums(record: Record_, size: string, sum: string, bytes: Buffer): string[] {
  return [
    ...(Number(record.get(size)) === bytes.length ? [] : [`${size} ${record.get(size)}, not ${bytes.length}`]),
    ...(Number(record.get(sum)) === cksum(bytes) ? [] : [`${sum} ${record.get(sum)}`]),
  ];
}

function wordOf(block: Block, keyword: string): string {
  return block.statements.find((each) => each.keyword === keyword)?.value ?? '';
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, n) => each === right[n]);
}

/** POSIX cksum: CRC with the polynomial 04C11DB7, the length behind the bytes, lowest byte first. */
export function cksum(bytes: Buffer): number {
  let crc = 0;
  const take = (byte: number) => {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  };
  for (const byte of bytes) take(byte);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) take(length % 256);
  return ~crc >>> 0;
}
