// Signatures and keys in minisign's format: Ed25519 over a file (legacy "Ed") or over its BLAKE2b-512 (prehashed "ED").
// Promise: what `minisign` writes is read here and the other way round; nothing but node:crypto does the mathematics.
// Must not: decide whom to trust (signature.ts does) or read files (signature-keys.ts does).

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  scryptSync,
  sign,
  verify,
} from 'node:crypto';
import { SdError } from '../model/error.ts';

/** A key that signatures are checked with. `id` is what minisign prints: 16 upper-case hex digits. */
export interface PublicKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

export interface Signature {
  /** Id of the key that is said to have made it. */
  readonly keyId: string;
  readonly prehashed: boolean;
  /** 64 bytes. */
  readonly bytes: Buffer;
  /** Signed along with the signature itself. */
  readonly comment: string;
  /** 64 bytes over `bytes` and `comment`. */
  readonly commentSignature: Buffer;
}

export interface SecretKey extends PublicKey {
  /** 32 bytes. */
  readonly seed: Buffer;
}

const ID = 8;
const SEED = 32;
const UNTRUSTED = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';
/** What stands in front of the 32 bytes of an Ed25519 key in DER. */
const DER_PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const DER_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Offsets in the 158 bytes of a secret key file: algorithm, key derivation, checksum algorithm, salt, two limits, then the secret part. */
const SECRET = { salt: 6, opsLimit: 38, memLimit: 46, part: 54, end: 158 } as const;

/** Reads a public key file, or the one line of base64 alone. Throws SdError `bad_key`; `name` is for its text. */
export function parsePublicKey(text: string, name: string): PublicKey {
  const bytes = base64Line(text);
  if (bytes.length !== 2 + ID + 32 || bytes.toString('latin1', 0, 2) !== 'Ed') {
    throw badKey(name, 'It is no minisign public key.');
  }
  return { id: idText(bytes.subarray(2, 2 + ID)), bytes: bytes.subarray(2 + ID) };
}

/** The text of a public key file. */
export function printPublicKey(key: PublicKey): string {
  const line = Buffer.concat([Buffer.from('Ed'), idBytes(key.id), key.bytes]).toString('base64');
  return `${UNTRUSTED}minisign public key ${key.id}\n${line}\n`;
}

/**
 * Reads a secret key file. `password` is asked for only where the key is encrypted.
 * Throws SdError `bad_key`, `wrong_password`.
 */
export function parseSecretKey(text: string, name: string, password: () => string): SecretKey {
  const bytes = base64Line(text);
  if (bytes.length !== SECRET.end || bytes.toString('latin1', 0, 2) !== 'Ed') {
    throw badKey(name, 'It is no minisign secret key.');
  }
  const derivation = bytes.toString('latin1', 2, 4);
  if (derivation !== 'Sc' && derivation !== '\0\0') throw badKey(name, 'It is encrypted in a way that is not known.');
  const part = Buffer.from(bytes.subarray(SECRET.part));
  if (derivation === 'Sc') {
    const stream = streamOf(bytes, name, password());
    for (let at = 0; at < part.length; at++) part[at]! ^= stream[at]!;
  }
  const seed = part.subarray(ID, ID + SEED);
  const own = part.subarray(ID + SEED, ID + 2 * SEED);
  const derived = publicBytes(privateKey(seed));
  if (!derived.equals(own)) {
    if (derivation !== 'Sc') throw badKey(name, 'Its two halves do not belong together.');
    throw new SdError('wrong_password', {
      what: `The secret key "${name}" cannot be used.`,
      because: 'The password is wrong.',
      todo: 'Try again; a key whose password is lost has to be made anew.',
      data: { key: name },
    });
  }
  return { id: idText(part.subarray(0, ID)), bytes: derived, seed };
}

/** The text of a secret key file that is not encrypted, as `minisign -G -W` writes it. */
export function printSecretKey(key: SecretKey): string {
  const bytes = Buffer.alloc(SECRET.end);
  bytes.write('Ed\0\0B2', 0, 'latin1');
  Buffer.concat([idBytes(key.id), key.seed, key.bytes]).copy(bytes, SECRET.part);
  return `${UNTRUSTED}minisign encrypted secret key\n${bytes.toString('base64')}\n`;
}

/** A new key pair with a random id. */
export function newSecretKey(): SecretKey {
  const seed = randomBytes(SEED);
  return { id: idText(randomBytes(ID)), seed, bytes: publicBytes(privateKey(seed)) };
}

/** Signs bytes, prehashed; returns the text of the signature file. `comment` is one line. */
export function signBytes(bytes: Uint8Array, key: SecretKey, comment: string): string {
  const secret = privateKey(key.seed);
  const signature = sign(null, blake2b(bytes), secret);
  const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), secret);
  const line = Buffer.concat([Buffer.from('ED'), idBytes(key.id), signature]).toString('base64');
  return `${UNTRUSTED}signature of a depot by swdist\n${line}\n${TRUSTED}${comment}\n${global.toString('base64')}\n`;
}

/** Reads a signature file; undefined where it is none. */
export function parseSignature(text: string): Signature | undefined {
  const [first = '', second = '', third = '', fourth = ''] = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const bytes = Buffer.from(second, 'base64');
  const commentSignature = Buffer.from(fourth, 'base64');
  const algorithm = bytes.toString('latin1', 0, 2);
  if (!first.startsWith(UNTRUSTED) || !third.startsWith(TRUSTED)) return undefined;
  if (bytes.length !== 2 + ID + 64 || commentSignature.length !== 64) return undefined;
  if (algorithm !== 'ED' && algorithm !== 'Ed') return undefined;
  return {
    keyId: idText(bytes.subarray(2, 2 + ID)),
    prehashed: algorithm === 'ED',
    bytes: bytes.subarray(2 + ID),
    comment: third.slice(TRUSTED.length),
    commentSignature,
  };
}

/** True when the signature fits these bytes, its comment and this key. */
export function signatureFits(signature: Signature, bytes: Uint8Array, key: PublicKey): boolean {
  const object = createPublicKey({ key: Buffer.concat([DER_PUBLIC, key.bytes]), format: 'der', type: 'spki' });
  const signed = signature.prehashed ? blake2b(bytes) : bytes;
  const comment = Buffer.concat([signature.bytes, Buffer.from(signature.comment)]);
  return verify(null, signed, object, signature.bytes) && verify(null, comment, object, signature.commentSignature);
}

/** The bytes that hide the secret part, derived as libsodium does it from a password and two limits. */
function streamOf(bytes: Buffer, name: string, password: string): Buffer {
  const cost = scryptCost(bytes.readBigUInt64LE(SECRET.opsLimit), bytes.readBigUInt64LE(SECRET.memLimit));
  const memory = 128 * cost.N * cost.r;
  // 1 GiB is what minisign itself asks for.
  if (memory > 2 ** 31) throw badKey(name, 'Its password asks for too much memory.');
  const salt = bytes.subarray(SECRET.salt, SECRET.opsLimit);
  return scryptSync(password, salt, SECRET.end - SECRET.part, { ...cost, maxmem: memory + 2 ** 26 });
}

/** libsodium's choice of scrypt's parameters. */
function scryptCost(opsLimit: bigint, memLimit: bigint): { N: number; r: number; p: number } {
  const operations = Math.max(Number(opsLimit), 32_768);
  const memory = Number(memLimit);
  const r = 8;
  const power = (most: number) => {
    let log = 1;
    while (log < 63 && 2 ** log <= most / 2) log += 1;
    return 2 ** log;
  };
  if (operations < memory / 32) return { N: power(Math.floor(operations / (r * 4))), r, p: 1 };
  const N = power(Math.floor(memory / (r * 128)));
  const most = Math.min(Math.floor(operations / 4 / N), 0x3fffffff);
  return { N, r, p: Math.max(1, Math.floor(most / r)) };
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([DER_PRIVATE, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytes(secret: KeyObject): Buffer {
  return createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(DER_PUBLIC.length);
}

function blake2b(bytes: Uint8Array): Buffer {
  return createHash('blake2b512').update(bytes).digest();
}

/** The first line that is no comment, decoded. */
function base64Line(text: string): Buffer {
  const line = text.split('\n').find((each) => each.trim() !== '' && !each.startsWith('untrusted comment:'));
  return Buffer.from(line ?? '', 'base64');
}

/** minisign prints the id as a little-endian number. */
function idText(bytes: Buffer): string {
  return Buffer.from(bytes).reverse().toString('hex').toUpperCase();
}

function idBytes(id: string): Buffer {
  return Buffer.from(id, 'hex').reverse();
}

function badKey(name: string, because: string): SdError {
  return new SdError('bad_key', {
    what: `The key "${name}" cannot be used.`,
    because,
    todo: '"swsign -G", or minisign -G, makes a pair of keys.',
    data: { key: name },
  });
}
