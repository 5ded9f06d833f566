// A small platform for one test: a copy of what depots/fronts/gated/make-platform.sh makes, and the commands of the front as programs.
// It lies in memory, as the suite's other temporary directories, unless programs cannot be executed there: those of the nodes' roots are.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN } from '../programs.ts';

const MAKER = join(import.meta.dirname, '../../depots/fronts/gated/make-platform.sh');

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface How {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** A directory for temporary ones in which programs can be executed. */
function executable(): string {
  const probe = mkdtempSync(join(tmpdir(), 'gated-probe-'));
  try {
    writeFileSync(join(probe, 'program'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    return spawnSync(join(probe, 'program')).status === 0 ? tmpdir() : '/tmp';
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

let template: string | undefined;

/** Made once a file; copies of it are quick. */
function templatePlatform(): string {
  if (template === undefined) {
    template = mkdtempSync(join(executable(), 'gated-template-'));
    execFileSync('sh', [MAKER, template]);
  }
  return template;
}

/** For afterAll. */
export function dropTemplate(): void {
  if (template !== undefined) rmSync(template, { recursive: true, force: true });
  template = undefined;
}

export class Platform {
  readonly top: string;

  constructor() {
    this.top = mkdtempSync(join(executable(), 'gated-'));
    execFileSync('cp', ['-a', `${templatePlatform()}/.`, this.top]);
    mkdirSync(this.path('tmp'));
    writeFileSync(join(this.top, 'defaults'), `admin_directory=${this.top}/adm\n`);
  }

  path(...parts: string[]): string {
    return join(this.top, ...parts);
  }

  /** A path below the root of the first box. */
  box(...parts: string[]): string {
    return this.path('box', ...parts);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string, mode = 0o644): string {
    const file = this.path(path);
    execFileSync('mkdir', ['-p', join(file, '..')]);
    writeFileSync(file, text, { mode });
    return file;
  }

  get version(): { current: Record<string, string>; old: unknown[] } {
    return JSON.parse(this.read('box/pitrix/version.json')) as { current: Record<string, string>; old: unknown[] };
  }

  run(command: string, words: readonly string[], how: How = {}): Ran {
    const ran = spawnSync(process.execPath, [join(BIN, command), ...words], {
      ...this.settings(how),
      encoding: 'utf8',
      input: how.input ?? '',
      timeout: 60_000,
    });
    return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  /** Any other program, with the front's commands on its PATH. */
  shell(line: string, how: How = {}): Ran {
    const ran = spawnSync('sh', ['-c', line], { ...this.settings(how), encoding: 'utf8', timeout: 60_000 });
    return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  start(command: string, words: readonly string[], how: How = {}): ChildProcess {
    return spawn(process.execPath, [join(BIN, command), ...words], { ...this.settings(how), stdio: 'ignore' });
  }

  /** `package version` of a node, sorted. */
  packages(node: string): string[] {
    const admin = this.path('nodes', node, 'var/lib/dpkg');
    const out = execFileSync('dpkg-query', [`--admindir=${admin}`, '-W'], { encoding: 'utf8' });
    return out
      .trim()
      .split('\n')
      .map((line) => line.replace('\t', ' '));
  }

  flag(node: string): boolean {
    return existsSync(this.path('nodes', node, 'pitrix/conf/disable_hyperpair_rescue'));
  }

  strike(): void {
    rmSync(this.top, { recursive: true, force: true });
  }

  private settings({ env, cwd }: How) {
    return {
      cwd: cwd ?? this.top,
      env: {
        PATH: `${BIN}:${process.env.PATH ?? ''}`,
        HOME: this.top,
        SWDIST_DEFAULTS: this.path('defaults'),
        SW_ROOT: this.box(),
        // What a killed command leaves there goes with the platform.
        TMPDIR: this.path('tmp'),
        TZ: 'UTC',
        LANG: 'C',
        ...env,
      },
    };
  }
}
