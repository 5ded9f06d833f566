// swpackage: makes a depot of a product specification file, or a serial depot of a directory depot (commands.md 5.7; clients.md).

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SdError } from '../model/error.ts';
import type { ResolvedOptions } from '../options/resolve.ts';
import { layoutAsked, optionsFor, softwareFor, sourceVolumes, targetWords } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { runWork } from './session.ts';
import { volumesOf } from './volumes.ts';

const declaration: CommandDeclaration = {
  name: 'swpackage',
  summary: 'package software into a depot',
  flags: [
    flag.PREVIEW,
    flag.JSON_ANSWER,
    flag.VERBOSE,
    flag.PROGRESS,
    { name: '-V', meaning: 'Print the layout versions that can be written, and end.' },
    {
      name: '-d',
      argument: 'directory|file',
      meaning:
        'Target: a directory, or a file, device or "|command" with media_type=tape; again for each further volume.',
    },
    flag.SOFTWARE_FILE,
    {
      name: '-s',
      argument: 'psf|directory',
      meaning: 'Product specification file, or a depot to package again; - for a serial one on standard input.',
    },
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
  const [target, ...more] = placesOf(invocation, options);
  const source = packageSource(invocation, values.source_file);
  const serial = values.media_type === 'tape' || target.startsWith('|');
  if (more.length > 0 && !serial) throw oneTarget(1 + more.length);
  const { volumes: targetVolumes } = volumesOf([target, ...more], invocation);
  const capacity = capacityOf(target, options);
  const { packageSoftware } = await import('../operations/package.ts');
  return runWork({ invocation, options, software, targets: [target], source, job: false }, (_, context, emit) =>
    packageSoftware(
      {
        ...{ context, options: values, software, preview: values.preview, source, ...sourceVolumes(invocation) },
        ...{ target, serial },
        ...layoutAsked(options),
        ...(targetVolumes === undefined ? {} : { targetVolumes }),
        ...(capacity === undefined ? {} : { capacity }),
      },
      emit,
    ),
  );
}

/** The PSF or depot of the first -s; `-` is a depot on standard input. */
function packageSource(invocation: Invocation, fallback: string): string {
  const word = invocation.arguments['-s']?.[0] ?? fallback;
  return word === '-' ? word : resolve(invocation.caller.cwd, word);
}

/** Paths on this machine, whatever they look like; `|command` and `-` as they are. More than one are the volumes of a serial depot. */
function placesOf(invocation: Invocation, options: ResolvedOptions): [string, ...string[]] {
  const { values } = options;
  const named = [...(invocation.arguments['-d'] ?? []), ...invocation.targets];
  const words = named.length > 0 ? named : targetWords(invocation, options).slice(0, 1);
  const fallback =
    values.media_type === 'tape' ? values.distribution_target_serial : values.distribution_target_directory;
  const place = (word: string) => (word.startsWith('|') || word === '-' ? word : resolve(invocation.caller.cwd, word));
  const [first = fallback, ...more] = words;
  return [place(first), ...more.map(place)];
}

function oneTarget(count: number): SdError {
  return new SdError('bad_target', {
    what: `swpackage writes to one target, and ${count} are named.`,
    because: 'Only a serial depot may have several volumes.',
    todo: 'Name one, with -d or behind "@"; or set media_type=tape.',
  });
}

/** Bytes of one volume: what is asked for; else a tape has SD's 1,330 million, and a file, a pipe or a command has no limit. */
function capacityOf(target: string, { values, origins }: ResolvedOptions): number | undefined {
  const device = !target.startsWith('|') && target !== '-' && isCharacterDevice(target);
  if (origins.media_capacity === undefined && !device) return undefined;
  return values.media_capacity * 1_000_000;
}

function isCharacterDevice(path: string): boolean {
  try {
    return statSync(path).isCharacterDevice();
  } catch {
    // What cannot be looked at is no tape; who writes there says what is wrong with it.
    return false;
  }
}

export const swpackage: Command = { declaration, run };
