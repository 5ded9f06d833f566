// swsign: signs depots that are there already (docs/signed-depots.md); and what swpackage and swcopy sign with.
// Promise: a depot is signed as it is: what was interrupted is settled first, and what is published is whole. A serial depot is written
// anew beside its place, and replaces it by one rename.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { openDepotToChange } from '../depot/change.ts';
import type { SecretKey } from '../depot/minisign.ts';
import { signBytes } from '../depot/minisign.ts';
import { openDepot } from '../depot/open.ts';
import { writeSerial } from '../depot/serial-write.ts';
import { CATALOG_SIGNATURE } from '../depot/signature.ts';
import { makeKeys, readSecretKey } from '../depot/signature-keys.ts';
import { writeFileDurably } from '../host/durable.ts';
import { lookBehind } from '../host/look.ts';
import { askSecret } from '../host/secret.ts';
import { SdError } from '../model/error.ts';
import type { Emit } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import type { EngineOptions, SessionContext } from '../model/request.ts';
import type { Store } from '../store/store.ts';
import { openSerialTarget } from './serial-target.ts';
import { runSession, type Session } from './session.ts';

export interface SignRequest {
  readonly context: SessionContext;
  readonly options: Pick<EngineOptions, 'lock_timeout'>;
  /** Absolute path of a directory depot or an archive. */
  readonly target: string;
  readonly key: SecretKey;
}

/** Signs one depot. Never rejects for what a user can cause: the outcome says it. */
export async function signDepot(request: SignRequest, emit: Emit): Promise<Outcome> {
  const { target, context } = request;
  return runSession(context, `${context.host}:${target}`, emit, async (session) => {
    const stats = lookBehind(target);
    if (stats?.isFile()) await signArchive(request);
    else await signDirectory(request, session);
    session.report([{ severity: 'note', code: 'signed', text: signedText(target, request.key), subjects: [target] }]);
    return {};
  });
}

/** The secret key of sign_key or -k; an encrypted one is asked for its password. Throws SdError `bad_key`, `wrong_password`. */
export function secretKey(path: string): SecretKey {
  return readSecretKey(path, () => askSecret(`Password of the key ${path}: `));
}

/** Makes a pair of keys; returns the id. Throws SdError `key_exists`, `bad_key`. */
export function newKeys(publicFile: string, secretFile: string): string {
  return makeKeys(publicFile, secretFile).id;
}

/** Publishes the open depot and signs what was published. */
export async function signStore(store: Store, key: SecretKey): Promise<void> {
  await store.publish();
  const { home } = store.layout;
  const { generation } = store.catalog();
  const comment = `generation:${generation}\ttimestamp:${seconds()}\tfile:catalog\thashed`;
  const signature = signBytes(readFileSync(join(home, 'catalog')), key, comment);
  writeFileDurably(join(home, CATALOG_SIGNATURE), signature, 0o644);
}

async function signDirectory({ target, context, options, key }: SignRequest, session: Session): Promise<void> {
  const store = await openDepotToChange(target, {
    create: false,
    command: context.command,
    user: context.user,
    lockTimeout: options.lock_timeout,
    onRecovered: (recovery) => session.emit({ type: 'recovered', ...recovery }),
  });
  try {
    requireDigests(store, target);
    await signStore(store, key);
  } finally {
    await store.close();
  }
}

/** A signature vouches for contents by their sha256 only. */
function requireDigests(store: Store, target: string): void {
  const catalog = store.catalog();
  for (const product of catalog.products()) {
    for (const { id } of product.filesets) {
      const file = catalog
        .files(`${product.id}/${id}`)
        .find(({ type, sha256 }) => (type === 'f' || type === 'a') && sha256 === undefined);
      if (file === undefined) continue;
      throw notSignable(target, `Its catalog has no sha256 of "${product.id}/${id}${file.path}".`);
    }
  }
}

async function signArchive({ target, key }: SignRequest): Promise<void> {
  if (!isPlainTar(target)) throw notSignable(target, 'It is compressed, or no tar archive.');
  const source = await openDepot(target, { complete: true });
  const sink = openSerialTarget(target);
  try {
    const { catalog } = source;
    const choice = { products: catalog.products(), bundles: catalog.bundles() };
    writeSerial(source, choice, sink, { now: seconds(), signKey: key });
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  } finally {
    source.close();
  }
}

function isPlainTar(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const block = Buffer.alloc(512);
    return readSync(fd, block, 0, 512, 0) === 512 && block.toString('latin1', 257, 262) === 'ustar';
  } finally {
    closeSync(fd);
  }
}

function notSignable(target: string, because: string): SdError {
  return new SdError('not_signable', {
    what: `The depot "${target}" cannot be signed.`,
    because,
    todo: 'Copy it with swcopy, or package it again with swpackage, and sign that: -x sign_key=.',
    data: { target },
  });
}

function signedText(target: string, key: SecretKey): string {
  return `The depot "${target}" is signed with the key ${key.id}.`;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
