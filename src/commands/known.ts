// What the operands of a half-typed command line may become: software, jobs, attributes (cli/complete.ts asks; evidence/ecosystem.md 4).
// Promise: says nothing and fails never; where something cannot be read there is nothing to offer.

import { jobs } from '../operations/jobs.ts';
import { attributeNames, type KnownName, softwareNames } from '../operations/known-names.ts';
import { resolveOptions, surroundings } from '../options/resolve.ts';
import { JOB_ATTRIBUTES } from '../report/job.ts';
import type { Invocation } from './declaration.ts';
import { sourcePath, targetPath } from './targets.ts';
import { queueOf } from './work.ts';

/** Commands whose operands are software of a source depot; those of the others are on the target. */
const FROM_SOURCE = ['swinstall', 'swcopy', 'swask', 'swpackage'];
const ON_TARGET = ['swlist', 'swremove', 'swverify', 'swconfig', 'swmodify'];

/** A command line as far as it is typed: enough to look names up. */
export interface HalfTyped {
  readonly command: Invocation['command'];
  readonly caller: Invocation['caller'];
  readonly source: string | undefined;
  readonly depot: boolean;
  readonly target: string | undefined;
  /** swjob -a why: operands are software. */
  readonly asksWhy: boolean;
}

/** Names that begin with `beginning` and could stand as an operand; undefined where operands are paths. */
export async function operandNames(line: HalfTyped, beginning: string): Promise<KnownName[] | undefined> {
  try {
    const { command } = line;
    if (command === 'swjob' && !line.asksWhy) return jobNames(line);
    const fromSource = FROM_SOURCE.includes(command);
    if (!fromSource && !ON_TARGET.includes(command) && command !== 'swjob') return undefined;
    const { values } = optionsOf(line);
    const depots = values.distribution_target_directory;
    if (fromSource || line.source !== undefined) {
      const path = sourcePath(
        line.source ?? (values.source || values.distribution_source_directory),
        line.caller,
        depots,
      );
      return await softwareNames(path, true, values.admin_directory, beginning);
    }
    const fallback = line.depot ? depots : '/';
    const path = targetPath(line.target ?? fallback, line.caller, fallback);
    return await softwareNames(path, line.depot, values.admin_directory, beginning);
  } catch {
    return [];
  }
}

/** What -a of a command takes. */
export function attributesFor(command: string): readonly string[] {
  return command === 'swjob' ? [...JOB_ATTRIBUTES, 'log', 'plan', 'undo', 'why'] : attributeNames();
}

function optionsOf({ command, caller }: HalfTyped) {
  return resolveOptions({ command, settings: [] }, surroundings(caller.home));
}

function jobNames(line: HalfTyped): KnownName[] {
  const invocation = { command: line.command, caller: line.caller } as Invocation;
  const all = jobs(queueOf(invocation, optionsOf(line)));
  return all.reverse().map((job) => ({ name: job.jobid, meaning: `${job.command} ${job.software.join(' ')}` }));
}
