// Where option values come from (commands.md 3), weakest first:
//   built-in < system defaults file < user defaults file < session file (-S) < -X and -x in the order of the command line.
// Promise: one frozen value for every option of the table, each with its origin; a wrong name or value is refused here, before
// anything starts. Strict on the command line and in files named there; the two defaults files are shared by all commands, so an
// unknown name in them is only a WARNING and an option of other commands is passed over.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, reasonOf, SdError } from '../model/error.ts';
import { nearest } from '../model/nearest.ts';
import type { Finding } from '../model/plan.ts';
import { bare, parseEntries, splitAssignment } from './syntax.ts';
import {
  appliesTo,
  type CommandName,
  commandsWith,
  defaultOf,
  OPTIONS,
  type OptionName,
  type OptionValues,
  optionNamed,
  optionsOf,
} from './table.ts';
import { parseValue } from './value.ts';

/** One `-x option=value` or `-X file`. */
export type Setting =
  | { readonly kind: 'option'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

/** What stands outside the command line. */
export interface Surroundings {
  /** Home directory of the user. */
  readonly home: string;
  /** True for uid 0. */
  readonly superuser: boolean;
  /** System defaults file: /var/adm/sw/defaults, or what the environment variable SWDIST_DEFAULTS names. */
  readonly systemDefaults: string;
}

export interface OptionRequest {
  readonly command: CommandName;
  /** -x and -X in the order of the command line. */
  readonly settings: readonly Setting[];
  /** Session file named by -S, as a path. */
  readonly sessionFile?: string;
  /** Options that flags of the command stand for (-p: preview); they win over all else. */
  readonly flags?: Partial<OptionValues>;
}

export interface ResolvedOptions {
  readonly command: CommandName;
  readonly values: OptionValues;
  /** Who set each option that does not have its built-in value: `-x`, `-p`, or a file's path. */
  readonly origins: Readonly<Partial<Record<OptionName, string>>>;
  /** WARNINGs about defaults files, NOTEs about options without effect. */
  readonly findings: readonly Finding[];
  /** This user's directory for logs, jobs and registrations: admin_directory, or $HOME/.sw for an ordinary user. */
  readonly ownDirectory: string;
}

/** Home, user and system defaults file of this process. */
export function surroundings(home: string): Surroundings {
  const systemDefaults = process.env.SWDIST_DEFAULTS ?? '/var/adm/sw/defaults';
  return { home, superuser: process.getuid?.() === 0, systemDefaults };
}

/**
 * Resolves every option for one run of a command.
 * Throws SdError `unknown_option`, `option_not_for_command`, `bad_option_value`, `bad_option_file`, `option_file_not_found`.
 */
export function resolveOptions(request: OptionRequest, around: Surroundings): ResolvedOptions {
  const sheet = new Sheet(request.command);
  sheet.defaultsFile(around.systemDefaults);
  // The daemon does not depend on who happens to start it.
  if (request.command !== 'swagentd' && !sheet.defaultsFile(join(around.home, '.swdefaults'))) {
    sheet.defaultsFile(join(around.home, '.sw', 'defaults'));
  }
  if (request.sessionFile !== undefined) sheet.namedFile(request.sessionFile, 'session');
  for (const setting of request.settings) {
    if (setting.kind === 'option') sheet.commandLine(setting.text);
    else sheet.namedFile(setting.path, 'options');
  }
  for (const [name, value] of Object.entries(request.flags ?? {})) sheet.set(name as OptionName, value, 'command line');
  return finish(sheet, around);
}

/** Collects values in order of rank; a later one wins. */
class Sheet {
  readonly command: CommandName;
  readonly values = new Map<OptionName, unknown>();
  readonly origins = new Map<OptionName, string>();
  readonly findings: Finding[] = [];

  constructor(command: CommandName) {
    this.command = command;
    for (const name of OPTIONS.keys()) this.values.set(name, defaultOf(name, command));
  }

  set(name: OptionName, value: unknown, origin: string): void {
    this.values.set(name, value);
    this.origins.set(name, origin);
  }

  /** Returns false when there is no such file. */
  defaultsFile(file: string): boolean {
    const content = readIfThere(file);
    if (content === undefined) return false;
    for (const entry of parseEntries(content, file)) {
      if (entry.command !== undefined && entry.command !== this.command) continue;
      const name = optionNamed(entry.name);
      const where = `${file}, line ${entry.line}`;
      if (name === undefined) this.warnUnknown(entry.name, where);
      else if (appliesTo(name, this.command)) {
        this.set(name, parseValue(name, OPTIONS.get(name)!, entry.value, where), file);
      }
    }
    return true;
  }

  /** A file of -X or -S. */
  namedFile(file: string, use: 'session' | 'options'): void {
    const content = readIfThere(file);
    if (content === undefined) throw fileNotFound(file, use);
    for (const entry of parseEntries(content, file)) {
      if (entry.command !== undefined && entry.command !== this.command) continue;
      const where = `${file}, line ${entry.line}`;
      const name = optionNamed(entry.name);
      if (name === undefined) throw unknownOption(entry.name, this.command, where);
      if (!appliesTo(name, this.command)) continue;
      const value = parseValue(name, OPTIONS.get(name)!, entry.value, where);
      // A session file lists every option; those it leaves at the built-in value were set by nobody.
      if (use === 'options' || !same(value, this.values.get(name))) this.set(name, value, file);
    }
  }

  /** One -x. */
  commandLine(text: string): void {
    const parts = splitAssignment(text);
    if (!parts) {
      throw new SdError('bad_option_value', {
        what: `"-x ${text}" sets nothing.`,
        todo: 'Write -x option=value.',
        data: { option: text },
      });
    }
    if (parts.command !== undefined && parts.command !== this.command) return;
    const name = optionNamed(parts.name);
    if (name === undefined) throw unknownOption(parts.name, this.command, '-x');
    if (!appliesTo(name, this.command)) throw notForCommand(name, this.command);
    this.set(name, parseValue(name, OPTIONS.get(name)!, bare(parts.value), '-x'), '-x');
  }

  private warnUnknown(name: string, where: string): void {
    this.findings.push({
      severity: 'warning',
      code: 'unknown_option',
      text: `The option "${name}" (${where}) is not known and was ignored.${suggestion(name, OPTIONS.keys())}`,
    });
  }
}

function finish(sheet: Sheet, around: Surroundings): ResolvedOptions {
  const { command, values, origins, findings } = sheet;
  const plain = around.superuser || values.get('run_as_superuser') === true;
  const own = ownDirectory(sheet, around);
  // Readers show what the machine has; an ordinary user's own catalog is asked for with run_as_superuser=false.
  const reads = plain && READERS.has(command) && !origins.has('admin_directory');
  if (!reads) values.set('admin_directory', own);
  if (!origins.has('trusted_keys') && origins.has('admin_directory')) values.set('trusted_keys', join(own, 'keys'));
  if (!origins.has('web_cache')) values.set('web_cache', join(own, 'web'));
  if (!origins.has('logfile')) values.set('logfile', join(own, `${command}.log`));
  for (const [name, origin] of origins) {
    const reason = OPTIONS.get(name)!.without;
    if (reason === undefined || !isPersonal(origin, around)) continue;
    findings.push({
      severity: 'note',
      code: 'option_without_effect',
      text: `The option "${name}" is accepted without effect.  ${reason}`,
    });
  }
  return Object.freeze({
    command,
    values: Object.freeze(Object.fromEntries(values)) as unknown as OptionValues,
    origins: Object.freeze(Object.fromEntries(origins)) as ResolvedOptions['origins'],
    findings,
    ownDirectory: own,
  });
}

/** Commands that only look at the installed software of `/`. */
const READERS: ReadonlySet<CommandName> = new Set(['swlist', 'swverify', 'swacl', 'show_patches', 'check_patches']);

function ownDirectory(sheet: Sheet, around: Surroundings): string {
  const set = sheet.values.get('admin_directory') as string;
  if (sheet.origins.has('admin_directory')) return set.replace(/^HOME(?=\/|$)/, around.home);
  return around.superuser ? set : join(around.home, '.sw');
}

/** True for settings of this very run; those of the defaults files would be noted again and again. */
function isPersonal(origin: string, around: Surroundings): boolean {
  const { home, systemDefaults } = around;
  return ![systemDefaults, join(home, '.swdefaults'), join(home, '.sw', 'defaults')].includes(origin);
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (!hasErrno(error, 'EACCES', 'EISDIR', 'EPERM')) throw error;
    throw new SdError('bad_option_file', {
      what: `Cannot read the options in "${file}".`,
      because: reasonOf(error),
      todo: 'Correct the name or the permissions of the file.',
      data: { file },
    });
  }
}

function fileNotFound(file: string, use: 'session' | 'options'): SdError {
  return new SdError('option_file_not_found', {
    what: `The ${use === 'session' ? 'session file' : 'option file'} "${file}" does not exist.`,
    todo: 'Correct the name.',
    data: { file },
  });
}

function unknownOption(name: string, command: CommandName, where: string): SdError {
  return new SdError('unknown_option', {
    what: `The option "${name}" (${where}) is not known.`,
    because: suggestion(
      name,
      optionsOf(command).map(([known]) => known),
    ).trim(),
    todo: `"${command} --help" lists the options.`,
    data: { option: name },
  });
}

/** Options of one meaning; swcopy's was `reinstall` too in HP's guides. */
const TWINS: ReadonlyMap<string, OptionName> = new Map([
  ['reinstall', 'recopy'],
  ['recopy', 'reinstall'],
]);

function notForCommand(name: OptionName, command: CommandName): SdError {
  const others = commandsWith(name).join(', ');
  const twin = TWINS.get(name);
  const own = optionsOf(command).some(([known]) => known === twin) ? `  The one of ${command} is "${twin}".` : '';
  return new SdError('option_not_for_command', {
    what: `${command} has no option "${name}".`,
    because: `It belongs to ${others}.${own}`,
    todo: `Leave it out; "${command} --help" lists the options.`,
    data: { option: name, command },
  });
}

function suggestion(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `  Did you mean "${near}"?`;
}
