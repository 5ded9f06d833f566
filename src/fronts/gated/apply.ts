// Applying a patch that fits (other-systems.md D.2): a job of steps, and on a failure what was done is taken back.
//
//   installer kind   installed on the root as an SD patch of the pseudo-product `installer`, its program as postinstall script: a failing
//                    one takes the files back (autorecover)
//   IaaS kind        its program under the lock of the repository's depot, then its packages into that depot, then the index; no node changes
//   both             last the pseudo-product and version.json, in one transaction; after a failure the file is as it was
//
// A patch that was applied before is applied again (QP6).

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdError } from '../../model/error.ts';
import { indexRepository } from '../../operations/deb-repository.ts';
import { install } from '../../operations/install.ts';
import { runLocked } from '../../operations/locked-script.ts';
import { packageSoftware } from '../../operations/package.ts';
import { setPseudoProducts } from '../../operations/pseudo-products.ts';
import { remove } from '../../operations/remove.ts';
import { freshRecord, runSteps, type Step } from '../../operations/steps.ts';
import { StepsJournal, stepsDirectory } from '../../operations/steps-record.ts';
import { appliedPatches, storedPatches } from './applied.ts';
import { levelTag, productTag } from './archive-name.ts';
import { requireFitting } from './gate.ts';
import type { Grade, PatchArchive } from './patch-archive.ts';
import { writePatchPsf } from './patch-psf.ts';
import { readVersionFile, renderVersionFile, VERSION_FILE, type VersionFile } from './version-file.ts';
import { requireDone, type Work } from './work.ts';

/** The record of the last patch that was applied, below the steps of the root. */
const JOB = 'apply-patch';

/** Applies it. Throws the SdError of the step that failed, after taking back what was done. */
export async function applyPatch(work: Work, patch: PatchArchive, grade: Grade | undefined): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'gated-patch-psf-'));
  const directory = stepsDirectory(work.platform.root, work.options.admin_directory);
  let journal: StepsJournal | undefined;
  try {
    const psf = writePatchPsf(join(scratch, 'patch.psf'), patch, grade);
    const kind = patch.name.kind === 'installer' ? installerSteps : iaasSteps;
    const before = readVersionFile(work.platform);
    const steps = [...kind(work, patch, psf, scratch), levelStep(work, patch)];
    const record = freshRecord(JOB, steps, { patch: patch.name.stem });
    journal = new StepsJournal(directory, record);
    journal.write(record);
    const { failed } = await runSteps({ steps, journal, emit: work.emit, undoOnFailure: true });
    if (!failed) return;
    await putVersionBack(work, before);
    throw failed.error;
  } finally {
    journal?.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function installerSteps(work: Work, patch: PatchArchive, psf: string, scratch: string): Step[] {
  const { context, platform, emit } = work;
  const depot = join(scratch, 'depot');
  const base = { context, software: [], preview: false };
  const known = appliedPatches(platform.root, work.options.admin_directory).some(
    ({ stem }) => stem === patch.name.stem,
  );
  let installed = false;
  return [
    {
      name: 'install',
      title: `Installing ${patch.name.stem}`,
      async action() {
        const packing = { ...work.options, register_new_depot: false };
        requireDone(
          await packageSoftware({ ...base, options: packing, source: psf, target: depot, serial: false }, emit),
          NOT_APPLIED,
        );
        const options = { ...work.options, autorecover: true, reinstall: true, enforce_scripts: true };
        const software = [productTag(patch.name)];
        requireDone(
          await install({ ...base, options, software, source: depot, target: platform.root }, emit),
          NOT_APPLIED,
        );
        installed = true;
      },
      async undo() {
        if (known || !installed) return;
        const software = [productTag(patch.name)];
        requireDone(
          await remove({ ...base, options: work.options, software, target: platform.root, depot: false }, emit),
          'The patch could not be taken back.',
        );
      },
    },
  ];
}

function iaasSteps(work: Work, patch: PatchArchive, psf: string): Step[] {
  const { context, options, platform, emit } = work;
  const { depot, repository } = platform;
  const base = { context, options, preview: false };
  let known = false;
  const index = async () => void indexRepository(repository);
  const program: Step = {
    name: 'program',
    title: `Running the program of ${patch.name.stem}`,
    action: () => runPatchProgram(work, patch),
  };
  return [
    ...(patch.program === undefined ? [] : [program]),
    {
      name: 'repository',
      title: 'Adding its packages to the repository',
      async action() {
        known = await holdsPatch(depot, patch.name.stem);
        requireDone(
          await packageSoftware({ ...base, software: [], source: psf, target: depot, serial: false }, emit),
          NOT_APPLIED,
        );
      },
      async undo() {
        if (known || !(await holdsPatch(depot, patch.name.stem))) return;
        const kept = { ...options, remove_empty_depot: false };
        const software = [productTag(patch.name)];
        requireDone(
          await remove({ context, options: kept, preview: false, software, target: depot, depot: true }, emit),
          'The packages of the patch could not be taken back.',
        );
        await index();
      },
    },
    { name: 'index', title: 'Making the index of the repository anew', action: index },
  ];
}

/** Last: what fails before leaves the file as it was, byte for byte. */
function levelStep(work: Work, patch: PatchArchive): Step {
  const { context, options, platform, emit } = work;
  return {
    name: 'version',
    title: `Setting ${levelTag(patch.name)} to ${patch.name.level}`,
    async action() {
      // A patch's own program may have written the file.
      const before = readVersionFile(platform);
      // Somebody may have begun an upgrade meanwhile.
      requireFitting(platform, patch.name, before);
      const values = { ...before.current, [levelTag(patch.name)]: patch.name.level };
      const view = { path: VERSION_FILE, text: renderVersionFile(before, values) };
      requireDone(
        await setPseudoProducts({ context, options, root: platform.root, values, view }, emit),
        'The version of the platform was not set.',
      );
    },
  };
}

/** The program of a patch may have written the file before it failed (QP13). */
async function putVersionBack({ context, options, platform, emit }: Work, before: VersionFile): Promise<void> {
  const file = platform.path(VERSION_FILE);
  if (existsSync(file) && readFileSync(file, 'utf8') === before.text) return;
  const request = { context, options, root: platform.root, values: before.current };
  requireDone(
    await setPseudoProducts({ ...request, view: { path: VERSION_FILE, text: before.text } }, emit),
    `${NOT_APPLIED}  Its program has changed "${file}", which could not be put back.`,
  );
}

async function runPatchProgram(work: Work, { name, directory, program }: PatchArchive): Promise<void> {
  const { context, options, platform, emit } = work;
  const lines: string[] = [];
  const env = { ...process.env, SW_ROOT_DIRECTORY: platform.root, PATCH_DIRECTORY: directory };
  const script = { context, options, depot: platform.depot, words: [join(directory, program!)], cwd: directory, env };
  const exit = await runLocked(script, (event) => {
    if (event.type === 'script.output') lines.push(event.line);
    emit(event);
  });
  if (exit === 0) return;
  throw new SdError('patch_program_failed', {
    what: NOT_APPLIED,
    because: `The program of "${name.stem}" failed with exit status ${exit}.${lines.length > 0 ? `  It said: ${lines.at(-1)}` : ''}`,
    todo: 'Nothing else was changed.  Its whole output is in the job log: swjob -a log last.',
    data: { patch: name.stem, exit },
  });
}

const NOT_APPLIED = 'The patch was not applied.';

async function holdsPatch(depot: string, stem: string): Promise<boolean> {
  return (await storedPatches(depot)).some((each) => each.stem === stem);
}
