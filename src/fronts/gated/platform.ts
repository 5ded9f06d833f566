// The platform a command works on: a root of this machine (`--root`, else $SW_ROOT, else `/`) with /pitrix below it, and what
// /pitrix/conf/gated.conf says differently from the built-in settings.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FlagDeclaration } from '../../model/command-line.ts';
import { argument } from '../../model/command-line.ts';
import { SdError } from '../../model/error.ts';
import { nearest } from '../../model/nearest.ts';
import type { FrontInvocation } from '../declaration.ts';

export const ROOT_FLAG: FlagDeclaration = {
  name: '--root',
  argument: 'directory',
  meaning: 'Work on the platform below this directory instead of / (or $SW_ROOT).',
};

/** Settings of gated.conf, with their built-in values. */
const SETTINGS = {
  /** Prints `NAME STATE ...` for each supervised service of the first box; empty for a platform without. */
  services: 'supervisorctl status',
  /** The same on each node, for platform-check; empty for none. */
  node_services: '',
  /** What must succeed on every node before packages are touched. */
  health: 'apt-get clean; apt-get autoclean; apt-get update',
  /** How other machines are reached. */
  ssh: 'ssh -o BatchMode=yes -o ConnectTimeout=10',
  /** Nodes worked on at one time. */
  parallel: '10',
  /** What a refused patch points to. */
  upgrade_document: 'how_to_upgrade_qingcloud_4.X.md',
} as const;

type SettingName = keyof typeof SETTINGS;

export class Platform {
  readonly root: string;
  readonly #settings: ReadonlyMap<string, string>;

  /** Throws SdError `target_missing` for a root that is not there, `bad_gated_conf`. */
  constructor(root: string) {
    this.root = root;
    if (!existsSync(root)) {
      throw new SdError('target_missing', {
        what: `The root "${root}" cannot be worked on.`,
        because: 'It does not exist.',
        todo: 'Check the directory behind --root.',
        data: { root },
      });
    }
    const file = this.path('/pitrix/conf/gated.conf');
    this.#settings = existsSync(file) ? readSettings(file) : new Map();
  }

  /** Where a path of the platform lies on this machine. */
  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  setting(name: SettingName): string {
    return this.#settings.get(name) ?? SETTINGS[name];
  }

  /** Nodes worked on at one time. */
  get parallel(): number {
    return Math.max(1, Number.parseInt(this.setting('parallel'), 10) || 1);
  }

  get repository(): string {
    return this.path('/pitrix/repo');
  }

  /** The depot that holds applied patches of the package repository; a directory of it, so that its packages are indexed too. */
  get depot(): string {
    return this.path('/pitrix/repo/patches');
  }
}

/** The platform the command line names. */
export function platformOf(invocation: FrontInvocation): Platform {
  const { caller } = invocation;
  return new Platform(resolve(caller.cwd, argument(invocation, '--root') ?? (process.env.SW_ROOT || '/')));
}

/** `name=value` lines; `#` begins a comment. Throws SdError `bad_gated_conf`. */
function readSettings(file: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [number, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!(name in SETTINGS)) throw badSetting(file, number + 1, name);
    found.set(name, value);
  }
  return found;
}

function badSetting(file: string, line: number, name: string): SdError {
  const near = nearest(name, Object.keys(SETTINGS));
  return new SdError('bad_gated_conf', {
    what: `Line ${line} of "${file}" cannot be used.`,
    because:
      name === ''
        ? 'It is not name=value.'
        : `There is no setting "${name}".${near ? `  Did you mean "${near}"?` : ''}`,
    todo: `Settings are ${Object.keys(SETTINGS).join(', ')}.`,
    data: { file, line },
  });
}
