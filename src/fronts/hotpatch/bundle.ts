// Bundles: serial depots whose products are hot patches. A hot patch is a product with one fileset without files; its condition is the
// fileset's checkinstall, its executable the postinstall script. A negative entry is a tombstone.
// Promise: a bundle is replaced whole or not at all.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONDITION_INTERPRETER } from '../../model/condition.ts';
import { SdError } from '../../model/error.ts';
import type { Outcome } from '../../model/plan.ts';
import { copy } from '../../operations/copy.ts';
import { packageSoftware } from '../../operations/package.ts';
import { readArrival, type Waiting } from '../../operations/run-once.ts';
import type { FrontInvocation } from '../declaration.ts';
import { requireId, tagFor } from './id.ts';
import { contextOf, optionsOf } from './place.ts';

/** A hot patch to be put into a bundle. */
export interface Definition {
  readonly id: string;
  /** '' makes a negative entry. */
  readonly condition: string;
  readonly executable: Uint8Array;
}

const silent = (): void => undefined;

/** Definitions of a bundle in order. Throws SdError `not_a_bundle`, `bad_hotpatch_id`, `bundle_damaged`, and what a damaged depot throws. */
export async function readBundle(path: string): Promise<readonly Waiting[]> {
  const { waiting, others, damaged } = await readArrival(path);
  if (others.length > 0) {
    throw new SdError('not_a_bundle', {
      what: `"${path}" is no bundle of hot patches.`,
      because: `It holds other software: ${others.slice(0, 5).join(', ')}.`,
      todo: 'Make bundles with hotpatch-mk; install other software with swinstall.',
      data: { path },
    });
  }
  for (const { id } of waiting) requireId(id);
  if (damaged.length === 0) return waiting;
  throw new SdError('bundle_damaged', {
    what: `The bundle "${path}" is damaged.`,
    because: damaged.slice(0, 5).join('  '),
    todo: 'Bring it here again, or make it anew.',
    data: { path },
  });
}

/** Adds a hot patch to a bundle, or makes the bundle; one of the same id is replaced. Answers how many it holds now. */
export async function addToBundle(
  invocation: FrontInvocation,
  bundle: string,
  definition: Definition,
): Promise<number> {
  const before = existsSync(bundle) ? await readBundle(bundle) : [];
  const scratch = mkdtempSync(join(tmpdir(), 'hotpatch-mk.'));
  const depot = join(scratch, 'depot');
  try {
    const psf = writeSource(join(scratch, 'source'), definition);
    if (before.length === 0) requireDone(await pack(invocation, psf, bundle, true));
    else {
      requireDone(await copyInto(invocation, bundle, depot));
      requireDone(await pack(invocation, psf, depot, false));
      requireDone(await pack(invocation, depot, bundle, true));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return new Set([...before.map(({ id }) => id), definition.id]).size;
}

/** Copies all definitions of a bundle into a depot; those of the same id are replaced. */
export function copyInto(invocation: FrontInvocation, bundle: string, depot: string): Promise<Outcome> {
  const options = optionsOf(invocation, 'swcopy').values;
  const request = { context: contextOf(invocation), options, software: ['*'], preview: false };
  return copy({ ...request, source: bundle, target: depot }, silent);
}

/** Throws the first error of an operation. */
export function requireDone({ exitCode, findings }: Outcome): void {
  const error = findings.find((finding) => finding.severity === 'error');
  if (error) throw new SdError(error.code, { what: error.text });
  if (exitCode !== 0) throw new SdError('not_done', { what: 'The session failed.' });
}

function pack(invocation: FrontInvocation, source: string, target: string, serial: boolean): Promise<Outcome> {
  const options = optionsOf(invocation, 'swpackage', { media_type: serial ? 'tape' : 'directory' }).values;
  const request = { context: contextOf(invocation), options, software: ['*'], preview: false };
  return packageSoftware({ ...request, source, target, serial }, silent);
}

/** Writes PSF and scripts. Answers the path of the PSF. The id is checked, so nothing here needs quoting. */
function writeSource(directory: string, { id, condition, executable }: Definition): string {
  mkdirSync(directory);
  const psf = join(directory, 'psf');
  const negative = condition === '';
  const tag = tagFor(id);
  if (!negative) {
    writeFileSync(join(directory, 'condition'), condition);
    writeFileSync(join(directory, 'executable'), executable);
  }
  const title = negative ? `Withdrawal of the hot patch ${id}` : `Hot patch ${id}`;
  const lines = [
    ...['product', `tag ${tag}`, 'revision 1.0', `title "${title}"`],
    ...['fileset', 'tag PATCH', `title "${title}"`],
    ...(tag === id ? [] : [`run_id "${id}"`]),
    ...(negative
      ? ['tombstone true']
      : [
          'run_once true',
          `postinstall ${join(directory, 'executable')}`,
          ...['control_file', 'tag checkinstall', 'path checkinstall', `source ${join(directory, 'condition')}`],
          `interpreter ${CONDITION_INTERPRETER}`,
        ]),
    ...['end', 'end'],
  ];
  writeFileSync(psf, `${lines.join('\n')}\n`);
  return psf;
}
