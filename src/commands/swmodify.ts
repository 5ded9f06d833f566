// swmodify: changes what a catalog says of software, in a root or a depot, and commits patches (commands.md 5.5). Files are never touched.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf, SdError } from '../model/error.ts';
import type { Emit, SdEvent } from '../model/events.ts';
import type { Finding, Outcome } from '../model/plan.ts';
import type { Edits } from '../operations/modify-plan.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { noSoftware, optionsFor, softwareFor, targetsFor } from './asked.ts';
import { argument, type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runWork } from './session.ts';

const declaration: CommandDeclaration = {
  name: 'swmodify',
  summary: 'change the definitions of software in a catalog, or commit patches',
  flags: [
    flag.DEPOT,
    flag.ROOT,
    flag.PREVIEW,
    flag.JSON_ANSWER,
    { name: '-u', meaning: 'Delete what -a, -P, files or control_files name; alone: delete the definitions.' },
    flag.VERBOSE,
    flag.PROGRESS,
    { name: '-V', meaning: 'Print the layout versions that can be written, and end.' },
    {
      name: '-a',
      argument: 'attribute=value',
      meaning: 'Set an attribute, or add to a list; without software, of the depot itself; several are allowed.',
    },
    {
      name: '-c',
      argument: 'catalog',
      meaning: 'Read definitions from this directory; one that is not there is written.',
    },
    flag.SOFTWARE_FILE,
    { name: '-P', argument: 'pathname_file', meaning: 'Read the paths for -x files= from a file, one a line.' },
    { name: '-s', argument: 'product_specification_file', meaning: 'Add or change what this PSF defines.' },
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selection',
  examples: [
    { does: 'Give an installed product a category.', command: 'swmodify -a category_tag=site_standard X11' },
    {
      does: 'Give a depot a title, and the text of a file as its description.',
      command: "swmodify -d -a title='Master depot' -a 'description=</tmp/depot.description' @ /var/spool/sw",
    },
    { does: 'Record a file that was edited on purpose.', command: 'swmodify -x files=/etc/X11/config X11.RUN' },
    {
      does: 'Take two scripts out of a fileset of a depot.',
      command: "swmodify -d -u -x control_files='checkinstall subscript' X11.RUN @ /var/spool/sw",
    },
    {
      does: 'Add the bundles of a PSF to the products of a depot.',
      command: "swmodify -d -s bundles.psf '*' @ /var/spool/sw",
    },
    { does: 'Commit a patch; it can no longer be removed.', command: 'swmodify -x patch_commit=true PHSS_30001' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  const edits = editsFor(invocation, options);
  refuseMixtures(invocation, values.patch_commit, edits);
  const software = softwareFor(invocation, options);
  const own =
    software.length === 0 && edits.attributes.length > 0 && edits.files.length + edits.controlFiles.length === 0;
  const depot = has(invocation, '-d') || (own && namesDepot(invocation, options));
  if (software.length === 0 && !edits.source && !(own && depot)) throw noSoftware(declaration.name);
  const targets = targetsFor(invocation, options, depot ? values.distribution_target_directory : '/');
  if (targets.length > 1) {
    throw new SdError('bad_target', {
      what: `swmodify works on one target, and ${targets.length} are named.`,
      todo: 'Name one behind "@".',
    });
  }
  const { commitPatches, modifyDefinitions } = await import('../operations/modify.ts');
  return runWork({ invocation, options, software, targets, job: false }, (target, context, emit) => {
    const request = { context, options: values, software, preview: values.preview, target, depot };
    if (values.patch_commit) return commitAndTell((held) => commitPatches(request, held), emit);
    return modifyDefinitions({ ...request, edits }, emit);
  });
}

/**
 * Attributes of no software are those of a depot itself, for a root has none to be set: a depot that is named needs no -d then, as in
 * HP's example.
 */
function namesDepot(invocation: Invocation, options: ResolvedOptions): boolean {
  if (has(invocation, '-r')) return false;
  return targetsFor(invocation, options, '/').every((target) => existsSync(join(target, 'catalog', 'INDEX')));
}

function editsFor(invocation: Invocation, { values }: ResolvedOptions): Edits {
  const { cwd } = invocation.caller;
  const psf = argument(invocation, '-s');
  const catalog = argument(invocation, '-c');
  const listed = (invocation.arguments['-P'] ?? []).flatMap((file) => pathsIn(resolve(cwd, file)));
  const edits = {
    undo: has(invocation, '-u'),
    attributes: (invocation.arguments['-a'] ?? []).map((word) => withText(word, cwd)),
    files: [...values.files, ...listed],
    controlFiles: values.control_files,
  };
  if (psf !== undefined) return { ...edits, source: { kind: 'psf', path: resolve(cwd, psf) } };
  if (catalog === undefined) return edits;
  const path = resolve(cwd, catalog);
  return { ...edits, source: { kind: existsSync(join(path, 'INDEX')) ? 'catalog' : 'export', path } };
}

/** What cannot be asked for together (commands.md 5.5), and what asks for nothing. */
function refuseMixtures(invocation: Invocation, commit: boolean, edits: Edits): void {
  const { attributes, files, controlFiles, undo } = edits;
  const parts: [string, boolean][] = [
    ['patch_commit=true', commit],
    ['-s', argument(invocation, '-s') !== undefined],
    ['-c', argument(invocation, '-c') !== undefined],
    ['-a', attributes.length > 0],
    ['-u', undo],
    ['files', files.length > 0],
    ['control_files', controlFiles.length > 0],
  ];
  const asked = parts.flatMap(([name, there]) => (there ? [name] : []));
  if (asked.length === 0) {
    throw new SdError('bad_usage', {
      what: 'There is nothing to modify.',
      todo: 'Give -a, -u, -s, -c, -P, -x files=, -x control_files= or -x patch_commit=true.',
    });
  }
  const [alone] = asked;
  if (asked.length > 1 && ['patch_commit=true', '-s', '-c'].includes(alone!)) {
    throw new SdError('bad_usage', {
      what: `"${alone}" and "${asked[1]}" cannot be used together.`,
      because: `"${alone}" says all that is to be done.`,
      todo: 'Run swmodify twice.',
    });
  }
  if (commit && has(invocation, '-d')) {
    throw new SdError('bad_usage', {
      what: '"patch_commit=true" and "-d" cannot be used together.',
      because: 'Patches of a depot are not applied to anything.',
      todo: 'Name a root.',
    });
  }
}

/** `attribute=<file`: the value is the file's text, as in a PSF (formats.md 2). Throws SdError `list_file_unreadable`. */
function withText(word: string, cwd: string): string {
  const [, attribute, file] = /^([^=]*)=\s*<\s*(.*)$/.exec(word) ?? [];
  if (attribute === undefined || file === undefined) return word;
  return `${attribute}=${textOf(resolve(cwd, file), `value of "${attribute}"`)}`;
}

/** A path a line; blank lines and comments are passed over. */
function pathsIn(file: string): string[] {
  const lines = textOf(file, 'paths').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function textOf(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SdError('list_file_unreadable', {
      what: `Cannot read the ${what} in "${file}".`,
      because: reasonOf(error),
      todo: 'Correct the name or the permissions of the file.',
      data: { file },
    });
  }
}

/** Says how much space came back, before the session's end is said. */
async function commitAndTell(commit: (emit: Emit) => Promise<Outcome>, emit: Emit): Promise<Outcome> {
  const ends: SdEvent[] = [];
  const outcome = await commit((event) => (event.type === 'session.end' ? ends.push(event) : emit(event)));
  const text = `The save area gave back ${Math.ceil((outcome.reclaimed ?? 0) / 1024)} Kbytes.`;
  const gain: Finding[] = outcome.reclaimed === undefined ? [] : [{ severity: 'note', code: 'space_reclaimed', text }];
  for (const finding of gain) emit({ type: 'finding', finding });
  for (const end of ends) emit(end);
  return { ...outcome, findings: [...outcome.findings, ...gain] };
}

export const swmodify: Command = { declaration, run };
