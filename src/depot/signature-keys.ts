// Keys on disk: the directory of trusted keys (`*.pub`), and the secret key a depot is signed with.
// Promise: a directory or key that every user can change is not trusted; a new secret key is readable to its owner only.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import {
  newSecretKey,
  type PublicKey,
  parsePublicKey,
  parseSecretKey,
  printPublicKey,
  printSecretKey,
  type SecretKey,
} from './minisign.ts';

/** All keys of the directory, by id; none where it does not exist. Throws SdError `bad_key`, `keys_insecure`. */
export function trustedKeys(directory: string): Map<string, PublicKey> {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.pub'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return new Map();
    throw unreadable(directory, error);
  }
  if (names.length > 0) requireClosed(directory);
  const keys = names.map((name) => {
    const path = join(directory, name);
    requireClosed(path);
    return parsePublicKey(readText(path), path);
  });
  return new Map(keys.map((key) => [key.id, key]));
}

/** The secret key in a file; `password` is asked for where it is encrypted. Throws SdError `bad_key`, `wrong_password`. */
export function readSecretKey(path: string, password: () => string): SecretKey {
  return parseSecretKey(readText(path), path, password);
}

/** Makes a pair of keys in two new files. Throws SdError `key_exists`, `bad_key`. */
export function makeKeys(publicFile: string, secretFile: string): PublicKey {
  const there = [publicFile, secretFile].find((path) => existsSync(path));
  if (there !== undefined) {
    throw new SdError('key_exists', {
      what: 'No keys were made.',
      because: `The file "${there}" exists already.`,
      todo: 'Remove it if nobody needs that key any more, or name other files with -p and -k.',
      data: { path: there },
    });
  }
  const key = newSecretKey();
  try {
    writeFileSync(secretFile, printSecretKey(key), { mode: 0o600, flag: 'wx' });
    writeFileSync(publicFile, printPublicKey(key), { mode: 0o644, flag: 'wx' });
  } catch (error) {
    throw new SdError('bad_key', {
      what: `The keys "${secretFile}" and "${publicFile}" cannot be written.`,
      because: reasonOf(error),
      todo: 'Name files in a directory that exists and where you may write.',
      cause: error,
    });
  }
  return key;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function requireClosed(path: string): void {
  if ((statSync(path).mode & 0o002) === 0) return;
  throw new SdError('keys_insecure', {
    what: `The keys in "${path}" are not used.`,
    because: 'Every user can change them, for it is writable for all.',
    todo: `Take that right away: chmod o-w ${path}`,
    data: { path },
  });
}

function unreadable(path: string, error: unknown): SdError {
  return new SdError('bad_key', {
    what: `The key "${path}" cannot be read.`,
    because: reasonOf(error),
    todo: 'Correct the path or its permissions.',
    data: { path },
    cause: error,
  });
}
