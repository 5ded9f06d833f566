// What the tests of this room share: a temporary directory per file, real programs to compare with, and a collecting sink.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { SdError } from '../../../src/model/error.ts';

/** A directory that is removed after the tests of the calling file. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sw-host-test.'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a real program; a missing one fails the test with the name of its Debian package. */
export function program(
  debian: string,
  name: string,
  args: string[],
  options: { input?: string | Buffer; cwd?: string } = {},
): Buffer {
  const result = spawnSync(name, args, {
    ...options,
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  if (result.error)
    throw new Error(`cannot run "${name}": install the Debian package "${debian}" (${result.error.message})`);
  if (result.status !== 0) throw new Error(`${name} ${args.join(' ')} failed: ${result.stderr}`);
  return result.stdout;
}

/** Keeps copies of what is written, as a sink must. */
export function collector(): { write(bytes: Uint8Array): void; all(): Buffer; writes(): number } {
  const pieces: Buffer[] = [];
  return {
    write: (bytes) => void pieces.push(Buffer.from(bytes)),
    all: () => Buffer.concat(pieces),
    writes: () => pieces.length,
  };
}

/** The code of the SdError that `action` throws; '' when it throws nothing. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SdError) return error.code;
    throw error;
  }
  return '';
}

/** Bytes that look random and are the same every time. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
