// A place to work in for one test: home, admin directory and defaults below one temporary folder; the suite's commands run in it as programs.
// It knows nothing of any command; what is read back is read from the disk, not through the program.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { BIN } from '../programs.ts';

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface How {
  /** More environment, as test hooks (src/host/test-point.ts). */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as this user instead of the test's own; needs root. */
  readonly uid?: number;
  readonly cwd?: string;
  /** What it reads from standard input. */
  readonly input?: string | Uint8Array;
}

export class Site {
  readonly home: string;

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'sd-site-'));
    this.write('defaults', `admin_directory=${this.home}/adm\n`);
    // An ordinary user must be able to walk in.
    chmodSync(this.home, 0o755);
  }

  /** An absolute path below the site. */
  path(...parts: string[]): string {
    return join(this.home, ...parts);
  }

  write(path: string, content: string | Uint8Array, mode?: number): string {
    const absolute = this.path(path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    if (mode !== undefined) chmodSync(absolute, mode);
    return absolute;
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Runs one command of the suite to its end. */
  run(command: string, words: readonly string[], how: How = {}): Ran {
    const stdin = how.input === undefined ? {} : { input: how.input };
    const settings = {
      ...this.settings(how),
      ...stdin,
      encoding: 'utf8' as const,
      timeout: 60_000,
      maxBuffer: 1 << 28,
    };
    const ran = spawnSync(process.execPath, [join(BIN, command), ...words], settings);
    return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  /** Runs a command that must succeed without a word on stderr; returns its stdout. */
  ok(command: string, ...words: string[]): string {
    const ran = this.run(command, words);
    expect([ran.stderr, ran.exit], `${command} ${words.join(' ')}\n${ran.stdout}`).toEqual(['', 0]);
    return ran.stdout;
  }

  /** Starts a command and returns at once. */
  start(command: string, words: readonly string[], how: How = {}): ChildProcess {
    return spawn(process.execPath, [join(BIN, command), ...words], { ...this.settings(how), stdio: 'pipe' });
  }

  /** Runs a line of bash in which the commands are found. */
  bash(line: string): Ran {
    const settings = this.settings({ env: { PATH: `${BIN}:${process.env.PATH}` } });
    const ran = spawnSync('bash', ['-c', line], { ...settings, encoding: 'utf8', timeout: 60_000 });
    return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  strike(): void {
    execFileSync('chmod', ['-R', 'u+rwX', this.home]);
    rmSync(this.home, { recursive: true, force: true });
  }

  private settings(how: How) {
    const { uid } = how;
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      SWDIST_DEFAULTS: this.path('defaults'),
      TZ: 'UTC',
      LANG: 'C',
      ...how.env,
    };
    return { cwd: how.cwd ?? this.home, env, ...(uid === undefined ? {} : { uid, gid: uid }) };
  }
}

/**
 * `severity: text` of the finding with this code in what a command answered with --json, '' where there is none: the only place but the
 * job's record where NOTEs and WARNINGs show their code.
 */
export function found({ stdout }: Ran, code: string): string {
  interface Finding {
    readonly severity: string;
    readonly code: string;
    readonly text: string;
  }
  const { targets, findings = [] } = JSON.parse(stdout) as { targets: { findings: Finding[] }[]; findings?: Finding[] };
  const one = [...targets.flatMap((target) => target.findings), ...findings].find((each) => each.code === code);
  return one === undefined ? '' : `${one.severity}: ${flat(one.text)}`;
}

/** A message without its line breaks and double blanks, so that a test can look for words. */
export function flat(text: string): string {
  return text.replace(/\n {9}/g, ' ').replace(/ {2,}/g, ' ');
}

/** What a listing lists: lines that are neither comments nor blank, trimmed. */
export function rows(stdout: string): string[] {
  return stdout.split('\n').flatMap((line) => (line.trim() === '' || line.startsWith('#') ? [] : [line.trim()]));
}

/** Paths below `directory` in order, without those below `skip`. */
export function below(directory: string, skip: RegExp = /^$/): string[] {
  const all = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return all.filter((path) => !skip.test(path)).sort();
}

export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** `cksum size` as cksum(1) says. */
export function cksum(path: string): string[] {
  return execFileSync('cksum', { input: readFileSync(path), encoding: 'utf8' })
    .trim()
    .split(/\s+/);
}

/** A tar archive of `entries` made byte by byte (ustar), so that it can hold what no tar program writes. */
export function tar(entries: readonly TarEntry[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap(tarBlocks), end]);
}

export interface TarEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** 0 regular (default), 1 hard link, 2 symbolic link, 5 directory. */
  readonly type?: string;
  readonly link?: string;
}

function tarBlocks(entry: TarEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  header.write(entry.path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('07355000000\0', 136);
  header.write('        ', 148);
  header.write(entry.type ?? '0', 156);
  header.write(entry.link ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
