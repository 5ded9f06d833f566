// Who vouches for a depot's catalog: an Ed25519 signature beside it, a directory of trusted keys, and what follows from both.
//
//   directory depot of ours   `.sd/catalog.minisig` over `.sd/catalog`, which names every object and its hash
//   text alone, serial        `catalog/dfiles/DIGESTS` lists the sha256 of every text; `DIGESTS.minisig` is over that
//
//   signature by a trusted key that fits    trusted
//   signature that does not fit             signature_bad, always
//   signature by a key that is not trusted  WARNING; signature_key_unknown where signatures are required
//   none                                    NOTE; not_signed where signatures are required
//
// The catalog names every stored file with its sha256, so that nothing of a depot is outside its signature. Must not: open depots.

import { sha256Of } from '../host/digest.ts';
import { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import type { CatalogTexts } from '../store/text-read.ts';
import { type PublicKey, parseSignature, type SecretKey, signatureFits, signBytes } from './minisign.ts';

/** Where the signature of `.sd/catalog` lies, below `.sd`. */
export const CATALOG_SIGNATURE = 'catalog.minisig';
/** Below `catalog/`. */
export const DIGESTS = 'dfiles/DIGESTS';
export const DIGESTS_SIGNATURE = `${DIGESTS}.minisig`;

/** Whose signatures count here. */
export interface Trust {
  /** By id. */
  readonly keys: ReadonlyMap<string, PublicKey>;
  /** Where they come from, for messages. */
  readonly directory: string;
  /** verify_signatures=true: what is not signed by one of them is refused. */
  readonly required: boolean;
}

/** What was found of a catalog's signature. */
export interface SignedCatalog {
  readonly state: 'trusted' | 'unknown_key' | 'unsigned';
  readonly keyId?: string;
  /** Trusted comment: signed along. */
  readonly comment?: string;
  /** Of a trusted one: a number that only grows from one signed catalog to the next. */
  readonly generation?: number;
  /** What it counts: commits to a catalog, or the seconds at which digests were signed. */
  readonly series?: 'catalog' | 'digests';
}

/**
 * Judges the signature `text` of `bytes`. `what` names the signed file, `depot` the depot.
 * Throws SdError `signature_bad`; `not_signed` and `signature_key_unknown` where `trust` requires signatures.
 */
export function judgeSignature(
  text: string | undefined,
  bytes: Uint8Array,
  trust: Trust,
  depot: string,
): Omit<SignedCatalog, 'generation' | 'series'> {
  if (text === undefined) {
    if (trust.required) throw notSigned(depot);
    return { state: 'unsigned' };
  }
  const signature = parseSignature(text);
  if (signature === undefined) throw badSignature(depot, 'The signature itself cannot be read.');
  const { keyId, comment } = signature;
  const key = trust.keys.get(keyId);
  if (key === undefined) {
    if (trust.required) throw keyUnknown(depot, keyId, trust.directory);
    return { state: 'unknown_key', keyId, comment };
  }
  if (!signatureFits(signature, bytes, key)) throw badSignature(depot, 'Its catalog is not what was signed.');
  return { state: 'trusted', keyId, comment };
}

/** What is to be said of a signature that was accepted. `place` is the depot; nothing of a trusted one. */
export function signatureFindings(signed: SignedCatalog, place: string, directory: string): Finding[] {
  if (signed.state === 'trusted') return [];
  if (signed.state === 'unsigned') {
    const text = `The depot "${place}" is not signed; nobody vouches for its software but whoever can write it.`;
    return [{ severity: 'note', code: 'not_signed', text, subjects: [place] }];
  }
  const text = `The depot "${place}" is signed with the key ${signed.keyId}, which is not among the trusted keys in "${directory}"; its signature says nothing here.`;
  return [{ severity: 'warning', code: 'signature_key_unknown', text, subjects: [place] }];
}

/** The list of digests of a depot's texts, and its signature, as texts below `catalog/`. `now` in seconds since 1970. */
export function signTexts(
  texts: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>,
  key: SecretKey,
  now: number,
): { path: string; bytes: Buffer }[] {
  const lines = Array.from(texts, ({ path, bytes }) => `${sha256Of(bytes)}  ${path}\n`);
  const digests = Buffer.from(`${HEAD}${now}\n${lines.join('')}`);
  const signature = signBytes(digests, key, `generation:${now}\tfile:catalog/${DIGESTS}\thashed`);
  return [
    { path: DIGESTS, bytes: digests },
    { path: DIGESTS_SIGNATURE, bytes: Buffer.from(signature) },
  ];
}

/** First line of DIGESTS, without its number: when it was signed. `sha256sum -c` passes it by. */
const HEAD = '# digests of a depot, generation ';

/** The texts of a depot with the signature they have. `check` throws SdError `signature_bad` for a text that is not what was signed. */
export interface ProvedTexts {
  readonly signed: SignedCatalog;
  /** Paths of all texts that were signed. */
  readonly paths: readonly string[];
  check(path: string, bytes: Buffer | undefined): void;
}

/** Judges the list of digests. Throws what `judgeSignature` throws. */
export function proveTexts(
  digests: Buffer | undefined,
  signature: Buffer | undefined,
  trust: Trust,
  depot: string,
): ProvedTexts {
  if (digests === undefined && signature !== undefined) throw badSignature(depot, 'What was signed is missing.');
  const signed = judgeSignature(digests && signature?.toString('utf8'), digests ?? Buffer.alloc(0), trust, depot);
  if (signed.state !== 'trusted' || digests === undefined) return { signed, paths: [], check: () => undefined };
  const [head = '', ...lines] = digests.toString('utf8').split('\n');
  const generation = head.startsWith(HEAD) ? Number(head.slice(HEAD.length)) : Number.NaN;
  if (!Number.isSafeInteger(generation)) throw badSignature(depot, 'The signed list of digests cannot be read.');
  const known = new Map(lines.filter((line) => line !== '').map((line) => [line.slice(66), line.slice(0, 64)]));
  return {
    signed: { ...signed, generation, series: 'digests' },
    paths: [...known.keys()],
    check: (path, bytes) => {
      const expected = known.get(path);
      if (bytes === undefined && expected === undefined) return;
      if (bytes === undefined) throw badSignature(depot, `"catalog/${path}" was signed and is missing.`);
      if (expected === undefined) throw badSignature(depot, `"catalog/${path}" is there but was not signed.`);
      if (sha256Of(bytes) !== expected) throw badSignature(depot, `"catalog/${path}" is not what was signed.`);
    },
  };
}

/** The same texts, all compared now and each when it is read. Throws what `proveTexts` and its `check` throw. */
export function provedTexts(
  texts: CatalogTexts,
  trust: Trust,
  depot: string,
): { readonly texts: CatalogTexts; readonly signed: SignedCatalog } {
  const proved = proveTexts(texts.read(DIGESTS), texts.read(DIGESTS_SIGNATURE), trust, depot);
  const read = (path: string) => {
    const bytes = texts.read(path);
    proved.check(path, bytes);
    return bytes;
  };
  for (const path of proved.paths) read(path);
  return { texts: { read, list: () => texts.list() }, signed: proved.signed };
}

/** SdError `signature_bad`. */
export function badSignature(depot: string, because: string): SdError {
  return new SdError('signature_bad', {
    what: `The depot "${depot}" is not used: its signature is bad.`,
    because,
    todo: 'It was damaged or tampered with.  Get it anew; whoever keeps it signs it with swsign.',
    data: { depot },
  });
}

function notSigned(depot: string): SdError {
  return new SdError('not_signed', {
    what: `The depot "${depot}" is not used.`,
    because: 'It is not signed, and the option "verify_signatures" is set to "true".',
    todo: 'Whoever keeps it signs it with swsign.',
    data: { depot },
  });
}

function keyUnknown(depot: string, keyId: string, directory: string): SdError {
  return new SdError('signature_key_unknown', {
    what: `The depot "${depot}" is not used.`,
    because: `It is signed with the key ${keyId}, which is not among the trusted keys in "${directory}".`,
    todo: `If you trust that key, put its .pub file there.`,
    data: { depot, keyId, directory },
  });
}
