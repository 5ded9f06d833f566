// Asks for a password: on the terminal without showing it, else the first line of standard input.

import { spawnSync } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { hasErrno } from '../model/error.ts';

/** The password, without its newline; '' where standard input ends before. */
export function askSecret(question: string): string {
  const terminal = isatty(0);
  if (terminal) {
    writeSync(2, question);
    stty('-echo');
  }
  try {
    return firstLine();
  } finally {
    if (terminal) {
      stty('echo');
      writeSync(2, '\n');
    }
  }
}

function stty(mode: string): void {
  spawnSync('stty', [mode], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** Byte by byte, so that what follows stays for whoever reads next. */
function firstLine(): string {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  while (readByte(byte) && byte[0] !== 10) bytes.push(byte[0]!);
  return Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
}

function readByte(into: Buffer): boolean {
  for (;;) {
    try {
      return readSync(0, into, 0, 1, null) > 0;
    } catch (error) {
      if (hasErrno(error, 'EOF')) return false;
      // Node may have made the descriptor non-blocking.
      if (!hasErrno(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
