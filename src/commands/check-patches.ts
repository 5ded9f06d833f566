// check_patches: looks for what is wrong with the installed patches, and leaves a report (patches.md 6.4).

import { resolve } from 'node:path';
import { SdError } from '../model/error.ts';
import type { PatchCheck } from '../operations/check-patches.ts';
import { printFindings } from '../report/failure.ts';
import { Report } from '../report/patch-report.ts';
import { stamp } from '../report/patch-tools.ts';
import { optionsFor, targetsFor } from './asked.ts';
import { type Command, type CommandDeclaration, has, type Invocation } from './declaration.ts';
import * as flag from './flags.ts';

const declaration: CommandDeclaration = {
  name: 'check_patches',
  summary: 'check the installed patches',
  flags: [
    { name: '-a', meaning: 'Check that base filesets know the patches applied to them.' },
    { name: '-i', meaning: 'Look for patches without the attributes of a patch.' },
    { name: '-m', meaning: 'Look for active patches of which a fileset is missing.' },
    { name: '-o', meaning: 'Check the members that active patches put into object archives.' },
    { name: '-p', meaning: 'Check patch_state and superseded_by of every patch fileset.' },
    { name: '-s', meaning: 'Look for active patch filesets that are not configured.' },
    { name: '-v', meaning: 'Verify every patch fileset, as swverify does.' },
    flag.OPTION,
    flag.OPTION_FILE,
  ],
  operands: '',
  targets: 'root',
  examples: [
    { does: 'Make every check.', command: 'check_patches' },
    { does: 'Make the quick checks only, which do not read the files.', command: 'check_patches -aimps' },
    {
      does: 'Check an alternate root, with the report in another directory.',
      command: 'TMPDIR=/root check_patches @ /srv/image',
    },
  ],
  usageExit: 2,
};

/** What each check looks for, in the order they are made. */
const CHECKS: Readonly<Record<PatchCheck, string>> = {
  '-a': 'Checking that base filesets know their patches',
  '-i': 'Checking for patches without patch attributes',
  '-m': 'Checking for missing patch filesets',
  '-o': 'Checking object archives',
  '-p': 'Checking patch states',
  '-s': 'Checking for patch filesets that are not configured',
  '-v': 'Verifying patch filesets',
};

async function run(invocation: Invocation): Promise<number> {
  const options = optionsFor(invocation);
  const { caller, operands } = invocation;
  const targets = targetsFor(invocation, options, '/');
  if (operands.length > 0) throw usage(`check_patches has no operand "${operands[0]}".`, 'Name a root behind "@".');
  if (targets.length > 1) throw usage('check_patches works on one root at a time.', 'Name one root behind "@".');
  const all = Object.keys(CHECKS) as PatchCheck[];
  const asked = all.filter((check) => has(invocation, check));
  const root = targets[0]!;
  const report = new Report(resolve(process.env.TMPDIR || '/tmp', 'check_patches.report'));
  report.say(`Check of the patches on ${caller.host}:${root}, ${stamp(new Date())}`);
  const { checkPatches } = await import('../operations/check-patches.ts');
  const context = { command: declaration.name, user: `${caller.user}@${caller.host}`, host: caller.host };
  const request = { context, options: options.values, root, checks: asked.length > 0 ? asked : all };
  const findings = await checkPatches(request, (check, problems) => {
    report.say(`${CHECKS[check]}...done.`, ...problems.map((problem) => `  ${problem}`));
    report.problems += problems.length;
  });
  printFindings([...options.findings, ...findings]);
  return report.finish() && report.problems === 0 ? 0 : 1;
}

function usage(what: string, todo: string): SdError {
  return new SdError('bad_usage', { what, todo });
}

export const checkPatchesCommand: Command = { declaration, run };
