// swpackage: makes a depot of a product specification file, or a serial depot of a directory depot (commands.md 5.7; clients.md).

import { resolve } from 'node:path';
import { SdError } from '../model/error.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { optionsFor, softwareFor, targetWords } from './asked.ts';
import { argument, type Command, type CommandDeclaration, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runWork } from './session.ts';

const declaration: CommandDeclaration = {
  name: 'swpackage',
  summary: 'package software into a depot',
  flags: [
    flag.PREVIEW,
    flag.JSON_ANSWER,
    flag.VERBOSE,
    { name: '-V', meaning: 'Print the layout versions that can be written, and end.' },
    {
      name: '-d',
      argument: 'directory|file',
      meaning: 'Target: a directory, or a file, device or "|command" with media_type=tape.',
    },
    flag.SOFTWARE_FILE,
    { name: '-s', argument: 'psf|directory', meaning: 'Product specification file, or a depot to package again.' },
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selection',
  examples: [
    { does: 'Package what a PSF describes into a depot.', command: 'swpackage -s x11.psf @ /var/spool/sw' },
    { does: 'Make one file of it.', command: 'swpackage -s x11.psf -x media_type=tape @ ./x11.depot' },
    {
      does: 'Make a compressed file of one product of a depot.',
      command: "swpackage -s /var/spool/sw -x media_type=tape -d '|gzip > x11.depot.gz' X11",
    },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  const software = softwareFor(invocation, options);
  const target = targetOf(invocation, options);
  const source = resolve(invocation.caller.cwd, argument(invocation, '-s') ?? values.source_file);
  const serial = values.media_type === 'tape' || target.startsWith('|');
  const { packageSoftware } = await import('../operations/package.ts');
  return runWork({ invocation, options, software, targets: [target], source, job: false }, (_, context, emit) =>
    packageSoftware({ context, options: values, software, preview: values.preview, source, target, serial }, emit),
  );
}

/** A path on this machine, whatever it looks like; `|command` and `-` as they are. */
function targetOf(invocation: Invocation, options: ResolvedOptions): string {
  const { values } = options;
  const flagged = invocation.arguments['-d'] ?? [];
  const named = [...flagged, ...invocation.targets];
  if (named.length > 1) {
    throw new SdError('bad_target', {
      what: `swpackage writes to one target, and ${named.length} are named.`,
      todo: 'Name one, with -d or behind "@".',
    });
  }
  const fallback =
    values.media_type === 'tape' ? values.distribution_target_serial : values.distribution_target_directory;
  const word = named[0] ?? targetWords(invocation, options)[0] ?? fallback;
  return word.startsWith('|') || word === '-' ? word : resolve(invocation.caller.cwd, word);
}

export const swpackage: Command = { declaration, run };
