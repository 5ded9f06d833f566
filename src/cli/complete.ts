// What a half-typed command line can go on with, for the shells (lib/completion): flags and options from the declarations and the option
// table, values of options, software names of depot and root, jobs, attributes.
// Promise: one line a proposal, `word<TAB>meaning`; `:files` where paths are meant. Never a complaint.

import type { Command } from '../commands/declaration.ts';
import type { FrontCommand } from '../fronts/declaration.ts';
import type { Caller, FlagDeclaration } from '../model/command-line.ts';
import { LIST_LEVELS } from '../model/listing.ts';
import { COLUMNS, type CommandName } from '../options/declaration.ts';
import { OPTIONS, type OptionDeclaration, optionNamed, optionsOf } from '../options/table.ts';

/** Tells the shell to propose paths. */
const FILES = [':files'];

/** `words` are those behind the command's name, the last one being typed, '' for a new one. */
export async function complete(
  { declaration }: Command | FrontCommand,
  words: readonly string[],
  caller: Caller,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const proposals = await propose(declaration, before, typed, caller);
  return proposals.filter((line) => line === FILES[0] || line.startsWith(typed));
}

type Declaration = (Command | FrontCommand)['declaration'];

async function propose(
  declaration: Declaration,
  before: readonly string[],
  typed: string,
  caller: Caller,
): Promise<string[]> {
  const { flags } = declaration;
  const flag = flags.find(({ name, argument }) => argument !== undefined && name === before.at(-1));
  if (flag) return argumentsOf(declaration.name, flag, typed);
  const [name, value] = typed.startsWith('--') ? typed.split('=', 2) : [typed];
  const long =
    value === undefined ? undefined : flags.find((each) => each.argument !== undefined && each.name === name);
  if (long) return (await argumentsOf(declaration.name, long, value!)).map((word) => behind(`${long.name}=`, word));
  if (typed.startsWith('-')) return flagLines(flags);
  if ('forms' in declaration) {
    const verbs = declaration.forms.flatMap(({ verb, meaning }) => (verb === undefined ? [] : [`${verb}\t${meaning}`]));
    return before.some((word) => !word.startsWith('-')) || verbs.length === 0 ? FILES : verbs;
  }
  if (before.includes('@') || typed.startsWith('@')) return FILES;
  const { operandNames } = await import('../commands/known.ts');
  const after = (name: string) => (before.includes(name) ? before[before.indexOf(name) + 1] : undefined);
  const line = {
    command: declaration.name,
    caller,
    source: after('-s'),
    depot: before.includes('-d'),
    target: undefined,
    asksWhy: after('-a') === 'why',
  };
  const names = await operandNames(line, typed);
  return names === undefined ? FILES : names.map(({ name, meaning }) => `${name}\t${oneLine(meaning)}`);
}

/** `--flag=word`; paths are the shell's to propose. */
function behind(start: string, word: string): string {
  return word === FILES[0] ? word : start + word;
}

function flagLines(flags: readonly FlagDeclaration[]): string[] {
  const offered = flags.filter((flag) => flag.refused === undefined).map(({ name, meaning }) => `${name}\t${meaning}`);
  return [...offered, '--help\tSay how to use the command.', '--version\tName the release.'];
}

/** By the placeholder of the argument, which says what it is. */
async function argumentsOf(command: string, { name, argument }: FlagDeclaration, typed: string): Promise<string[]> {
  const words = WORDS[argument ?? ''];
  if (words) return [...words];
  if (name === '-x') return Object.hasOwn(COLUMNS, command) ? optionLines(command as CommandName, typed) : [];
  if (argument === 'level') return command === 'swreg' ? ['depot', 'root'] : [...LIST_LEVELS];
  if (argument === 'attribute') return [...(await import('../commands/known.ts')).attributesFor(command)];
  return FILES;
}

/** Arguments that are one of a few words. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  when: ['auto', 'always', 'never'],
  format: ['text', 'dot', 'svg'],
  style: ['auto', 'json', 'none'],
};

/** Names with their `=`; behind it the values. */
function optionLines(command: CommandName, typed: string): string[] {
  const equals = typed.indexOf('=');
  if (equals < 0) return optionsOf(command).map(([name, option]) => `${name}=\t${option.meaning}`);
  const name = optionNamed(typed.slice(0, equals));
  const option = name && OPTIONS.get(name);
  if (!option) return [];
  return option.type === 'path' ? FILES : valuesOf(option).map((value) => `${typed.slice(0, equals)}=${value}`);
}

function valuesOf({ type, choices, range }: OptionDeclaration): readonly string[] {
  if (type === 'boolean') return ['true', 'false'];
  if (choices) return choices;
  if (!range || range[1] - range[0] > 9) return [];
  return Array.from({ length: range[1] - range[0] + 1 }, (_, at) => String(range[0] + at));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
