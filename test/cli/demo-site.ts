// A site with the demo software packaged once (depots/demo), and commands run as a person at a terminal runs them.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BIN } from '../programs.ts';
import { treePicture } from '../scenarios/runner/stage.ts';
import { type Ran, Site } from './site.ts';

const DEMO = join(import.meta.dirname, '../../depots/demo');

export class DemoSite extends Site {
  readonly depot = this.path('D');

  /** Packages both demo PSFs into `D`. */
  constructor() {
    super();
    for (const psf of ['x11.psf', 'patches.psf']) {
      const ran = this.run('swpackage', ['-x', 'verbose=0', '-s', psf, '-d', this.depot], { cwd: DEMO });
      if (ran.exit !== 0) throw new Error(ran.stderr);
    }
  }

  /** Installs from `D` into `./R` without a word; `more` before the operands. */
  install(...words: string[]): void {
    this.ok('swinstall', '-x', 'verbose=0', '-s', this.depot, ...words, '@', './R');
  }

  /** Every file below a directory with its content, as one text; '' while it is not there. */
  picture(directory: string): string {
    return existsSync(this.path(directory)) ? JSON.stringify(treePicture(this.path(directory))) : '';
  }

  /** Runs a shell line on a pseudo-terminal of 80 columns, `typed` coming from the keyboard a moment later. */
  onTerminal(line: string, typed = '', env: Readonly<Record<string, string>> = {}): Ran {
    const command = `stty cols 80 rows 24 -echo; ${line}`;
    const feed = `{ sleep 1; printf %s "$TYPED"; sleep 1; } | timeout 30 script -qec "$LINE" /dev/null`;
    const ran = spawnSync('bash', ['-c', typed === '' ? 'timeout 30 script -qec "$LINE" /dev/null </dev/null' : feed], {
      cwd: this.home,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        PATH: `${BIN}:${process.env.PATH}`,
        HOME: this.home,
        SWDIST_DEFAULTS: this.path('defaults'),
        TERM: 'xterm',
        TZ: 'UTC',
        LANG: 'C.UTF-8',
        LINE: command,
        TYPED: typed,
        ...env,
      },
    });
    return { exit: ran.status, stdout: ran.stdout.replaceAll('\r', ''), stderr: ran.stderr };
  }
}
