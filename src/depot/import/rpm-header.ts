// The header structures of rpm: an index of tags and a store of their values, big-endian; one for signatures, one for the package
// (rpm's file format, version 3 and 4). Pure: bytes in, values out. Promise: no count or offset leads outside the bytes given.

/** The tags this program reads. */
export const TAG = {
  // Of the signature header.
  sigSha1: 269,
  sigSha256: 273,
  sigMd5: 1004,
  // Of the package's own.
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  description: 1005,
  buildTime: 1006,
  size: 1009,
  vendor: 1011,
  license: 1014,
  packager: 1015,
  group: 1016,
  url: 1020,
  os: 1021,
  arch: 1022,
  preIn: 1023,
  postIn: 1024,
  preUn: 1025,
  postUn: 1026,
  fileSizes: 1028,
  fileModes: 1030,
  fileRdevs: 1033,
  fileMtimes: 1034,
  fileDigests: 1035,
  fileLinkTos: 1036,
  fileFlags: 1037,
  fileUsers: 1039,
  fileGroups: 1040,
  sourceRpm: 1044,
  provideName: 1047,
  requireFlags: 1048,
  requireName: 1049,
  requireVersion: 1050,
  conflictFlags: 1053,
  conflictName: 1054,
  conflictVersion: 1055,
  triggerName: 1066,
  verifyScript: 1079,
  preInProg: 1085,
  postInProg: 1086,
  preUnProg: 1087,
  postUnProg: 1088,
  obsoleteName: 1090,
  fileDevices: 1095,
  fileInodes: 1096,
  sourcePackage: 1106,
  provideFlags: 1112,
  provideVersion: 1113,
  obsoleteFlags: 1114,
  obsoleteVersion: 1115,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  payloadFormat: 1124,
  payloadCompressor: 1125,
  preTrans: 1151,
  postTrans: 1152,
  longFileSizes: 5008,
  longSize: 5009,
  fileDigestAlgorithm: 5011,
  preInFlags: 5020,
  postInFlags: 5021,
  preUnFlags: 5022,
  postUnFlags: 5023,
  recommendName: 5046,
  recommendVersion: 5047,
  recommendFlags: 5048,
  fileTriggerName: 5069,
  transFileTriggerName: 5079,
  payloadDigest: 5092,
  payloadDigestAlgorithm: 5093,
  preUnTrans: 5104,
  postUnTrans: 5105,
} as const;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

const MAGIC = Buffer.from([0x8e, 0xad, 0xe8, 0x01]);
/** Magic, four reserved bytes, the number of entries, the bytes of the store. */
const PREAMBLE = 16;
const ENTRY = 16;
/** rpm's own limits. */
const MOST_ENTRIES = 65_536;
const MOST_STORE = 256 * 1024 * 1024;
const NUMBERS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };

/** Bytes of the whole structure that begins so; a reason where it is none. `start` holds 16 bytes. */
export function headerLength(start: Buffer): number | string {
  if (!start.subarray(0, 4).equals(MAGIC)) return 'there is no header';
  const entries = start.readUInt32BE(8);
  const store = start.readUInt32BE(12);
  if (entries > MOST_ENTRIES || store > MOST_STORE) return `a header claims ${entries} entries in ${store} bytes`;
  return PREAMBLE + entries * ENTRY + store;
}

/** One header structure, values decoded when they are asked for. What a broken header claims beyond its store is absent. */
export class RpmHeader {
  readonly #store: Buffer;
  readonly #entries = new Map<number, Entry>();

  /** `bytes` is as long as `headerLength` says. */
  constructor(bytes: Buffer) {
    const count = bytes.readUInt32BE(8);
    this.#store = bytes.subarray(PREAMBLE + count * ENTRY);
    for (let i = 0; i < count; i++) {
      const at = PREAMBLE + i * ENTRY;
      this.#entries.set(bytes.readUInt32BE(at), {
        type: bytes.readUInt32BE(at + 4),
        offset: bytes.readUInt32BE(at + 8),
        count: bytes.readUInt32BE(at + 12),
      });
    }
  }

  has(tag: number): boolean {
    return this.#entries.has(tag);
  }

  /** Integers of any width; empty for another type. */
  numbers(tag: number): number[] {
    const entry = this.#entries.get(tag);
    const width = NUMBERS[entry?.type ?? 0];
    if (!entry || width === undefined || entry.offset + entry.count * width > this.#store.length) return [];
    const at = (i: number) => entry.offset + i * width;
    return Array.from({ length: entry.count }, (_, i) =>
      width === 8 ? Number(this.#store.readBigUInt64BE(at(i))) : this.#store.readUIntBE(at(i), width),
    );
  }

  number(tag: number): number | undefined {
    return this.numbers(tag)[0];
  }

  /** Texts of a string, a string array or an internationalised one, whose first is the untranslated. */
  texts(tag: number): string[] {
    const entry = this.#entries.get(tag);
    if (!entry || ![6, 8, 9].includes(entry.type)) return [];
    const found: string[] = [];
    for (let at = entry.offset; found.length < entry.count && at < this.#store.length; ) {
      const end = this.#store.indexOf(0, at);
      if (end < 0) break;
      found.push(this.#store.toString('utf8', at, end));
      at = end + 1;
    }
    return found;
  }

  text(tag: number): string {
    return this.texts(tag)[0] ?? '';
  }

  /** A value of the type "bytes"; undefined where there is none. */
  bytes(tag: number): Buffer | undefined {
    const entry = this.#entries.get(tag);
    if (entry?.type !== 7 || entry.offset + entry.count > this.#store.length) return undefined;
    return this.#store.subarray(entry.offset, entry.offset + entry.count);
  }
}
