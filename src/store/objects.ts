// Objects: immutable files named by the sha256 of their content, with the pairs of products as lines, or the owner index.
// Promise: what is read is what was written, or an error; an object, once there, never changes, so any mirror may keep it for ever.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../host/durable.ts';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';

/** How long an object stays after the last catalog that named it was replaced, for readers that still hold that one. */
const GRACE_MS = 10 * 60 * 1000;

const DIRECTORY = 'obj';

/**
 * Writes the object unless it is there, or `anyway`; not durable before the file system is synced. Returns its name. What has the name
 * only counts for nothing: a power cut before that sync may have left an empty file.
 */
export function writeObject(home: string, content: string | Uint8Array, anyway = false): string {
  const name = createHash('sha256').update(content).digest('hex');
  const path = objectPath(home, name);
  if (!anyway && existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return name;
  mkdirSync(join(home, DIRECTORY), { recursive: true, mode: 0o755 });
  writeFileAtomically(path, content, 0o644);
  return name;
}

/** Where an object lies. */
export function objectPath(home: string, name: string): string {
  return `${home}/${DIRECTORY}/${name}`;
}

/** Content of an object. Throws SdError `catalog_damaged`, with `data.missing` where the file is not there. */
export function readObject(home: string, name: string): Buffer {
  const path = objectPath(home, name);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw damagedObject(path, reasonOf(error), hasErrno(error, 'ENOENT'), error);
  }
  if (createHash('sha256').update(bytes).digest('hex') === name) return bytes;
  throw damagedObject(path, 'Its content is not what its name says.', false);
}

/** Names of all objects there. */
export function listObjects(home: string): Set<string> {
  try {
    return new Set(readdirSync(join(home, DIRECTORY)));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return new Set();
    throw error;
  }
}

/** Starts the grace of an object that the present catalog no longer names. */
export function retireObject(home: string, name: string): void {
  const now = Date.now() / 1000;
  try {
    utimesSync(objectPath(home, name), now, now);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}

/** Removes objects outside `named` whose grace is over. */
export function collectObjects(home: string, named: ReadonlySet<string>): void {
  const limit = Date.now() - GRACE_MS;
  for (const name of listObjects(home)) {
    if (named.has(name)) continue;
    const path = objectPath(home, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && stats.mtimeMs < limit) rmSync(path, { force: true });
  }
}

function damagedObject(path: string, because: string, missing: boolean, cause?: unknown): SdError {
  return new SdError('catalog_damaged', {
    what: `The published catalog file "${path}" cannot be used.`,
    because,
    todo: missing
      ? 'The next command that changes this target writes it again.'
      : 'Remove that file; the next command that changes this target writes it again.',
    data: { path, missing },
    cause,
  });
}
