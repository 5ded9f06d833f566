// show_patches: lists active and superseded patches, and what their texts ask of the administrator (patches.md 6.3).

import { SdError } from '../model/error.ts';
import type { ShownPatch } from '../operations/show-patches.ts';
import { printFindings } from '../report/failure.ts';
import { twoColumns } from '../report/patch-tools.ts';
import { print } from '../report/terminal.ts';
import { optionsFor, targetsFor } from './asked.ts';
import { argument, type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { sourcePath } from './targets.ts';

const declaration: CommandDeclaration = {
  name: 'show_patches',
  summary: 'list active and superseded patches',
  flags: [
    { name: '-a', meaning: 'List active patches: installed and not superseded; this is the default.' },
    { name: '-s', meaning: 'List superseded patches, with what superseded them.' },
    { name: '-i', meaning: 'Show the Special Installation Instructions of the patches.' },
    { name: '-o', meaning: 'Show the Other Dependencies of the patches.' },
    { name: '-t', meaning: 'Only patches that have such texts.' },
    { name: '-d', argument: 'target', meaning: 'Look at a depot, or at another root.' },
    { name: '-l', argument: 'product|fileset', meaning: 'List patch products, the default, or patch filesets.' },
    flag.OPTION,
    flag.OPTION_FILE,
  ],
  operands: '',
  targets: 'target',
  examples: [
    { does: 'List the active patches of this machine.', command: 'show_patches' },
    { does: 'List the superseded patches too.', command: 'show_patches -a -s' },
    { does: 'List the patch filesets of a depot.', command: 'show_patches -l fileset -d /var/spool/sw' },
    {
      does: 'Read what the patches of a depot ask for before they are installed.',
      command: 'show_patches -t -i -o -d /var/spool/sw',
    },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const level = levelOf(invocation);
  const options = optionsFor(invocation);
  const { admin_directory: admin, distribution_target_directory: depots } = options.values;
  const named = argument(invocation, '-d');
  if (named !== undefined && invocation.targets.length > 0) throw usage('There are two targets.', 'Give -d or "@".');
  const target =
    named === undefined ? targetsFor(invocation, options, '/') : [sourcePath(named, invocation.caller, depots)];
  if (target.length !== 1) throw usage('show_patches looks at one target at a time.', 'Name one.');
  const { showPatches } = await import('../operations/show-patches.ts');
  const shown = await showPatches({ target: target[0]!, admin, level });
  printFindings([...options.findings, ...shown.findings]);
  const where = `${invocation.caller.host}:${target[0]}`;
  const superseded = has(invocation, '-s');
  if (has(invocation, '-a') || !superseded) show(invocation, 'active', shown.active, where);
  if (superseded && has(invocation, '-a')) print('stdout', ['']);
  if (superseded) show(invocation, 'superseded', shown.superseded, where);
  return 0;
}

/** Texts are those of the patch, so with them it is always patch products that are shown. */
function levelOf(invocation: Invocation): 'product' | 'fileset' {
  const [operand] = invocation.operands;
  if (operand !== undefined) throw usage(`show_patches has no operand "${operand}".`, 'Name a target with -d.');
  const level = argument(invocation, '-l') ?? 'product';
  if (level !== 'product' && level !== 'fileset')
    throw usage(`"${level}" is no level of show_patches.`, 'Give -l product or -l fileset.');
  return has(invocation, '-i') || has(invocation, '-o') ? 'product' : level;
}

const HEADINGS = {
  active: [
    ['Active', 'Patch'],
    ['Patch', 'Description'],
  ],
  superseded: [
    ['Superseded', 'Patch'],
    ['Superseded', 'By'],
  ],
} as const;

function show(invocation: Invocation, kind: 'active' | 'superseded', all: readonly ShownPatch[], where: string): void {
  const wanted = textsWanted(invocation);
  const either = wanted.length === 0 ? TEXTS : wanted;
  const patches = has(invocation, '-t')
    ? all.filter((patch) => either.some(({ text }) => patch[text] !== undefined))
    : all;
  if (patches.length === 0) {
    const which = has(invocation, '-t') ? `${kind} patches with such texts` : `${kind} patches`;
    print('stdout', [`There are no ${which} on ${where}.`]);
  } else if (wanted.length > 0) for (const patch of patches) print('stdout', textLines(patch, wanted));
  else {
    print(
      'stdout',
      twoColumns(
        HEADINGS[kind],
        patches.map(({ name, text }) => [name, text]),
      ),
    );
  }
}

const TEXTS = [
  { flag: '-i', text: 'instructions', heading: 'Special Installation Instructions' },
  { flag: '-o', text: 'dependencies', heading: 'Other Dependencies' },
] as const;

type Text = (typeof TEXTS)[number];

function textsWanted(invocation: Invocation): readonly Text[] {
  return TEXTS.filter((each) => has(invocation, each.flag));
}

function textLines(patch: ShownPatch, wanted: readonly Text[]): string[] {
  return [
    `Patch: ${patch.name}`,
    ...wanted.flatMap(({ text, heading }) => [
      `${heading}:`,
      ...(patch[text] ?? 'None').split('\n').map((line) => `    ${line}`.trimEnd()),
    ]),
    '',
  ];
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const showPatchesCommand: Command = { declaration, run };
