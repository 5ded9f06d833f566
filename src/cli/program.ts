// argv → Invocation by a command's declaration. Syntax only; nothing is looked up. A library for it costs every command 4 to 9 ms
// (HACKING, Decisions: commander).
// Promise: flags before, between and behind operands; `-xname=value` and `-x name=value`; repeated flags keep their order.
// Every complaint is SdError `bad_usage`, with the nearest flag where one was misspelt.

import type { CommandDeclaration, Invocation } from '../commands/declaration.ts';
import type { FrontDeclaration, FrontInvocation } from '../fronts/declaration.ts';
import type { Caller, FlagDeclaration } from '../model/command-line.ts';
import { SdError } from '../model/error.ts';
import { nearest } from '../model/nearest.ts';
import type { Setting } from '../options/resolve.ts';

/** What a command line is parsed by, whoever's command it is. */
type Declared = { readonly name: string; readonly flags: readonly FlagDeclaration[] };

interface Collected {
  counts: Record<string, number>;
  arguments: Record<string, string[]>;
  settings: Setting[];
}

/** Takes a command line apart. `argv` are the words behind the command's name. Throws SdError `bad_usage`, `not_supported`. */
export function parseCommandLine(declaration: CommandDeclaration, argv: readonly string[], caller: Caller): Invocation {
  const { words, ...collected } = parseWords(declaration, argv);
  const { operands, targets } = splitAtSign(words);
  return { command: declaration.name, argv, ...collected, operands, targets, caller };
}

/** The same for a command of a front, which knows neither `@` nor -x. */
export function parseFrontLine(
  declaration: FrontDeclaration,
  argv: readonly string[],
  caller: Caller,
): FrontInvocation {
  const { words, counts, arguments: given } = parseWords(declaration, argv);
  return { command: declaration.name, argv, counts, arguments: given, operands: words, caller };
}

function parseWords(declaration: Declared, argv: readonly string[]): Collected & { words: readonly string[] } {
  const collected: Collected = { counts: {}, arguments: {}, settings: [] };
  const words: string[] = [];
  const flags = new Map(declaration.flags.map((flag) => [flag.name, flag]));
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    for (const { name, attached } of flagsIn(word, flags)) {
      const flag = flags.get(name);
      if (flag === undefined) throw unknownFlag(name, declaration);
      const value = flag.argument === undefined ? undefined : (attached ?? argv[++at]);
      if (flag.argument !== undefined && value === undefined) throw lacksArgument(flag);
      collect(collected, declaration, flag, value);
    }
    if (!isFlag(word)) words.push(word);
  }
  return { ...collected, words };
}

/** A lone dash is an operand. */
function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

/** The flags of one word: `--name`, `--name=value`, `-p`, `-pv`, `-xname=value`; what follows a flag with an argument is its argument. */
function* flagsIn(
  word: string,
  flags: ReadonlyMap<string, FlagDeclaration>,
): Generator<{ readonly name: string; readonly attached?: string }> {
  if (!isFlag(word)) return;
  if (word.startsWith('--')) {
    const [name = ''] = word.split('=', 1);
    const takesNone = flags.get(name)?.argument === undefined;
    yield takesNone || name === word ? { name: word } : { name, attached: word.slice(name.length + 1) };
    return;
  }
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`;
    const attached = word.slice(at + 1);
    const takesIt = flags.get(name)?.argument !== undefined && attached !== '';
    yield takesIt ? { name, attached } : { name };
    if (takesIt) return;
  }
}

function collect(into: Collected, declaration: Declared, flag: FlagDeclaration, value: string | undefined): void {
  if (flag.refused !== undefined) {
    throw new SdError('not_supported', { what: `${declaration.name} cannot do "${flag.name}".`, todo: flag.refused });
  }
  if (flag.name === '-x') into.settings.push({ kind: 'option', text: value ?? '' });
  else if (flag.name === '-X') into.settings.push({ kind: 'file', path: value ?? '' });
  else if (flag.argument === undefined) into.counts[flag.name] = (into.counts[flag.name] ?? 0) + 1;
  else into.arguments[flag.name] = [...(into.arguments[flag.name] ?? []), value ?? ''];
}

/** One `@` parts operands from targets: alone, as `\@`, or in front of the first target without a blank. */
function splitAtSign(words: readonly string[]): { operands: string[]; targets: string[] } {
  const at = words.findIndex((word) => /^\\?@/.test(word));
  if (at < 0) return { operands: [...words], targets: [] };
  const attached = words[at]!.replace(/^\\?@/, '');
  const targets = [...(attached === '' ? [] : [attached]), ...words.slice(at + 1)];
  if (targets.length === 0) {
    throw new SdError('bad_usage', {
      what: 'There is no target behind "@".',
      todo: 'Name one; "@ /" is the root of this machine, as it is without "@".',
    });
  }
  if (targets.some((word) => /^\\?@/.test(word))) {
    throw new SdError('bad_usage', { what: 'There is more than one "@".', todo: 'Name all targets behind one "@".' });
  }
  return { operands: words.slice(0, at), targets };
}

function lacksArgument({ name, argument }: FlagDeclaration): SdError {
  return new SdError('bad_usage', { what: `"${name}" needs an argument.`, todo: `Write ${name} ${argument}.` });
}

function unknownFlag(flag: string, declaration: Declared): SdError {
  const near = nearestFlag(flag, declaration);
  return new SdError('bad_usage', {
    what: `${declaration.name} has no flag "${flag}".`,
    because: near === undefined ? '' : `Did you mean "${near}"?`,
    todo: `"${declaration.name} --help" lists the flags.`,
    data: { flag },
  });
}

/** The same letter in the other case, or the nearest long flag. */
function nearestFlag(flag: string, declaration: Declared): string | undefined {
  const names = [...declaration.flags.map(({ name }) => name), '--help', '--version'];
  const sameLetter = names.find((name) => name.toLowerCase() === flag.toLowerCase());
  return (
    sameLetter ??
    (flag.startsWith('--')
      ? nearest(
          flag,
          names.filter((name) => name.startsWith('--')),
        )
      : undefined)
  );
}
