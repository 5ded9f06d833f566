// swmodify: changes what a catalog says of software (commands.md 5.5). This release commits patches; files are never touched.

import type { Emit, SdEvent } from '../model/events.ts';
import type { Outcome } from '../model/plan.ts';
import { noSoftware, optionsFor, softwareFor, targetsFor } from './asked.ts';
import type { Command, CommandDeclaration, Invocation } from './declaration.ts';
import * as flag from './flags.ts';
import { notInThisRelease, runWork } from './session.ts';

const LATER = 'Only patches can be committed: swmodify -x patch_commit=true PATCH.';

const declaration: CommandDeclaration = {
  name: 'swmodify',
  summary: 'commit patches: give back the files saved for their removal',
  flags: [
    { ...flag.DEPOT, refused: LATER },
    flag.ROOT,
    flag.PREVIEW,
    { name: '-u', meaning: 'Delete instead of adding.', refused: LATER },
    flag.VERBOSE,
    { name: '-V', meaning: 'Print the layout versions that can be written, and end.' },
    { name: '-a', argument: 'attribute=value', meaning: 'Set an attribute.', refused: LATER },
    { name: '-c', argument: 'catalog', meaning: 'Work on an exported catalog.', refused: LATER },
    flag.SOFTWARE_FILE,
    { name: '-P', argument: 'pathname_file', meaning: 'Read the files to add from a file.', refused: LATER },
    { name: '-s', argument: 'product_specification_file', meaning: 'Add what a PSF says.', refused: LATER },
    ...flag.SESSION_FLAGS,
  ],
  operands: 'software_selections',
  targets: 'target_selection',
  examples: [
    { does: 'See which patches would be committed.', command: 'swmodify -p -x patch_commit=true PHSS_30001' },
    { does: 'Commit a patch; it can no longer be removed.', command: 'swmodify -x patch_commit=true PHSS_30001' },
  ],
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { values } = options;
  if (!values.patch_commit) throw notInThisRelease('There is nothing to modify: "patch_commit" is "false".', LATER);
  const software = softwareFor(invocation, options);
  if (software.length === 0) throw noSoftware(declaration.name);
  const targets = targetsFor(invocation, options, '/');
  const { commitPatches } = await import('../operations/modify.ts');
  return runWork({ invocation, options, software, targets, job: false }, (target, context, emit) =>
    commitAndTell((held) => {
      const request = { context, options: values, software, preview: values.preview, target, depot: false };
      return commitPatches(request, held);
    }, emit),
  );
}

/** Says how much space came back, before the session's end is said. */
async function commitAndTell(commit: (emit: Emit) => Promise<Outcome>, emit: Emit): Promise<Outcome> {
  const ends: SdEvent[] = [];
  const outcome = await commit((event) => (event.type === 'session.end' ? ends.push(event) : emit(event)));
  if (outcome.reclaimed !== undefined) {
    const text = `The save area gave back ${Math.ceil(outcome.reclaimed / 1024)} Kbytes.`;
    emit({ type: 'finding', finding: { severity: 'note', code: 'space_reclaimed', text } });
  }
  for (const end of ends) emit(end);
  return outcome;
}

export const swmodify: Command = { declaration, run };
