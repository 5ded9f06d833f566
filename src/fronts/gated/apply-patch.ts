// apply-patch: applies a patch archive whose name says which platform version it fits, or lists patches by grade (other-systems.md B.1).

import { resolve } from 'node:path';
import { SdError } from '../../model/error.ts';
import { installedPseudo, setPseudoProducts } from '../../operations/pseudo-products.ts';
import { readSteps, stepsDirectory } from '../../operations/steps-record.ts';
import { printFindings } from '../../report/failure.ts';
import { print } from '../../report/terminal.ts';
import { argument, type FrontCommand, type FrontDeclaration, type FrontInvocation, has } from '../declaration.ts';
import { requireFitting } from './gate.ts';
import { type Grade, gradeNamed, openPatch, type PatchArchive, patchAt } from './patch-archive.ts';
import { platformOf, ROOT_FLAG } from './platform.ts';
import { listServices, requireRunning } from './services.ts';
import { readVersionFile } from './version-file.ts';
import { asJob, engineOptions, requireDone, type Work } from './work.ts';

const declaration: FrontDeclaration = {
  name: 'apply-patch',
  summary: 'apply a version-gated patch archive',
  forms: [
    { operands: 'archive', meaning: 'Apply an archive, or the directory it was unpacked to.' },
    {
      verb: 'list',
      operands: '[directory ...]',
      meaning: 'List what is applied, and the archives there that are not.',
    },
  ],
  flags: [
    ROOT_FLAG,
    { name: '-p', meaning: 'Preview: say whether the patch fits, change nothing.' },
    {
      name: '-g',
      argument: 'grade',
      meaning: 'The grade of an archive that states none; with list, show only this grade.',
    },
  ],
  examples: [
    { does: 'Apply a patch of the repository.', command: 'apply-patch /root/repo-20190318-patch-20190410.tar.gz' },
    { does: 'See whether one fits.', command: 'apply-patch -p installer-4.2.5-20190318-patch.tar.gz' },
    { does: 'Is a mandatory patch missing?', command: 'apply-patch list -g mandatory /root/patches' },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  const { operands, caller } = invocation;
  const platform = platformOf(invocation);
  const word = argument(invocation, '-g');
  const grade = word === undefined ? undefined : gradeNamed(word);
  if (operands[0] === 'list') {
    const { listPatches } = await import('./patch-list.ts');
    const places = operands.slice(1).map((each) => resolve(caller.cwd, each));
    return listPatches(platform, places, grade, engineOptions(invocation).values.admin_directory);
  }
  const [path, ...more] = operands;
  if (path === undefined || more.length > 0) throw usage('apply-patch takes one archive at a time.');
  const offer = patchAt(resolve(caller.cwd, path));
  const version = readVersionFile(platform);
  requireFitting(platform, offer.name, version);
  if (has(invocation, '-p')) {
    print('stdout', [`${offer.name.stem} fits: IaaS version ${offer.name.iaas}.`]);
    return 0;
  }
  const patch = await openPatch(offer);
  try {
    const about = { title: `apply ${offer.name.stem}`, software: [offer.name.stem] };
    return await asJob(invocation, platform, about, (work) => perform(work, patch, patch.grade ?? grade));
  } finally {
    patch.close();
  }
}

async function perform(work: Work, patch: PatchArchive, grade: Grade | undefined): Promise<number> {
  const { platform, voice } = work;
  voice.logTo(platform.path('/pitrix/log/apply-patch.log'));
  noteInterrupted(work);
  voice.say(`${patch.name.stem}: ${patch.title}`, `Grade: ${grade ?? 'not stated'}`);
  await adoptVersion(work);
  const { applyPatch } = await import('./apply.ts');
  await applyPatch(work, patch, grade);
  if (patch.instructions !== '') voice.say('', 'Instructions:', '', ...patch.instructions.split('\n'), '');
  if (patch.name.kind === 'iaas') {
    voice.say('Only the repository was updated.  No node has changed: update-nodes brings the packages there.');
    return 0;
  }
  const { services, lines } = await listServices(platform);
  if (services.length > 0) voice.say('Services:', ...lines);
  requireRunning(services);
  return 0;
}

/** Where the pseudo-products are not there yet, or somebody else has written the file, they follow it. */
async function adoptVersion({ platform, context, options, emit }: Work): Promise<void> {
  const { current } = readVersionFile(platform);
  const known = installedPseudo(platform.root, options.admin_directory);
  if (sameValues(known, current)) return;
  requireDone(
    await setPseudoProducts({ context, options, root: platform.root, values: current }, emit),
    'The versions of the platform were not recorded.',
  );
}

function sameValues(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

function noteInterrupted({ platform, options }: Work): void {
  const record = readSteps(stepsDirectory(platform.root, options.admin_directory), 'apply-patch');
  if (record === undefined || record.end !== undefined) return;
  const text = `The application of "${record.facts.patch}" was cut off.  Apply it again to complete it.`;
  printFindings([{ severity: 'note', code: 'patch_interrupted', text }]);
}

function usage(what: string): SdError {
  return new SdError('bad_usage', { what, todo: 'apply-patch --help has examples.' });
}

export const applyPatchCommand: FrontCommand = { declaration, run };
