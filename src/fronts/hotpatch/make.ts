// hotpatch-mk: puts one hot patch into a bundle (HS1, HS8-HS10; other-systems.md C.2).

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf, SdError } from '../../model/error.ts';
import type { Finding } from '../../model/plan.ts';
import { tryCondition } from '../../operations/run-once.ts';
import { printFindings } from '../../report/failure.ts';
import { print } from '../../report/terminal.ts';
import type { FrontCommand, FrontDeclaration, FrontInvocation } from '../declaration.ts';
import { addToBundle } from './bundle.ts';
import { requireId } from './id.ts';

const declaration: FrontDeclaration = {
  name: 'hotpatch-mk',
  summary: 'put a hot patch into a bundle',
  forms: [
    {
      operands: 'bundle id condition|file executable',
      meaning: 'Add a hot patch to the bundle, making the bundle where there is none; the same id is replaced.',
    },
    {
      operands: "bundle id ''",
      meaning: 'Add a negative entry: where the bundle is imported, a hot patch of this id that waits is withdrawn.',
    },
  ],
  flags: [],
  examples: [
    {
      does: 'A hot patch for dashboards of an older release.',
      command:
        'hotpatch-mk fix.bundle cacheMode-1 \'expr {$cmdline(hypercloud_type) eq "dashboard" && $versionData(datecode) < 20240101}\' ./updateCacheMode',
    },
    { does: 'A second one, with its condition in a file.', command: 'hotpatch-mk fix.bundle ntp-2 ntp.tcl ./fixNtp' },
    { does: 'Withdraw the first.', command: "hotpatch-mk withdraw.bundle cacheMode-1 ''" },
    { does: 'See what is in a bundle.', command: 'swlist -d @ ./fix.bundle' },
  ],
};

async function run(invocation: FrontInvocation): Promise<number> {
  const [bundle, id, given, executable, ...more] = invocation.operands;
  if (bundle === undefined || id === undefined || given === undefined || more.length > 0) throw usage();
  requireId(id);
  const { cwd } = invocation.caller;
  const condition = conditionOf(given, cwd);
  if (condition !== '' && executable === undefined) throw usage();
  const content = condition === '' ? new Uint8Array() : executableOf(resolve(cwd, executable!));
  const findings = condition === '' ? [] : await dryRun(id, condition);
  const count = await addToBundle(invocation, resolve(cwd, bundle), { id, condition, executable: content });
  printFindings(findings);
  const what = condition === '' ? 'withdraws' : 'holds';
  print('stdout', [`${bundle} ${what} ${id}; it has ${count} ${count === 1 ? 'entry' : 'entries'}.`]);
  return 0;
}

/** The argument, or what the regular file of that name holds; '' when the argument is blank. */
function conditionOf(given: string, cwd: string): string {
  if (given.trim() === '') return '';
  const path = resolve(cwd, given);
  if (given.includes('\0') || !isFile(path)) return given;
  const text = readOr('bad_condition', path, 'The condition');
  if (text.toString().trim() === '') {
    throw new SdError('bad_condition', {
      what: `The condition in "${path}" is blank.`,
      because: 'It could never hold.',
      todo: "For a negative entry write '' instead of the file.",
      data: { path },
    });
  }
  return text.toString();
}

function executableOf(path: string): Uint8Array {
  return readOr('bad_executable', path, 'The executable');
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // Too long for a path, below a file, or not there: a text.
    return false;
  }
}

/** Content of a file. Throws SdError with `code`. */
function readOr(code: 'bad_condition' | 'bad_executable', path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SdError(code, {
      what: `${what} cannot be read from "${path}".`,
      because: reasonOf(error),
      todo: 'Correct the path or the permissions.',
      data: { path },
      cause: error,
    });
  }
}

/** A WARNING where the condition has an error whatever the facts are: an error means false, so the hot patch would never be applied. */
async function dryRun(id: string, condition: string): Promise<Finding[]> {
  try {
    const { how, text } = await tryCondition(condition, id);
    // What is on the kernel command line only the machine knows.
    if (how === 'true' || how === 'false' || /^can't read "cmdline\(/.test(text)) return [];
    const said = `The condition of "${id}" has an error: ${text.split('\n')[0]}.  An error counts as false, so the hot patch would not be applied.`;
    return [{ severity: 'warning', code: 'condition_error', text: said, subjects: [id] }];
  } catch (error) {
    if (!(error instanceof SdError) || error.code !== 'interpreter_missing') throw error;
    return [{ severity: 'note', code: error.code, text: `The condition of "${id}" was not tried.  ${error.message}` }];
  }
}

function usage(): SdError {
  return new SdError('bad_usage', {
    what: 'hotpatch-mk takes a bundle, an id, a condition and an executable.',
    todo: 'Quote the condition as one word; put "--" before an operand that begins with a dash.',
  });
}

export const hotpatchMk: FrontCommand = { declaration, run };
