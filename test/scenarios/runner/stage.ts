// The stage of one scenario: a temporary directory with a root, an admin directory, a home; commands run in it as programs.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN } from '../../programs.ts';

export interface Stage {
  readonly directory: string;
  readonly root: string;
}

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function makeStage(): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'sd-scenario-'));
  const root = join(directory, 'root');
  for (const each of [root, join(directory, 'home')]) mkdirSync(each);
  writeFileSync(join(directory, 'defaults'), `admin_directory=${directory}/adm\n`);
  return { directory, root };
}

export function strikeStage(stage: Stage): void {
  rmSync(stage.directory, { recursive: true, force: true });
}

/** Runs a command of the suite; `input` goes to its standard input. */
export function runCommand(stage: Stage, command: string, words: readonly string[], input = ''): Ran {
  const ran = spawnSync(process.execPath, [join(BIN, command), ...words], {
    cwd: stage.directory,
    encoding: 'utf8',
    input,
    timeout: 60_000,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: join(stage.directory, 'home'),
      SWDIST_DEFAULTS: join(stage.directory, 'defaults'),
      TZ: 'UTC',
      LANG: 'C',
    },
  });
  return { exit: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** Splits a command line as a shell would: blanks, '…', "…", backslash. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+)/gy;
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    words.push(
      match[1]!.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped),
    );
  }
  return words;
}

/**
 * One line per object below `directory`: type, mode, owner, mtime, content hash. Equal pictures mean byte-identical trees. Left out is what
 * carries no state: logs, the store's own files (its published catalog is in), the holder note, job records.
 */
export function treePicture(directory: string): string {
  const lines: string[] = [];
  const skip = /(^|\/)(var\/adm\/sw\/ipd\/(store|holder)|\.sd\/(store|holder)|.*\.log|queue)(\/|$)/;
  const walk = (relative: string): void => {
    for (const name of readdirSync(join(directory, relative)).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`;
      if (skip.test(path)) continue;
      const stats = lstatSync(join(directory, path));
      const facts = `${path} ${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
      if (stats.isDirectory()) {
        lines.push(`d ${facts}`);
        walk(path);
      } else if (stats.isSymbolicLink()) lines.push(`s ${facts} -> ${readlinkSync(join(directory, path))}`);
      else
        lines.push(
          `f ${facts} ${Math.floor(stats.mtimeMs / 1000)} ${createHash('sha256')
            .update(readFileSync(join(directory, path)))
            .digest('hex')}`,
        );
    }
  };
  if (existsSync(directory)) walk('');
  return lines.join('\n');
}
