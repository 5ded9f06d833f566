// A place with a root, a kernel command line and a release of its own, for tests of hot patches.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { type How, type Ran, Site } from '../cli/site.ts';
import { BIN } from '../programs.ts';

export class HotpatchSite extends Site {
  readonly #made: string[] = [];

  constructor() {
    super();
    mkdirSync(this.path('root/etc'), { recursive: true });
    this.write('cmdline', 'hypercloud_type=dashboard quiet\n');
    this.write('root/etc/sw-release', 'release=2.5\ndatecode=20240102030405\nbuildid=FINAL\n');
  }

  /** `hotpatch-mk ...` as the shell starts it. */
  mk(words: readonly string[], how: How & { readonly tclsh?: boolean } = {}): Ran {
    const program = join(BIN, 'hotpatch-mk');
    const [first, ...rest] = how.tclsh ? ['tclsh', program, ...words] : [program, ...words];
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      SWDIST_DEFAULTS: this.path('defaults'),
      LANG: 'C.UTF-8',
      ...how.env,
    };
    const { uid } = how;
    const as = uid === undefined ? {} : { uid, gid: uid };
    const ran = spawnSync(first!, rest, { cwd: how.cwd ?? this.home, env, encoding: 'utf8', timeout: 60_000, ...as });
    return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  /** Runs a shell script of the site, which names the commands it wants by path. */
  shell(script: string): Ran {
    const env = { PATH: process.env.PATH ?? '', HOME: this.home, SWDIST_DEFAULTS: this.path('defaults'), LANG: 'C' };
    const ran = spawnSync('sh', [this.path(script)], { env, encoding: 'utf8', timeout: 60_000 });
    return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  /** Makes a hot patch whose executable is a shell script, in a bundle of its name; `take` imports it. */
  patch(id: string, condition: string, script: string): void {
    const executable = this.write(`src/${id}`, `#! /bin/bash\n${script}\n`);
    expect(this.mk([`${id}.bundle`, id, condition, executable])).toMatchObject({ exit: 0, stderr: '' });
    this.#made.push(`${id}.bundle`);
  }

  /** Imports what was made since, in the order of making, and other bundles. */
  take(...bundles: string[]): void {
    this.ok('hotpatch', ...this.at(), 'import', ...bundles, ...this.#made.splice(0));
  }

  /** One pass. */
  pass(...words: string[]): Ran {
    return this.run('hotpatchd', [...this.at(), '--once', ...words]);
  }

  admin(verb: string, ...words: string[]): Ran {
    return this.run('hotpatch', [...this.at(), verb, ...words]);
  }

  /** Id → state and exit value, as `hotpatch list` prints them. */
  states(): Record<string, string> {
    const lines = this.ok('hotpatch', ...this.at(), 'list')
      .trimEnd()
      .split('\n')
      .slice(1);
    return Object.fromEntries(
      lines.map((line) => {
        const [id, state, exit] = line.split(/ +/);
        return [id!, exit === '-' ? state! : `${state} ${exit}`];
      }),
    );
  }

  /** Flags of every command that works on the root. */
  at(): string[] {
    return ['--root', this.path('root'), '--cmdline', this.path('cmdline')];
  }

  lines(file: string): string[] {
    return existsSync(this.path(file)) ? this.read(file).trimEnd().split('\n') : [];
  }
}

/** Waits until something holds. */
export async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !what(); ) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(20);
  }
}
