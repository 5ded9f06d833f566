// From an Invocation to what is asked for: options, software, targets, source. A session file and `-f`, `-t` files are read here.
// Promise: operands and -s win over what a session file or the options `software`, `targets`, `source` say (commands.md 3).

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import type { Volumes } from '../model/request.ts';
import { type ResolvedOptions, resolveOptions, surroundings } from '../options/resolve.ts';
import { sessionPath } from '../options/session.ts';
import type { OptionValues } from '../options/table.ts';
import { COLOUR_CHOICES, chooseColour } from '../report/screen.ts';
import { argument, has, type Invocation } from './declaration.ts';
import { readPath, sourcePath, targetPath } from './targets.ts';
import { volumesOf } from './volumes.ts';

/** Options of this run; -p and -v set theirs. Throws what resolveOptions throws. */
export function optionsFor(invocation: Invocation, extra: Partial<OptionValues> = {}): ResolvedOptions {
  const { command, settings, counts, caller } = invocation;
  const verbose = Math.min(2, counts['-v'] ?? 0);
  takeColour(invocation);
  const session = argument(invocation, '-S');
  return resolveOptions(
    {
      command,
      settings,
      ...(session === undefined ? {} : { sessionFile: savedSession(invocation, session) }),
      flags: { ...(has(invocation, '-p') ? { preview: true } : {}), ...(verbose > 0 ? { verbose } : {}), ...extra },
    },
    surroundings(caller.home),
  );
}

/** --color holds for everything the command says. Throws SdError `bad_usage`. */
function takeColour(invocation: Invocation): void {
  const word = argument(invocation, '--color');
  if (word === undefined) return;
  const choice = COLOUR_CHOICES.find((each) => each === word);
  if (choice === undefined) {
    const todo = `Write --color ${COLOUR_CHOICES.join(', --color ')}.`;
    throw new SdError('bad_usage', { what: `"--color ${word}" is no choice.`, todo, data: { color: word } });
  }
  chooseColour(choice);
}

/** Operands and the lines of -f files; else the option `software`. */
export function softwareFor(invocation: Invocation, options: ResolvedOptions): readonly string[] {
  const named = [...invocation.operands, ...selectionsIn(invocation, '-f')];
  return named.length > 0 ? named : options.values.software;
}

/** The words behind `@` and the lines of -t files; else the option `targets`. Throws SdError `no_target` for -t files without any. */
export function targetWords(invocation: Invocation, options: ResolvedOptions): readonly string[] {
  const named = [...invocation.targets, ...selectionsIn(invocation, '-t')];
  if (named.length === 0 && invocation.arguments['-t'] !== undefined) {
    throw new SdError('no_target', {
      what: `${invocation.command} has no target.`,
      because: 'The file of -t names none.',
      todo: 'Write one target a line into it.',
    });
  }
  return named.length > 0 ? named : options.values.targets;
}

/**
 * Absolute paths of the targets, with `read` also addresses on the web; `fallback` where none is named, or only a host.
 * Throws SdError `no_target` with select_local=false, and what targetPath throws.
 */
export function targetsFor(
  invocation: Invocation,
  options: ResolvedOptions,
  fallback: string,
  use: 'change' | 'read' = 'change',
): string[] {
  const words = targetWords(invocation, options);
  const pathOf = use === 'read' ? readPath : targetPath;
  if (words.length > 0) return words.map((word) => pathOf(word, invocation.caller, fallback));
  if (options.values.select_local) return [resolve(invocation.caller.cwd, fallback)];
  throw new SdError('no_target', {
    what: `${invocation.command} has no target.`,
    because: 'None is named, and the option "select_local" is set to "false".',
    todo: 'Name a target behind "@".',
  });
}

/**
 * Absolute path of the source depot: the first -s, else the option `source`, else distribution_source_directory. `-` is standard input.
 */
export function sourceFor(invocation: Invocation, options: ResolvedOptions): string {
  const { source, distribution_source_directory: fallback } = options.values;
  const word = invocation.arguments['-s']?.[0] ?? (source || fallback);
  return word === '-' ? word : sourcePath(word, invocation.caller, fallback);
}

/** The layout that swpackage and swcopy write, where it was asked for: the option's built-in value changes no depot. */
export function layoutAsked({ values, origins }: ResolvedOptions): { layout?: string } {
  return origins.layout_version === undefined ? {} : { layout: values.layout_version };
}

/** Every -s but the first names a further volume of a serial depot. */
export function sourceVolumes(invocation: Invocation): { volumes?: Volumes } {
  return volumesOf(invocation.arguments['-s'] ?? [], invocation);
}

/** -c: the directory of responses to request scripts, absolute. */
export function responsesFor(invocation: Invocation): { responses?: string } {
  const catalog = argument(invocation, '-c');
  return catalog === undefined ? {} : { responses: resolve(invocation.caller.cwd, catalog) };
}

/** Where software is missing the user interface starts (interactive.ts); without a terminal the session cannot (commands.md 10.6). */
export function noSoftware(command: string): SdError {
  return new SdError('no_software', {
    what: 'No software was specified.',
    todo: `You must specify some software as part of the ${command} command; '*' stands for all of it${command === 'swremove' ? ', but on "/"' : ''}.`,
  });
}

/** First words of the lines of the files a flag names; blank lines and comments are passed over. */
function selectionsIn(invocation: Invocation, flag: string): string[] {
  return (invocation.arguments[flag] ?? []).flatMap((file) => {
    const lines = readList(resolve(invocation.caller.cwd, file)).split('\n');
    return lines.flatMap((line) => {
      const word = line.trim().split(/\s+/)[0]!;
      return word === '' || word.startsWith('#') ? [] : [word];
    });
  });
}

function readList(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SdError('list_file_unreadable', {
      what: `Cannot read the selections in "${file}".`,
      because: reasonOf(error),
      todo: 'Correct the name or the permissions of the file.',
      data: { file },
    });
  }
}

/** A bare name lies in $HOME/.sw/sessions, a path is one. */
function savedSession(invocation: Invocation, name: string): string {
  return resolve(invocation.caller.cwd, sessionPath(invocation.caller.home, invocation.command, name));
}
