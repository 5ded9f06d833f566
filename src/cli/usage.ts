// Synopsis and --help of a command: examples first, then flags, then its options, one line each, all from the declarations.

import type { CommandDeclaration } from '../commands/declaration.ts';
import * as flags from '../commands/flags.ts';
import type { Form, FrontDeclaration } from '../fronts/declaration.ts';
import type { FlagDeclaration } from '../model/command-line.ts';
import { defaultOf, type OptionDeclaration, optionsOf } from '../options/table.ts';
import { printValue } from '../options/value.ts';

const WIDTH = 79;

/**
 * `swinstall [-p] [-s source] ... [@ target_selections]`; flags this release refuses are left out. A front's command has one for each
 * of its forms.
 */
export function synopsis(declaration: CommandDeclaration | FrontDeclaration): string[] {
  if ('forms' in declaration) return declaration.forms.flatMap((form) => formSynopsis(declaration, form));
  const { name, flags, operands, targets } = declaration;
  const parts = [
    ...flags.filter((flag) => flag.refused === undefined).map((flag) => `[${flagText(flag)}]`),
    ...(operands === '' ? [] : [`[${operands}]`]),
    ...(targets === '' ? [] : [`[@ ${targets}]`]),
  ];
  return fill(parts, `${name} `, ' '.repeat(name.length + 1));
}

function formSynopsis({ name, flags }: FrontDeclaration, form: Form): string[] {
  const parts = [...flags.map((flag) => `[${flagText(flag)}]`), ...formWords(form)];
  return fill(parts, `${name} `, ' '.repeat(name.length + 1));
}

function formWords({ verb, operands }: Form): string[] {
  return [verb ?? '', operands].filter((word) => word !== '');
}

/** Flags of many commands that few calls need; one screen only names them. */
const RARE: ReadonlySet<string> = new Set(
  [
    ...flags.SESSION_FLAGS,
    flags.ROOT,
    flags.SOFTWARE_FILE,
    flags.TARGET_FILE,
    flags.RUN_JOB,
    flags.SCHEDULE,
    flags.RESPONSES,
  ].map((flag) => flag.name),
);

/** Lines of a screen that shows --help whole. */
const SCREEN = 24;

/**
 * --help, without newlines at the ends: what the command is, examples, the flags as far as they fit one screen, and where the rest is.
 * A front's command has all of its help here.
 */
export function help(declaration: CommandDeclaration | FrontDeclaration): string[] {
  if ('forms' in declaration) return frontHelp(declaration);
  const { name, summary } = declaration;
  const known = declaration.flags.filter((flag) => flag.refused === undefined);
  const head = [
    ...fill(`${name} - ${summary}`.split(' '), '', '  '),
    '',
    'Examples:',
    ...declaration.examples.slice(0, 3).flatMap(({ does, command }) => [`  # ${does}`, `  ${command}`]),
    '',
  ];
  const own = known.filter((flag) => !RARE.has(flag.name));
  const room = SCREEN - head.length - 7;
  const first = own.slice(0, room);
  const also = known.filter((flag) => !first.includes(flag)).map(flagText);
  const options = optionsOf(name);
  return [
    ...head,
    ...(first.length === 0 ? [] : columns(first.map((flag) => [flagText(flag), flag.meaning])).map(cut)),
    ...(also.length === 0
      ? []
      : fill(
          also.map((each, at) => (at < also.length - 1 ? `${each},` : `${each}.`)),
          '  Also ',
          '       ',
        )),
    ...(options.length === 0 ? [] : [`  -x takes ${options.length} options.`]),
    '',
    `"${name} --help all" shows them all, "man ${name}" explains them.`,
  ].slice(0, SCREEN);
}

/** A line that would leave the screen loses its end. */
function cut(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 3)}...`;
}

/** --help all: every flag and every option, without newlines at the ends. */
export function wholeHelp(declaration: CommandDeclaration | FrontDeclaration): string[] {
  if ('forms' in declaration) return frontHelp(declaration);
  const options = optionsOf(declaration.name);
  const idle = options.filter(([, option]) => option.without !== undefined).map(([name]) => name);
  const flags = declaration.flags.filter((flag) => flag.refused === undefined);
  return [
    `${declaration.name} - ${declaration.summary}`,
    '',
    ...synopsis(declaration),
    '',
    ...examples(declaration),
    '',
    'Flags:',
    ...columns(flags.map((flag) => [flagText(flag), flag.meaning])),
    '',
    'Options for -x, with their defaults:',
    ...columns(
      options
        .filter(([, option]) => option.without === undefined)
        .map(([name, option]) => [`${name}=${shown(option, defaultOf(name, declaration.name))}`, option.meaning]),
    ),
    ...(idle.length === 0 ? [] : ['', 'Accepted without effect (sd(5) says why):', ...fill(idle, '  ', '  ')]),
  ];
}

function frontHelp(declaration: FrontDeclaration): string[] {
  const { name, summary, forms, flags } = declaration;
  return [
    `${name} - ${summary}`,
    '',
    ...columns(forms.map((form) => [[name, ...formWords(form)].join(' '), form.meaning])),
    '',
    ...examples(declaration),
    ...(flags.length === 0 ? [] : ['', 'Flags:', ...columns(flags.map((flag) => [flagText(flag), flag.meaning]))]),
  ];
}

function examples(declaration: CommandDeclaration | FrontDeclaration): string[] {
  return ['Examples:', ...declaration.examples.flatMap(({ does, command }) => [`  # ${does}`, `  ${command}`])];
}

function flagText(flag: FlagDeclaration): string {
  return flag.argument === undefined ? flag.name : `${flag.name} ${flag.argument}`;
}

function shown(option: OptionDeclaration, value: unknown): string {
  const text = printValue(option, value);
  return typeof text === 'string' ? text : text.join(' ');
}

/** The second column begins behind all first ones that are not unusually long. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const lengths = rows.map(([left]) => left.length).sort((left, right) => left - right);
  const width = Math.min(lengths.at(-1) ?? 0, 44) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${left.length >= width ? ' ' : ''}${right}`);
}

function fill(words: readonly string[], first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    if (line.trim() !== '' && line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = next;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
